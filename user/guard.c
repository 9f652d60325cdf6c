// SPDX-License-Identifier: MIT
#include "user/guard.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "user/env/sys.h"

/* Source: Intel SDM vol. 4, table 2-2; AMD64 APM vol. 2, appendix A. */
#define MSR_MPERF	0xe7
#define MSR_APERF	0xe8

#define THERMAL		"/sys/devices/system/cpu/cpu%u/thermal_throttle/"

static void open_files(struct vmb_guard *g)
{
	g->stat_fd = vmb_cputime_open();
	for (size_t i = 0; i < g->nr_cpus; i++) {
		unsigned int cpu = g->cpu[i];

		g->throttle_fd[2 * i] = vmb_sys_open(O_RDONLY, THERMAL "core_throttle_count", cpu);
		g->throttle_fd[2 * i + 1] =
			vmb_sys_open(O_RDONLY, THERMAL "package_throttle_count", cpu);
		g->msr_fd[i] = vmb_sys_open(O_RDONLY, "/dev/cpu/%u/msr", cpu);
	}
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void close_files(struct vmb_guard *g)
{
	close_fd(g->stat_fd);
	for (size_t i = 0; i < g->nr_cpus; i++) {
		close_fd(g->throttle_fd[2 * i]);
		close_fd(g->throttle_fd[2 * i + 1]);
		close_fd(g->msr_fd[i]);
	}
}

static bool read_count(int fd, uint64_t *sum)
{
	char text[32], *end;
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	uint64_t v;

	if (n <= 0)
		return false;
	text[n] = 0;
	v = strtoull(text, &end, 10);
	*sum += v;
	return end != text;
}

/* All cores' counts; a machine without package counts still has the cores'. */
static bool read_throttles(const struct vmb_guard *g, uint64_t *sum)
{
	bool all = g->nr_cpus > 0;

	*sum = 0;
	for (size_t i = 0; i < g->nr_cpus; i++) {
		all &= read_count(g->throttle_fd[2 * i], sum);
		(void)read_count(g->throttle_fd[2 * i + 1], sum);
	}
	return all;
}

static bool read_msr(int fd, off_t msr, uint64_t *sum)
{
	uint64_t v;

	if (fd < 0 || pread(fd, &v, sizeof(v), msr) != sizeof(v))
		return false;
	*sum += v;
	return true;
}

static bool read_clock_ratio(const struct vmb_guard *g, uint64_t *aperf, uint64_t *mperf)
{
	bool all = g->nr_cpus > 0;

	*aperf = *mperf = 0;
	for (size_t i = 0; i < g->nr_cpus; i++)
		all = all && read_msr(g->msr_fd[i], MSR_APERF, aperf) &&
		      read_msr(g->msr_fd[i], MSR_MPERF, mperf);
	return all;
}

static uint64_t thread_switches(void)
{
	struct rusage ru;

	return getrusage(RUSAGE_THREAD, &ru) ? 0 : (uint64_t)ru.ru_nivcsw;
}

static void read_usage(struct vmb_evidence *e)
{
	struct rusage ru;

	if (getrusage(RUSAGE_SELF, &ru))
		return;
	e->involuntary = (uint64_t)ru.ru_nivcsw;
	e->voluntary = (uint64_t)ru.ru_nvcsw;
	e->minor_faults = (uint64_t)ru.ru_minflt;
	e->major_faults = (uint64_t)ru.ru_majflt;
	e->known |= VMB_EV_SWITCHES | VMB_EV_FAULTS;
}

static void read_counts(const struct vmb_guard *g, struct vmb_evidence *e)
{
	if (read_throttles(g, &e->throttles))
		e->known |= VMB_EV_THROTTLES;
	if (read_clock_ratio(g, &e->aperf, &e->mperf))
		e->known |= VMB_EV_APERF;
}

void vmb_guard_begin(struct vmb_guard *g, const unsigned int *cpus, size_t nr)
{
	memset(g, 0, sizeof(*g));
	g->nr_cpus = nr < VMB_MAX_PIN ? nr : VMB_MAX_PIN;
	if (nr)
		memcpy(g->cpu, cpus, g->nr_cpus * sizeof(*cpus));
	open_files(g);
	vmb_cputime_read(g->stat_fd, &g->time);
	read_counts(g, &g->first);
	read_usage(&g->first);	/* last: what is before it is not the round's */
	g->last_involuntary = thread_switches();
}

uint32_t vmb_guard_batch(struct vmb_guard *g, uint32_t cpu_before, uint32_t cpu_after)
{
	uint64_t now = thread_switches();
	uint32_t flags = cpu_before != cpu_after ? VMB_SAMPLE_MIGRATED : 0;

	if (now != g->last_involuntary)
		flags |= VMB_SAMPLE_SWITCHED;
	g->last_involuntary = now;
	if (cpu_after < VMB_CPUTIME_CPUS)
		g->seen[cpu_after / 64] |= 1ull << (cpu_after % 64);
	return flags;
}

static bool add_steal(const struct vmb_guard *g, const struct vmb_cputime *now, unsigned int cpu,
		      uint64_t *sum)
{
	if (cpu >= VMB_CPUTIME_CPUS || !g->time.cpu[cpu].known || !now->cpu[cpu].known)
		return false;
	*sum += (uint32_t)(now->cpu[cpu].steal - g->time.cpu[cpu].steal);
	return true;
}

static bool sum_steal(const struct vmb_guard *g, uint64_t *sum)
{
	struct vmb_cputime now;
	bool all = true, any = false;

	*sum = 0;
	vmb_cputime_read(g->stat_fd, &now);
	for (size_t i = 0; i < g->nr_cpus; i++, any = true)
		all &= add_steal(g, &now, g->cpu[i], sum);
	for (unsigned int i = 0; !g->nr_cpus && i < VMB_CPUTIME_CPUS; i++)
		if (g->seen[i / 64] >> (i % 64) & 1) {
			all &= add_steal(g, &now, i, sum);
			any = true;
		}
	return all && any;
}

static void subtract(struct vmb_evidence *e, const struct vmb_evidence *first)
{
	e->known &= first->known;
	e->involuntary -= first->involuntary;
	e->voluntary -= first->voluntary;
	e->minor_faults -= first->minor_faults;
	e->major_faults -= first->major_faults;
	e->throttles -= first->throttles;
	e->aperf -= first->aperf;
	e->mperf -= first->mperf;
}

void vmb_guard_end(struct vmb_guard *g, struct vmb_evidence *out)
{
	memset(out, 0, sizeof(*out));
	read_usage(out);	/* first: what follows is not the round's */
	read_counts(g, out);
	subtract(out, &g->first);
	if (sum_steal(g, &out->steal_ticks))
		out->known |= VMB_EV_STEAL;
	close_files(g);
}
