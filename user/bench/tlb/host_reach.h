/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_TLB_HOST_REACH_H
#define VMB_USER_BENCH_TLB_HOST_REACH_H

#include "user/bench/chase.h"

/** struct reach_work - for host_reach.c and its test. */
struct reach_work {
	struct bench_arena arena;
	size_t page_bytes, nr_pages;
	struct bench_chase chase;
};

#endif /* VMB_USER_BENCH_TLB_HOST_REACH_H */
