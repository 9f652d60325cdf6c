// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "results/baseline.h"
#include "tests/results/forge.h"
#include "tests/results/tmpdir.h"

static void make(struct vmb_result *res, const char *id, double ns)
{
	struct forge f = { .id = id, .commit = "c0ffee", .fingerprint = "0123" };

	forge_start(res, &f);
	forge_bench(res, &f, "memory/copy/libc/64", ns);
	forge_bench(res, &f, "exit/syscall/read", 2 * ns);
}

static int save(const char *dir, const char *name, const char *id, bool replace,
		struct vmb_error *err)
{
	struct vmb_result res;
	char path[PATH_MAX];
	int status;

	make(&res, id, 10);
	status = vmb_baseline_save(dir, name, replace, &res, path, err);
	vmb_result_fini(&res);
	return status;
}

static void assert_holds(const char *dir, const char *name, const char *id)
{
	struct vmb_result res;
	struct vmb_error err;

	if (vmb_baseline_load(dir, name, &res, &err))
		fail_msg("%s", err.text);
	assert_string_equal(res.id, id);
	assert_int_equal(res.nr, 2);
	vmb_result_fini(&res);
}

static void test_names_that_are_accepted_and_refused(void **state)
{
	static const char *const good[] = { "main", "v1.2", "2026", "a-b_c", "x" };
	static const char *const bad[] = { "", ".", "..", ".hidden", "-f", "a/b", "../x", "a b", "a\nb",
					   "latest", "x.vmb", "\xc3\xa4", "a*" };
	char longest[VMB_BASELINE_NAME_MAX + 2];
	struct vmb_error err;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(good); i++)
		assert_int_equal(vmb_baseline_name_check(good[i], &err), 0);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++)
		assert_int_equal(vmb_baseline_name_check(bad[i], &err), -EINVAL);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(vmb_baseline_name_check(longest, &err), -EINVAL);
	assert_int_equal(vmb_baseline_name_check(longest + 1, &err), 0);
}

static void test_save_load_remove(void **state)
{
	struct vmb_error err;
	struct vmb_result res;

	assert_int_equal(save(*state, "main", "run-1", false, &err), 0);
	assert_holds(*state, "main", "run-1");
	assert_int_equal(vmb_baseline_remove(*state, "main", &err), 0);
	assert_int_equal(vmb_baseline_load(*state, "main", &res, &err), -ENOENT);
	assert_int_equal(vmb_baseline_remove(*state, "main", &err), -ENOENT);
}

static void test_an_older_one_is_kept_unless_told(void **state)
{
	struct vmb_error err;

	assert_int_equal(save(*state, "main", "run-1", false, &err), 0);
	assert_int_equal(save(*state, "main", "run-2", false, &err), -EEXIST);
	assert_non_null(strstr(err.text, "--force"));
	assert_holds(*state, "main", "run-1");
	assert_int_equal(save(*state, "main", "run-2", true, &err), 0);
	assert_holds(*state, "main", "run-2");
}

static void test_a_missing_one_names_those_there_are(void **state)
{
	struct vmb_error err;
	struct vmb_result res;

	assert_int_equal(vmb_baseline_load(*state, "man", &res, &err), -ENOENT);
	assert_non_null(strstr(err.text, "--save-baseline man"));
	assert_int_equal(save(*state, "main", "run-1", false, &err), 0);
	assert_int_equal(vmb_baseline_load(*state, "man", &res, &err), -ENOENT);
	assert_non_null(strstr(err.text, "main"));
}

static void test_a_word_means_a_path_a_baseline_or_a_run(void **state)
{
	struct vmb_error err;
	struct vmb_result res;
	char path[PATH_MAX];
	bool baseline;

	assert_int_equal(vmb_store_prepare(*state, &err), 0);
	make(&res, "2026-run", 10);
	assert_int_equal(vmb_store_save(*state, &res, path, &err), 0);
	vmb_result_fini(&res);
	assert_int_equal(save(*state, "2026", "other", false, &err), 0);
	assert_int_equal(vmb_baseline_or_run(*state, "2026", &res, &baseline, &err), 0);
	assert_true(baseline);
	assert_string_equal(res.id, "other");
	vmb_result_fini(&res);
	assert_int_equal(vmb_baseline_or_run(*state, "2026-", &res, &baseline, &err), 0);
	assert_false(baseline);
	assert_string_equal(res.id, "2026-run");
	vmb_result_fini(&res);
	assert_int_equal(vmb_baseline_or_run(*state, path, &res, &baseline, &err), 0);
	assert_false(baseline);
	vmb_result_fini(&res);
	assert_int_equal(vmb_baseline_or_run(*state, "neither", &res, &baseline, &err), -ENOENT);
}

static void test_a_damaged_one_is_refused(void **state)
{
	struct vmb_error err;
	struct vmb_result res;

	assert_int_equal(save(*state, "main", "run-1", false, &err), 0);
	tmpdir_write(*state, "baselines/main.vmb", "not a result", 12);
	assert_int_equal(vmb_baseline_load(*state, "main", &res, &err), -EBADMSG);
	assert_int_equal(save(*state, "main", "run-2", true, &err), 0);
	assert_holds(*state, "main", "run-2");
}

/* Until it is killed. Nothing of cmocka's in here. A byte after the first time. */
static void replace_for_ever(const char *dir, const struct vmb_result *res, int fd)
{
	char path[PATH_MAX];
	struct vmb_error err;

	for (unsigned int i = 1;; i++) {
		if (vmb_baseline_save(dir, "main", true, &res[i % 2], path, &err))
			_exit(1);
		if (i == 1 && write(fd, "", 1) != 1)
			_exit(1);
	}
}

static pid_t start_replacing(const char *dir, const struct vmb_result *res)
{
	int fd[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		replace_for_ever(dir, res, fd[1]);
	close(fd[1]);
	assert_int_equal(read(fd[0], &byte, 1), 1);
	close(fd[0]);
	return pid;
}

static void kill_after(pid_t pid, unsigned int us)
{
	struct timespec t = { .tv_nsec = us * 1000l };
	int status;

	nanosleep(&t, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void test_killed_at_any_moment_leaves_a_whole_one(void **state)
{
	struct vmb_result res[2], got;
	struct vmb_error err;
	uint64_t seed = 4;
	size_t seen[2] = { 0 };

	make(&res[0], "run-a", 10);
	make(&res[1], "run-b", 20);
	assert_int_equal(save(*state, "main", "run-a", false, &err), 0);
	for (int i = 0; i < 60; i++) {
		kill_after(start_replacing(*state, res), (unsigned int)(vmb_splitmix64(&seed) % 40000));
		if (vmb_baseline_load(*state, "main", &got, &err))
			fail_msg("after %d kills: %s", i + 1, err.text);
		assert_int_equal(got.nr, 2);
		seen[strcmp(got.id, "run-a") ? 1 : 0]++;
		assert_true(!strcmp(got.id, "run-a") || !strcmp(got.id, "run-b"));
		vmb_result_fini(&got);
	}
	print_message("one run %zu times, the other %zu times\n", seen[0], seen[1]);
	vmb_result_fini(&res[0]);
	vmb_result_fini(&res[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_make, tmpdir_remove)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_that_are_accepted_and_refused),
		TEST(test_save_load_remove),
		TEST(test_an_older_one_is_kept_unless_told),
		TEST(test_a_missing_one_names_those_there_are),
		TEST(test_a_word_means_a_path_a_baseline_or_a_run),
		TEST(test_a_damaged_one_is_refused),
		TEST(test_killed_at_any_moment_leaves_a_whole_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
