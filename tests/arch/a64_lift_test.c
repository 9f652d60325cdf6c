// SPDX-License-Identifier: MIT
/*
 * ARM64 instructions: what the interpreter makes of their IR against qemu-aarch64, every line of
 * insn.def on random registers. A64_CASES=1000000 asks for that many cases, A64_SEED=n for others,
 * A64_ONLY=name for one instruction.
 */
#include "tests/test.h"

#include "arch/arm64/guest/decode.h"
#include "arch/arm64/guest/guest.h"
#include "arch/arm64/guest/state.h"
#include "tests/arch/a64_peer.h"

#define PEER_LINE     struct a64_insn
#define PEER_SLOT(i)  (A64_CODE + (i) * A64_SLOT_BYTES + A64_SLOT_FIRST)
#define PEER_NAME     "A64"
#define DEFAULT_CASES 30000u
#include "tests/arch/lift_batch.h"
#include "tests/arch/a64_words.h"

/* FPSR and FPCR as the environment of the IR, and back. */
static const uint8_t rm_of_fpcr[] = { IR_RNE, IR_RUP, IR_RDN, IR_RTZ };

static uint8_t reverse5(uint32_t flags)
{
	return (uint8_t)((flags & 1) << 4 | (flags & 2) << 2 | (flags & 4) | (flags & 8) >> 2 |
			 (flags & 16) >> 4);
}

static void case_to_state(const struct a64_case *c, struct a64_state *s, struct ir_fpenv *fp)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->x, c->x, sizeof(s->x));
	memcpy(s->q, c->q, sizeof(s->q));
	s->tpidr = c->tpidr;
	s->n = c->nzcv >> 31 & 1;
	s->z = c->nzcv >> 30 & 1;
	s->c = c->nzcv >> 29 & 1;
	s->v = c->nzcv >> 28 & 1;
	s->qc.d[0] = c->fpsr >> 27 & 1;
	fp->rm = rm_of_fpcr[c->fpcr >> 22 & 3];
	fp->flags = reverse5(c->fpsr);
}

static void state_to_case(const struct a64_state *s, const struct ir_fpenv *fp, struct a64_case *c)
{
	static const uint8_t fpcr[] = { 0, 3, 2, 1 };

	memcpy(c->x, s->x, sizeof(s->x));
	memcpy(c->q, s->q, sizeof(s->q));
	c->nzcv = (uint32_t)s->n << 31 | (uint32_t)s->z << 30 | (uint32_t)s->c << 29 |
		  (uint32_t)s->v << 28;
	c->fpsr = (s->qc.d[0] | s->qc.d[1] ? 1u << 27 : 0) | reverse5(fp->flags);
	c->fpcr = (uint32_t)fpcr[fp->rm & 3] << 22;
}

static bool call_helper(void *priv, const struct ir_helper *helper, const union ir_val *arg,
			union ir_val *result)
{
	return guest_ops_arm64.call(priv, helper, arg, result);
}

static const char *interpret(struct a64_case *c, uint64_t at)
{
	static struct a64_state state;
	struct ir_flat flat = { c->memory, A64_DATA, A64_CASE_MEM_BYTES };
	struct ir_context context = {
		.state = &state, .state_bytes = sizeof(state),
		.memory = { .priv = &flat, .map = ir_flat_map }, .fuel = 100000,
		.call = call_helper, .call_priv = &state,
	};
	const struct guest_code code = { .bytes = (const uint8_t *)c->word,
					  .nr_bytes = sizeof(c->word), .pc = at };
	struct ir_leave leave;
	const char *why;

	case_to_state(c, &state, &context.fp);
	why = lift_and_run(&guest_ops_arm64, &code, sizeof(c->word), &context, &leave);
	if (why || left_otherwise(&leave))
		return why ? why : left_otherwise(&leave);
	state_to_case(&state, &context.fp, c);
	c->landed = leave.pc == at + A64_SLOT_LANDED - A64_SLOT_FIRST;
	return c->landed || leave.pc == at + sizeof(c->word) ? NULL : "went elsewhere";
}

/* Comparison. */

static bool is_least_normal(const uint8_t *q)
{
	uint64_t d[2];
	uint32_t w[4];
	unsigned int i;

	memcpy(d, q, 16);
	memcpy(w, q, 16);
	for (i = 0; i < 4; i++) {
		if (w[i] << 1 == 0x01000000 || d[i / 2] << 1 == UINT64_C(1) << 53)
			return true;
	}
	return false;
}

/* ARM calls a result tiny before it is rounded, so that the least normal number may underflow. */
static bool same_fpsr(const struct a64_case *is, const struct a64_case *want)
{
	uint32_t differs = is->fpsr ^ want->fpsr;

	/* The result of one that is followed by others may be gone. */
	return !differs || (differs == 8 && want->fpsr & 8 &&
			    (want->word[1] != NOP || is_least_normal(want->q[want->word[0] & 31])));
}

static unsigned int differences(uint32_t i, FILE *out)
{
	struct a64_case *is = &batch.mine[i], *want = &batch.theirs[i];
	unsigned int nr = words_differ(is->x, want->x, 0, 32, "x", out) +
			  vectors_differ(is->q, want->q, 32, "q", out);

	if (is->nzcv != want->nzcv)
		DIFFER("  nzcv %x, not %x\n", is->nzcv >> 28, want->nzcv >> 28);
	if (!same_fpsr(is, want))
		DIFFER("  fpsr %x, not %x\n", is->fpsr, want->fpsr);
	if (is->fpcr != want->fpcr)
		DIFFER("  fpcr %x, not %x\n", is->fpcr, want->fpcr);
	if (is->landed != want->landed)
		DIFFER("  landed %u, not %u\n", is->landed, want->landed);
	return nr + bytes_differ(is->memory, want->memory, A64_CASE_MEM_BYTES, out);
}

static void print_case(const struct a64_case *c, FILE *out)
{
	uint32_t word = c->word[0];
	unsigned int reg[] = { bits(word, 0, 5), bits(word, 5, 5), bits(word, 16, 5),
			       bits(word, 10, 5) };
	uint64_t q[2];
	unsigned int i;

	fprintf(out, "%08x %08x %08x %08x nzcv %x fpcr %x fpsr %x\n", word, c->word[1], c->word[2],
		c->word[3], c->nzcv >> 28, c->fpcr, c->fpsr);
	for (i = 0; i < 4; i++) {
		memcpy(q, c->q[reg[i]], 16);
		fprintf(out, "  with x%u %016" PRIx64 " q%u %016" PRIx64 "%016" PRIx64 "\n", reg[i],
			c->x[reg[i]], reg[i], q[1], q[0]);
	}
}

/* Does the lifter take this word? Lines match words whose details are unallocated. */
static bool is_taken(uint32_t word)
{
	struct ir_unit unit;
	const struct guest_code code = { .bytes = (const uint8_t *)&word,
					  .nr_bytes = sizeof(word), .pc = A64_CODE };

	return lift_unit(&unit, &guest_ops_arm64, &code, sizeof(word));
}

/* SYS with a cache line, and the branches to a register. */
static bool needs_address(const char *name)
{
	return !strcmp(name, "sys") || !strcmp(name, "br") || !strcmp(name, "blr") ||
	       !strcmp(name, "ret");
}

static bool leaves_out(const struct a64_insn *line)
{
	return is_left_out(line->name);
}

static bool random_insn(const struct a64_insn *line, struct a64_case *c, uint32_t i)
{
	uint32_t *word = &c->word[0];

	if (!random_word(line, c))
		return false;
	place_branch(c, line->name, i);
	place_system(c, line->name);
	if (is_literal(*word))
		set_bits(word, 5, 19, bits(*word, 5, 19) - i * A64_SLOT_BYTES / 4);
	if (!strcmp(line->name, "sys"))
		c->x[*word & 31] = A64_DATA + 192 + rng() % 64;
	/* The zero register is no address. */
	if (needs_address(line->name) && bits(*word, line->name[0] == 's' ? 0 : 5, 5) == 31)
		return false;
	return is_taken(*word);
}

static void test_lift_agrees_with_qemu(void **state)
{
	const struct a64_insn *lines;
	size_t nr;

	(void)state;
	lines = a64_insns(&nr);
	lines_agree(lines, nr, leaves_out);
}

/* Neither branches, system registers nor memory. */
static uint32_t random_plain_word(void)
{
	const struct a64_insn *insn;
	uint32_t word;
	size_t nr;

	insn = a64_insns(&nr);
	do {
		const struct a64_insn *line = &insn[rng() % nr];

		word = line->value | ((uint32_t)rng() & ~line->mask);
		/* Few registers, so that one instruction uses what another has made. */
		word &= ~(line->mask & 0x1f ? 0 : 0x1cu) & ~(line->mask & 0x3e0 ? 0 : 0x380u);
	} while (is_memory(word) || (word & 0x1c000000) == 0x14000000 || !is_taken(word));
	return word;
}

static void random_sequence(struct a64_case *c, uint32_t i)
{
	unsigned int k;

	(void)i;
	for (k = 0; k < A64_CASE_WORDS; k++)
		c->word[k] = random_plain_word();
}

/* Load-exclusive, then something, then store-exclusive. */
static void test_exclusives_agree_with_qemu(void **state)
{
	static const uint32_t sequence[][A64_CASE_WORDS] = {
		/* ldxr x1, [x0]; stxr w2, x3, [x0] */
		{ 0xc85f7c01, 0xc8027c03, 0xd503201f, 0xd503201f },
		/* ldaxr w1, [x0]; str wzr, [x0]; stlxr w2, w3, [x0] */
		{ 0x885ffc01, 0xb900001f, 0x8802fc03, 0xd503201f },
		/* ldxrb w1, [x0]; stxrb w2, w3, [x4]: another address */
		{ 0x085f7c01, 0x08027c83, 0xd503201f, 0xd503201f },
		/* ldxrh w1, [x0]; clrex; stxrh w2, w3, [x0] */
		{ 0x485f7c01, 0xd5033f5f, 0x48027c03, 0xd503201f },
		/* ldxp x1, x5, [x0]; stxp w2, x3, x6, [x0] */
		{ 0xc87f1401, 0xc8221803, 0xd503201f, 0xd503201f },
		/* ldxp w1, w5, [x0]; stxp w2, w3, w6, [x0]; then again */
		{ 0x887f1401, 0x88221803, 0x88221803, 0xd503201f },
		/* ldxp x1, x5, [x0]; str xzr, [x0, 8]; stxp w2, x3, x6, [x0] */
		{ 0xc87f1401, 0xf900041f, 0xc8221803, 0xd503201f },
	};
	unsigned int i, k;
	struct a64_case *c;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(sequence); i++) {
		for (k = 0; k < 20; k++) {
			c = next_case(NULL);
			memcpy(c->word, sequence[i], sizeof(c->word));
			c->x[0] = A64_DATA + 192;
			c->x[4] = A64_DATA + 208;
			keep_case();
		}
	}
	all_agree();
}

/* Flags that one instruction sets and the next one reads are compared as the lifter fuses them. */
static void test_flags_agree_with_qemu(void **state)
{
	static const uint32_t setter[] = {
		0xeb02003f, /* cmp x1, x2 */
		0x6b02003f, /* cmp w1, w2 */
		0xab02003f, /* cmn x1, x2 */
		0xea02003f, /* tst x1, x2 */
		0x6a22003f, /* bics wzr, w1, w2 */
		0xba02003f, /* adcs xzr, x1, x2 */
		0x7a02003f, /* sbcs wzr, w1, w2 */
		0x1e622020, /* fcmp d1, d2 */
		0x1e222030, /* fcmpe s1, s2 */
		0xfa420024, /* ccmp x1, x2, #4, eq */
		0x1e620420, /* fccmp d1, d2, #0, eq */
	};
	unsigned int i, cond, k;
	struct a64_case *c;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(setter); i++) {
		for (cond = 0; cond < 16; cond++) {
			for (k = 0; k < 8; k++) {
				c = next_case(NULL);
				if (k < 2)
					c->x[1] = c->x[2];
				if (k < 2)
					memcpy(c->q[1], c->q[2], 16);
				c->word[0] = setter[i];
				c->word[1] = 0x9a800400 | 3 | 4u << 5 | 5u << 16 | cond << 12;
				keep_case();
			}
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
		cmocka_unit_test_setup(test_exclusives_agree_with_qemu, need_peer),
		cmocka_unit_test_setup(test_flags_agree_with_qemu, need_peer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
