// SPDX-License-Identifier: MIT
/*
 * The first write to an anonymous base page: fault, a zeroed page, page-table entry, return. Pages
 * are touched in order and given back by MADV_DONTNEED, CHUNK_PAGES at a time; one operation is one
 * fault and its share of that. A small chunk, so that time stays proportional to the faults.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

#define CHUNK_PAGES	64

static uint64_t minor_faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)u.ru_minflt;
}

static int setup(struct vmb_state *st)
{
	struct fault_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	err = bench_arena_reserve(&w->arena, CHUNK_PAGES * w->page_bytes, BENCH_PAGES_BASE, &st->why);
	if (err) {
		free(w);
		return err;
	}
	w->faults_before = minor_faults();
	st->priv = w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct fault_work *w = priv;

	w->done += iters;
	for (; iters; iters--) {
		*(volatile char *)(w->arena.base + w->next * w->page_bytes) = 1;
		if (++w->next < CHUNK_PAGES)
			continue;
		w->next = 0;
		w->failed += !!madvise(w->arena.base, w->arena.bytes, MADV_DONTNEED);
	}
}

/* The kernel counts faults: each operation must have been one. */
static int check(const void *priv, struct vmb_why *why)
{
	const struct fault_work *w = priv;
	uint64_t faults = minor_faults() - w->faults_before;

	if (w->done && faults >= w->done && !w->failed)
		return 0;
	vmb_why_set(why, "%" PRIu64 " first touches made %" PRIu64 " page faults", w->done, faults);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct fault_work *w = st->priv;

	bench_arena_unmap(&w->arena);
	free(w);
}

const struct vmb_bench bench_exit_page_fault = {
	.name = "syscall",
	.what = "first write to an anonymous page, with its share of giving 64 pages back",
	.unit = "fault",
	.axes = EXIT_SYSCALL_AXIS("page_fault"),
	.nr_axes = 1,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
