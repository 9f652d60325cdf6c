// SPDX-License-Identifier: MIT
/*
 * Runs of slabs. A run that is given back goes to the bin of its length and is taken from there
 * again; only when neither a bin nor the unused end of the range has enough are neighbours joined.
 */
#include "vmcore/pool/pool_inside.h"

#include "arch/base/assert.h"

#define NO_RUN	 0u
#define LAST_RUN 0xffffffffu

static uint32_t bin_of(uint32_t nr)
{
	return nr < POOL_EXACT_RUNS ? nr : POOL_EXACT_RUNS;
}

static void put_in_bin(struct pool *p, uint32_t at)
{
	uint32_t *bin = &p->bin[bin_of(p->run[at])];

	p->free_run[at] = *bin ? *bin : LAST_RUN;
	*bin = at + 1;
}

/* Unlink the run that *@link, a bin or a free run, leads to. */
static uint32_t unlink_run(struct pool *p, uint32_t *link)
{
	uint32_t at = *link - 1, next = p->free_run[at];

	p->free_run[at] = NO_RUN;
	if (next == LAST_RUN && link >= p->bin && link <= &p->bin[POOL_EXACT_RUNS])
		next = 0;
	*link = next;
	return at;
}

/* A longer run is cut, the rest is free. */
static uint32_t cut(struct pool *p, uint32_t at, uint32_t nr)
{
	uint32_t rest = p->run[at] - nr;

	p->run[at] = nr;
	if (rest) {
		p->run[at + nr] = rest;
		put_in_bin(p, at + nr);
	}
	return at;
}

static uint32_t find_long(struct pool *p, uint32_t nr)
{
	for (uint32_t *link = &p->bin[POOL_EXACT_RUNS]; *link && *link != LAST_RUN;
	     link = &p->free_run[*link - 1])
		if (p->run[*link - 1] >= nr)
			return 1 + cut(p, unlink_run(p, link), nr);
	return 0;
}

/* Return: 1 + the first slab, 0: none. */
static uint32_t find_free(struct pool *p, uint32_t nr)
{
	for (uint32_t bin = bin_of(nr); bin < POOL_EXACT_RUNS; bin++)
		if (p->bin[bin])
			return 1 + cut(p, unlink_run(p, &p->bin[bin]), nr);
	return find_long(p, nr);
}

static void join_neighbours(struct pool *p)
{
	for (uint32_t bin = 0; bin <= POOL_EXACT_RUNS; bin++)
		p->bin[bin] = 0;
	for (uint32_t at = 0; at < p->next_slab; at += p->run[at]) {
		uint32_t end = at + p->run[at];

		if (p->free_run[at] == NO_RUN)
			continue;
		while (end < p->next_slab && p->free_run[end] != NO_RUN) {
			uint32_t length = p->run[end];

			p->free_run[end] = NO_RUN;
			p->run[end] = 0;
			end += length;
		}
		p->run[at] = end - at;
		put_in_bin(p, at);
	}
}

static uint32_t find_unused(struct pool *p, uint32_t nr)
{
	uint32_t at = (uint32_t)p->next_slab;

	if (nr > p->nr_slabs - p->next_slab)
		return 0;
	p->next_slab += nr;
	p->run[at] = nr;
	return 1 + at;
}

/* Exactly fitting before unused before cut: a cut run does not fit its next user. */
static uint32_t find(struct pool *p, uint32_t nr)
{
	uint32_t found = 0;

	if (nr < POOL_EXACT_RUNS && p->bin[nr])
		return 1 + unlink_run(p, &p->bin[nr]);
	if (nr >= POOL_EXACT_RUNS)
		found = find_long(p, nr);
	if (!found)
		found = find_unused(p, nr);
	if (!found)
		found = find_free(p, nr);
	if (found)
		return found;
	join_neighbours(p);
	return find_free(p, nr);
}

void *pool_slabs_take(struct pool *p, uint32_t nr, uint16_t owner, uint16_t class)
{
	uint32_t found;

	pthread_mutex_lock(&p->lock);
	found = find(p, nr);
	if (found)
		p->slab[found - 1] = (struct pool_slab){ owner, class };
	pthread_mutex_unlock(&p->lock);
	return found ? (char *)p->base + (size_t)(found - 1) * POOL_SLAB_BYTES : NULL;
}

void pool_slabs_give(struct pool *p, void *first)
{
	size_t offset = (uintptr_t)first - p->base;
	uint32_t at = (uint32_t)(offset >> POOL_SLAB_SHIFT);

	pthread_mutex_lock(&p->lock);
	VMB_ASSERT(offset % POOL_SLAB_BYTES == 0 && p->free_run[at] == NO_RUN && p->run[at]);
	put_in_bin(p, at);
	pthread_mutex_unlock(&p->lock);
}

size_t pool_used_bytes(struct pool *p)
{
	size_t bytes;

	pthread_mutex_lock(&p->lock);
	bytes = p->next_slab * POOL_SLAB_BYTES;
	pthread_mutex_unlock(&p->lock);
	return bytes;
}
