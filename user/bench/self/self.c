// SPDX-License-Identifier: MIT
/* What the harness itself costs, and whether its clock is right. */
#include "user/bench/self/self.h"

static const struct vmb_bench *const benches[] = {
	&bench_self_empty,
	&bench_self_add_chain,
	&bench_self_work,
};

extern const struct vmb_category vmb_category_self;

const struct vmb_category vmb_category_self = {
	.name = "self",
	.what = "the harness itself: bodies whose cost is known beforehand",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
