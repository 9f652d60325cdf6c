// SPDX-License-Identifier: MIT
#include "user/engine.h"

#include <sched.h>

#include "arch/cpu.h"

static uint64_t less(uint64_t a, double b)
{
	return (double)a > b ? a - (uint64_t)(b + 0.5) : 0;
}

static uint32_t cpu_or_ask(uint32_t cpu)
{
	return cpu != CPU_UNKNOWN ? cpu : (uint32_t)sched_getcpu();
}

static int supported(const struct vmb_bench *bench, struct vmb_why *why)
{
	(void)bench;
	(void)why;
	return 0;
}

static int open_engine(struct vmb_engine_ctx *ctx, struct vmb_timer *timer, struct vmb_why *why)
{
	struct vmb_counter_set *set = NULL;
	int err = 0;

	vmb_timer_measure_cost(timer);
	ctx->timer_cost_ticks = timer->cost_ticks;
	if (ctx->counters.nr)
		err = vmb_counter_open(&ctx->counters, &set, why);
	ctx->own = set;
	return err;
}

static void close_engine(struct vmb_engine_ctx *ctx)
{
	vmb_counter_close(ctx->own);
	ctx->own = NULL;
}

/*
 * The timestamps are inside the counter reads: time then holds no counter read, and what the
 * counters see of the timestamps is the same for every batch size, so the slope cancels it.
 */
static void sample(struct vmb_engine_ctx *ctx, vmb_engine_body *body, uint64_t iters,
		   struct vmb_sample *out)
{
	uint64_t before[VMB_MAX_COUNTERS], after[VMB_MAX_COUNTERS], t0, t1;
	uint32_t counted0 = 0, counted1 = 0, cpu0, cpu1, flags = 0;
	struct vmb_counter_set *counters = ctx->own;

	(void)cpu_ticks_end(&cpu0);
	if (counters)
		flags |= vmb_counter_read(counters, before, &counted0);
	t0 = cpu_ticks_begin();
	body(ctx->state->priv, iters);
	t1 = cpu_ticks_end(&cpu1);
	if (counters)
		flags |= vmb_counter_read(counters, after, &counted1);

	*out = (struct vmb_sample){
		.iters = iters, .ticks = less(t1 - t0, ctx->timer_cost_ticks),
		.cpu = cpu_or_ask(cpu1), .counted = counted0 & counted1,
	};
	for (size_t i = 0; counters && i < ctx->counters.nr; i++)
		if (out->counted & (1u << i))
			out->counter[i] = after[i] - before[i];
	out->flags = flags | vmb_guard_batch(ctx->guard, cpu_or_ask(cpu0), out->cpu);
}

const struct vmb_engine_ops vmb_engine_user = {
	.supported = supported, .open = open_engine, .sample = sample, .close = close_engine,
};
