// SPDX-License-Identifier: MIT
/*
 * Template: a benchmark that is swept over two parameters. Every combination becomes a benchmark of
 * its own, with its own id: my_search/binary/1K/random. It also shows how a benchmark skips what
 * does not apply, allocates and releases memory, and uses the seed so that a round can be repeated.
 *
 * What is measured is a binary search in a sorted array.
 */
#include "user/bench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum order { ASCENDING, RANDOM };

/* The label is what stands in the id; the number is what the benchmark computes with. */
static const struct vmb_value sizes[] = {
	{ "1", 1 }, { "64", 64 }, { "1K", 1024 }, { "64K", 65536 },
};
static const struct vmb_value orders[] = { { "ascending", ASCENDING }, { "random", RANDOM } };

static const struct vmb_axis axes[] = { VMB_AXIS("size", sizes), VMB_AXIS("order", orders) };

enum { SIZE, ORDER };	/* st->arg[] has the values in the order of axes[] */

#define NR_WANTED 1024	/* a power of two, so that the next one costs a mask */

struct search {
	uint64_t *sorted;
	size_t nr;
	uint32_t wanted[NR_WANTED];
	uint64_t at, found, done;
};

/* Asked before setup(); non-zero skips the benchmark, and the reason is reported. */
static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	if (st->arg[SIZE].num > 1 || st->arg[ORDER].num == ASCENDING)
		return 0;
	vmb_why_set(why, "one element has no random order");
	return -ENOTSUP;
}

static void fill(struct search *s, struct vmb_state *st)
{
	uint64_t random = st->seed;

	for (size_t i = 0; i < s->nr; i++)
		s->sorted[i] = 2 * i;
	for (size_t i = 0; i < NR_WANTED; i++) {
		uint64_t next = st->arg[ORDER].num == RANDOM ? vmb_random(&random) : i;

		s->wanted[i] = (uint32_t)(next % s->nr);
	}
}

static int setup(struct vmb_state *st)
{
	struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->nr = st->arg[SIZE].num;
	s->sorted = malloc(s->nr * sizeof(*s->sorted));
	if (!s->sorted) {
		vmb_why_set(&st->why, "no memory for %zu elements", s->nr);
		free(s);
		return -ENOMEM;
	}
	fill(s, st);
	st->priv = s;
	return 0;
}

static size_t search(const uint64_t *sorted, size_t nr, uint64_t key)
{
	size_t low = 0;

	while (nr > 1) {
		size_t half = nr / 2;

		low = sorted[low + half] <= key ? low + half : low;
		nr -= half;
	}
	return low;
}

static void run(void *priv, uint64_t iters)
{
	struct search *s = priv;

	s->done += iters;
	for (; iters; iters--) {
		size_t want = s->wanted[s->at++ % NR_WANTED];

		s->found += search(s->sorted, s->nr, 2 * want) == want;
	}
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct search *s = priv;

	if (s->done && s->found == s->done)
		return 0;
	vmb_why_set(why, "%" PRIu64 " of %" PRIu64 " searches found their element", s->found, s->done);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct search *s = st->priv;

	free(s->sorted);
	free(s);
}

static const struct vmb_bench bench_binary = {
	.name = "binary",
	.what = "binary search in a sorted array of 64-bit numbers",
	.unit = "search",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};

static const struct vmb_bench *const benches[] = { &bench_binary };

static const struct vmb_category category = {
	.name = "my_search",
	.what = "template of a parameterised benchmark",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};

VMB_PLUGIN("parameterised template", &category);
