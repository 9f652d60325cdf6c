// SPDX-License-Identifier: MIT
/*
 * Register additions of which each needs the one before: one cycle each, so the time is the length
 * of a cycle, and the cycle counter, where there is one, must say 1.00.
 */
#include "arch/cpu.h"
#include "user/bench/self/self.h"

#include <errno.h>
#include <inttypes.h>

struct add_work { uint64_t sum, start, done; };

static int setup(struct vmb_state *st)
{
	static struct add_work w;

	w = (struct add_work){ .sum = st->seed, .start = st->seed };
	st->priv = &w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct add_work *w = priv;

	w->sum = cpu_add_chain(w->sum, iters);
	w->done += iters;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct add_work *w = priv;

	if (w->done && w->sum == w->start + w->done)
		return 0;
	vmb_why_set(why, "%" PRIu64 " additions of 1 made %" PRIu64, w->done, w->sum - w->start);
	return -EIO;
}

const struct vmb_bench bench_self_add_chain = {
	.name = "add_chain",
	.what = "dependent register additions, one cycle each",
	.unit = "add",
	.setup = setup,
	.run = run,
	.check = check,
};
