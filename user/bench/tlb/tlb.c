// SPDX-License-Identifier: MIT
/* Translation lookaside buffers. */
#include "user/bench/tlb/tlb.h"

static const struct vmb_bench *const benches[] = {
	&bench_tlb_lookup,
	&bench_tlb_hit_rate,
	&bench_tlb_flush,
	&bench_tlb_prefetch,
	&bench_tlb_host_reach,
	&bench_tlb_host_flush,
	&bench_tlb_host_refill,
	&bench_tlb_host_walk,
	&bench_tlb_host_pte,
	&bench_tlb_host_flush_user,
};

extern const struct vmb_category vmb_category_tlb;

const struct vmb_category vmb_category_tlb = {
	.name = "tlb",
	.what = "translation of addresses: the software TLB, and the machine's own",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
