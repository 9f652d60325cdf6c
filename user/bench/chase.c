// SPDX-License-Identifier: MIT
#include "user/bench/chase.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

static_assert(sizeof(struct bench_line) == BENCH_LINE_BYTES, "a step is one line");

static struct bench_line *line_at(const struct bench_layout *l, size_t i)
{
	char *p = l->base + i * l->spacing + (i & (l->scatter - 1)) * BENCH_LINE_BYTES;

	return (struct bench_line *)(void *)p;
}

void bench_sattolo(uint32_t *next, size_t nr, uint64_t seed)
{
	for (size_t i = 0; i < nr; i++)
		next[i] = (uint32_t)i;
	for (size_t i = nr - 1; i > 0; i--) {
		/* below i, never i itself: that is what makes it one cycle */
		size_t j = (vmb_random(&seed) >> 32) * i >> 32;
		uint32_t t = next[i];

		next[i] = next[j];
		next[j] = t;
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

void bench_stride_cycle(uint32_t *next, size_t nr, size_t step)
{
	size_t orbits = gcd(nr, step), length = nr / orbits, at = 0;

	for (size_t o = 0; o < orbits; o++) {
		for (size_t k = 1; k < length; k++) {
			size_t to = (at + step) % nr;

			next[at] = (uint32_t)to;
			at = to;
		}
		next[at] = (uint32_t)((o + 1) % orbits);
		at = o + 1;
	}
}

void bench_chase_link(struct bench_chase *c, const struct bench_layout *layout,
		      const uint32_t *next)
{
	size_t i = 0;

	for (size_t rank = 0; rank < layout->nr; rank++, i = next[i]) {
		struct bench_line *l = line_at(layout, i);

		l->rank = rank;
		l->next = line_at(layout, next[i]);
	}
	*c = (struct bench_chase){ .layout = *layout, .at = line_at(layout, 0) };
}

/* The permutation is huge-page memory: a page fault for each 4 KiB of it would cost more than it. */
static int scratch_map(struct bench_arena *a, size_t nr, struct vmb_why *why)
{
	return bench_arena_map(a, nr * sizeof(uint32_t), BENCH_PAGES_THP, why);
}

int bench_chase_random(struct bench_chase *c, const struct bench_layout *layout, uint64_t seed,
		       struct vmb_why *why)
{
	struct bench_arena scratch;
	int err = scratch_map(&scratch, layout->nr, why);

	if (err)
		return err;
	bench_sattolo((uint32_t *)(void *)scratch.base, layout->nr, seed);
	bench_chase_link(c, layout, (uint32_t *)(void *)scratch.base);
	bench_arena_unmap(&scratch);
	return 0;
}

int bench_chase_strided(struct bench_chase *c, const struct bench_layout *layout, size_t step,
			struct vmb_why *why)
{
	struct bench_arena scratch;
	int err = scratch_map(&scratch, layout->nr, why);

	if (err)
		return err;
	bench_stride_cycle((uint32_t *)(void *)scratch.base, layout->nr, step);
	bench_chase_link(c, layout, (uint32_t *)(void *)scratch.base);
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

/*
 * Every line's successor has the next rank. So each cycle has a length that @nr divides, and there
 * is only room for one. Independent loads, hence much faster than to walk the chain.
 */
int bench_chase_check(const struct bench_chase *c, struct vmb_why *why)
{
	size_t nr = c->layout.nr;

	for (size_t i = 0; i < nr; i++) {
		const struct bench_line *l = line_at(&c->layout, i);

		if (l->rank < nr && l->next->rank == (l->rank + 1 == nr ? 0 : l->rank + 1))
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
