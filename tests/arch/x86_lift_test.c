// SPDX-License-Identifier: MIT
/*
 * x86_64 instructions: what the interpreter makes of their IR against a CPU, every line of insn.def on
 * random registers, flags and memory. X86_CASES=1000000 asks for that many cases, X86_SEED=n for
 * others, X86_ONLY=name for one instruction.
 */
#include "tests/test.h"

#include <signal.h>

#include "arch/x86_64/guest/guest.h"
#include "arch/x86_64/guest/x87.h"
#include "tests/arch/x86_make.h"
#include "tests/arch/x86_peer.h"

#define PEER_LINE     struct x86_line
#define PEER_SLOT(i)  (X86_CODE + (i) * X86_SLOT_BYTES)
#define PEER_NAME     "X86"
#define DEFAULT_CASES 60000u
#define PEER_FAILED(c) ((c)->signal)
#include "tests/arch/lift_batch.h"

/* MXCSR as the environment of the IR, and back. */
static const uint8_t rm_of[] = { IR_RNE, IR_RDN, IR_RUP, IR_RTZ };
static const uint8_t flag_of[][2] = { { 1, IR_FP_INVALID }, { 4, IR_FP_DIVZERO },
				      { 8, IR_FP_OVERFLOW }, { 16, IR_FP_UNDERFLOW },
				      { 32, IR_FP_INEXACT } };
/* DE is not kept. */
#define MXCSR_COMPARED 0xffbdu

/* The x87: registers by their place on the stack, and by their number. */
static void fpu_to_state(const uint8_t *fpu, struct x86_state *s)
{
	uint32_t word[7];
	unsigned int i, number;

	memcpy(word, fpu, sizeof(word));
	s->control = (uint16_t)((word[0] | 0x40) ^ X87_FIRST_CONTROL);
	s->status = (uint16_t)(word[1] & ~0x3800u);
	s->top = word[1] >> 11 & 7;
	for (i = 0; i < 8; i++) {
		number = (i + s->top) & 7;
		memcpy(&s->x87[number].m, fpu + 28 + 10 * i, 8);
		memcpy(&s->x87[number].se, fpu + 36 + 10 * i, 2);
		s->full |= (uint8_t)(((word[2] >> 2 * number & 3) != 3) << number);
	}
}

/* Tags only say what is full. */
static void state_to_fpu(const struct x86_state *s, uint8_t *fpu)
{
	uint32_t word[7] = { 0 };
	unsigned int i, number;

	word[0] = (uint32_t)s->control ^ X87_FIRST_CONTROL;
	word[1] = s->status | (uint32_t)s->top << 11;
	for (i = 0; i < 8; i++) {
		number = (i + s->top) & 7;
		memcpy(fpu + 28 + 10 * i, &s->x87[number].m, 8);
		memcpy(fpu + 36 + 10 * i, &s->x87[number].se, 2);
		word[2] |= (s->full >> number & 1 ? 0u : 3u) << 2 * number;
	}
	memcpy(fpu, word, sizeof(word));
}

static void case_to_state(const struct x86_case *c, struct x86_state *s, struct ir_fpenv *fp)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	memcpy(s->r, c->r, sizeof(s->r));
	memcpy(s->xmm, c->xmm, sizeof(s->xmm));
	fpu_to_state(c->fpu, s);
	s->gs = X86_GS;
	s->flag[X86_C] = c->rflags & 1;
	s->flag[X86_P] = !(c->rflags & 4);
	s->flag[X86_A] = c->rflags >> 4 & 1;
	s->flag[X86_Z] = c->rflags >> 6 & 1;
	s->flag[X86_S] = c->rflags >> 7 & 1;
	s->flag[X86_O] = c->rflags >> 11 & 1;
	s->back = c->rflags >> 10 & 1;
	s->other = c->rflags & X86_RFLAGS_OTHER;
	*fp = (struct ir_fpenv){ .rm = rm_of[c->mxcsr >> 13 & 3] };
	for (i = 0; i < VMB_ARRAY_SIZE(flag_of); i++)
		fp->flags |= c->mxcsr & flag_of[i][0] ? flag_of[i][1] : 0;
}

static void state_to_case(const struct x86_state *s, const struct ir_fpenv *fp, struct x86_case *c)
{
	static const uint8_t rc[] = { 0, 3, 1, 2 };
	unsigned int i;

	memcpy(c->r, s->r, sizeof(s->r));
	memcpy(c->xmm, s->xmm, sizeof(s->xmm));
	state_to_fpu(s, c->fpu);
	c->rflags = s->flag[X86_C] | (uint64_t)(__builtin_parity(s->flag[X86_P]) ^ 1) << 2 |
		    (uint64_t)s->flag[X86_A] << 4 | (uint64_t)s->flag[X86_Z] << 6 |
		    (uint64_t)s->flag[X86_S] << 7 | (uint64_t)s->flag[X86_O] << 11 |
		    (uint64_t)s->back << 10 | s->other | 0x202;
	c->mxcsr = 0x1f80 | (uint32_t)rc[fp->rm & 3] << 13;
	for (i = 0; i < VMB_ARRAY_SIZE(flag_of); i++)
		c->mxcsr |= fp->flags & flag_of[i][1] ? flag_of[i][0] : 0;
}

static uint32_t signal_of(const struct ir_leave *leave)
{
	if (leave->kind == IR_LEAVE_FAULT)
		return SIGSEGV;
	if (leave->kind == IR_LEAVE_TRAP)
		return leave->code == IR_TRAP_DIVIDE ? SIGFPE : SIGILL;
	return 0;
}

static bool call_helper(void *priv, const struct ir_helper *helper, const union ir_val *arg,
			union ir_val *result)
{
	return guest_ops_x86_64.call(priv, helper, arg, result);
}

static const char *interpret(struct x86_case *c, uint64_t at)
{
	static struct x86_state state;
	/* Behind them: returns, which say nothing of the flags that are read. */
	uint8_t bytes[X86_CASE_CODE_BYTES + 16];
	struct ir_flat flat = { c->memory, X86_DATA, X86_CASE_MEM_BYTES };
	struct ir_context context = {
		.state = &state, .state_bytes = sizeof(state),
		.memory = { .priv = &flat, .map = ir_flat_map }, .fuel = 100000,
		.call = call_helper, .call_priv = &state,
	};
	const struct guest_code code = { .bytes = bytes, .nr_bytes = sizeof(bytes), .pc = at };
	struct ir_leave leave;
	const char *why;

	memset(bytes, 0xc3, sizeof(bytes));
	memcpy(bytes, c->code, c->nr_bytes);
	case_to_state(c, &state, &context.fp);
	why = lift_and_run(&guest_ops_x86_64, &code, c->nr_bytes, &context, &leave);
	if (why)
		return why;
	c->signal = signal_of(&leave);
	if (!c->signal && left_otherwise(&leave))
		return left_otherwise(&leave);
	state_to_case(&state, &context.fp, c);
	c->landed = !c->signal && leave.pc == at + X86_SLOT_LANDED;
	return c->landed || c->signal || leave.pc == at + c->nr_bytes ? NULL : "went elsewhere";
}

/* Comparison. */

/* What the line leaves undefined; of shifts it depends on the count, and on the width. */
static uint64_t compared_flags(const struct x86_line *line, const struct x86_case *after)
{
	static const uint16_t bit[] = { 1, 4, 0x10, 0x40, 0x80, 0x800 };
	uint64_t mask = 0x244cd5;
	unsigned int f;

	if (after->signal)
		return 0;
	for (f = 0; f < X86_NR_FLAGS; f++) {
		if (line->attr >> 12 & 1u << f)
			mask &= ~(uint64_t)bit[f];
	}
	return mask;
}

static uint64_t undefined_carry(const struct x86_case *before)
{
	struct x86_insn i;
	unsigned int count;

	if (x86_decode(before->code, sizeof(before->code), &i) <= 0)
		return 0;
	count = i.line->operand[1] == X86_CL || i.line->operand[2] == X86_CL ?
			(unsigned int)before->r[X86_RCX] : (unsigned int)i.imm;
	if ((!strcmp(i.line->name, "shl") || !strcmp(i.line->name, "shr")) &&
	    (count & 31) >= (i.line->operand[0] == X86_Eb ? 8 : 8u * i.size))
		return 1;
	return 0;
}

/* Registers that are full, control and status. */
static unsigned int fpu_differences(const struct x86_case *is, const struct x86_case *want, FILE *out)
{
	unsigned int nr = 0, i, number;
	uint32_t a[7], b[7];

	memcpy(a, is->fpu, sizeof(a));
	memcpy(b, want->fpu, sizeof(b));
	for (i = 0; i < 8; i++) {
		number = (i + (b[1] >> 11)) & 7;
		a[2] |= a[2] >> 1 & 0x5555;
		if (((a[2] >> 2 * number & 3) == 3) != ((b[2] >> 2 * number & 3) == 3)) {
			nr++;
			if (out)
				fprintf(out, "  ST(%u) is full otherwise\n", i);
		} else if ((b[2] >> 2 * number & 3) != 3 &&
			   memcmp(is->fpu + 28 + 10 * i, want->fpu + 28 + 10 * i, 10)) {
			uint64_t m[2];
			uint16_t e[2];

			nr++;
			memcpy(&m[0], is->fpu + 28 + 10 * i, 8);
			memcpy(&m[1], want->fpu + 28 + 10 * i, 8);
			memcpy(&e[0], is->fpu + 36 + 10 * i, 2);
			memcpy(&e[1], want->fpu + 36 + 10 * i, 2);
			if (out)
				fprintf(out, "  ST(%u) %04x %016" PRIx64 ", not %04x %016" PRIx64 "\n",
					i, e[0], m[0], e[1], m[1]);
		}
	}
	if ((a[0] ^ b[0]) & 0xf3f || (a[1] ^ b[1]) & 0x7f7f) {
		nr++;
		if (out)
			fprintf(out, "  x87 %04x %04x, not %04x %04x\n", a[0] & 0xffff, a[1] & 0xffff,
				b[0] & 0xffff, b[1] & 0xffff);
	}
	return nr;
}

static unsigned int differences(uint32_t i, FILE *out)
{
	const struct x86_line *line = batch.line[i];
	struct x86_case *is = &batch.mine[i], *want = &batch.theirs[i];
	uint64_t mask = 0x244cc5;
	unsigned int nr = words_differ(is->r, want->r, 0, 16, "r", out) +
			  vectors_differ(is->xmm, want->xmm, 16, "xmm", out);

	if (line)
		mask = compared_flags(line, want) & ~undefined_carry(&batch.before[i]);
	if ((is->rflags ^ want->rflags) & mask)
		DIFFER("  rflags %" PRIx64 ", not %" PRIx64 "\n", is->rflags, want->rflags);
	if ((is->mxcsr ^ want->mxcsr) & MXCSR_COMPARED)
		DIFFER("  mxcsr %x, not %x\n", is->mxcsr, want->mxcsr);
	if (is->landed != want->landed || is->signal != want->signal)
		DIFFER("  landed %u, signal %u, not %u, %u\n", is->landed, is->signal, want->landed,
		       want->signal);
	if (!want->signal)
		nr += fpu_differences(is, want, out);
	return nr + bytes_differ(is->memory, want->memory, X86_CASE_MEM_BYTES, out);
}

static void print_fpu(const uint8_t *fpu, FILE *out)
{
	uint32_t word[7];
	uint64_t m;
	uint16_t e;
	unsigned int i;

	memcpy(word, fpu, sizeof(word));
	fprintf(out, "  x87 %04x %04x %04x\n", word[0] & 0xffff, word[1] & 0xffff, word[2] & 0xffff);
	for (i = 0; i < 8; i++) {
		memcpy(&m, fpu + 28 + 10 * i, 8);
		memcpy(&e, fpu + 36 + 10 * i, 2);
		fprintf(out, "    ST(%u) %04x %016" PRIx64 "\n", i, e, m);
	}
}

static void print_case(const struct x86_case *c, FILE *out)
{
	uint64_t q[2];
	unsigned int i;

	for (i = 0; i < c->nr_bytes; i++)
		fprintf(out, "%02x ", c->code[i]);
	fprintf(out, "\n  rflags %" PRIx64 " mxcsr %x\n", c->rflags, c->mxcsr);
	print_fpu(c->fpu, out);
	for (i = 0; i < 16; i++) {
		memcpy(q, c->xmm[i], 16);
		fprintf(out, "  r%u %016" PRIx64 " xmm%u %016" PRIx64 "%016" PRIx64 "\n", i, c->r[i], i,
			q[1], q[0]);
	}
}

/* What has tests of its own, or what a CPU does otherwise each time. */
static bool is_left_out(const struct x86_line *line)
{
	static const char *const names[] = { "syscall", "cpuid", "rdtsc", "int3", "fxsave",
					     "fxrstor" };
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(names); i++) {
		if (is_name(line, names[i]))
			return true;
	}
	return false;
}

/* A result that is undefined is not asked for: BSWAP and long SHLD of 16 bits. */
static bool is_undefined(const struct x86_case *c)
{
	struct x86_insn i;

	if (x86_decode(c->code, sizeof(c->code), &i) <= 0)
		return true;
	if (i.size == 2 && is_name(i.line, "bswap"))
		return true;
	/* An environment of 14 bytes is not supported. */
	if (i.size16 && (is_name(i.line, "fnstenv") || is_name(i.line, "fldenv") ||
			 is_name(i.line, "fnsave") || is_name(i.line, "frstor")))
		return true;
	return i.size == 2 && (is_name(i.line, "shld") || is_name(i.line, "shrd")) &&
	       ((i.line->operand[2] == X86_CL ? c->r[X86_RCX] : (uint64_t)i.imm) & 31) > 15;
}

static bool random_insn(const struct x86_line *line, struct x86_case *c, uint32_t i)
{
	return make_insn(line, c, PEER_SLOT(i), true) && !is_undefined(c);
}

static void test_lift_agrees_with_cpu(void **state)
{
	const struct x86_line *lines;
	size_t nr;

	(void)state;
	lines = x86_lines(&nr);
	lines_agree(lines, nr, is_left_out);
}

/* No memory, no jump, and nothing undefined. */
static bool is_plain(const struct x86_line *line)
{
	return !(line->attr & (X86_JUMP | X86_STOP | X86_MEM | X86_D64 | X86_F64)) &&
	       !(line->attr >> 12 & X86_ALL_FLAGS & ~(1u << X86_A)) && !is_left_out(line) &&
	       !is_name(line, "leave") && !is_name(line, "lahf") && !is_name(line, "xlat") &&
	       !is_name(line, "bswap") && !is_string(line) && strncmp(line->name, "maskmov", 7) &&
	       strncmp(line->name, "shl", 3) && strncmp(line->name, "shr", 3) &&
	       line->operand[0] != X86_Ob && line->operand[0] != X86_Ov && line->operand[1] != X86_Ob &&
	       line->operand[1] != X86_Ov;
}

static void random_sequence(struct x86_case *c, uint32_t i)
{
	const struct x86_line *lines, *line;
	unsigned int k = 0;
	size_t nr;

	lines = x86_lines(&nr);
	while (k < 5) {
		line = &lines[rng() % nr];
		k += is_plain(line) && make_insn(line, c, PEER_SLOT(i), false);
	}
}

/* Found by chance once in 400000 sequences: FPREM and FPREM1 of a pseudo-denormal by infinity. */
static void test_remainder_of_pseudo_denormal(void **state)
{
	static const uint8_t code[][2] = { { 0xd9, 0xf8 }, { 0xd9, 0xf5 } };
	static const uint8_t st[][10] = {
		{ 0xf6, 0x8e, 0x00, 0x42, 0x60, 0xea, 0x3a, 0x8e, 0x00, 0x80 },
		{ 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x7f },
	};
	const uint16_t tags = 0xfff0;
	struct x86_case *c;
	size_t i;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(code); i++) {
		c = next_case(NULL);
		memset(c->fpu + 4, 0, sizeof(c->fpu) - 4);
		memcpy(c->fpu + 8, &tags, sizeof(tags));
		memcpy(c->fpu + 28, st, sizeof(st));
		memcpy(c->code, code[i], sizeof(code[i]));
		c->nr_bytes = sizeof(code[i]);
		keep_case();
	}
	all_agree();
}

static uint64_t cpuid(uint32_t leaf, unsigned int reg)
{
	static struct x86_case c;

	memset(&c, 0, sizeof(c));
	memcpy(c.code, "\x0f\xa2", 2);
	c.nr_bytes = 2;
	c.r[X86_RAX] = leaf;
	assert_null(interpret(&c, X86_CODE));
	return c.r[reg];
}

static bool is_a_line(const char *name)
{
	const struct x86_line *line;
	size_t nr, i;

	line = x86_lines(&nr);
	for (i = 0; i < nr && strcmp(line[i].name, name); i++)
		;
	return i < nr;
}

/* A feature's bit is set if, and only if, its instructions are there: one stands for them. */
static void test_cpuid_says_what_is_supported(void **state)
{
	static const struct {
		uint32_t leaf;
		uint8_t reg, bit;
		const char *name;
	} features[] = {
		{ 1, X86_RDX, 0, "fadd" }, { 1, X86_RDX, 4, "rdtsc" }, { 1, X86_RDX, 8, "cmpxchg8b" },
		{ 1, X86_RDX, 15, "cmov" }, { 1, X86_RDX, 19, "clflush" }, { 1, X86_RDX, 23, "emms" },
		{ 1, X86_RDX, 24, "fxsave" }, { 1, X86_RDX, 25, "addps" }, { 1, X86_RDX, 26, "paddq" },
		{ 1, X86_RCX, 0, "haddps" }, { 1, X86_RCX, 1, "pclmulqdq" },
		{ 1, X86_RCX, 3, "monitor" }, { 1, X86_RCX, 9, "pshufb" },
		{ 1, X86_RCX, 12, "vfmadd132ps" }, { 1, X86_RCX, 13, "cmpxchg16b" },
		{ 1, X86_RCX, 19, "dpps" }, { 1, X86_RCX, 20, "pcmpistri" },
		{ 1, X86_RCX, 22, "movbe" }, { 1, X86_RCX, 23, "popcnt" }, { 1, X86_RCX, 25, "aesenc" },
		{ 1, X86_RCX, 26, "xsave" }, { 1, X86_RCX, 28, "vaddps" }, { 1, X86_RCX, 30, "rdrand" },
		{ 7, X86_RBX, 3, "andn" }, { 7, X86_RBX, 5, "vpaddb" }, { 7, X86_RBX, 8, "pdep" },
		{ 7, X86_RBX, 19, "adcx" }, { 7, X86_RBX, 29, "sha1msg1" },
		{ 0x80000001, X86_RCX, 0, "lahf" }, { 0x80000001, X86_RCX, 5, "lzcnt" },
		{ 0x80000001, X86_RDX, 11, "syscall" }, { 0x80000001, X86_RDX, 27, "rdtscp" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(features); i++) {
		if ((cpuid(features[i].leaf, features[i].reg) >> features[i].bit & 1) !=
		    is_a_line(features[i].name)) {
			print_error("%s is %sa line\n", features[i].name,
				    is_a_line(features[i].name) ? "" : "not ");
			fail();
		}
	}
	assert_int_equal(cpuid(0, X86_RAX), 7);
	assert_int_equal(cpuid(0x12345, X86_RDX), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lift_agrees_with_cpu, need_peer),
		cmocka_unit_test(test_cpuid_says_what_is_supported),
		cmocka_unit_test_setup(test_remainder_of_pseudo_denormal, need_peer),
		cmocka_unit_test_setup(test_sequences_agree, need_peer),
		cmocka_unit_test_setup(test_optimised_sequences_agree, need_peer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
