// SPDX-License-Identifier: MIT
/*
 * The parent's side of simulated counting: valgrind's command line, and its dumps into samples.
 */
#include "user/counter/sim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/counter/simcache.h"
#include "user/counter/simdump.h"

#define DUMP_PREFIX	"callgrind.out."
#define MAX_DUMP_BYTES	(256 << 20)
#define MAX_DUMPS	4096

/*
 * --instr-atstart=no: set-up runs uninstrumented, the model starts at vmb_sim_instrument().
 * --dump-line=no: sums per function keep a dump at some kilobytes.
 * --smc-check: code that a benchmark writes must be seen, on every architecture.
 * --fair-sched: a thread that spins must not keep the others from what it waits for.
 * --vgdb=no: no pipes in /tmp. --command-line-only: a user's .valgrindrc is not part of the method.
 */
static const char *const fixed[] = {
	"valgrind", "--tool=callgrind", "--command-line-only=yes", "--instr-atstart=no",
	"--cache-sim=yes", "--branch-sim=yes", "--dump-line=no", "--smc-check=all-non-file",
	"--fair-sched=try", "--vgdb=no",
};

static int start(pid_t *pid)
{
	static const char *const argv[] = { "valgrind", "--tool=callgrind", "--version", NULL };
	posix_spawn_file_actions_t act;
	int err = posix_spawn_file_actions_init(&act);

	if (err)
		return err;
	err = posix_spawn_file_actions_addopen(&act, 1, "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&act, 1, 2);
	if (!err)
		err = posix_spawnp(pid, argv[0], &act, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&act);
	return err;
}

int vmb_sim_supported(struct vmb_why *why)
{
	int status = 0, err;
	pid_t pid;

	if (!vmb_sim_has_header()) {
		vmb_why_set(why, "simulated counters: vmbench was built without valgrind/callgrind.h. "
			    "Install the package valgrind (apt-get install valgrind) and run make");
		return -ENOTSUP;
	}
	err = start(&pid);
	if (err) {
		vmb_why_set(why, "simulated counters need valgrind, which cannot be started (%s). "
			    "Install it with: apt-get install valgrind", strerror(err));
		return -ENOTSUP;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		vmb_why_set(why, "simulated counters need valgrind's callgrind, but \"valgrind "
			    "--tool=callgrind --version\" fails. Reinstall the package valgrind");
		return -ENOTSUP;
	}
	return 0;
}

/* The first CPU that this process may run on: rounds inherit the affinity. */
static void cache_dir(char *buf, size_t len)
{
	cpu_set_t set;
	int cpu = 0;

	CPU_ZERO(&set);
	if (!sched_getaffinity(0, sizeof(set), &set))
		while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &set))
			cpu++;
	snprintf(buf, len, "/sys/devices/system/cpu/cpu%d/cache", cpu);
}

/* In valgrind's file names "%" begins a pattern. */
static char *put_path(char *at, const char *option, const char *dir, const char *file)
{
	at = stpcpy(at, option);
	for (; *dir; dir++) {
		*at++ = *dir;
		if (*dir == '%')
			*at++ = '%';
	}
	return stpcpy(at, file) + 1;
}

static size_t count(char *const argv[])
{
	size_t n = 0;

	while (argv[n])
		n++;
	return n;
}

/* One block: the array, and behind it the strings that are made here. */
char **vmb_sim_argv(const char *dir, char *const argv[])
{
	char cache[96], flag[3][VMB_SIM_CACHE_FLAG_BYTES], **out, *at;
	size_t nr_flags, nr_fixed = VMB_ARRAY_SIZE(fixed), nr = count(argv), i = 0;
	size_t most = nr_fixed + 2 + 3 + nr + 1;

	cache_dir(cache, sizeof(cache));
	nr_flags = vmb_sim_cache_flags(cache, flag);
	out = malloc(most * sizeof(*out) + 2 * (2 * strlen(dir) + 64) + sizeof(flag));
	if (!out)
		return NULL;
	at = (char *)(out + most);
	for (size_t k = 0; k < nr_fixed; k++)
		out[i++] = (char *)(uintptr_t)fixed[k];
	out[i++] = at;
	at = put_path(at, "--callgrind-out-file=", dir, "/" DUMP_PREFIX "%p");
	out[i++] = at;
	at = put_path(at, "--log-file=", dir, "/valgrind.log.%p");
	for (size_t k = 0; k < nr_flags; k++) {
		out[i++] = at;
		at = stpcpy(at, flag[k]) + 1;
	}
	memcpy(out + i, argv, (nr + 1) * sizeof(*out));
	return out;
}

void vmb_sim_argv_free(char **argv)
{
	free(argv);
}

/* What a round calls its counters, and the events of callgrind that each is the sum of. */
static const struct simulated {
	const char *name;
	const char *event[3];
} simulated[] = {
	{ "instructions", { "Ir" } },
	{ "data-reads", { "Dr" } },
	{ "data-writes", { "Dw" } },
	{ "L1I-misses", { "I1mr" } },
	{ "L1D-misses", { "D1mr", "D1mw" } },
	{ "L1D-read-misses", { "D1mr" } },
	{ "L1D-write-misses", { "D1mw" } },
	{ "LL-misses", { "ILmr", "DLmr", "DLmw" } },
	{ "branches", { "Bc", "Bi" } },
	{ "branch-misses", { "Bcm", "Bim" } },
};

static bool sum(const struct vmb_sim_dump *d, const struct simulated *s, uint64_t *total)
{
	*total = 0;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(s->event) && s->event[i]; i++) {
		uint64_t part;

		if (!vmb_sim_dump_find(d, s->event[i], &part))
			return false;
		*total += part;
	}
	return true;
}

static void fill_sample(const struct vmb_sim_dump *d, size_t base, struct vmb_sample *s)
{
	*s = (struct vmb_sample){ .iters = d->iters };
	for (size_t i = 0; i < VMB_ARRAY_SIZE(simulated); i++)
		if (sum(d, &simulated[i], &s->counter[base + i]))
			s->counted |= 1u << (base + i);
}

/* dumps: growing array of the dumps of one directory. */
struct dumps {
	size_t nr;
	struct vmb_sim_dump *dump;
};

static int open_dump(int dirfd, const char *name, FILE **out, struct vmb_why *why)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	int err = 0;

	if (fd < 0)
		err = -errno;
	else if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EBADMSG;
	else if (st.st_size > MAX_DUMP_BYTES)
		err = -EFBIG;
	else if (!(*out = fdopen(fd, "r")))
		err = -errno;
	if (err) {
		vmb_why_set(why, "%s", strerror(-err));
		if (fd >= 0)
			close(fd);
	}
	return err;
}

static int read_dump(int dirfd, const char *name, struct vmb_sim_dump *d, struct vmb_why *why)
{
	struct vmb_why clause = { 0 };
	FILE *in;
	int err = open_dump(dirfd, name, &in, &clause);

	if (!err) {
		err = vmb_sim_dump_parse(in, d, &clause);
		fclose(in);
	}
	if (err)
		vmb_why_set(why, "simulated counters: callgrind's dump %.64s: %.200s", name,
			    clause.text);
	return err;
}

static int keep(struct dumps *all, const struct vmb_sim_dump *d)
{
	struct vmb_sim_dump *grown;

	if (all->nr == MAX_DUMPS)
		return -E2BIG;
	grown = realloc(all->dump, (all->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	all->dump = grown;
	grown[all->nr++] = *d;
	return 0;
}

static int by_part(const void *a, const void *b)
{
	const struct vmb_sim_dump *x = a, *y = b;

	return (x->part > y->part) - (x->part < y->part);
}

static int read_all(DIR *d, struct dumps *all, struct vmb_why *why)
{
	struct dirent *e;
	int err = 0;

	while (!err && (e = readdir(d))) {
		struct vmb_sim_dump dump;

		if (strncmp(e->d_name, DUMP_PREFIX, sizeof(DUMP_PREFIX) - 1))
			continue;
		err = read_dump(dirfd(d), e->d_name, &dump, why);
		if (err || !dump.iters)
			continue;
		err = keep(all, &dump);
		if (err)
			vmb_why_set(why, "simulated counters: %zu dumps, %s", all->nr, strerror(-err));
	}
	if (all->nr)
		qsort(all->dump, all->nr, sizeof(*all->dump), by_part);
	return err;
}

static int read_dir(const char *dir, struct dumps *all, struct vmb_why *why)
{
	DIR *d = opendir(dir);
	int err;

	if (!d) {
		err = -errno;
		vmb_why_set(why, "simulated counters: %s: %s", dir, strerror(-err));
		return err;
	}
	err = read_all(d, all, why);
	closedir(d);
	if (!err && !all->nr) {
		vmb_why_set(why, "simulated counters: callgrind left no counts in %.200s; its log "
			    "there, valgrind.log.*, says why", dir);
		err = -ENODATA;
	}
	return err;
}

static void name_counters(struct vmb_round *round)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(simulated); i++) {
		struct vmb_counter_id *id = &round->counters[round->nr_counters++];

		*id = (struct vmb_counter_id){ .source = "sim:callgrind" };
		snprintf(id->name, sizeof(id->name), "%s", simulated[i].name);
	}
}

static int append(struct vmb_round *round, const struct dumps *all, struct vmb_why *why)
{
	size_t base = round->nr_counters;
	struct vmb_sample *grown;

	if (base + VMB_ARRAY_SIZE(simulated) > VMB_MAX_COUNTERS ||
	    round->nr_samples + all->nr > VMB_MAX_SAMPLES) {
		vmb_why_set(why, "simulated counters: the round has no room for them");
		return -E2BIG;
	}
	grown = realloc(round->samples, (round->nr_samples + all->nr) * sizeof(*grown));
	if (!grown) {
		vmb_why_set(why, "simulated counters: out of memory");
		return -ENOMEM;
	}
	round->samples = grown;
	for (size_t i = 0; i < all->nr; i++)
		fill_sample(&all->dump[i], base, &grown[round->nr_samples++]);
	name_counters(round);
	return 0;
}

int vmb_sim_collect(const char *dir, struct vmb_round *round, struct vmb_why *why)
{
	struct dumps all = { 0 };
	int err = read_dir(dir, &all, why);

	if (!err)
		err = append(round, &all, why);
	free(all.dump);
	return err;
}

void vmb_sim_describe(const char *dir, char *buf, size_t len)
{
	static const char *const name[VMB_SIM_CACHES] = { "I1", "D1", "LL" };
	struct dumps all = { 0 };
	struct vmb_why why;
	size_t at = 0;

	buf[0] = 0;
	if (!read_dir(dir, &all, &why))
		at = (size_t)snprintf(buf, len, "%s", all.dump[0].creator);
	for (size_t i = 0; at && at < len && i < VMB_SIM_CACHES; i++)
		if (all.dump[0].cache[i][0])
			at += (size_t)snprintf(buf + at, len - at, ", %s %s", name[i],
					       all.dump[0].cache[i]);
	free(all.dump);
}
