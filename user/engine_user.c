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

/*
 * The timestamps are inside the counter reads: time then holds no counter read, and what the
 * counters see of the timestamps is the same for every batch size, so the slope cancels it.
 */
void vmb_engine_user_sample(struct vmb_engine_ctx *ctx, void (*body)(void *, uint64_t),
			    uint64_t iters, struct vmb_sample *out)
{
	uint64_t before[VMB_MAX_COUNTERS], after[VMB_MAX_COUNTERS], t0, t1;
	uint32_t counted0 = 0, counted1 = 0, cpu0, cpu1, flags = 0;

	(void)cpu_ticks_end(&cpu0);
	if (ctx->counters)
		flags |= vmb_counter_read(ctx->counters, before, &counted0);
	t0 = cpu_ticks_begin();
	body(ctx->priv, iters);
	t1 = cpu_ticks_end(&cpu1);
	if (ctx->counters)
		flags |= vmb_counter_read(ctx->counters, after, &counted1);

	*out = (struct vmb_sample){
		.iters = iters, .ticks = less(t1 - t0, ctx->timer_cost_ticks),
		.cpu = cpu_or_ask(cpu1), .counted = counted0 & counted1,
	};
	for (size_t i = 0; i < ctx->nr_counters; i++)
		if (out->counted & (1u << i))
			out->counter[i] = after[i] - before[i];
	out->flags = flags | vmb_guard_batch(ctx->guard, cpu_or_ask(cpu0), out->cpu);
}
