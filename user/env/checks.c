// SPDX-License-Identifier: MIT
#include "user/env/checks.h"

#include <stdarg.h>
#include <stdio.h>

#define SYS	"/sys/devices/system/cpu/"
#define THP	"/sys/kernel/mm/transparent_hugepage/enabled"

static const struct vmb_check checks[] = {
	{
		.name = "cpu-busy", .look = vmb_check_cpu_busy,
		.means = "other work on the measured CPU preempts batches and evicts caches",
		.mend = "choose another CPU (--pin), or stop what runs there (top -1 shows it)",
	}, {
		.name = "smt-sibling", .look = vmb_check_smt_sibling,
		.means = "a busy sibling takes execution units and caches, at random",
		.mend = "echo off | sudo tee " SYS "smt/control    # back: echo on",
	}, {
		.name = "steal", .look = vmb_check_steal,
		.means = "the hypervisor ran somebody else on this CPU: such rounds are discarded",
		.mend = "move to a dedicated instance, or measure when the host is quiet",
	}, {
		.name = "load", .look = vmb_check_load,
		.means = "other processes compete for CPUs, memory bandwidth and shared caches",
		.mend = "stop other work (top shows it)",
	}, {
		.name = "cpu-quota", .look = vmb_check_cpu_quota,
		.means = "the control group is frozen for the rest of a period once it is used up",
		.mend = "run outside of the quota (docker without --cpus, a pod without CPU limit)",
	}, {
		.name = "isolated", .look = vmb_check_isolated,
		.means = "the scheduler may put other processes on the measured CPU",
		.mend = "boot with isolcpus=managed_irq,domain,N nohz_full=N; use --pin isolated",
	}, {
		.name = "nohz-full", .look = vmb_check_nohz_full,
		.means = "the timer tick interrupts the measured CPU 100 to 1000 times a second",
		.mend = "boot with nohz_full=N rcu_nocbs=N; use --pin N",
	}, {
		.name = "irq-affinity", .look = vmb_check_irq_affinity,
		.means = "device interrupts are handled in the middle of batches",
	}, {
		.name = "governor", .look = vmb_check_governor, .fixed = true,
		.means = "the clock follows the load: short batches run at another speed than long",
		.mend = "echo performance | sudo tee " SYS "cpufreq/policy*/scaling_governor",
	}, {
		.name = "turbo", .look = vmb_check_turbo, .fixed = true,
		.means = "the clock depends on temperature and on what the other cores do",
	}, {
		.name = "throttle", .look = vmb_check_throttle,
		.means = "a CPU that was slowed down for heat is not noticed",
	}, {
		.name = "timestamp", .look = vmb_check_timestamp,
		.means = "ticks are no measure of time",
	}, {
		.name = "virtual", .look = vmb_check_virtual,
		.means = "what is below is shared and hidden: expect wider intervals, and compare "
			 "with results of this guest only",
		.mend = "measure on bare metal for absolute numbers",
	}, {
		.name = "aslr", .look = vmb_check_aslr, .fixed = true,
		.means = "every round has the same memory layout: a bias that no interval shows",
		.mend = "sudo sysctl kernel.randomize_va_space=2",
	}, {
		.name = "nmi-watchdog", .look = vmb_check_nmi_watchdog, .fixed = true,
		.means = "it occupies one hardware counter and interrupts every CPU",
		.mend = "sudo sysctl kernel.nmi_watchdog=0    # back: =1",
	}, {
		.name = "page-table-isolation", .look = vmb_check_pti,
		.means = "system calls, faults and exits include switches of page tables",
	}, {
		.name = "huge-pages", .look = vmb_check_thp,
		.means = "which memory is in huge pages depends on a thread in the background",
		.mend = "echo madvise | sudo tee " THP "    # back: echo always",
	}, {
		.name = "swap", .look = vmb_check_swap,
		.means = "memory that was swapped out comes back as major faults",
		.mend = "sudo swapoff -a    # back: sudo swapon -a",
	}, {
		.name = "numa-balancing", .look = vmb_check_numa_balancing,
		.means = "the kernel unmaps and migrates pages while they are measured",
		.mend = "sudo sysctl kernel.numa_balancing=0    # back: =1",
	}, {
		.name = "perf-event-paranoid", .look = vmb_check_paranoid, .fixed = true,
		.means = "the kernel refuses counters to this user",
		.mend = "sudo sysctl kernel.perf_event_paranoid=1    # back: the value above",
	}, {
		.name = "pmu", .look = vmb_check_pmu,
		.means = "cycles, instructions and misses cannot be counted",
		.mend = "vmbench --counters=sim    # exact instructions, misses by a model",
	}, {
		.name = "rdpmc", .look = vmb_check_rdpmc, .fixed = true,
		.means = "reading counters takes a system call: some 1000 cycles instead of 150",
	}, {
		.name = "valgrind", .look = vmb_check_valgrind,
		.means = "--counters=sim is not available",
		.mend = "sudo apt-get install valgrind",
	}, {
		.name = "kernel-module", .look = vmb_check_kernel_module,
		.means = "what only the kernel can do (flush by method, walks) is skipped",
		.mend = "make kmod && sudo insmod build/kmod/$(uname -r)/vmbench.ko",
	}, {
		.name = "build", .look = vmb_check_build,
		.means = "a sanitized or unoptimised program measures itself",
		.mend = "make",
	},
};

const struct vmb_check *vmb_checks(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(checks);
	return checks;
}

void vmb_found(struct vmb_finding *f, enum vmb_check_state state, const char *fmt, ...)
{
	va_list ap;

	f->state = state;
	va_start(ap, fmt);
	vsnprintf(f->now, sizeof(f->now), fmt, ap);
	va_end(ap);
}
