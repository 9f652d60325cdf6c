// SPDX-License-Identifier: MIT
/*
 * Runs the kept corpus through the fuzzer's entry, so that what was once found stays found, and a
 * little of what the fuzzer would do, always the same. COMPILER_CHANGES=1000000 in the environment
 * asks for as many changed units, COMPILER_SEED for others; no coverage guides it, but as released it
 * does some hundred times as many in the same time.
 */
#include "tests/fuzz/compiler_fuzz.c"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CORPUS	    "tests/fuzz/corpus/compiler"
#define INPUT_BYTES 65536u

/* The library's own changes are not to be had here; one byte is changed instead. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t room)
{
	(void)room;
	if (bytes)
		data[bytes / 2] ^= 1;
	return bytes;
}

static void replay(const char *name)
{
	static char text[INPUT_BYTES];
	char path[512];
	uint8_t *exact;
	size_t bytes;
	FILE *in;

	snprintf(path, sizeof(path), CORPUS "/%s", name);
	in = fopen(path, "r");
	assert_non_null(in);
	bytes = fread(text, 1, sizeof(text), in);
	fclose(in);
	exact = malloc(bytes + !bytes); /* so that ASan sees a read past the end */
	assert_non_null(exact);
	memcpy(exact, text, bytes);
	assert_int_equal(LLVMFuzzerTestOneInput(exact, bytes), 0);
	free(exact);
}

static void test_compiler_fuzz_corpus_replays(void **state)
{
	DIR *dir = opendir(CORPUS);
	struct dirent *entry;
	size_t nr = 0;

	(void)state;
	if (!dir)
		fail_msg(CORPUS ": run the tests from the root of the repository");
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		replay(entry->d_name);
		nr++;
	}
	closedir(dir);
	assert_true(nr > 10);
}

/* Is the first unit of a text one that is compiled? */
static bool is_unit(const uint8_t *data, size_t bytes, uint32_t *nr_insns)
{
	struct ir_text at = { .text = (const char *)data, .bytes = bytes };
	struct ir_error error;
	struct ir_unit unit;

	ir_arena_reset(&fuzz.arena);
	ir_unit_init(&unit, &fuzz.arena);
	if (ir_parse(&at, &unit, &error) != 1 || ir_verify(&unit, &fuzz.arena, &error))
		return false;
	*nr_insns = unit.nr_insns;
	return true;
}

/* Changes leave units that are well-formed, differ, and do the same wherever they run. */
static void test_compiler_fuzz_changes_units(void **state)
{
	static uint8_t data[INPUT_BYTES], before[INPUT_BYTES];
	unsigned int seed, nr_changed = 0, nr_longer = 0, nr = 100;
	size_t bytes = 0, old_bytes;
	uint32_t insns, old_insns = 0;

	(void)state;
	for (seed = 2; seed < 2 + nr; seed++) {
		/* Neither of the two numbers that ask for something else. */
		unsigned int asked = seed % 64 < 2 ? seed + 2 : seed;

		memcpy(before, data, bytes);
		old_bytes = bytes;
		bytes = LLVMFuzzerCustomMutator(data, bytes, sizeof(data), asked);
		if (!is_unit(data, bytes, &insns))
			fail_msg("seed %u: no unit any more:\n%.*s", asked, (int)bytes, data);
		nr_changed += bytes != old_bytes || memcmp(data, before, bytes) != 0;
		nr_longer += insns > old_insns;
		old_insns = insns;
		assert_int_equal(LLVMFuzzerTestOneInput(data, bytes), 0);
	}
	assert_in_range(nr_changed, nr / 2, nr);
	assert_in_range(nr_longer, nr / 10, nr);
}

static uint64_t asked(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* Any seeds: also new units, from which a chain of changes begins, and bytes without sense. */
static void test_compiler_fuzz_goes_on_as_long_as_asked(void **state)
{
	static uint8_t data[INPUT_BYTES];
	uint64_t nr = asked("COMPILER_CHANGES", 200), random = asked("COMPILER_SEED", 1), i;
	size_t bytes = 0;

	(void)state;
	for (i = 0; i < nr; i++) {
		random = stir(random, i);
		bytes = LLVMFuzzerCustomMutator(data, bytes, 8192, (unsigned int)(random >> 32));
		assert_int_equal(LLVMFuzzerTestOneInput(data, bytes), 0);
	}
}

/* A unit that does something else than it should is found, or the fuzzer is of no use. */
static void test_compiler_fuzz_sees_a_difference(void **state)
{
	static struct outcome a, b;
	struct ir_unit unit = { .nr_insns = 1, .flags = IR_UNIT_FPFLAGS };

	(void)state;
	prepare(&a, &unit, FUEL);
	prepare(&b, &unit, FUEL);
	assert_true(same(&unit, &a, &b));
	b.state[STATE_BYTES - 1] ^= 1;
	assert_false(same(&unit, &a, &b));
	prepare(&b, &unit, FUEL);
	b.memory[0] ^= 1;
	assert_false(same(&unit, &a, &b));
	prepare(&b, &unit, FUEL);
	b.context.fp.flags ^= IR_FP_INEXACT;
	assert_false(same(&unit, &a, &b));
	prepare(&b, &unit, FUEL);
	b.leave.pc ^= 1;
	assert_false(same(&unit, &a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compiler_fuzz_corpus_replays),
		cmocka_unit_test(test_compiler_fuzz_changes_units),
		cmocka_unit_test(test_compiler_fuzz_goes_on_as_long_as_asked),
		cmocka_unit_test(test_compiler_fuzz_sees_a_difference),
	};

	return cmocka_run_group_tests_name("compiler_fuzz", tests, NULL, NULL);
}
