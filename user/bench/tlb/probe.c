// SPDX-License-Identifier: MIT
#include "user/bench/tlb/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/arena.h"

struct probe_work {
	struct bench_arena arena;
	uint64_t *word;		/* the pages, aligned to their whole size */
	size_t nr_words;
	uint64_t seed;
};

static uint64_t word_of(uint64_t seed, size_t i)
{
	uint64_t state = seed + i;

	return vmb_random(&state);
}

int bench_probe_setup(struct vmb_state *st)
{
	size_t bytes = BENCH_PROBE_PAGES * (size_t)sysconf(_SC_PAGESIZE);
	struct probe_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	/* What is aligned to its size, a power of two, has its entries in one page table. */
	err = bench_arena_map(&w->arena, 2 * bytes, BENCH_PAGES_BASE, &st->why);
	if (err) {
		free(w);
		return err;
	}
	w->seed = st->seed;
	w->word = (void *)(w->arena.base + (-(uintptr_t)w->arena.base & (bytes - 1)));
	w->nr_words = bytes / sizeof(*w->word);
	for (size_t i = 0; i < w->nr_words; i++)
		w->word[i] = word_of(w->seed, i);
	st->probe.addr = w->word;
	st->probe.pages = BENCH_PROBE_PAGES;
	st->priv = w;
	return 0;
}

int bench_probe_check(const void *priv, struct vmb_why *why)
{
	const struct probe_work *w = priv;

	for (size_t i = 0; i < w->nr_words; i++)
		if (w->word[i] != word_of(w->seed, i)) {
			vmb_why_set(why, "the probe changed memory at byte %zu of its pages",
				    i * sizeof(*w->word));
			return -EIO;
		}
	return 0;
}

void bench_probe_teardown(struct vmb_state *st)
{
	struct probe_work *w = st->priv;

	bench_arena_unmap(&w->arena);
	free(w);
}
