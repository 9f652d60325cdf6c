// SPDX-License-Identifier: MIT
/*
 * The decoder of ARM64 instructions against objdump: on random words, on words of every line of
 * insn.def, and on the code of a static program.
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

#define OBJDUMP "aarch64-linux-gnu-objdump"
#define CC	"aarch64-linux-gnu-gcc"
#define NR_WORDS 60000u

static uint64_t rng_state = 1;

static uint64_t rng(void)
{
	uint64_t z = (rng_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static struct ir_arena arena;

static uint32_t any_block(struct guest_lift *lift, uint64_t pc)
{
	(void)pc;
	return ir_new_block(lift->build);
}

/* Does the lifter take it? */
static bool is_taken(uint32_t word)
{
	struct guest_code code = { .bytes = (const uint8_t *)&word, .nr_bytes = 4, .pc = 0x10000 };
	struct ir_build build;
	struct guest_lift lift = { .build = &build, .block = any_block };
	struct ir_unit unit;
	int rc;

	ir_arena_reset(&arena);
	ir_unit_init(&unit, &arena);
	ir_build_begin(&build, &unit);
	ir_start_block(&build, ir_new_block(&build));
	rc = guest_ops_arm64.lift(&lift, &code);
	assert_true(rc == 4 || rc == -EILSEQ);
	assert_int_equal(build.error, 0);
	if (rc < 0)
		assert_int_equal(unit.nr_insns, 0);
	return rc == 4;
}

static bool have(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	return !system(command);
}

/* "b.eq" is b, "saddl2" is saddl, "sys" is whatever it does. */
static bool same_name(const char *is, const char *mnemonic)
{
	size_t length = strlen(is);

	if (strncmp(is, mnemonic, length))
		return false;
	mnemonic += length;
	return !*mnemonic || *mnemonic == '.' || !strcmp(mnemonic, "2");
}

static bool is_a_name(const char *mnemonic)
{
	const struct a64_insn *insn;
	size_t nr, i;

	insn = a64_insns(&nr);
	for (i = 0; i < nr; i++) {
		if (same_name(insn[i].name, mnemonic))
			return true;
	}
	return false;
}

/* Operands that make something else of a mnemonic that is supported: half-precision floats (as
 * registers that start with h, or lanes of them), SVE and SME, the 64-bit polynomials, system
 * registers, and what was added to mnemonics later.
 */
static bool is_beyond(const char *mnemonic, const char *operands)
{
	static const char *const part[] = {
		"z0.", "z1", "z2", "z3", "z4", "z5", "z6", "z7", "z8", "z9", "{z", "/z", "/m", "p0", "za",
		".1q", ".2h", "undefined", "sp!",
	};
	static const char *const half[] = {
		"fmov", "fcmp", "fcmpe", "fccmp", "fccmpe", "fcsel", "fadd", "fsub", "fmul", "fdiv",
		"fnmul", "fmax", "fmin", "fmaxnm", "fminnm", "fmadd", "fmsub", "fnmadd", "fnmsub",
		"fabs", "fneg", "fsqrt", "fcvt", "scvtf", "ucvtf", "fmla", "fmls", "fmulx", "fabd",
		"fcm", "facg", "frint", "fadd", "fcvtl", "fcvtn",
	};
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(part); i++) {
		if (strstr(operands, part[i]))
			return true;
	}
	/* Minima of general registers. */
	if (strstr("smax smin umax umin", mnemonic) && (*operands == 'w' || *operands == 'x'))
		return true;
	if (!strcmp(mnemonic, "msr") || !strcmp(mnemonic, "mrs") || !strcmp(mnemonic, "sys"))
		return true;
	for (i = 0; i < VMB_ARRAY_SIZE(half); i++) {
		if (strncmp(mnemonic, half[i], strlen(half[i])))
			continue;
		if (*operands == 'h' || strstr(operands, " h") || strstr(operands, ".4h") ||
		    strstr(operands, ".8h") || strstr(operands, ".h["))
			return true;
	}
	return *operands == 'z' || *operands == 'p';
}

/* objdump reads them; one line of text each: "   0:\t<word>\tmnemonic\toperands". */
static FILE *disassemble(char *path, const uint32_t *word, uint32_t nr)
{
	char command[256];
	int fd = mkstemp(path);
	FILE *out;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, word, nr * sizeof(*word)), nr * sizeof(*word));
	close(fd);
	snprintf(command, sizeof(command),
		 OBJDUMP " -D -z -b binary -m aarch64 -M no-aliases,no-notes %s", path);
	out = popen(command, "r");
	assert_non_null(out);
	return out;
}

struct tally {
	uint32_t both, neither, ours, theirs, names;
};

static void complain(uint32_t nr, const char *what, uint32_t word, const char *text)
{
	if (nr <= 20)
		print_error("%08" PRIx32 " %s: %s\n", word, what, text);
}

static void judge(uint32_t word, char *text, struct tally *tally)
{
	const struct a64_insn *insn = a64_decode(word);
	bool taken = is_taken(word), beyond;
	char mnemonic[32] = "", *operands;

	sscanf(text, "%31s", mnemonic);
	operands = text + strlen(mnemonic);
	operands += strspn(operands, "\t ");
	operands[strcspn(operands, "\n")] = 0;
	beyond = mnemonic[0] == '.' || !is_a_name(mnemonic) || is_beyond(mnemonic, operands);
	if (taken && (mnemonic[0] == '.' || !insn || !same_name(insn->name, mnemonic)))
		complain(++tally->names, "is taken", word, text);
	else if (!taken && !beyond)
		complain(++tally->theirs, "is not taken", word, text);
	else if (taken)
		tally->both++;
	else
		tally->neither++;
}

static void compare(const uint32_t *word, uint32_t nr, struct tally *tally)
{
	char path[] = "/tmp/a64-decode-XXXXXX", line[256], *text;
	FILE *in = disassemble(path, word, nr);
	uint32_t seen = 0, value;
	int at;

	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, " %*[0-9a-f]: %8" SCNx32 " %n", &value, &at) != 1 || at < 16)
			continue;
		assert_true(seen < nr);
		assert_int_equal(value, word[seen]);
		text = line + at;
		judge(word[seen++], text, tally);
	}
	pclose(in);
	unlink(path);
	assert_int_equal(seen, nr);
}

static void report(const struct tally *tally)
{
	print_message("%u taken by both, %u by neither, %u named otherwise, %u not taken\n",
		      tally->both, tally->neither, tally->names, tally->theirs);
	assert_true(tally->both > 0);
	assert_int_equal(tally->names, 0);
	assert_int_equal(tally->theirs, 0);
}

static void skip_without(const char *program)
{
	if (have(program))
		return;
	print_message("skipped: %s is not installed\n", program);
	skip();
}

static void test_decode_agrees_on_random_words(void **state)
{
	uint32_t *word = malloc(NR_WORDS * sizeof(*word)), i;
	struct tally tally = { 0 };

	(void)state;
	skip_without(OBJDUMP);
	assert_non_null(word);
	for (i = 0; i < NR_WORDS; i++)
		word[i] = (uint32_t)rng();
	compare(word, NR_WORDS, &tally);
	free(word);
	report(&tally);
}

static void test_decode_agrees_on_every_line(void **state)
{
	const struct a64_insn *insn;
	struct tally tally = { 0 };
	uint32_t *word, i, each = 40;
	size_t nr;

	(void)state;
	skip_without(OBJDUMP);
	insn = a64_insns(&nr);
	word = malloc(nr * each * sizeof(*word));
	assert_non_null(word);
	for (i = 0; i < nr * each; i++)
		word[i] = insn[i / each].value | ((uint32_t)rng() & ~insn[i / each].mask);
	compare(word, (uint32_t)nr * each, &tally);
	free(word);
	report(&tally);
}

/* Lines that no word reaches, since others come first, are mistakes. */
static void test_decode_reaches_every_line(void **state)
{
	const struct a64_insn *insn;
	unsigned int tries;
	uint32_t word;
	size_t nr, i;

	(void)state;
	insn = a64_insns(&nr);
	for (i = 0; i < nr; i++) {
		assert_int_equal(insn[i].value & ~insn[i].mask, 0);
		for (tries = 0; tries < 1000; tries++) {
			word = insn[i].value | ((uint32_t)rng() & ~insn[i].mask);
			/* Few system registers are supported; NZCV is. */
			if (insn[i].name[0] == 'm' && strchr("sr", insn[i].name[1]))
				word = insn[i].value | 0x000b4200;
			if (a64_decode(word) == &insn[i] && is_taken(word))
				break;
		}
		if (tries == 1000)
			print_error("%s %08" PRIx32 "\n", insn[i].name, insn[i].value);
		assert_true(tries < 1000);
	}
}

/* What a compiler makes, without the C library's code for CPUs that have more. */
static void test_decode_takes_compiled_code(void **state)
{
	static uint32_t word[1 << 18];
	struct tally tally = { 0 };
	char program[64], command[512], line[256];
	uint32_t nr = 0, value;
	FILE *in;

	(void)state;
	skip_without(CC);
	skip_without(OBJDUMP);
	snprintf(program, sizeof(program), "/tmp/a64-decode-program-%ld", (long)getpid());
	snprintf(command, sizeof(command),
		 CC " -std=gnu11 -D_GNU_SOURCE -I. -O3 -c -o %s.o vmcore/ir/eval_vec.c && "
		    CC " -std=gnu11 -D_GNU_SOURCE -I. -O3 -c -march=armv8.1-a+crc -o %s.2.o "
		    "vmcore/ir/eval_vec.c && " OBJDUMP " -d %s.o %s.2.o",
		 program, program, program, program);
	in = popen(command, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, " %*[0-9a-f]: %8" SCNx32, &value) == 1 &&
		    nr < VMB_ARRAY_SIZE(word))
			word[nr++] = value;
	}
	assert_int_equal(pclose(in), 0);
	snprintf(command, sizeof(command), "rm -f %s.o %s.2.o", program, program);
	assert_int_equal(system(command), 0);
	assert_true(nr > 1000);
	compare(word, nr, &tally);
	report(&tally);
	assert_int_equal(tally.neither, 0);
}

static void test_lift_asks_for_more_bytes(void **state)
{
	struct guest_code code = { .bytes = (const uint8_t *)"\x1f\x20\x03", .nr_bytes = 3 };
	struct guest_lift lift = { .build = NULL };

	(void)state;
	assert_int_equal(guest_ops_arm64.lift(&lift, &code), 0);
}

static int setup(void **state)
{
	(void)state;
	ir_arena_init(&arena, 16 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ir_arena_fini(&arena);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_agrees_on_random_words),
		cmocka_unit_test(test_decode_agrees_on_every_line),
		cmocka_unit_test(test_decode_reaches_every_line),
		cmocka_unit_test(test_decode_takes_compiled_code),
		cmocka_unit_test(test_lift_asks_for_more_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
