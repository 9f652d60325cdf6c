// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "user/counter/counter.h"
#include "user/counter/deny.h"
#include "user/counter/event.h"
#include "user/counter/remark.h"

/* A set of named events on this thread; skips the test where perf itself is out of reach. */
static struct vmb_counter_set *open_set(struct vmb_counter_group *g, const char *events)
{
	struct vmb_counter_plan plan;
	struct vmb_counter_set *set;
	struct vmb_why why = { 0 };

	if (vmb_counter_plan_make(events, &plan, &why)) {
		print_message("SKIPPED: %s\n", why.text);
		skip();
	}
	if (plan.nr_sets != 1) {
		print_message("SKIPPED: %s\n", plan.note);
		skip();
	}
	*g = plan.set[0];
	assert_int_equal(vmb_counter_open(g, &set, &why), 0);
	return set;
}

__attribute__((no_sanitize("address"), no_sanitize("thread")))
static void touch(volatile char *p, size_t pages, size_t page_bytes)
{
	for (size_t i = 0; i < pages; i++)
		p[i * page_bytes] = 1;
}

static void test_page_faults_of_fresh_pages_are_counted(void **state)
{
	enum { PAGES = 512, FEW = 8 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *mem = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t before[VMB_MAX_COUNTERS], after[VMB_MAX_COUNTERS];
	struct vmb_counter_group g;
	struct vmb_counter_set *set;
	uint32_t counted;

	(void)state;
	assert_true(mem != MAP_FAILED);
	madvise(mem, PAGES * page, MADV_NOHUGEPAGE);
	set = open_set(&g, "page-faults,minor-faults,major-faults");
	vmb_counter_read(set, before, &counted);
	touch(mem, PAGES, page);
	assert_int_equal(vmb_counter_read(set, after, &counted), VMB_SAMPLE_COUNTER_SLOW);
	assert_int_equal(counted, 7);
	assert_in_range(after[0] - before[0], PAGES, PAGES + FEW);
	assert_in_range(after[1] - before[1], PAGES, PAGES + FEW);
	assert_in_range(after[2] - before[2], 0, FEW);

	/* The same pages again: nothing left to fault in. */
	vmb_counter_read(set, before, &counted);
	touch(mem, PAGES, page);
	vmb_counter_read(set, after, &counted);
	assert_in_range(after[0] - before[0], 0, FEW);
	vmb_counter_close(set);
	munmap(mem, PAGES * page);
}

static void test_values_are_in_the_order_of_the_names(void **state)
{
	uint64_t v[VMB_MAX_COUNTERS];
	struct vmb_counter_group g;
	struct vmb_counter_set *set = open_set(&g, "major-faults,task-clock,page-faults");
	uint32_t counted;

	(void)state;
	assert_string_equal(g.id[0].name, "major-faults");
	assert_string_equal(g.id[1].name, "task-clock");
	assert_string_equal(g.id[2].name, "page-faults");
	assert_string_equal(g.id[1].source, "perf-sw");
	vmb_counter_read(set, v, &counted);
	assert_int_equal(counted, 7);
	assert_true(v[1] > v[0] && v[1] > v[2]);
	vmb_counter_close(set);
}

static void test_context_switches_of_a_sleeping_thread_are_counted(void **state)
{
	enum { TIMES = 20 };
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t before, after;
	struct vmb_counter_group g;
	struct vmb_counter_set *set = open_set(&g, "context-switches");
	uint32_t counted;

	(void)state;
	vmb_counter_read(set, &before, &counted);
	for (int i = 0; i < TIMES; i++)
		nanosleep(&moment, NULL);
	vmb_counter_read(set, &after, &counted);
	assert_int_equal(counted, 1);
	assert_in_range(after - before, TIMES, 100 * TIMES);
	vmb_counter_close(set);
}

static void move_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
}

static void test_migrations_are_counted(void **state)
{
	enum { TIMES = 10 };
	cpu_set_t all;
	int cpu[2], nr = 0;
	uint64_t before, after;
	struct vmb_counter_group g;
	struct vmb_counter_set *set;
	uint32_t counted;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	for (int i = 0; i < CPU_SETSIZE && nr < 2; i++)
		if (CPU_ISSET(i, &all))
			cpu[nr++] = i;
	if (nr < 2) {
		print_message("SKIPPED: one CPU only\n");
		skip();
	}
	set = open_set(&g, "cpu-migrations");
	move_to(cpu[0]);
	vmb_counter_read(set, &before, &counted);
	for (int i = 1; i <= TIMES; i++)
		move_to(cpu[i % 2]);
	vmb_counter_read(set, &after, &counted);
	sched_setaffinity(0, sizeof(all), &all);
	assert_int_equal(counted, 1);
	assert_int_equal(after - before, TIMES);
	vmb_counter_close(set);
}

static uint64_t thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Against the scheduler's own account of this thread, nearly all of it in the kernel. */
static void test_task_clock_runs_in_the_kernel_too(void **state)
{
	size_t size = 8 << 20;
	char *mem = malloc(size);
	uint64_t before, after, t0, t1;
	struct vmb_counter_group g;
	struct vmb_counter_set *set = open_set(&g, "task-clock");
	FILE *zero = fopen("/dev/zero", "re");
	uint32_t counted;

	(void)state;
	assert_non_null(mem);
	assert_non_null(zero);
	setvbuf(zero, NULL, _IONBF, 0);
	vmb_counter_read(set, &before, &counted);
	t0 = thread_ns();
	for (int i = 0; i < 4; i++)
		assert_int_equal(fread(mem, 1, size, zero), size);
	t1 = thread_ns();
	vmb_counter_read(set, &after, &counted);
	assert_int_equal(counted, 1);
	assert_true(after - before >= (t1 - t0) / 2);
	fclose(zero);
	free(mem);
	vmb_counter_close(set);
}

/* What a plan promises must be there when a round opens it. */
static void test_every_set_of_the_default_plan_counts(void **state)
{
	struct vmb_counter_plan plan;
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(vmb_counter_plan_make(NULL, &plan, &why), 0);
	assert_false(plan.simulated);
	for (size_t s = 0; s < plan.nr_sets; s++) {
		uint64_t v[VMB_MAX_COUNTERS];
		struct vmb_counter_set *set;
		uint32_t counted;

		assert_in_range(plan.set[s].nr, 1, VMB_MAX_COUNTERS);
		assert_int_equal(vmb_counter_open(&plan.set[s], &set, &why), 0);
		for (volatile int i = 0; i < 100000; i++)
			;
		vmb_counter_read(set, v, &counted);
		assert_int_equal(counted, (1u << plan.set[s].nr) - 1);
		vmb_counter_close(set);
	}
}

static void test_the_note_says_why_hardware_is_not_counted_here(void **state)
{
	struct vmb_counter_plan plan;
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(vmb_counter_plan_make("", &plan, &why), 0);
	if (!vmb_pmu_is_hidden()) {
		assert_true(plan.nr_sets >= 1);
		skip();
	}
	print_message("note: %s\n", plan.note);
	assert_non_null(strstr(plan.note, "hardware counters: "));
	assert_non_null(strstr(plan.note, "perf_event_open: "));
	assert_non_null(strstr(plan.note, "software events"));
	assert_non_null(strstr(plan.note, "--counters=sim"));
	assert_null(strchr(plan.note, '\n'));
	for (size_t i = 0; i < plan.set[0].nr; i++)
		assert_string_equal(plan.set[0].id[i].source, "perf-sw");
}

static void test_an_event_named_by_the_user_is_absent_with_a_note(void **state)
{
	struct vmb_counter_plan plan;
	struct vmb_why why = { 0 };

	(void)state;
	if (!vmb_pmu_is_hidden())
		skip();
	assert_int_equal(vmb_counter_plan_make("cycles,page-faults,L1D-misses", &plan, &why), 0);
	assert_int_equal(plan.nr_sets, 1);
	assert_int_equal(plan.set[0].nr, 1);
	assert_string_equal(plan.set[0].id[0].name, "page-faults");
	assert_non_null(strstr(plan.note, "cycles, L1D-misses: "));
}

static void refused(const char *events, const char *fragment)
{
	struct vmb_counter_plan plan;
	struct vmb_why why = { 0 };

	assert_int_equal(vmb_counter_plan_make(events, &plan, &why), -EINVAL);
	if (!strstr(why.text, fragment))
		fail_msg("\"%s\" lacks \"%s\"", why.text, fragment);
}

static void test_an_unknown_event_is_named_with_what_it_resembles(void **state)
{
	(void)state;
	refused("cycles,instrctions", "\"instrctions\"");
	refused("cycles,instrctions", "nearest: instructions");
	refused("pagefaults", "page-faults");
	refused("perf::NO-SUCH-THING", "vmbench list --events");
	refused("qqqq", "vmbench list --events");
}

static void test_malformed_requests_are_refused(void **state)
{
	char *long_name = malloc(5000);

	(void)state;
	assert_non_null(long_name);
	memset(long_name, 'x', 4999);
	long_name[4999] = 0;
	refused(",", "no event");
	refused("  ", "no event");
	refused("sim,cycles", "--counters=sim");
	refused("cycles:nonsense", "cycles");
	refused("page-faults:z", ":u and :k");
	refused("page-faults:", ":u and :k");
	refused(long_name, "longer than");
	free(long_name);
}

static void test_what_would_always_read_0_is_refused(void **state)
{
	(void)state;
	refused("context-switches:u", "always be 0");
	refused("cpu-migrations:u", "always be 0");
	refused("perf::CONTEXT-SWITCHES:u", "always be 0");
}

static void test_too_many_events_are_refused(void **state)
{
	struct vmb_counter_plan plan;
	struct vmb_why why = { 0 };
	char events[512];
	size_t at = 0;

	(void)state;
	for (int i = 0; i < 64; i++)
		at += (size_t)snprintf(events + at, sizeof(events) - at, "r%x,", i + 0x10);
	assert_int_equal(vmb_counter_plan_make(events, &plan, &why), -E2BIG);
	assert_non_null(strstr(why.text, "fewer"));
}

static void test_an_event_asked_for_twice_is_counted_once(void **state)
{
	struct vmb_counter_group g;
	struct vmb_counter_set *set = open_set(&g, "page-faults, Page-Faults,,page-faults");

	(void)state;
	assert_int_equal(g.nr, 1);
	vmb_counter_close(set);
}

static void test_open_refuses_an_empty_set_and_an_unknown_event(void **state)
{
	struct vmb_counter_group g = { 0 };
	struct vmb_counter_set *set;
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(vmb_counter_open(&g, &set, &why), -EINVAL);
	assert_null(set);
	g.nr = 1;
	strcpy(g.id[0].name, "qqqq");
	assert_int_equal(vmb_counter_open(&g, &set, &why), -EINVAL);
	assert_null(set);
	vmb_counter_close(NULL);
}

/* The rest of a test in a process whose perf_event_open(2) fails with @err, by a real filter. */
static void deny_perf(int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = VMB_ARRAY_SIZE(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		_exit(77);
}

static void deny_files(int err)
{
	struct rlimit lim = { 3, 3 };

	(void)err;
	setrlimit(RLIMIT_NOFILE, &lim);
}

struct outcome {
	int err;
	struct vmb_counter_plan plan;
	struct vmb_why why;
};

static struct outcome plan_under(void (*deny)(int), int err, const char *events)
{
	struct outcome o;
	int fd[2], status;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		memset(&o, 0, sizeof(o));
		deny(err);
		o.err = vmb_counter_plan_make(events, &o.plan, &o.why);
		_exit(write(fd[1], &o, sizeof(o)) != sizeof(o));
	}
	close(fd[1]);
	for (size_t got = 0; got < sizeof(o);) {
		ssize_t n = read(fd[0], (char *)&o + got, sizeof(o) - got);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	return o;
}

/* How perf says no, and what the user must be told. */
static const struct denial {
	int err;
	const char *says[3];
} denials[] = {
	{ ENOENT, { "perf_event_open: ENOENT", "timestamp only", "--counters=sim" } },
	{ EACCES, { "kernel.perf_event_paranoid is ", "EACCES", "sysctl kernel.perf_event_paranoid=1" } },
	{ EPERM, { "seccomp", "EPERM", "--cap-add=PERFMON" } },
	{ ENOSYS, { "perf events", "ENOSYS", "sandbox" } },
	{ EBUSY, { "EBUSY", "hold", "" } },
	{ EIO, { "perf_event_open: ", "Input/output", "" } },
};

static void test_the_default_set_degrades_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(denials); i++) {
		struct outcome o = plan_under(deny_perf, denials[i].err, NULL);

		assert_int_equal(o.err, 0);
		assert_int_equal(o.plan.nr_sets, 0);
		for (size_t k = 0; k < VMB_ARRAY_SIZE(denials[i].says); k++)
			if (!strstr(o.plan.note, denials[i].says[k]))
				fail_msg("\"%s\" lacks \"%s\"", o.plan.note, denials[i].says[k]);
	}
}

static void test_a_named_event_without_permission_is_an_error(void **state)
{
	struct outcome o = plan_under(deny_perf, EACCES, "cycles");

	(void)state;
	assert_int_equal(o.err, -EACCES);
	assert_non_null(strstr(o.why.text, "cycles: not permitted"));
	assert_non_null(strstr(o.why.text, "sysctl kernel.perf_event_paranoid=1"));
	o = plan_under(deny_perf, EPERM, "page-faults");
	assert_int_equal(o.err, -EACCES);
	assert_non_null(strstr(o.why.text, "page-faults: not permitted"));
}

static void test_a_named_event_without_perf_is_absent(void **state)
{
	struct outcome o = plan_under(deny_perf, ENOSYS, "cycles,page-faults");

	(void)state;
	assert_int_equal(o.err, 0);
	assert_int_equal(o.plan.nr_sets, 0);
	assert_non_null(strstr(o.plan.note, "cycles, page-faults: "));
}

static void test_a_lack_of_descriptors_is_told(void **state)
{
	struct outcome o = plan_under(deny_files, 0, "page-faults");

	(void)state;
	assert_int_equal(o.err, 0);
	assert_int_equal(o.plan.nr_sets, 0);
	assert_non_null(strstr(o.plan.note, "too many open files"));
	assert_non_null(strstr(o.plan.note, "ulimit -n"));
}

static void test_counters_def_is_sound(void **state)
{
	static const char *const expected[] = {
		"cycles", "instructions", "branch-misses", "L1D-misses", "LLC-misses", "dTLB-misses",
	};
	size_t nr, stand_ins = 0;
	const struct vmb_logical *l = vmb_logicals(&nr);

	(void)state;
	assert_int_equal(nr, VMB_ARRAY_SIZE(expected));
	for (size_t i = 0; i < nr; i++) {
		char text[256], *save = NULL;

		assert_string_equal(l[i].name, expected[i]);
		assert_true(strlen(l[i].name) < sizeof(((struct vmb_counter_id *)0)->name));
		assert_true(*l[i].what);
		assert_non_null(l[i].candidate[0]);
		assert_null(l[i].candidate[VMB_ARRAY_SIZE(l[i].candidate) - 1]);
		snprintf(text, sizeof(text), "%s", l[i].stand_in);
		for (char *t = strtok_r(text, " ", &save); t; t = strtok_r(NULL, " ", &save)) {
			struct vmb_event ev;
			struct vmb_why why;

			assert_int_equal(vmb_source_software.resolve(t, &ev, &why), 0);
			stand_ins++;
		}
	}
	assert_true(stand_ins > 0);
}

/* The generic events must resolve wherever libpfm4 has its perf PMU, whatever the CPU. */
static void test_generic_candidates_resolve(void **state)
{
	static const struct { const char *term; uint32_t type; uint64_t config; } generic[] = {
		{ "perf::CYCLES", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
		{ "perf::INSTRUCTIONS", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
		{ "perf::BRANCH-MISSES", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
		{ "perf::L1-DCACHE-LOAD-MISSES", PERF_TYPE_HW_CACHE, 0x10000 },
		{ "perf::LLC-LOAD-MISSES", PERF_TYPE_HW_CACHE, 0x10002 },
		{ "perf::DTLB-LOAD-MISSES", PERF_TYPE_HW_CACHE, 0x10003 },
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(generic); i++) {
		struct vmb_event ev;
		struct vmb_why why;

		assert_int_equal(vmb_source_pfm.resolve(generic[i].term, &ev, &why), 0);
		assert_int_equal(ev.attr.type, generic[i].type);
		assert_int_equal(ev.attr.config, generic[i].config);
		assert_true(ev.attr.exclude_kernel);
		assert_false(ev.attr.exclude_user);
		assert_false(ev.attr.inherit);
	}
}

static void test_privilege_modifiers_are_obeyed(void **state)
{
	struct vmb_event ev;
	struct vmb_why why;

	(void)state;
	assert_int_equal(vmb_source_pfm.resolve("cycles:k", &ev, &why), 0);
	assert_true(!ev.attr.exclude_kernel && ev.attr.exclude_user && !ev.may_widen);
	assert_int_equal(vmb_source_pfm.resolve("cycles:u:k", &ev, &why), 0);
	assert_true(!ev.attr.exclude_kernel && !ev.attr.exclude_user);
	assert_int_equal(vmb_source_pfm.resolve("cycles", &ev, &why), 0);
	assert_true(ev.may_widen);
	assert_int_equal(vmb_source_software.resolve("page-faults", &ev, &why), 0);
	assert_true(!ev.attr.exclude_kernel && !ev.attr.exclude_user && ev.may_narrow);
	assert_int_equal(vmb_source_software.resolve("page-faults:u", &ev, &why), 0);
	assert_true(ev.attr.exclude_kernel && !ev.attr.exclude_user && !ev.may_narrow);
	assert_int_equal(vmb_source_software.resolve("page-faults:uk", &ev, &why), 0);
	assert_true(!ev.attr.exclude_kernel && !ev.attr.exclude_user);
	assert_int_equal(vmb_source_pfm.resolve("perf::CONTEXT-SWITCHES", &ev, &why), 0);
	assert_true(ev.software && !ev.attr.exclude_kernel && !ev.may_narrow);
	assert_int_equal(vmb_source_pfm.resolve("perf::PAGE-FAULTS", &ev, &why), 0);
	assert_true(ev.software && !ev.attr.exclude_kernel && ev.may_narrow);
}

static char *list(bool json, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	assert_non_null(f);
	assert_int_equal(vmb_counter_list(f, json), 0);
	fclose(f);
	return text;
}

static void test_list_as_text_and_as_json_agree(void **state)
{
	size_t text_len, json_len, lines = 0;
	char *text = list(false, &text_len), *json = list(true, &json_len);
	json_error_t error;
	json_t *all = json_loadb(json, json_len, 0, &error), *row;
	size_t i;

	(void)state;
	for (size_t k = 0; k < text_len; k++)
		lines += text[k] == '\n';
	assert_true(lines > 20);
	if (!all)
		fail_msg("%s", error.text);
	assert_int_equal(json_array_size(all), lines);
	json_array_foreach(all, i, row) {
		assert_true(json_string_length(json_object_get(row, "name")) > 0);
		assert_true(json_is_string(json_object_get(row, "source")));
		assert_true(json_is_string(json_object_get(row, "description")));
		assert_true(json_is_boolean(json_object_get(row, "opens")));
		assert_int_equal(json_is_true(json_object_get(row, "opens")),
				 !json_object_get(row, "reason"));
	}
	assert_non_null(strstr(text, "\npage-faults "));
	assert_non_null(strstr(text, "\nperf::INSTRUCTIONS "));
	json_decref(all);
	free(text);
	free(json);
}

static void test_list_reports_a_full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(vmb_counter_list(full, false), -ENOSPC);
	fclose(full);
}

static void test_remark_is_cut_with_an_ellipsis(void **state)
{
	char buf[32];
	struct vmb_remark n;

	(void)state;
	vmb_remark_begin(&n, buf, sizeof(buf));
	assert_string_equal(buf, "");
	vmb_remark_add(&n, 1, "one");
	vmb_remark_add(&n, 0, ", %d", 2);
	vmb_remark_add(&n, 1, "three");
	assert_string_equal(buf, "one, 2; three");
	for (int i = 0; i < 9; i++)
		vmb_remark_add(&n, 1, "and more and more");
	assert_int_equal(strlen(buf), sizeof(buf) - 1);
	assert_string_equal(buf + sizeof(buf) - 4, "...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_faults_of_fresh_pages_are_counted),
		cmocka_unit_test(test_values_are_in_the_order_of_the_names),
		cmocka_unit_test(test_context_switches_of_a_sleeping_thread_are_counted),
		cmocka_unit_test(test_migrations_are_counted),
		cmocka_unit_test(test_task_clock_runs_in_the_kernel_too),
		cmocka_unit_test(test_every_set_of_the_default_plan_counts),
		cmocka_unit_test(test_the_note_says_why_hardware_is_not_counted_here),
		cmocka_unit_test(test_an_event_named_by_the_user_is_absent_with_a_note),
		cmocka_unit_test(test_an_unknown_event_is_named_with_what_it_resembles),
		cmocka_unit_test(test_malformed_requests_are_refused),
		cmocka_unit_test(test_what_would_always_read_0_is_refused),
		cmocka_unit_test(test_too_many_events_are_refused),
		cmocka_unit_test(test_an_event_asked_for_twice_is_counted_once),
		cmocka_unit_test(test_open_refuses_an_empty_set_and_an_unknown_event),
		cmocka_unit_test(test_the_default_set_degrades_with_the_reason),
		cmocka_unit_test(test_a_named_event_without_permission_is_an_error),
		cmocka_unit_test(test_a_named_event_without_perf_is_absent),
		cmocka_unit_test(test_a_lack_of_descriptors_is_told),
		cmocka_unit_test(test_counters_def_is_sound),
		cmocka_unit_test(test_generic_candidates_resolve),
		cmocka_unit_test(test_privilege_modifiers_are_obeyed),
		cmocka_unit_test(test_list_as_text_and_as_json_agree),
		cmocka_unit_test(test_list_reports_a_full_disk),
		cmocka_unit_test(test_remark_is_cut_with_an_ellipsis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
