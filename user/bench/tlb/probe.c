// SPDX-License-Identifier: MIT
#include "user/bench/tlb/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/arena.h"

struct probe_work {
	struct bench_arena arena;
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
	uint64_t *word;
	int err;

	if (!w)
		return -ENOMEM;
	err = bench_arena_map(&w->arena, bytes, BENCH_PAGES_BASE, &st->why);
	if (err) {
		free(w);
		return err;
	}
	w->seed = st->seed;
	word = (uint64_t *)(void *)w->arena.base;
	for (size_t i = 0; i < bytes / sizeof(*word); i++)
		word[i] = word_of(w->seed, i);
	st->probe.addr = w->arena.base;
	st->probe.pages = BENCH_PROBE_PAGES;
	st->priv = w;
	return 0;
}

int bench_probe_check(const void *priv, struct vmb_why *why)
{
	const struct probe_work *w = priv;
	const uint64_t *word = (const uint64_t *)(const void *)w->arena.base;

	for (size_t i = 0; i < w->arena.bytes / sizeof(*word); i++)
		if (word[i] != word_of(w->seed, i)) {
			vmb_why_set(why, "the probe changed memory at byte %zu of its pages", i * sizeof(*word));
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
