/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_EXIT_EXIT_H
#define VMB_USER_BENCH_EXIT_EXIT_H

#include "user/bench.h"

/*
 * exit/syscall is one benchmark to the reader, and a descriptor per call here: each has a unit and
 * a description of its own. The axis has a single value, which completes the id.
 */
extern const struct vmb_bench bench_exit_getppid;
extern const struct vmb_bench bench_exit_read;
extern const struct vmb_bench bench_exit_futex;
extern const struct vmb_bench bench_exit_page_fault;
extern const struct vmb_bench bench_exit_signal;
extern const struct vmb_bench bench_exit_context_switch;

extern const struct vmb_bench bench_exit_kvm;

#define EXIT_SYSCALL_AXIS(call) \
	(const struct vmb_axis[]){ { .name = "call", .nr = 1, \
				     .values = (const struct vmb_value[]){ { call, 0 } } } }

#endif /* VMB_USER_BENCH_EXIT_EXIT_H */
