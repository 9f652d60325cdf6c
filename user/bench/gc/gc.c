// SPDX-License-Identifier: MIT
/* The core's garbage collector, as its users and its observers see it. */
#include "user/bench/gc/gc.h"

static const struct vmb_bench *const benches[] = {
	&bench_gc_minor_pause,
	&bench_gc_major_pause,
	&bench_gc_alloc_throughput,
	&bench_gc_throughput,
	&bench_gc_generational,
	&bench_gc_frequency,
	&bench_gc_live_ratio,
	&bench_gc_heap_size,
};

extern const struct vmb_category vmb_category_gc;

const struct vmb_category vmb_category_gc = {
	.name = "gc",
	.what = "the garbage collector: pauses, allocation, throughput",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
