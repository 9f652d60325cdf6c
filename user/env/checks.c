// SPDX-License-Identifier: MIT
#include "user/env/checks.h"

#include <stdarg.h>
#include <stdio.h>

static const struct vmb_check checks[] = {
	{ "cpu-busy", "other work on the measured CPU preempts batches and evicts caches",
	  "measure on another CPU (--pin), or stop what runs there (see it with: top -1)", false,
	  vmb_check_cpu_busy },
	{ "smt-sibling", "a busy sibling takes execution units and caches: 10 to 60 % slower, at random",
	  "echo off | sudo tee /sys/devices/system/cpu/smt/control    # back: echo on", false,
	  vmb_check_smt_sibling },
	{ "steal", "the hypervisor ran somebody else on this CPU: such rounds are discarded",
	  "move to a dedicated instance, or measure when the host is quiet", false, vmb_check_steal },
	{ "load", "other processes compete for CPUs, memory bandwidth and shared caches",
	  "stop other work (see it with: top)", false, vmb_check_load },
	{ "cpu-quota", "the control group is frozen for the rest of each period once its quota is used",
	  "run outside of the quota (docker: without --cpus, Kubernetes: without a CPU limit)", false,
	  vmb_check_cpu_quota },
	{ "isolated", "the scheduler may put other processes on the measured CPU",
	  "boot with isolcpus=managed_irq,domain,N nohz_full=N and use --pin isolated", false,
	  vmb_check_isolated },
	{ "nohz-full", "the timer tick interrupts the measured CPU 100 to 1000 times a second",
	  "boot with nohz_full=N rcu_nocbs=N and use --pin N", false, vmb_check_nohz_full },
	{ "irq-affinity", "device interrupts are handled on the measured CPU in the middle of batches",
	  NULL, false, vmb_check_irq_affinity },
	{ "governor", "the clock follows the load, so short batches run at another speed than long ones",
	  "echo performance | sudo tee /sys/devices/system/cpu/cpufreq/policy*/scaling_governor", true,
	  vmb_check_governor },
	{ "turbo", "the clock depends on temperature and on what the other cores do", NULL, true,
	  vmb_check_turbo },
	{ "throttle", "a CPU that was slowed down for heat is not noticed", NULL, false,
	  vmb_check_throttle },
	{ "timestamp", "ticks are no measure of time", NULL, false, vmb_check_timestamp },
	{ "virtual", "the machine below is shared and hidden: expect wider intervals, and compare only "
	  "with results of the same guest", "measure on bare metal for absolute numbers", false,
	  vmb_check_virtual },
	{ "aslr", "every round has the same memory layout: a bias that no interval shows",
	  "sudo sysctl kernel.randomize_va_space=2", true, vmb_check_aslr },
	{ "nmi-watchdog", "it occupies one hardware counter and interrupts every CPU",
	  "sudo sysctl kernel.nmi_watchdog=0    # back: =1", true, vmb_check_nmi_watchdog },
	{ "page-table-isolation", "system calls, faults and exits include switches of page tables",
	  NULL, false, vmb_check_pti },
	{ "huge-pages", "which memory is in huge pages depends on the kernel's background thread",
	  "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled    # back: echo always",
	  false, vmb_check_thp },
	{ "swap", "memory that was swapped out comes back as major faults",
	  "sudo swapoff -a    # back: sudo swapon -a", false, vmb_check_swap },
	{ "numa-balancing", "the kernel unmaps and migrates pages while they are measured",
	  "sudo sysctl kernel.numa_balancing=0    # back: =1", false, vmb_check_numa_balancing },
	{ "perf-event-paranoid", "the kernel refuses counters to this user",
	  "sudo sysctl kernel.perf_event_paranoid=1    # back: see --restore", true,
	  vmb_check_paranoid },
	{ "pmu", "cycles, instructions and misses cannot be counted",
	  "vmbench --counters=sim counts instructions exactly, and misses by a model", false,
	  vmb_check_pmu },
	{ "rdpmc", "counters are read by a system call: about 1000 cycles a sample instead of 150",
	  NULL, true, vmb_check_rdpmc },
	{ "valgrind", "--counters=sim is not available", "sudo apt-get install valgrind", false,
	  vmb_check_valgrind },
	{ "kernel-module", "what only the kernel can do (flush by method, page-table walk) is skipped",
	  "make kmod && sudo insmod build/kmod/vmbench.ko", false, vmb_check_kernel_module },
	{ "build", "a sanitized or unoptimised program measures itself", "make", false,
	  vmb_check_build },
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
