/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CROSS_ARCH_WORK_H
#define VMB_USER_BENCH_CROSS_ARCH_WORK_H
/*
 * What the benchmarks of translation share: guest code, a compiler for a host, and the proof that
 * what was translated does what it should.
 */

#include "user/bench.h"
#include "user/bench/cross_arch/code.h"

/* The six pairs, "guest-host"; the first axis of every benchmark here. */
#define CROSS_PAIRS 6
extern const struct vmb_value cross_pairs[CROSS_PAIRS];

struct vmb_arch;

/** cross_side - the architecture of a pair that is the guest, or the host. Return: NULL: not known. */
const struct vmb_arch *cross_side(const char *pair, bool host);

/** cross_supported - for struct vmb_bench: are both sides of the pair there? */
int cross_supported(const struct vmb_state *st, struct vmb_why *why);

/** cross_setup - code of @insns instructions of @class; 0: of about @bytes. */
int cross_setup(struct vmb_state *st, enum code_class class, uint32_t insns, size_t bytes);

/** cross_optimise - after cross_setup(): translate by O2 and tier 2. */
void cross_optimise(struct vmb_state *st);

/** cross_run - for struct vmb_bench: translate all of it @iters times. */
void cross_run(void *priv, uint64_t iters);

/** cross_check - for struct vmb_bench. */
int cross_check(const void *priv, struct vmb_why *why);

/** cross_teardown - for struct vmb_bench: report expansion, and the speed of optimised code; free. */
void cross_teardown(struct vmb_state *st);

#endif /* VMB_USER_BENCH_CROSS_ARCH_WORK_H */
