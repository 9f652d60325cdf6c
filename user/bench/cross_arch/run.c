// SPDX-License-Identifier: MIT
/*
 * A program of another architecture from its start to its end, in the sandbox of `vmbench exec`. An
 * operation makes a process, which loads the program, translates and runs it, and ends. The same source
 * compiled for this machine is run beside it in the teardown. The metrics are ratios of CPU time:
 *
 * native	   - the whole process, forked and executed
 * x_native	   - the translated process, by that
 * steady_x_native - the same of what further repetitions of the work take, so many that they take long
 *
 * `make guests` builds the programs, tests/guests/kernels.c. They are looked for in VMBENCH_GUESTS, in
 * build/guests beside vmbench, and where `make install-guests` puts them. Set-up: a native run.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/registry.h"
#include "user/bench/cross_arch/cross_arch.h"
#include "user/bench/cross_arch/work.h"
#include "vmcore/xlat/xlat.h"

#define PROGRAM	    "kernels"
#define MAX_PRINT   4096
#define TURNS	    2
#define LONG_NS	    20e6
#define MAX_REPEATS 65536
#define NOT_RUN    	  255	/* status of a process that has not run the program */

static const struct vmb_value programs[] = {
	{ "empty", 0 }, { "core", 0 }, { "fib", 0 }, { "sort", 0 }, { "hash", 0 }, { "strings", 0 },
	{ "nbody", 0 }, { "matmul", 0 }, { "interpreter", 0 },
};

static const struct vmb_axis axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("program", programs),
};

/**
 * struct run_work - a round's own.
 * @fd, @file, @bytes: the guest program
 * @native: path of the same for this machine
 * @name: of the kernel
 * @out: a file in memory, which the programs print to
 * @printed: what the native one has printed
 * @failed: processes that have not ended with status 0
 */
struct run_work {
	const struct vmb_arch *guest;
	int fd;
	const uint8_t *file;
	size_t bytes;
	char native[PATH_MAX];
	const char *name;
	int out;
	char printed[MAX_PRINT];
	uint64_t done, failed;
};

/* The program of an architecture. Return: false if it is nowhere. */
static bool find(const struct vmb_arch *arch, char *path)
{
	static const char *const places[] = { "build/guests", "../libexec/vmbench/guests" };
	const char *asked = getenv("VMBENCH_GUESTS");
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	if (asked) {
		snprintf(path, PATH_MAX, "%s/%s/" PROGRAM, asked, arch->name);
		return !access(path, X_OK);
	}
	self[len > 0 ? len : 0] = 0;
	if (strrchr(self, '/'))
		*strrchr(self, '/') = 0;
	for (i = 0; i < VMB_ARRAY_SIZE(places); i++) {
		int nr = snprintf(path, PATH_MAX, "%s/%s/%s/" PROGRAM, self, places[i], arch->name);

		if (nr < PATH_MAX && !access(path, X_OK))
			return true;
	}
	return false;
}

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	const struct vmb_arch *guest = cross_side(st->arg[0].label, false);
	const struct vmb_arch *host = cross_side(st->arg[0].label, true);
	char path[PATH_MAX];

	if (!host || host != vmb_arch_host() || !vmb_native()->host_native)
		vmb_why_set(why, "this machine is no host of the pair");
	else if (!guest || !guest->guest_ops || !guest->guest_ops->linux_abi)
		vmb_why_set(why, "programs of this guest cannot be run yet");
	else if (!find(guest, path) || !find(host, path))
		vmb_why_set(why, "no guest programs: make guests, or VMBENCH_GUESTS=directory");
	else
		return 0;
	return -ENOTSUP;
}

/* In a new process. */
static int translate(const struct run_work *w, char *const *argv)
{
	static char *const environment[] = { NULL };
	const struct xlat_options options = {
		.guest = w->guest->guest_ops, .host = vmb_arch_host()->host_ops,
		.native = vmb_native()->host_native, .sandbox = true, .path = argv[0],
		.fd = w->fd, .argv = argv, .envp = environment,
	};
	const char *why;
	struct xlat *x = xlat_start(&options, w->file, w->bytes, &why);
	struct xlat_end end;

	if (!x)
		return NOT_RUN;
	xlat_run(x, &end);
	return end.kind == XLAT_EXITED ? end.code : NOT_RUN;
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

/* A process that does the work so often. Return: its CPU time in ns; 0: its status was not 0. */
static double process(const struct run_work *w, bool native, int repeats)
{
	char times[16], program[] = PROGRAM;
	char *const argv[] = { program, (char *)(uintptr_t)w->name, times, NULL };
	struct rusage used;
	int status = -1;
	pid_t pid;

	snprintf(times, sizeof(times), "%d", repeats);
	if (ftruncate(w->out, 0) || lseek(w->out, 0, SEEK_SET))
		return 0;
	pid = fork();
	if (!pid) {
		if (dup2(w->out, STDOUT_FILENO) < 0)
			_exit(NOT_RUN);
		if (native)
			execv(w->native, argv);
		_exit(native ? NOT_RUN : translate(w, argv));
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status)
		return 0;
	return (seconds(&used.ru_utime) + seconds(&used.ru_stime)) * 1e9;
}

/* What the last process has printed. Return: its length, -errno. */
static ssize_t printed(const struct run_work *w, char *text)
{
	ssize_t nr = pread(w->out, text, MAX_PRINT - 1, 0);

	text[nr > 0 ? nr : 0] = 0;
	return nr < 0 ? -errno : nr;
}

static int map_guest(struct run_work *w)
{
	char path[PATH_MAX];
	struct stat s;
	void *at = MAP_FAILED;

	w->fd = find(w->guest, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (w->fd < 0)
		return -ENOENT;
	if (!fstat(w->fd, &s) && s.st_size)
		at = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, w->fd, 0);
	if (at == MAP_FAILED)
		return -ENOEXEC;
	w->file = at;
	w->bytes = (size_t)s.st_size;
	return 0;
}

static void drop(struct run_work *w)
{
	if (w->file)
		munmap((void *)(uintptr_t)w->file, w->bytes);
	if (w->fd >= 0)
		close(w->fd);
	if (w->out >= 0)
		close(w->out);
	free(w);
}

static int setup(struct vmb_state *st)
{
	struct run_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->guest = cross_side(st->arg[0].label, false);
	w->name = st->arg[1].label;
	w->fd = -1;
	w->out = memfd_create("vmbench-out", MFD_CLOEXEC);
	err = w->out < 0 ? -errno : map_guest(w);
	if (!err && (!find(vmb_arch_host(), w->native) || process(w, true, 1) <= 0 ||
		     printed(w, w->printed) <= 0))
		err = -ENOEXEC;
	if (err) {
		vmb_why_set(&st->why, "cannot run the program for this machine: %s", strerror(-err));
		drop(w);
		return err;
	}
	st->priv = w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct run_work *w = priv;

	w->done += iters;
	for (; iters; iters--)
		w->failed += process(w, false, 1) <= 0;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct run_work *w = priv;
	char text[MAX_PRINT];

	if (!w->done || w->failed) {
		vmb_why_set(why, "%llu of %llu processes failed", (unsigned long long)w->failed,
			    (unsigned long long)w->done);
		return -EIO;
	}
	if (printed(w, text) > 0 && !strcmp(text, w->printed))
		return 0;
	vmb_why_set(why, "it prints \"%.100s\", natively \"%.100s\"", text, w->printed);
	return -EIO;
}

/* CPU time of the quickest of some processes, so that neither other work nor its traces count. */
static double quickest(const struct run_work *w, bool native, int repeats)
{
	double least = HUGE_VAL, ns;
	int turn;

	for (turn = 0; turn < TURNS; turn++) {
		ns = process(w, native, repeats);
		least = ns > 0 && ns < least ? ns : least;
	}
	return least;
}

/* How often the work is to be repeated so that it takes long natively. */
static int long_work(const struct run_work *w, double one)
{
	int repeats = 4;

	while (repeats < MAX_REPEATS && process(w, true, repeats) - one < LONG_NS)
		repeats *= 2;
	return repeats;
}

/* A process that could not be timed leaves its figures out. */
static void report_speed(struct vmb_state *st, const struct run_work *w)
{
	double native = quickest(w, true, 1), translated = quickest(w, false, 1), longer[2];
	int repeats;

	if (isinf(native) || isinf(translated))
		return;
	st->metric(st, "native", "ns", native, VMB_METRIC_MEDIAN);
	st->metric(st, "x_native", "x", translated / native, VMB_METRIC_MEDIAN);
	/* Work that takes no time has no speed. */
	if (!strcmp(w->name, "empty"))
		return;
	repeats = long_work(w, native);
	longer[0] = quickest(w, false, repeats) - translated;
	longer[1] = quickest(w, true, repeats) - native;
	if (longer[0] > 0 && longer[1] > 0 && !isinf(longer[0]) && !isinf(longer[1]))
		st->metric(st, "steady_x_native", "x", longer[0] / longer[1], VMB_METRIC_MEDIAN);
}

static void teardown(struct vmb_state *st)
{
	struct run_work *w = st->priv;

	if (w->done)
		report_speed(st, w);
	drop(w);
}

const struct vmb_bench bench_cross_arch_run = {
	.name = "run",
	.what = "a whole program of another architecture: started, translated, run, ended",
	.unit = "run",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
