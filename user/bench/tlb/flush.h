/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_TLB_FLUSH_H
#define VMB_USER_BENCH_TLB_FLUSH_H

#include "user/bench/guest.h"

enum flush_kind { FLUSH_PAGE, FLUSH_SPACE, FLUSH_ALL };

/** struct flush_work - for flush.c and its test. @flushes: how many were done. */
struct flush_work {
	struct bench_guest guest;
	enum flush_kind kind;
	uint64_t flushes;
};

#endif /* VMB_USER_BENCH_TLB_FLUSH_H */
