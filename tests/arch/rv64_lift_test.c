// SPDX-License-Identifier: MIT
/*
 * RISC-V instructions: what the interpreter makes of their IR against qemu-riscv64, every line of
 * insn.def and insn16.def on random registers, and sequences, as lifted and behind the optimiser.
 * RV_CASES=1000000 asks for that many cases, RV_SEED=n for others, RV_ONLY=name for one instruction.
 */
#include "tests/test.h"

#include "arch/riscv64/guest/lift.h"
#include "tests/arch/rv_peer.h"

#define PEER_LINE     struct line
#define PEER_SLOT(i)  (RV_CODE + (i) * RV_SLOT_BYTES + RV_SLOT_FIRST)
#define PEER_NAME     "RV"
#define DEFAULT_CASES 100000u

struct line {
	const char *name;
	uint32_t mask, match;
	uint8_t bytes;
};

#include "tests/arch/lift_batch.h"

/* The offset from the case's first instruction to where it may land. */
#define TO_LANDED (RV_SLOT_LANDED - RV_SLOT_FIRST)

static const struct line lines[] = {
#define RV_GROUP(opcode)
#define RV_INSN(name, mask, match, format) { #name, mask, match, 4 },
#define RV_END(opcode)
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END
#define RVC_GROUP(quadrant, funct3)
#define RVC_INSN(name, base, mask, match, format) { #name, mask, match, 2 },
#define RVC_END(quadrant, funct3)
#include "arch/riscv64/guest/insn16.def"
#undef RVC_GROUP
#undef RVC_INSN
#undef RVC_END
};

static void case_to_state(const struct rv_case *c, struct rv_state *s, struct ir_fpenv *fp)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->x, c->x, sizeof(s->x));
	memcpy(s->f, c->f, sizeof(s->f));
	s->reserved = UINT64_MAX;
	s->frm = c->fcsr >> 5 & 7;
	fp->rm = s->frm & 3;
	fp->flags = c->fcsr & 31;
}

static void state_to_case(const struct rv_state *s, const struct ir_fpenv *fp, struct rv_case *c)
{
	memcpy(&c->x[1], &s->x[1], sizeof(c->x) - sizeof(c->x[0]));
	memcpy(c->f, s->f, sizeof(c->f));
	c->fcsr = fp->flags | s->frm << 5;
}

static const char *interpret(struct rv_case *c, uint64_t at)
{
	static struct rv_state state VMB_ALIGNED(16);
	struct ir_flat flat = { c->memory, RV_DATA, RV_CASE_MEM_BYTES };
	struct ir_context context = {
		.state = &state, .state_bytes = sizeof(state),
		.memory = { .priv = &flat, .map = ir_flat_map, .page_bytes = 4096 }, .fuel = 100000,
	};
	const struct guest_code code = { .bytes = c->code, .nr_bytes = RV_CASE_BYTES, .pc = at };
	struct ir_leave leave;
	const char *why;

	case_to_state(c, &state, &context.fp);
	why = lift_and_run(&rv_guest_ops, &code, RV_CASE_BYTES, &context, &leave);
	if (why || left_otherwise(&leave))
		return why ? why : left_otherwise(&leave);
	state_to_case(&state, &context.fp, c);
	c->landed = leave.pc == at + TO_LANDED;
	return c->landed || leave.pc == at + RV_CASE_BYTES ? NULL : "went elsewhere";
}

static unsigned int differences(uint32_t i, FILE *out)
{
	const struct rv_case *is = &batch.mine[i], *want = &batch.theirs[i];
	unsigned int nr = words_differ(is->x, want->x, 1, 31, "x", out) +
			  words_differ(is->f, want->f, 0, 32, "f", out);

	if (is->fcsr != want->fcsr)
		DIFFER("  fcsr %x, not %x\n", is->fcsr, want->fcsr);
	if (is->landed != want->landed)
		DIFFER("  landed %u, not %u\n", is->landed, want->landed);
	return nr + bytes_differ(is->memory, want->memory, RV_CASE_MEM_BYTES, out);
}

static void print_case(const struct rv_case *c, FILE *out)
{
	struct rv_insn insn = { 0 };
	unsigned int i;

	rv_decode(c->code, RV_CASE_BYTES, &insn);
	for (i = 0; i < RV_CASE_BYTES; i += 4)
		fprintf(out, "%02x%02x%02x%02x ", c->code[i + 3], c->code[i + 2], c->code[i + 1],
			c->code[i]);
	fprintf(out, "fcsr %x\n", c->fcsr);
	fprintf(out, "  x%u %016" PRIx64 " x%u %016" PRIx64 "\n", insn.rs1, c->x[insn.rs1], insn.rs2,
		c->x[insn.rs2]);
	fprintf(out, "  f%u %016" PRIx64 " f%u %016" PRIx64 " f%u %016" PRIx64 "\n", insn.rs1,
		c->f[insn.rs1], insn.rs2, c->f[insn.rs2], insn.rs3, c->f[insn.rs3]);
}

/* Cases. */

#define BOX   (UINT64_C(0xffffffff) << 32)
#define C_NOP 1u

/* A register of singles is boxed, mostly. */
static uint64_t random_f(void)
{
	switch (rng() % 6) {
	case 0:
		return special_f64();
	case 1:
		return moderate_f64();
	case 2:
		return BOX | special_f32();
	case 3:
	case 4:
		return BOX | moderate_f32();
	default:
		return rng() % 2 ? BOX | (uint32_t)rng() : rng();
	}
}

static void put(struct rv_case *c, unsigned int at, uint32_t word, unsigned int bytes)
{
	memcpy(c->code + at, &word, bytes);
}

static void random_state(struct rv_case *c)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	for (i = 1; i < 31; i++)
		c->x[i] = random_x();
	for (i = 0; i < 32; i++)
		c->f[i] = random_f();
	for (i = 0; i < RV_CASE_MEM_BYTES; i++)
		c->memory[i] = (uint8_t)rng();
	c->fcsr = (uint32_t)(rng() % 2 ? rng() & 31 : 0) | (uint32_t)(rng() % 4) << 5;
	for (i = 0; i < RV_CASE_BYTES; i += 2)
		put(c, i, C_NOP, 2);
}

/* Registers of instructions that are pointers, x31 among them. */
static bool uses_runner(const struct rv_insn *i)
{
	return i->rd == 31 || i->rs1 == 31 || i->rs2 == 31;
}

/* Bytes that are accessed: 0, none. */
static unsigned int access_bytes(const struct rv_insn *i)
{
	static const uint8_t load[] = { [RV_lb] = 1, [RV_lh] = 2, [RV_lw] = 4, [RV_ld] = 8,
					[RV_lbu] = 1, [RV_lhu] = 2, [RV_lwu] = 4, [RV_fld] = 8,
					[RV_flw] = 4 };

	if (i->id <= RV_flw)
		return load[i->id];
	if (i->id >= RV_sb && i->id <= RV_sd)
		return 1u << (i->id - RV_sb);
	if (i->id == RV_fsd || i->id == RV_fsw)
		return i->id == RV_fsd ? 8 : 4;
	/* Pairs of a word and a doubleword. */
	return i->id >= RV_lr_w && i->id <= RV_amomaxu_d ? (i->id - RV_lr_w) % 2 * 4 + 4 : 0;
}

static bool is_atomic(const struct rv_insn *i)
{
	return i->id >= RV_lr_w && i->id <= RV_amomaxu_d;
}

/* Let the address be in the memory, over the end of its first page now and then. */
static bool place_address(struct rv_case *c, const struct rv_insn *i)
{
	unsigned int bytes = access_bytes(i);
	uint64_t at = rng() % 2 ? 240 + rng() % 24 : rng() % (RV_CASE_MEM_BYTES - 8);

	if (!bytes)
		return true;
	if (is_atomic(i))
		at &= ~(uint64_t)(bytes - 1);
	c->x[i->rs1] = RV_DATA + at - (uint64_t)i->imm;
	return i->rs1;
}

static uint32_t with_target(const struct line *line, uint32_t word)
{
	const uint32_t to = TO_LANDED;

	if (!strcmp(line->name, "jal"))
		return (word & 0xfff) | to / 2 << 21;
	if (line->bytes == 4)
		return (word & 0x01fff07f) | (to >> 1 & 15) << 8 | (to >> 5) << 25;
	if (!strcmp(line->name, "c_j"))
		return 0xa001 | (to >> 1 & 7) << 3 | (to >> 4 & 1) << 11;
	return (word & 0xe383) | (to >> 1 & 3) << 3 | (to >> 3 & 3) << 10;
}

static bool is_branch(const struct rv_insn *i)
{
	return i->id >= RV_beq && i->id <= RV_bgeu;
}

/* Rounding to nearest with ties away is no mode of hosts: only conversions to integers have it. */
static bool has_mode(const struct line *line, uint32_t word)
{
	bool rounds = line->bytes == 4 && (word & 0x70) == 0x40 && !(line->mask & 0x7000);
	bool op_fp = line->bytes == 4 && (word & 0x7f) == 0x53 && !(line->mask & 0x7000);
	uint32_t rm = word >> 12 & 7;

	if (!rounds && !op_fp)
		return true;
	return rm < 4 || rm == 7 || (rm == 4 && !strncmp(line->name, "fcvt_w", 6)) ||
	       (rm == 4 && !strncmp(line->name, "fcvt_l", 6));
}

/* Counters are nobody's, and modes above 3 are remembered but not computed with. */
static bool has_csr(const struct rv_insn *i)
{
	return i->id < RV_csrrw || i->id > RV_csrrci || (i->imm >= 1 && i->imm <= 3);
}

/* qemu 7.2 counts beyond the word if that is 0. */
static void avoid_zero_word(struct rv_case *c, const struct rv_insn *i)
{
	if (i->id == RV_ctzw && i->rs1)
		c->x[i->rs1] |= 1u << rng() % 32;
}

/* What is not compared: system calls, breakpoints. */
static bool is_left_out(const struct line *line)
{
	return !strcmp(line->name, "ecall") || !strcmp(line->name, "ebreak") ||
	       !strcmp(line->name, "c_ebreak");
}

static bool random_insn(const struct line *line, struct rv_case *c, uint32_t i)
{
	uint32_t word = line->match | ((uint32_t)rng() & ~line->mask);
	struct rv_insn insn;

	if (line->bytes == 2)
		word &= 0xffff;
	if (!strncmp(line->name, "csr", 3))
		word = (word & 0xfffff) | (1 + (uint32_t)(rng() % 3)) << 20;
	put(c, 0, word, line->bytes);
	if (rv_decode(c->code, RV_CASE_BYTES, &insn) != line->bytes || insn.id == RV_ebreak)
		return false;
	if (is_branch(&insn) || insn.id == RV_jal) {
		word = with_target(line, word);
		put(c, 0, word, line->bytes);
		if (rv_decode(c->code, RV_CASE_BYTES, &insn) != line->bytes || insn.imm != TO_LANDED)
			return false;
	}
	if (insn.id == RV_jalr) {
		c->x[insn.rs1] = PEER_SLOT(i) + TO_LANDED + rng() % 2 - (uint64_t)insn.imm;
		if (!insn.rs1)
			return false;
	}
	avoid_zero_word(c, &insn);
	return !uses_runner(&insn) && has_mode(line, word) && has_csr(&insn) && place_address(c, &insn);
}

static void test_lift_agrees_with_qemu(void **state)
{
	(void)state;
	lines_agree(lines, VMB_ARRAY_SIZE(lines), is_left_out);
}

/* Neither a jump, a control register nor an access, on few registers. */
static unsigned int random_plain(struct rv_case *c, unsigned int at)
{
	struct rv_insn insn;

	for (;;) {
		const struct line *line = &lines[rng() % VMB_ARRAY_SIZE(lines)];
		uint32_t word = line->match | ((uint32_t)rng() & ~line->mask);

		if (line->bytes == 4 && rng() % 2)
			word &= ~(0x00e00c00u & ~line->mask);
		put(c, at, word, line->bytes);
		if (is_left_out(line) || at + line->bytes > RV_CASE_BYTES ||
		    rv_decode(c->code + at, line->bytes, &insn) != line->bytes ||
		    uses_runner(&insn) || access_bytes(&insn) || is_branch(&insn) ||
		    insn.id == RV_jal || insn.id == RV_jalr || insn.id >= RV_ecall ||
		    insn.id == RV_fence_i || insn.id == RV_ctzw || !has_mode(line, word))
			continue;
		return at + line->bytes;
	}
}

static void random_sequence(struct rv_case *c, uint32_t i)
{
	unsigned int at = 0;

	(void)i;
	while (at + 4 <= RV_CASE_BYTES)
		at = random_plain(c, at);
	if (at < RV_CASE_BYTES)
		put(c, at, C_NOP, 2);
}

/* Load-reserved, then something, then store-conditional. */
static void test_reservations_agree_with_qemu(void **state)
{
	static const uint32_t sequence[][RV_CASE_BYTES / 4] = {
		/* lr.d a1, (a0); sc.d a2, a3, (a0) */
		{ 0x100535af, 0x18d5362f, 0x00000013, 0x00000013 },
		/* lr.w.aq a1, (a0); sc.w.rl a2, a3, (a0); sc.w a4, a5, (a0): once only */
		{ 0x140525af, 0x1ad5262f, 0x18f5272f, 0x00000013 },
		/* lr.w a1, (a0); sw zero, (a0); sc.w a2, a3, (a0) */
		{ 0x100525af, 0x00052023, 0x18d5262f, 0x00000013 },
		/* lr.d a1, (a0); addi a0, a0, 8; sc.d a2, a3, (a0): another address */
		{ 0x100535af, 0x00850513, 0x18d5362f, 0x00000013 },
	};
	unsigned int i, k;
	struct rv_case *c;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(sequence); i++) {
		for (k = 0; k < 20; k++) {
			c = next_case(NULL);
			c->x[10] = RV_DATA + 8 * (rng() % 60);
			/* Writing what is there cannot be told from not writing. */
			c->memory[c->x[10] - RV_DATA] |= 1;
			memcpy(c->code, sequence[i], RV_CASE_BYTES);
			keep_case();
		}
	}
	all_agree();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lift_agrees_with_qemu, need_peer),
		cmocka_unit_test_setup(test_sequences_agree, need_peer),
		cmocka_unit_test_setup(test_optimised_sequences_agree, need_peer),
		cmocka_unit_test_setup(test_reservations_agree_with_qemu, need_peer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
