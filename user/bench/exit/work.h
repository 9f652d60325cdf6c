/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_EXIT_WORK_H
#define VMB_USER_BENCH_EXIT_WORK_H
/*
 * What the benchmarks of this folder keep in vmb_state.priv; here, so that their test can spoil an
 * answer and see that it is noticed.
 */

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "arch/base/kvm_guest.h"
#include "user/bench/arena.h"

struct kvm_run;

struct getppid_work { uint64_t sum, done; };

struct read_work {
	int fd;
	uint64_t bytes, done;
	unsigned char wrong;	/* all bytes that came, or'ed */
};

struct futex_work { uint32_t word; uint64_t done, not_zero; };

struct fault_work {
	struct bench_arena arena;
	size_t page_bytes, next;
	uint64_t done, faults_before, failed;
};

struct signal_work {
	struct sigaction before;
	sigset_t mask_before;
	uint64_t done;
};

struct switch_work {
	int to_peer[2], from_peer[2];	/* [0] is read from, [1] written to */
	pthread_t peer;
	cpu_set_t affinity_before;
	int policy_before;
	struct sched_param param_before;
	unsigned char token;
	uint64_t done, wrong;
};

struct kvm_work {
	struct vmb_kvm_cpu cpu;
	int fds[3];		/* what cpu borrows, -1 where there is none */
	struct kvm_run *run;	/* shared with the kernel */
	size_t run_bytes;
	uint32_t reason;	/* KVM_EXIT_*: the right one */
	uint32_t wrong_reason;
	uint64_t done, wrong;
};

#endif /* VMB_USER_BENCH_EXIT_WORK_H */
