// SPDX-License-Identifier: MIT
/*
 * Runs the kept corpus through the fuzzer's entry, so that what was once found stays found.
 *
 * UPDATE_CORPUS=1 writes the seeds, generated units, anew after a change of the text form.
 */
#include "tests/fuzz/ir_fuzz.c"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/vmcore/gen.h"

#define CORPUS "tests/fuzz/corpus/ir"
#define SEEDS  6

static void write_seeds(void)
{
	uint64_t seed;

	for (seed = 0; seed < SEEDS; seed++) {
		const struct gen_options options = { seed, 40, seed & 1, 0 };
		struct ir_arena arena;
		struct ir_unit unit;
		char path[128];
		FILE *out;

		ir_arena_init(&arena, ARENA_BYTES);
		ir_unit_init(&unit, &arena);
		assert_int_equal(gen_unit(&unit, &options), 0);
		snprintf(path, sizeof(path), CORPUS "/seed-%d", (int)seed);
		out = fopen(path, "w");
		assert_non_null(out);
		assert_int_equal(ir_print(&unit, out), 0);
		assert_int_equal(fclose(out), 0);
		ir_arena_fini(&arena);
	}
}

static uint8_t *read_input(const char *name, size_t *bytes)
{
	uint8_t *data = malloc(1 << 20), *exact;
	char path[512];
	FILE *in;

	snprintf(path, sizeof(path), CORPUS "/%s", name);
	in = fopen(path, "r");
	assert_non_null(in);
	assert_non_null(data);
	*bytes = fread(data, 1, 1 << 20, in);
	fclose(in);
	exact = malloc(*bytes + !*bytes); /* so that ASan sees a read past the end */
	assert_non_null(exact);
	memcpy(exact, data, *bytes);
	free(data);
	return exact;
}

static void test_ir_fuzz_corpus_replays(void **state)
{
	DIR *dir = opendir(CORPUS);
	struct dirent *entry;
	size_t nr = 0, bytes;

	(void)state;
	if (!dir)
		fail_msg(CORPUS ": run the tests from the root of the repository");
	while ((entry = readdir(dir))) {
		uint8_t *data;

		if (entry->d_name[0] == '.')
			continue;
		data = read_input(entry->d_name, &bytes);
		assert_int_equal(LLVMFuzzerTestOneInput(data, bytes), 0);
		free(data);
		nr++;
	}
	closedir(dir);
	assert_true(nr >= SEEDS);
}

/* A seed that is refused teaches a fuzzer nothing: they must follow the text form. */
static void test_ir_fuzz_seeds_are_accepted(void **state)
{
	int seed;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct ir_arena arena;
		struct ir_error error;
		struct ir_unit unit;
		struct ir_text at = { 0 };
		char name[32];
		uint8_t *data;

		snprintf(name, sizeof(name), "seed-%d", seed);
		data = read_input(name, &at.bytes);
		at.text = (const char *)data;
		ir_arena_init(&arena, ARENA_BYTES);
		ir_unit_init(&unit, &arena);
		if (ir_parse(&at, &unit, &error) != 1 || ir_verify(&unit, &arena, &error))
			fail_msg("%s:%u: %s; UPDATE_CORPUS=1 writes the seeds anew", name,
				 error.line, error.text);
		ir_arena_fini(&arena);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ir_fuzz_corpus_replays),
		cmocka_unit_test(test_ir_fuzz_seeds_are_accepted),
	};

	if (getenv("UPDATE_CORPUS"))
		write_seeds();
	return cmocka_run_group_tests_name("ir_fuzz", tests, NULL, NULL);
}
