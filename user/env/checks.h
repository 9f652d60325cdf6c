/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_CHECKS_H
#define VMB_USER_ENV_CHECKS_H
/*
 * The doctor's checks: a table of judgements over the facts of an environment and two readings of
 * /proc/stat. A check reads no file that a collector has read already.
 */

#include <stddef.h>

#include "results/env.h"
#include "user/env/cputime.h"
#include "user/pin.h"

/**
 * enum vmb_check_state
 * @VMB_CHECK_GOOD: as it should be
 * @VMB_CHECK_WARN: intervals get wider, or something cannot be measured
 * @VMB_CHECK_BAD: numbers taken now are misleading
 * @VMB_CHECK_UNKNOWN: cannot be seen here
 */
enum vmb_check_state { VMB_CHECK_GOOD, VMB_CHECK_WARN, VMB_CHECK_BAD, VMB_CHECK_UNKNOWN };

/**
 * struct vmb_check_ctx - what checks look at; borrowed.
 * @pin: never NULL, nr may be 0
 * @before, @after: readings at both ends of the interval
 */
struct vmb_check_ctx {
	const struct vmb_env *env;
	const struct vmb_pin *pin;
	const struct vmb_cputime *before, *after;
};

/**
 * struct vmb_finding - what one check found.
 * @now: the state of things, a phrase
 * @mend: the command, if it depends on what was found; "" to use the check's own
 */
struct vmb_finding {
	enum vmb_check_state state;
	char now[384];
	char mend[256];
};

/**
 * struct vmb_check
 * @means: what it does to numbers when it is not good
 * @mend: the command that mends it, NULL if there is none
 * @fixed: `vmbench doctor --fix` does it
 */
struct vmb_check {
	const char *name, *means, *mend;
	bool fixed;
	void (*look)(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
};

/** vmb_checks - borrow the table. */
const struct vmb_check *vmb_checks(size_t *nr);

/** vmb_found - set state and phrase. */
void vmb_found(struct vmb_finding *f, enum vmb_check_state state, const char *fmt, ...)
	VMB_PRINTF(3, 4);

/* checks_cpu.c: what happens on the CPUs, now. */
void vmb_check_cpu_busy(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_smt_sibling(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_steal(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_load(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_cpu_quota(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_isolated(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_nohz_full(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_irq_affinity(const struct vmb_check_ctx *ctx, struct vmb_finding *out);

/* checks_clock.c: the clock and the firmware. */
void vmb_check_governor(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_turbo(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_throttle(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_timestamp(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_virtual(const struct vmb_check_ctx *ctx, struct vmb_finding *out);

/* checks_kernel.c: the kernel's switches and memory. */
void vmb_check_aslr(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_nmi_watchdog(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_pti(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_thp(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_swap(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_numa_balancing(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_kernel_module(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_build(const struct vmb_check_ctx *ctx, struct vmb_finding *out);

/* checks_counter.c: event counters. */
void vmb_check_paranoid(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_pmu(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_rdpmc(const struct vmb_check_ctx *ctx, struct vmb_finding *out);
void vmb_check_valgrind(const struct vmb_check_ctx *ctx, struct vmb_finding *out);

#endif /* VMB_USER_ENV_CHECKS_H */
