// SPDX-License-Identifier: MIT
/*
 * The same bytes copied again and again: up to 64K they stay in the caches, 64M do not. One
 * operation is one copy. Set-up: under 1 ms, 64M about 50 ms.
 *
 * The source begins on a page, the destination half a page after one. If both had the same offset in
 * their pages, the first loads of each copy would look to the CPU, which compares 12 bits of an
 * address, like loads of what the copy before has just stored ("4K aliasing"): 64 bytes then take
 * 6 to 16 ns instead of 2.5 (Zen 4), which says nothing about copying.
 */
#include "user/bench/memory/copy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/memory/memory.h"
#include "user/bench/sysfile.h"

#define HUGE_FROM	(1u << 20)	/* copies from this size on get huge pages */
#define ALIAS_BYTES	4096		/* addresses that differ by this may look the same */

enum how { LIBC, VECTOR, NONTEMPORAL };

static const struct vmb_value hows[] = {
	{ "libc", LIBC }, { "vector", VECTOR }, { "nontemporal", NONTEMPORAL },
};

static const struct vmb_value sizes[] = {
	{ "64", 64 }, { "256", 256 }, { "1K", 1 << 10 }, { "4K", 4 << 10 }, { "16K", 16 << 10 },
	{ "64K", 64 << 10 }, { "64M", 64 << 20 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("how", hows), VMB_AXIS("size", sizes) };

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	uint64_t available = bench_memory_available("");

	if (st->arg[0].num == NONTEMPORAL && !vmb_native()->copy_nontemporal) {
		vmb_why_set(why, "%s has no stores that bypass the caches", vmb_native()->isa);
		return -ENOTSUP;
	}
	if (2 * st->arg[1].num <= available / 2)
		return 0;
	vmb_why_set(why, "two buffers of %s bytes are more than half of the %" PRIu64
		    " MiB of free memory", st->arg[1].label, available >> 20);
	return -ENOMEM;
}

static void fill(struct copy_work *w)
{
	uint64_t stream = w->seed++, *word = (uint64_t *)(void *)w->src;

	for (size_t i = 0; i < w->bytes / sizeof(*word); i++)
		word[i] = vmb_random(&stream);
}

static int map_buffers(struct copy_work *w, struct vmb_why *why)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), each = (w->bytes + page - 1) / page * page;
	enum bench_pages pages = w->bytes >= HUGE_FROM ? BENCH_PAGES_THP : BENCH_PAGES_BASE;
	int err = bench_arena_map(&w->arena, 2 * each + ALIAS_BYTES, pages, why);

	w->src = w->arena.base;
	w->dst = w->arena.base + each + ALIAS_BYTES / 2;
	return err;
}

static int setup(struct vmb_state *st)
{
	struct copy_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->bytes = st->arg[1].num;
	w->seed = st->seed;
	if (st->arg[0].num == VECTOR)
		w->copy = vmb_native()->copy_vector;
	if (st->arg[0].num == NONTEMPORAL)
		w->copy = vmb_native()->copy_nontemporal;
	err = map_buffers(w, &st->why);
	if (err) {
		free(w);
		return err;
	}
	fill(w);
	st->priv = w;
	st->throughput_per_op = (double)w->bytes;
	st->throughput_unit = "B";
	return 0;
}

/* The compiler sees neither the size nor that the result is not used: it has to call. */
static void run_libc(const struct copy_work *w, uint64_t iters)
{
	size_t bytes = w->bytes;
	char *dst = w->dst, *src = w->src;

	__asm__("" : "+r"(bytes));
	for (; iters; iters--) {
		memcpy(dst, src, bytes);
		vmb_clobber();
	}
}

static void run_native(const struct copy_work *w, uint64_t iters)
{
	vmb_copy_fn *copy = w->copy;
	size_t bytes = w->bytes;
	char *dst = w->dst, *src = w->src;

	for (; iters; iters--)
		copy(dst, src, bytes);
}

static void run(void *priv, uint64_t iters)
{
	const struct copy_work *w = priv;

	if (w->copy)
		run_native(w, iters);
	else
		run_libc(w, iters);
}

static int compare(const struct copy_work *w, const char *when, struct vmb_why *why)
{
	if (!memcmp(w->src, w->dst, w->bytes))
		return 0;
	for (size_t i = 0; i < w->bytes; i++)
		if (w->src[i] != w->dst[i]) {
			vmb_why_set(why, "%s, byte %zu of the copy is %#x, not %#x", when, i,
				    w->dst[i] & 0xff, w->src[i] & 0xff);
			break;
		}
	return -EIO;
}

/* What was measured must have copied; and with a new source it must copy again. */
static int check(const void *priv, struct vmb_why *why)
{
	struct copy_work w = *(const struct copy_work *)priv;
	int err = compare(&w, "after the measurement", why);

	if (err)
		return err;
	/* from the contents, so that no two checks write the same */
	w.seed = ~*(const uint64_t *)(const void *)w.src;
	fill(&w);
	run(&w, 1);
	return compare(&w, "after a change of the source", why);
}

static void teardown(struct vmb_state *st)
{
	struct copy_work *w = st->priv;

	if (w->arena.pages == BENCH_PAGES_THP)
		bench_arena_report(&w->arena, st, 2 * w->bytes);
	bench_arena_unmap(&w->arena);
	free(w);
}

const struct vmb_bench bench_memory_copy = {
	.name = "copy",
	.what = "copying from a page-aligned buffer to one half a page off, both just used; bytes copied",
	.unit = "copy",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
