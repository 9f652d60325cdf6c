/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_TLB_PROBE_H
#define VMB_USER_BENCH_TLB_PROBE_H
/*
 * What the benchmarks that a kernel probe measures have in common: some populated base pages with
 * a pattern in them, which must still be there afterwards.
 */

#include "user/bench.h"

#define BENCH_PROBE_PAGES 16u

/**
 * bench_probe_setup - map and fill BENCH_PROBE_PAGES pages; st->probe.addr and .pages are set, the
 * rest of st->probe is the caller's.
 */
VMB_MUST_CHECK int bench_probe_setup(struct vmb_state *st);

/** bench_probe_check - the pattern is whole: the probe changed nothing that we can see. */
int bench_probe_check(const void *priv, struct vmb_why *why);

void bench_probe_teardown(struct vmb_state *st);

#endif /* VMB_USER_BENCH_TLB_PROBE_H */
