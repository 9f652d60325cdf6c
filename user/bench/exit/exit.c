// SPDX-License-Identifier: MIT
/* Leaving the program and coming back: what a virtual-machine monitor pays again and again. */
#include "user/bench/exit/exit.h"

static const struct vmb_bench *const benches[] = {
	&bench_exit_getppid,
	&bench_exit_read,
	&bench_exit_futex,
	&bench_exit_page_fault,
	&bench_exit_signal,
	&bench_exit_context_switch,
	&bench_exit_kvm,
};

extern const struct vmb_category vmb_category_exit;

const struct vmb_category vmb_category_exit = {
	.name = "exit",
	.what = "exits to the kernel and the hypervisor, and the way back",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
