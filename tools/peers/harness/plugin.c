// SPDX-License-Identifier: MIT
/* The body for vmbench: a plugin, built once with -DADDS=1600 and once with -DADDS=1632. */
#include "user/bench.h"

#include <errno.h>

#include "tools/peers/harness/chain.h"

struct work { uint64_t sum, done; };

static int setup(struct vmb_state *st)
{
	static struct work w;

	w = (struct work){ 0 };
	st->priv = &w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct work *w = priv;

	w->done += iters;
	for (; iters; iters--)
		w->sum = chain(w->sum, ADDS);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct work *w = priv;

	if (w->done && w->sum == w->done * ADDS)
		return 0;
	vmb_why_set(why, "the sum is wrong");
	return -EIO;
}

static const struct vmb_bench work = {
	.name = "work",
	.what = "dependent additions",
	.unit = "chain",
	.setup = setup,
	.run = run,
	.check = check,
};
static const struct vmb_bench *const benches[] = { &work };
static const struct vmb_category category = {
	.name = "peers", .what = "the body of the comparison with other tools", .benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};

VMB_PLUGIN("peers", &category);
