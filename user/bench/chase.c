// SPDX-License-Identifier: MIT
#include "user/bench/chase.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#include "arch/base/assert.h"

static_assert(sizeof(struct bench_line) == BENCH_LINE_BYTES, "a step is one line");

static struct bench_line *line_at(const struct bench_layout *l, size_t i)
{
	char *p = l->base + i * l->spacing + (i * l->shift & (l->spacing - 1));

	return (struct bench_line *)(void *)p;
}

void bench_random_order(uint32_t *order, size_t nr, uint64_t seed)
{
	for (size_t i = 0; i < nr; i++)
		order[i] = (uint32_t)i;
	for (size_t i = nr; i > 1; i--) {
		size_t j = (vmb_random(&seed) >> 32) * i >> 32;
		uint32_t t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

static size_t gcd(size_t a, size_t b)
{
	while (b) {
		size_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

void bench_strided_order(uint32_t *order, size_t nr, size_t step)
{
	size_t orbits = gcd(nr, step);

	for (size_t o = 0; o < orbits; o++)
		for (size_t k = 0, at = o; k < nr / orbits; k++, at = (at + step) % nr)
			*order++ = (uint32_t)at;
}

/*
 * Ranks go to an array of their own first and the lines are then written from first to last: written
 * in the order of the chain, each would miss the caches.
 */
void bench_chase_link(struct bench_chase *c, const struct bench_layout *layout,
		      const uint32_t *order, uint32_t *rank)
{
	size_t nr = layout->nr;

	for (size_t k = 0; k < nr; k++)
		rank[order[k]] = (uint32_t)k;
	for (size_t i = 0; i < nr; i++) {
		struct bench_line *l = line_at(layout, i);

		l->rank = rank[i];
		l->next = line_at(layout, order[rank[i] + 1 == nr ? 0 : rank[i] + 1]);
	}
	*c = (struct bench_chase){ .layout = *layout, .at = line_at(layout, order[0]) };
}

/*
 * Both arrays are huge-page memory: a page fault for each 4 KiB would cost more than to fill them.
 */
static int scratch_map(struct bench_arena *a, size_t nr, struct vmb_why *why)
{
	return bench_arena_map(a, 2 * nr * sizeof(uint32_t), BENCH_PAGES_THP, why);
}

int bench_chase_random(struct bench_chase *c, const struct bench_layout *layout, uint64_t seed,
		       struct vmb_why *why)
{
	struct bench_arena scratch;
	int err = scratch_map(&scratch, layout->nr, why);
	uint32_t *order = (uint32_t *)(void *)scratch.base;

	if (err)
		return err;
	bench_random_order(order, layout->nr, seed);
	bench_chase_link(c, layout, order, order + layout->nr);
	bench_arena_unmap(&scratch);
	return 0;
}

int bench_chase_strided(struct bench_chase *c, const struct bench_layout *layout, size_t step,
			struct vmb_why *why)
{
	struct bench_arena scratch;
	int err = scratch_map(&scratch, layout->nr, why);
	uint32_t *order = (uint32_t *)(void *)scratch.base;

	if (err)
		return err;
	bench_strided_order(order, layout->nr, step);
	bench_chase_link(c, layout, order, order + layout->nr);
	bench_arena_unmap(&scratch);
	return 0;
}

void bench_chase_run(struct bench_chase *c, uint64_t iters)
{
	struct bench_line *at = c->at;

	c->steps += iters;
	for (; iters; iters--)
		at = at->next;
	c->at = at;
}

static bool is_linked(const struct bench_chase *c, const struct bench_line *l)
{
	size_t nr = c->layout.nr, offset = (size_t)((const char *)l->next - c->layout.base);

	return l->rank < nr && offset < nr * c->layout.spacing &&
	       l->next->rank == (l->rank + 1 == nr ? 0 : l->rank + 1);
}

/*
 * Every line's successor has the next rank. So each cycle has a length that @nr divides, and there
 * is only room for one. Independent loads, hence much faster than to walk the chain.
 */
int bench_chase_check(const struct bench_chase *c, struct vmb_why *why)
{
	size_t nr = c->layout.nr;

	VMB_ASSERT(nr);
	for (size_t i = 0; i < nr; i++) {
		if (is_linked(c, line_at(&c->layout, i)))
			continue;
		vmb_why_set(why, "line %zu of %zu does not lead to the next: the chain is broken", i,
			    nr);
		return -EIO;
	}
	if (c->steps && c->at->rank == c->steps % nr)
		return 0;
	vmb_why_set(why, "after %" PRIu64 " steps the chase is at place %" PRIu64 " of %zu", c->steps,
		    c->at->rank, nr);
	return -EIO;
}
