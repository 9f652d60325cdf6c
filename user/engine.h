/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENGINE_H
#define VMB_USER_ENGINE_H
/*
 * An engine turns (iterations) into one sample. The user engine runs the benchmark's own loop
 * between two timestamps; the kernel engine has the module run a probe.
 */

#include "results/sample.h"
#include "user/bench.h"
#include "user/calibrate.h"
#include "user/counter/counter.h"
#include "user/guard.h"

/**
 * struct vmb_engine_ctx - what a sample needs; lives for one round.
 * @timer_cost_ticks: of one pair of timestamps, measured by the engine, subtracted from samples
 * @counters: what is counted; filled in with what really is
 * @guard: NULL outside of a guarded stretch
 * @tick_hz: frequency of the timestamps
 * @max_iters: set by open(): upper bound of the operations of one batch, 0: none
 * @broken: set by close(): a batch went wrong, the round fails with this reason; "" if none did
 * @own: the engine's own
 */
struct vmb_engine_ctx {
	const struct vmb_bench *bench;
	struct vmb_state *state;
	double timer_cost_ticks;
	struct vmb_counter_group counters;
	struct vmb_guard *guard;
	double tick_hz;
	uint64_t max_iters;
	struct vmb_why broken;
	void *own;
};

/** vmb_engine_body - what a batch runs; engines that run no user code ignore it. */
typedef void vmb_engine_body(void *priv, uint64_t iters);

/**
 * struct vmb_engine_ops
 * @supported: 0, or why this engine cannot run @bench here; before setup()
 * @open: after setup(); measures timer_cost_ticks, opens counters. -ENOTSUP skips the benchmark.
 *        On failure close() is called as well
 * @sample: run one batch of @iters operations, > 0. The measured path: no allocation, no I/O
 *          besides the counters' and the guard's reads outside the timestamps
 * @close: release what open() took
 */
struct vmb_engine_ops {
	int (*supported)(const struct vmb_bench *bench, struct vmb_why *why);
	int (*open)(struct vmb_engine_ctx *ctx, struct vmb_timer *timer, struct vmb_why *why);
	void (*sample)(struct vmb_engine_ctx *ctx, vmb_engine_body *body, uint64_t iters,
		       struct vmb_sample *out);
	void (*close)(struct vmb_engine_ctx *ctx);
};

extern const struct vmb_engine_ops vmb_engine_user, vmb_engine_kmod;

/** vmb_engine_of - the engine that a benchmark asks for. */
const struct vmb_engine_ops *vmb_engine_of(const struct vmb_bench *bench);

#endif /* VMB_USER_ENGINE_H */
