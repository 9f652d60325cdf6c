// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/child.h"

static struct vmb_child_report run_shell(const char *script, double timeout_s)
{
	char *text = strdup(script);
	char shell[] = "/bin/sh", dash_c[] = "-c";
	char *argv[] = { shell, dash_c, text, NULL };
	struct vmb_child_spec spec = { .argv = argv, .env_offset_bytes = 100, .timeout_s = timeout_s };
	struct vmb_child_report rep;

	vmb_child_run(&spec, &rep);
	free(text);
	return rep;
}

static void test_collects_descriptor_3(void **state)
{
	struct vmb_child_report rep = run_shell("echo noise; echo noise >&2; printf abc >&3", 10);

	(void)state;
	assert_int_equal(rep.end, VMB_CHILD_DONE);
	assert_int_equal(rep.len, 3);
	assert_memory_equal(rep.data, "abc", 3);
	assert_string_equal(rep.text, "");
	assert_true(rep.wall_ns > 0);
	free(rep.data);
}

static void test_collects_a_megabyte(void **state)
{
	struct vmb_child_report rep = run_shell("head -c 1000000 /dev/zero >&3", 20);

	(void)state;
	assert_int_equal(rep.end, VMB_CHILD_DONE);
	assert_int_equal(rep.len, 1000000);
	free(rep.data);
}

static void test_a_crash_names_the_signal_and_the_last_words(void **state)
{
	struct vmb_child_report rep = run_shell("echo last words >&2; kill -SEGV $$", 10);

	(void)state;
	assert_int_equal(rep.end, VMB_CHILD_CRASHED);
	assert_non_null(strstr(rep.text, "SIGSEGV"));
	assert_non_null(strstr(rep.text, "last words"));
	free(rep.data);
}

static void test_an_exit_without_a_result_is_a_crash(void **state)
{
	struct vmb_child_report rep = run_shell("exit 0", 10);

	(void)state;
	assert_int_equal(rep.end, VMB_CHILD_CRASHED);
	assert_non_null(strstr(rep.text, "no result"));
	free(rep.data);
	rep = run_shell("printf x >&3; exit 7", 10);
	assert_int_equal(rep.end, VMB_CHILD_CRASHED);
	assert_non_null(strstr(rep.text, "status 7"));
	free(rep.data);
}

static void test_a_hang_is_killed_with_its_children(void **state)
{
	struct vmb_child_report rep = run_shell("sleep 1000 & echo $! >&3; exec sleep 1000", 0.5);
	pid_t orphan;

	(void)state;
	assert_int_equal(rep.end, VMB_CHILD_TIMEOUT);
	assert_non_null(strstr(rep.text, "timeout"));
	assert_true(rep.len > 0 && rep.len < 20);
	rep.data[rep.len - 1] = 0;
	orphan = (pid_t)atoi((char *)rep.data);
	assert_true(orphan > 1);
	/* It dies asynchronously, and may stay a zombie where init is slow to reap. */
	for (int i = 0; i < 200 && !kill(orphan, 0); i++) {
		char path[64], line[256] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)orphan);
		f = fopen(path, "r");
		if (!f || !fgets(line, sizeof(line), f) || strstr(line, ") Z")) {
			if (f)
				fclose(f);
			free(rep.data);
			return;
		}
		fclose(f);
		usleep(10000);
	}
	assert_int_equal(kill(orphan, 0), -1);
	free(rep.data);
}

static void test_the_environment_is_padded(void **state)
{
	struct vmb_child_report rep = run_shell("printf %s \"$VMBENCH_PAD\" >&3", 10);

	(void)state;
	assert_int_equal(rep.len, 100);
	free(rep.data);
}

static void test_a_missing_program_is_explained(void **state)
{
	char path[] = "/nonexistent/vmbench";
	char *argv[] = { path, NULL };
	struct vmb_child_spec spec = { .argv = argv, .timeout_s = 5 };
	struct vmb_child_report rep;

	(void)state;
	vmb_child_run(&spec, &rep);
	assert_int_equal(rep.end, VMB_CHILD_CRASHED);
	assert_non_null(strstr(rep.text, strerror(ENOENT)));
	free(rep.data);
}

static void *interrupt_soon(void *arg)
{
	(void)arg;
	usleep(200000);
	kill(getpid(), SIGINT);
	return NULL;
}

/* Last: an interrupt is remembered for the rest of the process. */
static void test_an_interrupt_stops_the_child(void **state)
{
	struct vmb_child_report rep;
	pthread_t t;

	(void)state;
	vmb_interrupt_install();
	assert_int_equal(pthread_create(&t, NULL, interrupt_soon, NULL), 0);
	rep = run_shell("exec sleep 1000", 60);
	pthread_join(t, NULL);
	assert_int_equal(rep.end, VMB_CHILD_INTERRUPTED);
	assert_int_equal(vmb_interrupted(), SIGINT);
	free(rep.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collects_descriptor_3),
		cmocka_unit_test(test_collects_a_megabyte),
		cmocka_unit_test(test_a_crash_names_the_signal_and_the_last_words),
		cmocka_unit_test(test_an_exit_without_a_result_is_a_crash),
		cmocka_unit_test(test_a_hang_is_killed_with_its_children),
		cmocka_unit_test(test_the_environment_is_padded),
		cmocka_unit_test(test_a_missing_program_is_explained),
		cmocka_unit_test(test_an_interrupt_stops_the_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
