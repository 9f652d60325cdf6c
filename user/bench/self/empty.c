// SPDX-License-Identifier: MIT
/*
 * A body without an instruction. Its own loop is a second copy of the baseline's, not the same
 * function, so the difference shows what the subtraction really achieves: it must be 0.00 ns.
 */
#include "user/bench/loop.h"
#include "user/bench/self/self.h"

#include <errno.h>

static int setup(struct vmb_state *st)
{
	static uint64_t done;

	done = 0;
	st->priv = &done;
	return 0;
}

VMB_ALIGNED(64) static void run(void *priv, uint64_t iters)
{
	uint64_t *done = priv;

	*done += iters;
	for (; iters; iters--)
		vmb_clobber();
}

static int check(const void *priv, struct vmb_why *why)
{
	const uint64_t *done = priv;

	if (*done)
		return 0;
	vmb_why_set(why, "the loop never ran");
	return -EIO;
}

const struct vmb_bench bench_self_empty = {
	.name = "empty",
	.what = "a loop with an empty body, less the same loop: what the harness adds to a figure",
	.unit = "iteration",
	.setup = setup,
	.run = run,
	.baseline = bench_empty_loop,
	.check = check,
};
