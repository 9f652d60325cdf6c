// SPDX-License-Identifier: MIT
/*
 * The parent's side of simulated counting: is there a valgrind, and how is it called.
 */
#include "user/counter/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/counter/simcache.h"
#include "user/counter/simdump.h"

/*
 * --instr-atstart=no: set-up runs uninstrumented, the model starts at vmb_sim_instrument().
 * --vex-iropt-level=0: valgrind's optimiser drops a load whose value nobody uses, and with it the
 *	read and the cache miss; unoptimised, every access is seen (and it is half as fast).
 * --dump-line=no: sums per function keep a dump at some kilobytes.
 * --smc-check: code that a benchmark writes must be seen, on every architecture.
 * --fair-sched: a thread that spins must not keep the others from what it waits for.
 * --vgdb=no: no pipes in /tmp. --command-line-only: a user's .valgrindrc is not part of the method.
 */
static const char *const fixed[] = {
	"valgrind", "--tool=callgrind", "--command-line-only=yes", "--instr-atstart=no",
	"--cache-sim=yes", "--branch-sim=yes", "--dump-line=no", "--smc-check=all-non-file",
	"--vex-iropt-level=0", "--fair-sched=try", "--vgdb=no",
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
		err = posix_spawnp(pid, argv[0], &act, NULL, (char *const *)(uintptr_t)argv,
				   environ);
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
	at = put_path(at, "--callgrind-out-file=", dir, "/" VMB_SIM_DUMP_PREFIX "%p");
	out[i++] = at;
	at = put_path(at, "--log-file=", dir, "/" VMB_SIM_LOG_PREFIX "%p");
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
