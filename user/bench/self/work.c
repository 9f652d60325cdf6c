// SPDX-License-Identifier: MIT
/*
 * Two bodies of known length, 2 % apart: what a comparison must be able to tell.
 */
#include "arch/cpu.h"
#include "user/bench/self/self.h"

#include <errno.h>
#include <inttypes.h>

static const struct vmb_value adds[] = { { "1600", 1600 }, { "1632", 1632 } };

static const struct vmb_axis axes[] = { VMB_AXIS("adds", adds) };

struct work { uint64_t sum, start, per_op, done; };

static int setup(struct vmb_state *st)
{
	static struct work w;

	w = (struct work){ .sum = st->seed, .start = st->seed, .per_op = st->arg[0].num };
	st->priv = &w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct work *w = priv;

	w->done += iters;
	for (; iters; iters--)
		w->sum = cpu_add_chain(w->sum, w->per_op);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct work *w = priv;

	if (w->done && w->sum == w->start + w->done * w->per_op)
		return 0;
	vmb_why_set(why, "%" PRIu64 " times %" PRIu64 " additions of 1 made %" PRIu64, w->done,
		    w->per_op, w->sum - w->start);
	return -EIO;
}

const struct vmb_bench bench_self_work = {
	.name = "work",
	.what = "a number of dependent register additions: two bodies that differ by 2 %",
	.unit = "chain",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
};
