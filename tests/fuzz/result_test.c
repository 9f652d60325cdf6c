// SPDX-License-Identifier: MIT
/*
 * Runs the kept corpus through the fuzzer's entry, so that what was once found stays found. Every
 * file there is one input of tests/fuzz/result_fuzz.c.
 *
 * UPDATE_CORPUS=1 writes the seeds anew, after a change of the format.
 */
#include "tests/fuzz/result_fuzz.c"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/results/made.h"

#define CORPUS		"tests/fuzz/corpus/result"
#define SEEDS		8
#define MOST_BYTES	3000	/* small inputs are mutated to more purpose */

static void write_seed(const char *kind, int nr, const uint8_t *data, size_t len)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), CORPUS "/seed-%s-%d",
		 *kind == 'R' ? "result" : *kind == 'r' ? "round" : *kind == 'F' ? "file" : "frame",
		 nr);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(kind, 1, 1, out), 1);
	assert_int_equal(fwrite(data, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static void write_rounds(uint64_t *seed)
{
	for (int i = 0; i < SEEDS;) {
		struct vmb_round r;
		struct vmb_bytes b;

		made_round(seed, &r);
		assert_int_equal(vmb_round_encode(&r, &b), 0);
		if (b.len < MOST_BYTES) {
			write_seed("r", i, b.data + 35, b.len - 35);
			if (!i++)
				write_seed("f", 0, b.data, b.len);
		}
		vmb_bytes_fini(&b);
		vmb_round_fini(&r);
	}
}

static void write_results(uint64_t *seed)
{
	for (int i = 0; i < SEEDS;) {
		struct vmb_result res;
		struct vmb_bytes b;

		made_result(seed, &res);
		assert_int_equal(vmb_result_encode(&res, &b), 0);
		if (b.len < 2 * MOST_BYTES && res.nr) {
			write_seed("R", i, b.data + 35, b.len - 35);
			if (!i++)
				write_seed("F", 0, b.data, b.len);
		}
		vmb_bytes_fini(&b);
		vmb_result_fini(&res);
	}
}

static uint8_t *read_input(const char *path, size_t *len)
{
	FILE *in = fopen(path, "r");
	uint8_t *data = malloc(1 << 20);

	assert_non_null(in);
	assert_non_null(data);
	*len = fread(data, 1, 1 << 20, in);
	assert_true(*len < 1 << 20);
	fclose(in);
	return data;
}

static void run_input(const char *name)
{
	char path[512];
	uint8_t *data, *exact;
	size_t len;

	snprintf(path, sizeof(path), CORPUS "/%s", name);
	data = read_input(path, &len);
	exact = malloc(len + !len);	/* so that ASan sees a read past the end */
	assert_non_null(exact);
	memcpy(exact, data, len);
	assert_int_equal(LLVMFuzzerTestOneInput(exact, len), 0);
	free(exact);
	free(data);
}

static void test_result_fuzz_corpus_replays(void **state)
{
	DIR *dir = opendir(CORPUS);
	struct dirent *entry;
	size_t nr = 0;

	(void)state;
	if (!dir)
		fail_msg(CORPUS ": run the tests from the root of the repository");
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			run_input(entry->d_name);
			nr++;
		}
	closedir(dir);
	assert_true(nr > 2 * SEEDS);
}

/* A seed that is refused teaches a fuzzer nothing: they must follow the format. */
static void test_result_fuzz_seeds_are_accepted(void **state)
{
	char path[128];
	struct vmb_result res;
	struct vmb_error err;
	struct vmb_bytes b;
	uint8_t *data;
	size_t len;

	(void)state;
	for (int i = 0; i < SEEDS; i++) {
		snprintf(path, sizeof(path), CORPUS "/seed-result-%d", i);
		data = read_input(path, &len);
		b = frame("vmbench-result", data + 1, len - 1);
		if (vmb_result_decode(b.data, b.len, &res, &err))
			fail_msg("%s: %s; UPDATE_CORPUS=1 writes the seeds anew", path, err.text);
		vmb_result_fini(&res);
		vmb_bytes_fini(&b);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result_fuzz_corpus_replays),
		cmocka_unit_test(test_result_fuzz_seeds_are_accepted),
	};
	uint64_t seed = 0xf00d;

	if (getenv("UPDATE_CORPUS")) {
		write_rounds(&seed);
		write_results(&seed);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
