// SPDX-License-Identifier: MIT
/*
 * The decoder of x86_64 instructions against objdump: length and name of random instructions of every
 * line of insn.def, and what is taken of random bytes.
 */
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "arch/x86_64/guest/guest.h"
#include "tests/arch/x86_make.h"

#define PLACE_BYTES 32u
#define NR_RANDOM   40000u
#define EACH_LINE   40u

/* Instructions to be disassembled, one in each place, with NOPs behind it. */
static uint8_t *code;
static uint32_t nr_places;

static void add_place(const uint8_t *bytes, size_t nr)
{
	uint8_t *to = code + (size_t)nr_places++ * PLACE_BYTES;

	memset(to, 0x90, PLACE_BYTES);
	memcpy(to, bytes, nr);
}

static bool have_objdump(void)
{
	return !system("objdump --help 2>&1 | grep -q x86-64");
}

static void skip_without_objdump(void)
{
	if (have_objdump())
		return;
	print_message("skipped: no objdump for x86_64 is installed\n");
	skip();
}

/* What objdump calls instructions whose name here is another. */
static const struct {
	const char *is, *objdump;
} aliases[] = {
	{ "cbw", "cwde" }, { "cbw", "cdqe" }, { "cwd", "cdq" }, { "cwd", "cqo" }, { "mov", "movabs" },
	{ "xchg", "nop" }, { "xchg", "pause" }, { "pushf", "pushfw" }, { "popf", "popfw" },
	{ "xlat", "xlatb" }, { "jrcxz", "jecxz" }, { "leave", "leavew" }, { "call", "callw" },
	{ "ret", "retw" }, { "shl", "sal" }, { "movsxd", "movsx" }, { "nop", "endbr64" },
	{ "nop", "endbr32" }, { "nop", "rdsspd" }, { "nop", "rdsspq" }, { "movsxd", "movsxd" },
	{ "movs", "movsw" }, { "nop", "cldemote" }, { "nop", "nopw" },
	{ "clflush", "clflushopt" }, { "fldenv", "fldenvw" },
	{ "fnsave", "fnsavew" }, { "frstor", "frstorw" }, { "pcmpestrm", "pcmpestrmq" },
	{ "pclmulqdq", "pclmullqlqdq" }, { "pclmulqdq", "pclmulhqlqdq" },
	{ "pclmulqdq", "pclmullqhqdq" }, { "pclmulqdq", "pclmulhqhqdq" },
	{ "pcmpestri", "pcmpestriq" }, { "fnstenv", "fnstenvw" }, { "push", "pushw" }, { "pop", "popw" },
	{ "nop", "bndldx" }, { "nop", "bndstx" }, { "nop", "bndmk" }, { "nop", "bndmov" },
	{ "fxsave", "fxsave64" }, { "fxrstor", "fxrstor64" }, { "nop", "bndcl" }, { "nop", "bndcu" }, { "nop", "bndcn" }, { "prefetch", "nop" },
};

static bool same_name(const struct x86_line *line, const char *mnemonic)
{
	static const char *const conds[] = { "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns",
					     "p", "np", "l", "ge", "le", "g" };
	size_t length = strlen(line->name), i;

	for (i = 0; i < VMB_ARRAY_SIZE(aliases); i++) {
		if (!strcmp(aliases[i].is, line->name) && !strcmp(aliases[i].objdump, mnemonic))
			return true;
	}
	if (!strncmp(line->name, "prefetch", 8) && !strncmp(mnemonic, "prefetch", 8))
		return true;
	/* CMPPS by 0 is CMPEQPS to objdump. */
	if (line->opcode == 0xc2 && line->map == X86_M0F && strlen(mnemonic) > 5)
		return !strncmp(mnemonic, "cmp", 3) &&
		       !strcmp(mnemonic + strlen(mnemonic) - 2, line->name + 3);
	if (strncmp(line->name, mnemonic, length))
		return false;
	if (!(line->attr & X86_COND))
		return !mnemonic[length];
	for (i = 0; i < VMB_ARRAY_SIZE(conds); i++) {
		if (!strcmp(mnemonic + length, conds[i]))
			return true;
	}
	return false;
}

/* The mnemonic behind prefixes that objdump writes as words. */
static const char *mnemonic_of(char *text)
{
	static const char *const prefix[] = { "lock", "rep", "repz", "repnz", "data16", "addr32", "gs",
					      "fs", "cs", "ds", "es", "ss", "bnd", "notrack", "xacquire",
					      "xrelease", "{vex}" };
	char *word = strtok(text, " \t\n");
	size_t i = 0;

	while (word && i < VMB_ARRAY_SIZE(prefix)) {
		if (strcmp(word, prefix[i]) && strncmp(word, "rex", 3)) {
			i++;
			continue;
		}
		word = strtok(NULL, " \t\n");
		i = 0;
	}
	if (word)
		word[strcspn(word, ",")] = 0;
	return word ? word : "";
}

struct tally {
	uint32_t taken, left, bad;
};

static void complain(struct tally *tally, const uint8_t *bytes, const char *what, const char *text)
{
	uint32_t i;

	if (tally->bad++ >= 20)
		return;
	for (i = 0; i < X86_MAX_BYTES; i++)
		print_error("%02x ", bytes[i]);
	print_error("%s: %s\n", what, text);
}

static void judge(uint32_t place, uint32_t length, char *text, struct tally *tally)
{
	const uint8_t *bytes = code + (size_t)place * PLACE_BYTES;
	const char *mnemonic = mnemonic_of(text);
	struct x86_insn insn;
	int is = x86_decode(bytes, PLACE_BYTES, &insn);

	if (is <= 0) {
		tally->left++;
		return;
	}
	tally->taken++;
	/* objdump makes a prefix of it. */
	if (is_name(insn.line, "fwait"))
		return;
	/* CPUs ignore modrm.rm of fences. */
	if (strstr(insn.line->name, "fence") && insn.rm)
		return;
	/* And F2 where it means nothing. */
	if (insn.repeat == 0xf2 && insn.line->prefix == X86_NX && !strcmp(mnemonic, "(bad)"))
		return;
	if (!same_name(insn.line, mnemonic))
		complain(tally, bytes, insn.line->name, mnemonic);
	else if ((uint32_t)is != length)
		complain(tally, bytes, "has another length", mnemonic);
}

static void compare(struct tally *tally)
{
	char path[] = "/tmp/x86-decode-XXXXXX", command[128], line[256], text[256] = "";
	int fd = mkstemp(path), at = 0;
	uint64_t address, begin = 0;
	bool waits = false;
	FILE *in;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, code, (size_t)nr_places * PLACE_BYTES),
			 (size_t)nr_places * PLACE_BYTES);
	close(fd);
	snprintf(command, sizeof(command),
		 "objdump -D -z -w -b binary -m i386:x86-64 -M intel,intel64 --no-show-raw-insn %s", path);
	in = popen(command, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (*line != ' ' || sscanf(line, " %" SCNx64 ":%n", &address, &at) != 1)
			continue;
		if (waits)
			judge((uint32_t)(begin / PLACE_BYTES), (uint32_t)(address - begin), text,
			      tally);
		waits = address % PLACE_BYTES == 0;
		begin = address;
		snprintf(text, sizeof(text), "%s", line + at);
	}
	pclose(in);
	unlink(path);
	print_message("%u taken, %u not, %u differ\n", tally->taken, tally->left, tally->bad);
	assert_true(tally->taken > 0);
	assert_int_equal(tally->bad, 0);
}

static void begin(size_t places)
{
	code = malloc(places * PLACE_BYTES);
	assert_non_null(code);
	nr_places = 0;
}

static void test_decode_agrees_on_every_line(void **state)
{
	static struct x86_case c;
	struct tally tally = { 0 };
	const struct x86_line *line;
	unsigned int k, tries;
	size_t nr, i;

	(void)state;
	skip_without_objdump();
	line = x86_lines(&nr);
	begin(nr * EACH_LINE);
	for (i = 0; i < nr; i++) {
		for (k = 0, tries = 0; k < EACH_LINE && tries < 10000; tries++) {
			memset(&c, 0, sizeof(c));
			if (!make_insn(&line[i], &c, X86_CODE, true))
				continue;
			add_place(c.code, c.nr_bytes);
			k++;
		}
		if (k < EACH_LINE)
			print_error("%s %02x is never reached\n", line[i].name, line[i].opcode);
		assert_int_equal(k, EACH_LINE);
	}
	compare(&tally);
	free(code);
	assert_int_equal(tally.left, 0);
}

/* Opcodes are likely, prefixes too; what is not supported is not taken. */
static void test_decode_agrees_on_random_bytes(void **state)
{
	static const uint8_t likely[] = { 0x0f, 0x0f, 0x66, 0xf2, 0xf3, 0x48, 0x41, 0xc4, 0xc5, 0xf0 };
	uint8_t bytes[X86_MAX_BYTES];
	struct tally tally = { 0 };
	unsigned int i, k;

	(void)state;
	skip_without_objdump();
	begin(NR_RANDOM);
	for (i = 0; i < NR_RANDOM; i++) {
		for (k = 0; k < sizeof(bytes); k++)
			bytes[k] = k < 3 && one_in(3) ? likely[rng() % sizeof(likely)] : (uint8_t)rng();
		add_place(bytes, sizeof(bytes));
	}
	compare(&tally);
	free(code);
}

/* Every shorter piece of an instruction asks for more, and reads nothing behind its end. */
static void test_decode_asks_for_more_bytes(void **state)
{
	static struct x86_case c;
	const struct x86_line *line;
	struct x86_insn insn;
	size_t nr, i, k;
	uint8_t *exact;

	(void)state;
	line = x86_lines(&nr);
	for (i = 0; i < nr; i++) {
		do
			memset(&c, 0, sizeof(c));
		while (!make_insn(&line[i], &c, X86_CODE, true));
		for (k = 0; k < c.nr_bytes; k++) {
			/* Of the size that there is, for the sanitizer. */
			exact = malloc(k + !k);
			assert_non_null(exact);
			memcpy(exact, c.code, k);
			assert_int_equal(x86_decode(exact, k, &insn), 0);
			free(exact);
		}
	}
}

static void test_decode_refuses_what_is_too_long(void **state)
{
	uint8_t bytes[16];
	struct x86_insn insn;

	(void)state;
	memset(bytes, 0x66, sizeof(bytes));
	assert_int_equal(x86_decode(bytes, 16, &insn), -EILSEQ);
	bytes[14] = 0x90;
	assert_int_equal(x86_decode(bytes, 16, &insn), 15);
}

/* LOCK needs a destination in memory, and an instruction that allows it. */
static void test_decode_refuses_lock(void **state)
{
	static const uint8_t no[][4] = { { 0xf0, 0x01, 0xd8 }, { 0xf0, 0x3b, 0x00 },
					 { 0xf0, 0x89, 0x00 }, { 0xf0, 0x90 } };
	struct x86_insn insn;
	unsigned int i;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(no); i++)
		assert_int_equal(x86_decode(no[i], 4, &insn), -EILSEQ);
	assert_int_equal(x86_decode((const uint8_t *)"\xf0\x01\x18", 3, &insn), 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_agrees_on_every_line),
		cmocka_unit_test(test_decode_agrees_on_random_bytes),
		cmocka_unit_test(test_decode_asks_for_more_bytes),
		cmocka_unit_test(test_decode_refuses_what_is_too_long),
		cmocka_unit_test(test_decode_refuses_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
