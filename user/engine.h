/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENGINE_H
#define VMB_USER_ENGINE_H
/*
 * An engine turns (iterations) into one sample. The user engine runs the benchmark's own loop
 * between two timestamps.
 */

#include "results/sample.h"
#include "user/bench.h"
#include "user/calibrate.h"
#include "user/counter/counter.h"
#include "user/guard.h"

/**
 * struct vmb_engine_ctx - what a sample needs; lives for one round.
 * @timer_cost_ticks: subtracted from every sample
 * @counters: NULL when nothing is counted
 */
struct vmb_engine_ctx {
	const struct vmb_bench *bench;
	void *priv;
	double timer_cost_ticks;
	struct vmb_counter_set *counters;
	size_t nr_counters;
	struct vmb_guard *guard;
};

/**
 * vmb_engine_user_sample - run one batch. The measured path: no allocation, no I/O besides the
 * counters' and the guard's reads outside the timestamps.
 * @body: bench->run or bench->baseline
 * @iters: > 0
 */
void vmb_engine_user_sample(struct vmb_engine_ctx *ctx, void (*body)(void *, uint64_t),
			    uint64_t iters, struct vmb_sample *out);

#endif /* VMB_USER_ENGINE_H */
