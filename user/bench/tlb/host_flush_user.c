// SPDX-License-Identifier: MIT
/*
 * What user space can do about the machine's TLB: change a page's protection and back, give a page
 * back, or have the kernel interrupt every CPU that runs this process. Other ids than the module's
 * tlb/host_flush, because each of these is far more than a flush.
 */
#include "user/bench/tlb/tlb.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bench/arena.h"

enum means { MEANS_MPROTECT, MEANS_DONTNEED, MEANS_MEMBARRIER };

static const struct vmb_value means[] = {
	{ "mprotect", MEANS_MPROTECT }, { "dontneed", MEANS_DONTNEED },
	{ "membarrier", MEANS_MEMBARRIER },
};

static const struct vmb_axis axes[] = { VMB_AXIS("means", means) };

struct work {
	struct bench_arena arena;
	size_t page_bytes;
	enum means means;
	uint64_t done, failed;
};

static int membarrier(int command)
{
	return (int)syscall(SYS_membarrier, command, 0, 0);
}

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	if (st->arg[0].num != MEANS_MEMBARRIER)
		return 0;
	if (!membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
		return 0;
	vmb_why_set(why, "membarrier(2): %s", strerror(errno));
	return -ENOTSUP;
}

static int setup(struct vmb_state *st)
{
	struct work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	w->means = (enum means)st->arg[0].num;
	err = bench_arena_map(&w->arena, w->page_bytes, BENCH_PAGES_BASE, &st->why);
	if (err)
		free(w);
	else
		st->priv = w;
	return err;
}

/* Write-protect, make writable, write: the write faults if the old translation were still cached. */
static bool by_mprotect(struct work *w)
{
	bool ok = !mprotect(w->arena.base, w->page_bytes, PROT_READ) &&
		  !mprotect(w->arena.base, w->page_bytes, PROT_READ | PROT_WRITE);

	*(volatile char *)w->arena.base = 1;
	return ok;
}

/* After this the page reads as zero: a stale translation would still show the 1. */
static bool by_dontneed(struct work *w)
{
	*(volatile char *)w->arena.base = 1;
	return !madvise(w->arena.base, w->page_bytes, MADV_DONTNEED) &&
	       *(volatile char *)w->arena.base == 0;
}

static bool by_membarrier(struct work *w)
{
	(void)w;
	return !membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

static bool (*const perform[])(struct work *w) = {
	[MEANS_MPROTECT] = by_mprotect, [MEANS_DONTNEED] = by_dontneed,
	[MEANS_MEMBARRIER] = by_membarrier,
};

static void run(void *priv, uint64_t iters)
{
	struct work *w = priv;
	bool (*const one)(struct work *) = perform[w->means];

	w->done += iters;
	for (; iters; iters--)
		w->failed += !one(w);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct work *w = priv;

	if (w->done && !w->failed)
		return 0;
	vmb_why_set(why, "%llu of %llu operations failed or left a stale translation",
		    (unsigned long long)w->failed, (unsigned long long)w->done);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct work *w = st->priv;

	bench_arena_unmap(&w->arena);
	free(w);
}

const struct vmb_bench bench_tlb_host_flush_user = {
	.name = "host_flush_user",
	.what = "flush of the machine's TLB by what user space may do: mprotect of a page and back, "
		"MADV_DONTNEED and refault, membarrier",
	.unit = "operation",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
