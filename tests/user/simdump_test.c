// SPDX-License-Identifier: MIT
/*
 * Callgrind's dumps, good and hostile, and a directory of them into samples.
 */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/counter/sim.h"
#include "user/counter/simdump.h"

#define GOLDEN "tests/golden/callgrind/"

static char *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	if (!f)
		fail_msg("%s: %s; run this from the root of the source", path, strerror(errno));
	assert_non_null(text);
	*len = fread(text, 1, (1 << 16) - 1, f);
	fclose(f);
	return text;
}

static void spill(const char *dir, const char *name, const void *text, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

static void install(const char *dir, const char *golden, const char *name)
{
	char path[512];
	size_t len;
	char *text;

	snprintf(path, sizeof(path), GOLDEN "%s", golden);
	text = slurp(path, &len);
	spill(dir, name, text, len);
	free(text);
}

static int make_dir(void **state)
{
	static char dir[64];

	strcpy(dir, "/tmp/vmbench_sim_XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	return system(command);
}

/* ---- one dump ---- */

static int parse(const char *text, size_t len, struct vmb_sim_dump *d, struct vmb_why *why)
{
	FILE *in = len ? fmemopen((void *)(uintptr_t)text, len, "r") : fopen("/dev/null", "r");
	int err;

	assert_non_null(in);
	err = vmb_sim_dump_parse(in, d, why);
	fclose(in);
	return err;
}

static void test_dump_of_callgrind_is_understood(void **state)
{
	struct vmb_sim_dump d;
	struct vmb_why why = { 0 };
	uint64_t n;
	size_t len;
	char *text = slurp(GOLDEN "iters_1000.txt", &len);

	(void)state;
	assert_int_equal(parse(text, len, &d, &why), 0);
	assert_int_equal(d.iters, 1000);
	assert_int_equal(d.part, 2);
	assert_int_equal(d.nr, 13);
	assert_string_equal(d.creator, "callgrind-3.19.0");
	assert_string_equal(d.cache[2], "33554432 B, 64 B, 16-way associative");
	assert_true(vmb_sim_dump_find(&d, "Ir", &n));
	assert_int_equal(n, 102266);
	assert_true(vmb_sim_dump_find(&d, "DLmr", &n));
	assert_int_equal(n, 1);
	/* Left out at the end of the line: counted, and 0. */
	assert_true(vmb_sim_dump_find(&d, "Bim", &n));
	assert_int_equal(n, 0);
	assert_false(vmb_sim_dump_find(&d, "Ge", &n));
	free(text);
}

static void test_dumps_nobody_asked_for_have_no_iterations(void **state)
{
	static const char *const file[] = { GOLDEN "begin.txt", GOLDEN "exit.txt" };

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(file); i++) {
		struct vmb_sim_dump d;
		struct vmb_why why = { 0 };
		size_t len;
		char *text = slurp(file[i], &len);

		assert_int_equal(parse(text, len, &d, &why), 0);
		assert_int_equal(d.iters, 0);
		free(text);
	}
}

static void test_dump_cut_anywhere_is_refused(void **state)
{
	struct vmb_sim_dump d;
	struct vmb_why why;
	size_t len;
	char *text = slurp(GOLDEN "iters_1000.txt", &len);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		if (parse(text, cut, &d, &why) != -EBADMSG)
			fail_msg("a dump of %zu of %zu bytes was taken", cut, len);
	assert_int_equal(parse(text, len, &d, &why), 0);
	free(text);
}

#define HEAD "version: 1\ncreator: callgrind-3.19.0\npart: 1\n"
#define TAG "desc: Trigger: Client Request: iters="
#define EVENTS "events: Ir Dr\n"
#define TAIL "totals: 5 1\n"

static const struct { const char *text, *says; } hostile[] = {
	{ "", "not a callgrind dump" },
	{ "\177ELF\n", "not a callgrind dump" },
	{ "version: 2\n" TAG "7\n" EVENTS "summary: 5 1\n" TAIL, "version" },
	{ "version: 1\nversion: 1\n", "two version" },
	{ "version: 1\ncreator: cachegrind-3\n", "not written by callgrind" },
	{ HEAD TAG "0\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG "-1\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG "+1\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG " 1\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG "\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG "7x\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG "99999999999999999999\n" EVENTS "summary: 5 1\n" TAIL, "iteration count" },
	{ HEAD TAG "7\n" TAG "7\n" EVENTS "summary: 5 1\n" TAIL, "two triggers" },
	{ HEAD EVENTS TAG "7\nsummary: 5 1\n" TAIL, "after the events" },
	{ HEAD TAG "7\nsummary: 5 1\n" EVENTS TAIL, "before the events" },
	{ HEAD TAG "7\n" EVENTS EVENTS "summary: 5 1\n" TAIL, "two events" },
	{ HEAD TAG "7\nevents:  \nsummary: 5 1\n" TAIL, "empty events" },
	{ HEAD TAG "7\nevents: Irrrrrrrr\nsummary: 5 1\n" TAIL, "long name" },
	{ HEAD TAG "7\nevents: a b c d e f g h i j k l m n o p q r s t u v w x y\n", "too many" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 1 9\n" TAIL, "more counts" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 -1\n" TAIL, "no number" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 1e3\n" TAIL, "no number" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 18446744073709551615\n" TAIL, "no number" },
	{ HEAD TAG "7\n" EVENTS "summary: \n" TAIL, "without counts" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 1\nsummary: 6 1\n" TAIL, "two summaries" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 1\n" TAIL TAIL, "two totals" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 1\n", "cut short" },
	{ HEAD TAG "7\n" EVENTS TAIL, "cut short" },
	{ HEAD TAG "7\n" EVENTS "summary: 5 1\ntotals: 5 1", "without an end" },
	{ "version: 1\npart: x\n", "part number" },
};

static void test_hostile_dumps_are_refused_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(hostile); i++) {
		struct vmb_sim_dump d;
		struct vmb_why why = { 0 };
		int err = parse(hostile[i].text, strlen(hostile[i].text), &d, &why);

		if (err != -EBADMSG || !strstr(why.text, hostile[i].says))
			fail_msg("dump %zu: %d \"%s\" lacks \"%s\"", i, err, why.text, hostile[i].says);
	}
}

static void test_a_line_longer_than_the_buffer_is_passed_over(void **state)
{
	static const char head[] = HEAD TAG "7\n" EVENTS "summary: 5 1\nfn=";
	static const char tail[] = "summary: 1 1\n" TAIL;	/* end of the name, not a header */
	size_t middle = 3 * 4095 - 3;	/* so that the tail begins a read of its own */
	char *text = malloc(sizeof(head) + middle + sizeof(tail));
	struct vmb_sim_dump d;
	struct vmb_why why = { 0 };
	uint64_t n;

	(void)state;
	assert_non_null(text);
	strcpy(text, head);
	memset(text + strlen(head), 'x', middle);
	strcpy(text + strlen(head) + middle, tail);
	assert_int_equal(parse(text, strlen(text), &d, &why), 0);
	assert_true(vmb_sim_dump_find(&d, "Ir", &n));
	assert_int_equal(n, 5);
	free(text);
}

/* No claim about the outcome: whatever the bytes are, no crash and no count out of range. */
static void test_damaged_dumps_never_crash(void **state)
{
	uint64_t seed = 1;
	size_t len;
	char *text = slurp(GOLDEN "iters_2000.txt", &len), *copy = malloc(len);

	(void)state;
	assert_non_null(copy);
	for (int i = 0; i < 3000; i++) {
		struct vmb_sim_dump d;
		struct vmb_why why;

		memcpy(copy, text, len);
		for (int k = 0; k < 4; k++)
			copy[vmb_random(&seed) % len] = (char)vmb_random(&seed);
		if (parse(copy, len, &d, &why))
			continue;
		assert_true(d.nr <= VMB_SIM_EVENTS);
		for (size_t k = 0; k < d.nr; k++)
			assert_true(d.count[k] <= UINT64_MAX / 4);
	}
	free(copy);
	free(text);
}

/* ---- a directory of dumps ---- */

static void test_collect_makes_one_sample_of_each_asked_for_dump(void **state)
{
	struct vmb_round r = { 0 };
	struct vmb_why why = { 0 };
	char text[256];

	install(*state, "iters_2000.txt", "callgrind.out.9.4");
	install(*state, "begin.txt", "callgrind.out.9.1");
	install(*state, "iters_1000.txt", "callgrind.out.9.2");
	install(*state, "begin_again.txt", "callgrind.out.9.3");
	install(*state, "exit.txt", "callgrind.out.9");
	spill(*state, "valgrind.log.9", "junk", 4);
	assert_int_equal(vmb_sim_collect(*state, &r, &why), 0);
	assert_int_equal(r.nr_samples, 2);
	assert_int_equal(r.nr_counters, 10);
	assert_string_equal(r.counters[0].name, "instructions");
	assert_string_equal(r.counters[0].source, "sim:callgrind");
	assert_int_equal(r.samples[0].iters, 1000);
	assert_int_equal(r.samples[1].iters, 2000);
	assert_int_equal(r.samples[0].ticks, 0);
	assert_int_equal(r.samples[0].counted, 0x3ff);
	/* 100 nops, a subtraction and a branch. */
	assert_int_equal(r.samples[1].counter[0] - r.samples[0].counter[0], 1000 * 102);
	vmb_sim_describe(*state, text, sizeof(text));
	assert_string_equal(text, "callgrind-3.19.0, I1 32768 B, 64 B, 8-way associative, D1 32768 B, "
			    "64 B, 8-way associative, LL 33554432 B, 64 B, 16-way associative");
	vmb_round_fini(&r);
}

static void test_collect_appends_to_what_the_round_has(void **state)
{
	struct vmb_round r = { .nr_counters = 2, .nr_samples = 1 };
	struct vmb_why why = { 0 };

	r.samples = calloc(1, sizeof(*r.samples));
	assert_non_null(r.samples);
	r.samples[0].iters = 5;
	install(*state, "iters_1000.txt", "callgrind.out.9.2");
	assert_int_equal(vmb_sim_collect(*state, &r, &why), 0);
	assert_int_equal(r.nr_samples, 2);
	assert_int_equal(r.samples[0].iters, 5);
	assert_int_equal(r.nr_counters, 12);
	assert_string_equal(r.counters[2].name, "instructions");
	assert_int_equal(r.samples[1].counted, 0x3ff << 2);
	assert_int_equal(r.samples[1].counter[2], 102266);
	vmb_round_fini(&r);
}

/* Events that a dump does not have are absent, not 0. */
static void test_collect_leaves_uncounted_events_absent(void **state)
{
	static const char text[] = HEAD TAG "7\nevents: Ir Bc\nsummary: 50 4\ntotals: 50 4\n";
	struct vmb_round r = { 0 };
	struct vmb_why why = { 0 };

	spill(*state, "callgrind.out.1", text, strlen(text));
	assert_int_equal(vmb_sim_collect(*state, &r, &why), 0);
	assert_int_equal(r.samples[0].counted, 1);
	assert_int_equal(r.samples[0].counter[0], 50);
	vmb_round_fini(&r);
}

static void refuse_dir(const char *dir, int err, const char *says)
{
	struct vmb_round r = { 0 };
	struct vmb_why why = { 0 };

	assert_int_equal(vmb_sim_collect(dir, &r, &why), err);
	if (!strstr(why.text, says))
		fail_msg("\"%s\" lacks \"%s\"", why.text, says);
	assert_int_equal(r.nr_samples, 0);
	assert_int_equal(r.nr_counters, 0);
	assert_null(r.samples);
}

static void test_collect_refuses_a_directory_without_counts(void **state)
{
	refuse_dir(*state, -ENODATA, "no counts");
	install(*state, "exit.txt", "callgrind.out.9");
	refuse_dir(*state, -ENODATA, "no counts");
	refuse_dir("/nonexistent/dir", -ENOENT, "/nonexistent/dir");
}

static void test_the_log_says_why_there_are_no_counts(void **state)
{
	static const char log[] = "==7== Callgrind, a call-graph generating cache profiler\n"
		"==7== Using Valgrind-3.19.0 and LibVEX; rerun with -h for copyright info\n"
		"==7== valgrind: Unrecognised instruction at address 0x10a538.\n"
		"==7== Your program just tried to execute an instruction that Valgrind\n";
	char text[64];

	vmb_sim_explain(*state, text, sizeof(text));
	assert_string_equal(text, "");
	spill(*state, "valgrind.log.7", log, strlen(log));
	vmb_sim_explain(*state, text, sizeof(text));
	assert_string_equal(text, "valgrind: Unrecognised instruction at address 0x10a538.");
	refuse_dir(*state, -ENODATA, "no counts: valgrind: Unrecognised instruction");
	vmb_sim_explain("/nonexistent", text, sizeof(text));
	assert_string_equal(text, "");
}

static void test_collect_refuses_a_damaged_dump_by_name(void **state)
{
	install(*state, "iters_1000.txt", "callgrind.out.9.2");
	spill(*state, "callgrind.out.9.3", HEAD, strlen(HEAD));
	refuse_dir(*state, -EBADMSG, "callgrind.out.9.3: cut short");
}

static void test_collect_refuses_what_is_no_regular_file(void **state)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/callgrind.out.1", (char *)*state);
	assert_int_equal(mkfifo(path, 0600), 0);
	refuse_dir(*state, -EBADMSG, "callgrind.out.1");
	unlink(path);
	assert_int_equal(symlink("/dev/zero", path), 0);
	refuse_dir(*state, -ELOOP, "callgrind.out.1");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	refuse_dir(*state, -EBADMSG, "callgrind.out.1");
}

static void test_collect_refuses_an_oversized_file_unread(void **state)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/callgrind.out.1", (char *)*state);
	spill(*state, "callgrind.out.1", "", 0);
	assert_int_equal(truncate(path, 1LL << 33), 0);
	refuse_dir(*state, -EFBIG, "callgrind.out.1");
}

static void test_collect_refuses_a_round_without_room(void **state)
{
	struct vmb_round r = { .nr_counters = VMB_MAX_COUNTERS - 9 };
	struct vmb_why why = { 0 };

	install(*state, "iters_1000.txt", "callgrind.out.9.2");
	assert_int_equal(vmb_sim_collect(*state, &r, &why), -E2BIG);
	assert_int_equal(r.nr_counters, VMB_MAX_COUNTERS - 9);
	assert_int_equal(r.nr_samples, 0);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump_of_callgrind_is_understood),
		cmocka_unit_test(test_dumps_nobody_asked_for_have_no_iterations),
		cmocka_unit_test(test_dump_cut_anywhere_is_refused),
		cmocka_unit_test(test_hostile_dumps_are_refused_with_a_reason),
		cmocka_unit_test(test_a_line_longer_than_the_buffer_is_passed_over),
		cmocka_unit_test(test_damaged_dumps_never_crash),
		IN_DIR(test_collect_makes_one_sample_of_each_asked_for_dump),
		IN_DIR(test_collect_appends_to_what_the_round_has),
		IN_DIR(test_collect_leaves_uncounted_events_absent),
		IN_DIR(test_collect_refuses_a_directory_without_counts),
		IN_DIR(test_the_log_says_why_there_are_no_counts),
		IN_DIR(test_collect_refuses_a_damaged_dump_by_name),
		IN_DIR(test_collect_refuses_what_is_no_regular_file),
		IN_DIR(test_collect_refuses_an_oversized_file_unread),
		IN_DIR(test_collect_refuses_a_round_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
