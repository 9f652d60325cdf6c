// SPDX-License-Identifier: MIT
/*
 * ARM64 instructions: what the interpreter makes of their IR against qemu-aarch64, every line of
 * insn.def on random registers. A64_CASES=1000000 asks for that many cases, A64_SEED=n for others,
 * A64_ONLY=name for one instruction.
 */
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/arm64/guest/decode.h"
#include "arch/arm64/guest/guest.h"
#include "arch/arm64/guest/state.h"
#include "tests/arch/a64_peer.h"
#include "tests/arch/a64_words.h"
#include "vmcore/interp/interp.h"
#include "vmcore/opt/pipeline.h"

#define DEFAULT_CASES 30000u

/* Lifting and interpreting. */

struct lifter {
	struct guest_lift lift;
	uint64_t target[4];
	uint32_t block[4];
	unsigned int nr;
};

static uint32_t target_block(struct guest_lift *lift, uint64_t pc)
{
	struct lifter *l = (struct lifter *)lift;

	assert_true(l->nr < 4);
	l->target[l->nr] = pc;
	l->block[l->nr] = ir_new_block(lift->build);
	return l->block[l->nr++];
}

static struct ir_arena arena, scratch;
static struct ir_frame frame;

/* Instructions one behind the other until one ends the block. Return: 4, or what lift() says. */
static int lift_words(struct lifter *l, const uint32_t *word, unsigned int nr, uint64_t pc)
{
	unsigned int i;
	int rc = 4;

	for (i = 0; i < nr && rc == 4 && !l->lift.ends; i++) {
		rc = guest_ops_arm64.lift(&l->lift, &(struct guest_code){
			.bytes = (const uint8_t *)&word[i], .nr_bytes = 4, .pc = pc + 4 * i });
	}
	return rc;
}

/* @nr instructions to a unit that leaves for whatever comes next. Return: as lift_words(). */
static int lift_unit(struct ir_unit *unit, const uint32_t *word, unsigned int nr, uint64_t pc)
{
	struct lifter l = { .lift = { .block = target_block } };
	struct ir_build build;
	struct ir_error error;
	unsigned int i;
	int rc;

	ir_arena_reset(&arena);
	ir_arena_reset(&scratch);
	ir_unit_init(unit, &arena);
	unit->state_bytes = guest_ops_arm64.state_bytes;
	unit->flags = guest_ops_arm64.unit_flags;
	ir_build_begin(&build, unit);
	l.lift.build = &build;
	ir_start_block(&build, ir_new_block(&build));
	rc = lift_words(&l, word, nr, pc);
	if (rc != 4)
		return rc;
	if (!l.lift.ends)
		ir_exit_to(&build, IR_EXIT_JUMP, pc + 4 * nr);
	for (i = 0; i < l.nr; i++) {
		ir_start_block(&build, l.block[i]);
		ir_exit_to(&build, IR_EXIT_JUMP, l.target[i]);
	}
	assert_int_equal(ir_build_end(&build), 0);
	if (ir_verify(unit, &scratch, &error)) {
		print_error("%08" PRIx32 ": %s\n", word[0], error.text);
		ir_print(unit, stderr);
		fail();
	}
	return rc;
}

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

static const char *const leave_name[] = { "exit", "indirect", "trap", "fault", "helper", "fuel" };

/* What units are optimised with before they are run. */
static unsigned int opt_level;

/* Run the instructions of a case. Return: NULL, or why they cannot be. */
static const char *interpret(struct a64_case *c, uint64_t slot)
{
	static struct a64_state state;
	struct ir_flat flat = { c->memory, A64_DATA, A64_CASE_MEM_BYTES };
	struct ir_context context = {
		.state = &state, .state_bytes = sizeof(state),
		.memory = { .priv = &flat, .map = ir_flat_map }, .fuel = 100000,
	};
	uint64_t pc = slot + A64_SLOT_FIRST, end = pc + 4 * A64_CASE_WORDS;
	struct ir_leave leave;
	struct ir_unit unit;
	unsigned int at;

	case_to_state(c, &state, &context.fp);
	while (pc < end) {
		at = (unsigned int)((pc - slot - A64_SLOT_FIRST) / 4);
		if (lift_unit(&unit, &c->word[at], A64_CASE_WORDS - at, pc) != 4)
			return "refused";
		if (opt_level && opt_run(&unit, &(struct opt_options){ .level = opt_level }, &scratch,
					 NULL))
			return "not optimised";
		if (ir_interpret(&unit, &context, &frame, &leave))
			return "not interpreted";
		if (leave.kind > IR_LEAVE_INDIRECT)
			return leave_name[leave.kind];
		pc = leave.pc;
	}
	state_to_case(&state, &context.fp, c);
	c->landed = pc == slot + A64_SLOT_LANDED;
	return pc == end || c->landed ? NULL : "went elsewhere";
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

static unsigned int differences(const struct a64_case *is, const struct a64_case *want, FILE *out)
{
	unsigned int nr = 0, i;
	uint64_t a[2], b[2];

#define DIFFER(format, ...) (nr++, out ? (void)fprintf(out, format, __VA_ARGS__) : (void)0)
	for (i = 0; i < 32; i++) {
		if (is->x[i] != want->x[i])
			DIFFER("  x%u %016" PRIx64 ", not %016" PRIx64 "\n", i, is->x[i], want->x[i]);
	}
	for (i = 0; i < 32; i++) {
		if (!memcmp(is->q[i], want->q[i], 16))
			continue;
		memcpy(a, is->q[i], 16);
		memcpy(b, want->q[i], 16);
		DIFFER("  q%u %016" PRIx64 "%016" PRIx64 ", not %016" PRIx64 "%016" PRIx64 "\n", i,
		       a[1], a[0], b[1], b[0]);
	}
	if (is->nzcv != want->nzcv)
		DIFFER("  nzcv %x, not %x\n", is->nzcv >> 28, want->nzcv >> 28);
	if (!same_fpsr(is, want))
		DIFFER("  fpsr %x, not %x\n", is->fpsr, want->fpsr);
	if (is->fpcr != want->fpcr)
		DIFFER("  fpcr %x, not %x\n", is->fpcr, want->fpcr);
	if (is->landed != want->landed)
		DIFFER("  landed %u, not %u\n", is->landed, want->landed);
	for (i = 0; i < A64_CASE_MEM_BYTES; i++) {
		if (is->memory[i] != want->memory[i])
			DIFFER("  byte %u %02x, not %02x\n", i, is->memory[i], want->memory[i]);
	}
#undef DIFFER
	return nr;
}

static void print_case(const struct a64_case *c, const char *name, FILE *out)
{
	uint32_t word = c->word[0];
	unsigned int reg[] = { bits(word, 0, 5), bits(word, 5, 5), bits(word, 16, 5),
			       bits(word, 10, 5) };
	uint64_t q[2];
	unsigned int i;

	fprintf(out, "%s %08x %08x %08x %08x nzcv %x fpcr %x fpsr %x\n", name, word, c->word[1],
		c->word[2], c->word[3], c->nzcv >> 28, c->fpcr, c->fpsr);
	for (i = 0; i < 4; i++) {
		memcpy(q, c->q[reg[i]], 16);
		fprintf(out, "  with x%u %016" PRIx64 " q%u %016" PRIx64 "%016" PRIx64 "\n", reg[i],
			c->x[reg[i]], reg[i], q[1], q[0]);
	}
}

/* A batch of cases, what they were before, and what to call them. */
struct batch {
	struct a64_case before[A64_BATCH], mine[A64_BATCH], theirs[A64_BATCH];
	const char *name[A64_BATCH];
	uint32_t nr;
	uint64_t cases, failed;
};

static struct batch batch;
static struct peer peer;

static void fill_in(uint32_t i)
{
	const char *why = interpret(&batch.mine[i], A64_CODE + i * A64_SLOT_BYTES);

	if (why) {
		print_case(&batch.before[i], batch.name[i], stderr);
		fprintf(stderr, "  %s\n", why);
		fail();
	}
}

/* The peer dies of one case: of the last one of the shortest batch that kills it. */
static void find_killer(void)
{
	uint32_t nr = 0;

	stop_peer(&peer);
	start_peer(&peer);
	do {
		memcpy(batch.theirs, batch.before, ++nr * sizeof(batch.before[0]));
	} while (nr < batch.nr && execute(&peer, batch.theirs, nr));
	print_case(&batch.before[nr - 1], batch.name[nr - 1], stderr);
	fprintf(stderr, "  kills " QEMU "\n");
	fail();
}

static void run_batch(void)
{
	uint32_t i;

	if (!batch.nr)
		return;
	memcpy(batch.theirs, batch.before, batch.nr * sizeof(batch.before[0]));
	if (!execute(&peer, batch.theirs, batch.nr))
		find_killer();
	memcpy(batch.mine, batch.before, batch.nr * sizeof(batch.before[0]));
	for (i = 0; i < batch.nr; i++) {
		fill_in(i);
		batch.cases++;
		if (!differences(&batch.mine[i], &batch.theirs[i], NULL))
			continue;
		if (batch.failed++ < 20) {
			print_case(&batch.before[i], batch.name[i], stderr);
			differences(&batch.mine[i], &batch.theirs[i], stderr);
		}
	}
	batch.nr = 0;
}

static struct a64_case *next_case(const char *name)
{
	if (batch.nr == A64_BATCH)
		run_batch();
	batch.name[batch.nr] = name;
	return &batch.before[batch.nr];
}

/* Does the lifter take this word? Lines match words whose details are unallocated. */
static bool is_taken(uint32_t word)
{
	struct ir_unit unit;

	return lift_unit(&unit, &word, 1, A64_CODE) == 4;
}

/* SYS with a cache line, and the branches to a register. */
static bool needs_address(const char *name)
{
	return !strcmp(name, "sys") || !strcmp(name, "br") || !strcmp(name, "blr") ||
	       !strcmp(name, "ret");
}

static bool add_case(const struct a64_insn *insn)
{
	struct a64_case *c = next_case(insn->name);
	unsigned int tries;
	uint64_t slot;

	for (tries = 0; tries < 1000; tries++) {
		random_state(c);
		if (!random_word(insn, c))
			continue;
		place_branch(c, insn->name, batch.nr);
		place_system(c, insn->name);
		slot = A64_CODE + batch.nr * A64_SLOT_BYTES;
		if (is_literal(c->word[0]))
			set_bits(&c->word[0], 5, 19, bits(c->word[0], 5, 19) -
				 (uint32_t)((slot - A64_CODE) >> 2));
		if (!strcmp(insn->name, "sys"))
			c->x[c->word[0] & 31] = A64_DATA + 192 + rng() % 64;
		/* The zero register is no address. */
		if (needs_address(insn->name) && bits(c->word[0], insn->name[0] == 's' ? 0 : 5, 5) == 31)
			continue;
		if (is_taken(c->word[0]))
			break;
	}
	if (tries == 1000)
		return false;
	batch.nr++;
	return true;
}

static uint64_t wanted_cases(void)
{
	const char *text = getenv("A64_CASES");

	return text ? strtoull(text, NULL, 0) : DEFAULT_CASES;
}

static void test_lift_agrees_with_qemu(void **state)
{
	const char *only = getenv("A64_ONLY");
	const struct a64_insn *insn;
	uint64_t per_line, i;
	size_t nr, k;

	(void)state;
	insn = a64_insns(&nr);
	per_line = (wanted_cases() + nr - 1) / nr;
	for (k = 0; k < nr; k++) {
		if (is_left_out(insn[k].name) || (only && strcmp(only, insn[k].name)))
			continue;
		for (i = 0; i < per_line; i++) {
			if (!add_case(&insn[k])) {
				print_error("%s %08" PRIx32 " %08" PRIx32 ": nothing is taken\n",
					    insn[k].name, insn[k].mask, insn[k].value);
				fail();
			}
		}
	}
	run_batch();
	print_message("%" PRIu64 " cases of %zu lines, %" PRIu64 " differ\n", batch.cases, nr,
		      batch.failed);
	assert_int_equal(batch.failed, 0);
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

static void sequences_agree(void)
{
	uint64_t i, nr = wanted_cases() / 4;
	struct a64_case *c;
	unsigned int k;

	batch.failed = 0;
	for (i = 0; i < nr; i++) {
		c = next_case("sequence");
		random_state(c);
		for (k = 0; k < A64_CASE_WORDS; k++)
			c->word[k] = random_plain_word();
		batch.nr++;
	}
	run_batch();
	assert_int_equal(batch.failed, 0);
}

/* Instructions that use each other's results, and the flags that the ones before have set. */
static void test_sequences_agree_with_qemu(void **state)
{
	(void)state;
	sequences_agree();
}

/* The same when what is overwritten is not stored, and flags that are not read are not computed. */
static void test_optimised_sequences_agree_with_qemu(void **state)
{
	(void)state;
	opt_level = 2;
	sequences_agree();
	opt_level = 0;
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
	batch.failed = 0;
	for (i = 0; i < VMB_ARRAY_SIZE(sequence); i++) {
		for (k = 0; k < 20; k++) {
			c = next_case("exclusives");
			random_state(c);
			memcpy(c->word, sequence[i], sizeof(c->word));
			c->x[0] = A64_DATA + 192;
			c->x[4] = A64_DATA + 208;
			batch.nr++;
		}
	}
	run_batch();
	assert_int_equal(batch.failed, 0);
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
	batch.failed = 0;
	for (i = 0; i < VMB_ARRAY_SIZE(setter); i++) {
		for (cond = 0; cond < 16; cond++) {
			for (k = 0; k < 8; k++) {
				c = next_case("flags");
				random_state(c);
				if (k < 2)
					c->x[1] = c->x[2];
				if (k < 2)
					memcpy(c->q[1], c->q[2], 16);
				c->word[0] = setter[i];
				c->word[1] = 0x9a800400 | 3 | 4u << 5 | 5u << 16 | cond << 12;
				batch.nr++;
			}
		}
	}
	run_batch();
	assert_int_equal(batch.failed, 0);
}

static int setup(void **state)
{
	char command[512];

	(void)state;
	if (!have(CC) || !have(QEMU))
		return 0;
	signal(SIGPIPE, SIG_IGN);
	rng_state = getenv("A64_SEED") ? strtoull(getenv("A64_SEED"), NULL, 0) : 1;
	snprintf(peer.program, sizeof(peer.program), "/tmp/a64-runner-%ld", (long)getpid());
	snprintf(command, sizeof(command),
		 CC " -I. -O1 -Wall -Wextra -Werror -ffreestanding -fno-builtin -fno-pic -nostdlib "
		    "-static -mgeneral-regs-only -fno-stack-protector -o %s tests/arch/a64_runner.c -lgcc",
		 peer.program);
	if (system(command))
		return -1;
	ir_arena_init(&arena, 64 << 20);
	ir_arena_init(&scratch, 64 << 20);
	start_peer(&peer);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (!peer.pid)
		return 0;
	stop_peer(&peer);
	unlink(peer.program);
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
	ir_frame_fini(&frame);
	return 0;
}

/* Skips where there is nothing to compare with. */
static int need_peer(void **state)
{
	(void)state;
	if (peer.pid)
		return 0;
	print_message("skipped: " CC " or " QEMU " is not installed\n");
	skip();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lift_agrees_with_qemu, need_peer),
		cmocka_unit_test_setup(test_sequences_agree_with_qemu, need_peer),
		cmocka_unit_test_setup(test_optimised_sequences_agree_with_qemu, need_peer),
		cmocka_unit_test_setup(test_exclusives_agree_with_qemu, need_peer),
		cmocka_unit_test_setup(test_flags_agree_with_qemu, need_peer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
