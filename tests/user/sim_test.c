// SPDX-License-Identifier: MIT
/*
 * Simulated counting: the command line, the cache model's sizes, and loops of known length end to
 * end. For the latter this program starts itself under valgrind (see simulated_main()).
 */
#include "tests/test.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/counter/sim.h"
#include "user/counter/simcache.h"

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

static void test_argv_puts_valgrind_in_front(void **state)
{
	char prog[] = "/bin/prog", arg[] = "an argument";
	char *const argv[] = { prog, arg, NULL };
	char **out = vmb_sim_argv("/tmp/100%p dir", argv);
	size_t n = 0;

	(void)state;
	assert_non_null(out);
	assert_string_equal(out[0], "valgrind");
	assert_string_equal(out[1], "--tool=callgrind");
	while (out[n])
		n++;
	assert_ptr_equal(out[n - 2], prog);
	assert_ptr_equal(out[n - 1], arg);
	for (char **o = out + 1; *o && *o != prog; o++) {
		assert_memory_equal(*o, "--", 2);
		if (!strncmp(*o, "--callgrind-out-file=", 21))
			assert_string_equal(*o + 21, "/tmp/100%%p dir/callgrind.out.%p");
		if (!strncmp(*o, "--log-file=", 11))
			assert_string_equal(*o + 11, "/tmp/100%%p dir/valgrind.log.%p");
	}
	vmb_sim_argv_free(out);
}

static void test_without_valgrind_the_package_is_named(void **state)
{
	struct vmb_why why = { 0 };
	const char *old = getenv("PATH");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s", old ? old : "");
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(vmb_sim_supported(&why), -ENOTSUP);
	setenv("PATH", path, 1);
	assert_non_null(strstr(why.text, "valgrind"));
	assert_non_null(strstr(why.text, "apt-get install valgrind"));
}

/* ---- cache sizes ---- */

static void cache_index(const char *dir, int index, const char *level, const char *type,
			const char *size, const char *ways, const char *line)
{
	const char *const file[] = { "level", "type", "size", "ways_of_associativity",
				     "coherency_line_size" };
	const char *const text[] = { level, type, size, ways, line };
	char sub[128];

	snprintf(sub, sizeof(sub), "%s/index%d", dir, index);
	mkdir(sub, 0700);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(file); i++)
		if (text[i])
			spill(sub, file[i], text[i], strlen(text[i]));
}

static void test_cache_flags_come_from_sysfs(void **state)
{
	char flag[3][VMB_SIM_CACHE_FLAG_BYTES];

	cache_index(*state, 0, "1\n", "Data\n", "48K\n", "12\n", "64\n");
	cache_index(*state, 1, "1\n", "Instruction\n", "32K\n", "8\n", "64\n");
	cache_index(*state, 2, "2\n", "Unified\n", "1024K\n", "8\n", "64\n");
	cache_index(*state, 3, "3\n", "Unified\n", "32768K\n", "16\n", "64\n");
	assert_int_equal(vmb_sim_cache_flags(*state, flag), 3);
	assert_string_equal(flag[0], "--I1=32768,8,64");
	assert_string_equal(flag[1], "--D1=49152,12,64");
	assert_string_equal(flag[2], "--LL=33554432,16,64");
}

/* 96 MiB of 16 ways are 98304 sets; the model takes 65536 sets of 24 ways: the size stays. */
static void test_cache_flags_keep_the_size_when_sets_are_no_power_of_two(void **state)
{
	char flag[3][VMB_SIM_CACHE_FLAG_BYTES];

	cache_index(*state, 0, "1\n", "Data\n", "32K\n", "8\n", "64\n");
	cache_index(*state, 1, "1\n", "Instruction\n", "32K\n", "8\n", "64\n");
	cache_index(*state, 2, "3\n", "Unified\n", "98304K\n", "16\n", "64\n");
	assert_int_equal(vmb_sim_cache_flags(*state, flag), 3);
	assert_string_equal(flag[2], "--LL=100663296,24,64");
}

static void test_cache_flags_need_all_three_and_sense(void **state)
{
	static const struct { const char *size, *ways, *line; } nonsense[] = {
		{ "0K\n", "16\n", "64\n" }, { "32K\n", "0\n", "64\n" }, { "32K\n", "8\n", "48\n" },
		{ "32K\n", "8\n", "8\n" }, { "4194304K\n", "16\n", "64\n" }, { "x\n", "8\n", "64\n" },
		{ "32K\n", "8\n", "128\n" }, { "1K\n", "32\n", "64\n" },
	};
	char flag[3][VMB_SIM_CACHE_FLAG_BYTES];

	assert_int_equal(vmb_sim_cache_flags(*state, flag), 0);
	assert_int_equal(vmb_sim_cache_flags("/nonexistent", flag), 0);
	cache_index(*state, 0, "1\n", "Data\n", "32K\n", "8\n", "64\n");
	cache_index(*state, 1, "1\n", "Instruction\n", "32K\n", "8\n", "64\n");
	assert_int_equal(vmb_sim_cache_flags(*state, flag), 0);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(nonsense); i++) {
		cache_index(*state, 2, "2\n", "Unified\n", nonsense[i].size, nonsense[i].ways,
			    nonsense[i].line);
		assert_int_equal(vmb_sim_cache_flags(*state, flag), 0);
	}
}

/* ---- end to end: this program under valgrind ---- */

#define NOPS 100

/* The two loops differ by NOPS instructions per iteration, on every instruction set. */
static VMB_NOINLINE void loop_of_none(void *priv, uint64_t n)
{
	(void)priv;
	for (; n; n--)
		__asm__ volatile("" : : : "memory");
}

static VMB_NOINLINE void loop_of_nops(void *priv, uint64_t n)
{
	(void)priv;
	for (; n; n--)
		__asm__ volatile(".rept 100\n\tnop\n\t.endr" : : : "memory");
}

/* Each iteration reads the next cache line of a buffer that no first-level cache holds. */
static char *lines;
#define LINES_BYTES (4u << 20)

static VMB_NOINLINE void loop_of_lines(void *priv, uint64_t n)
{
	static size_t at;

	(void)priv;
	for (; n; n--) {
		vmb_keep((uint64_t)*(volatile char *)(lines + at));
		at = (at + 64) % LINES_BYTES;
	}
}

/* Each iteration reads the same few lines. */
static VMB_NOINLINE void loop_of_one_line(void *priv, uint64_t n)
{
	(void)priv;
	for (; n; n--)
		vmb_keep((uint64_t)*(volatile char *)lines);
}

static pthread_barrier_t go, done;
static volatile uint64_t worker_iters;

static void *worker(void *arg)
{
	(void)arg;
	for (;;) {
		pthread_barrier_wait(&go);
		if (!worker_iters)
			return NULL;
		loop_of_nops(NULL, worker_iters);
		pthread_barrier_wait(&done);
	}
}

/* Another thread does the work. */
static VMB_NOINLINE void loop_elsewhere(void *priv, uint64_t n)
{
	(void)priv;
	worker_iters = n;
	pthread_barrier_wait(&go);
	if (n)
		pthread_barrier_wait(&done);
}

static const struct loop {
	const char *name;
	void (*run)(void *priv, uint64_t n);
} loops[] = {
	{ "none", loop_of_none }, { "nops", loop_of_nops }, { "lines", loop_of_lines },
	{ "one_line", loop_of_one_line }, { "elsewhere", loop_elsewhere },
};

static int simulated_main(const char *name, uint64_t n)
{
	const struct loop *l = loops;
	pthread_t t;

	while (strcmp(l->name, name))
		l++;
	lines = aligned_alloc(64, LINES_BYTES);
	memset(lines, 1, LINES_BYTES);
	pthread_barrier_init(&go, NULL, 2);
	pthread_barrier_init(&done, NULL, 2);
	pthread_create(&t, NULL, worker, NULL);
	loop_of_nops(NULL, 3000000);	/* set-up: must not be counted */
	vmb_sim_instrument();
	vmb_sim_region(l->run, NULL, n, 0);
	for (uint64_t k = 1; k <= 3; k++)
		vmb_sim_region(l->run, NULL, k * n, k * n);
	vmb_sim_finish();
	loop_elsewhere(NULL, 0);
	pthread_join(t, NULL);
	free(lines);
	return dprintf(3, "running=%d", vmb_sim_running()) < 0;
}

static void capture(int from, char *buf, size_t len)
{
	size_t got = 0;
	ssize_t n;

	while (got < len - 1 && (n = read(from, buf + got, len - 1 - got)) > 0)
		got += (size_t)n;
	buf[got] = 0;
	close(from);
}

/* Run this program's simulated_main() in @dir; returns the exit status, fills what it wrote. */
static int run_simulated(const char *dir, const char *name, char *result, char *noise, size_t len)
{
	char self[512], loop[32], iters[] = "5000", flag[] = "--simulated";
	char *argv[] = { self, flag, loop, iters, NULL }, **sim;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int r[2], o[2], status;
	pid_t pid;

	assert_true(n > 0);
	self[n] = 0;
	snprintf(loop, sizeof(loop), "%s", name);
	sim = vmb_sim_argv(dir, argv);
	assert_non_null(sim);
	assert_int_equal(pipe(r), 0);
	assert_int_equal(pipe(o), 0);
	pid = fork();
	if (!pid) {
		dup2(o[1], 1);
		dup2(o[1], 2);
		dup2(r[1], 100);
		for (int fd = 3; fd < 20; fd++)
			close(fd);
		dup2(100, 3);
		close(100);
		execvp(sim[0], sim);
		_exit(126);
	}
	close(r[1]);
	close(o[1]);
	capture(r[0], result, len);
	capture(o[0], noise, len);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	vmb_sim_argv_free(sim);
	return status;
}

static void skip_unless_simulable(void)
{
	struct vmb_why why = { 0 };

	if (vmb_sim_supported(&why)) {
		print_message("SKIPPED: %s\n", why.text);
		skip();
	}
	if (dlsym(RTLD_DEFAULT, "__asan_init") || dlsym(RTLD_DEFAULT, "__tsan_init")) {
		print_message("SKIPPED: a sanitized program does not run under valgrind\n");
		skip();
	}
}

static const char *const wanted_counter[] = { "instructions", "L1D-misses", "LL-misses" };

struct per_op { double first, second; };

static struct per_op slope(const struct vmb_round *r, const char *name)
{
	size_t i = 0;
	struct per_op s;

	while (strcmp(r->counters[i].name, name))
		assert_true(++i < r->nr_counters);
	s.first = (double)(int64_t)(r->samples[1].counter[i] - r->samples[0].counter[i]) / 5000;
	s.second = (double)(int64_t)(r->samples[2].counter[i] - r->samples[1].counter[i]) / 5000;
	return s;
}

static void simulate(const char *dir, const char *name, struct per_op out[3])
{
	char result[256], noise[4096];
	struct vmb_round r = { 0 };
	struct vmb_why why = { 0 };
	char command[128];

	if (run_simulated(dir, name, result, noise, sizeof(result)))
		fail_msg("the simulated process failed: %s", noise);
	assert_string_equal(result, "running=1");
	assert_string_equal(noise, "");
	if (vmb_sim_collect(dir, &r, &why))
		fail_msg("%s", why.text);
	assert_int_equal(r.nr_samples, 3);
	for (uint64_t k = 0; k < 3; k++)
		assert_int_equal(r.samples[k].iters, (k + 1) * 5000);
	/* Of the set-up's 300 million instructions none is in the first dump. */
	assert_true(r.samples[0].counter[0] < 5000 * 200);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(wanted_counter); i++)
		out[i] = slope(&r, wanted_counter[i]);
	vmb_round_fini(&r);
	snprintf(command, sizeof(command), "rm -f '%s'/*", dir);
	assert_int_equal(system(command), 0);
}

static void test_instructions_of_a_known_loop_are_exact(void **state)
{
	struct per_op none[3], nops[3];

	skip_unless_simulable();
	simulate(*state, "none", none);
	simulate(*state, "nops", nops);
	print_message("instructions per iteration: empty loop %.17g, with %d nops %.17g\n",
		      none[0].first, NOPS, nops[0].first);
	assert_true(none[0].first == none[0].second);
	assert_true(nops[0].first == nops[0].second);
	assert_true(nops[0].first - none[0].first == NOPS);
	assert_true(none[0].first >= 1 && none[0].first <= 8);
	assert_true(nops[1].first == 0 && nops[2].first == 0);
}

static void test_the_cache_model_is_warm_and_misses_are_exact(void **state)
{
	struct per_op one[3], each[3];

	skip_unless_simulable();
	simulate(*state, "one_line", one);
	assert_true(one[1].first == 0 && one[1].second == 0);
	simulate(*state, "lines", each);
	print_message("L1D misses per new line: %.17g, %.17g\n", each[1].first, each[1].second);
	assert_true(each[1].first == 1 && each[1].second == 1);
}

static void test_other_threads_are_counted(void **state)
{
	struct per_op nops[3], elsewhere[3];

	skip_unless_simulable();
	simulate(*state, "nops", nops);
	simulate(*state, "elsewhere", elsewhere);
	print_message("instructions per iteration in another thread: %.17g\n", elsewhere[0].first);
	/* Waking the other thread costs a few hundred instructions, give or take some. */
	assert_true(elsewhere[0].first > nops[0].first - 0.1);
	assert_true(elsewhere[0].first < nops[0].first + 0.1);
}

static void test_outside_of_valgrind_requests_do_nothing(void **state)
{
	(void)state;
	assert_false(vmb_sim_running());
	vmb_sim_instrument();
	vmb_sim_begin();
	vmb_sim_end(1);
	vmb_sim_finish();
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_argv_puts_valgrind_in_front),
		cmocka_unit_test(test_without_valgrind_the_package_is_named),
		IN_DIR(test_cache_flags_come_from_sysfs),
		IN_DIR(test_cache_flags_keep_the_size_when_sets_are_no_power_of_two),
		IN_DIR(test_cache_flags_need_all_three_and_sense),
		IN_DIR(test_instructions_of_a_known_loop_are_exact),
		IN_DIR(test_the_cache_model_is_warm_and_misses_are_exact),
		IN_DIR(test_other_threads_are_counted),
		cmocka_unit_test(test_outside_of_valgrind_requests_do_nothing),
	};

	if (argc == 4 && !strcmp(argv[1], "--simulated"))
		return simulated_main(argv[2], strtoull(argv[3], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
