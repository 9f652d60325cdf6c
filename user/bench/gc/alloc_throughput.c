// SPDX-License-Identifier: MIT
/*
 * Allocation of objects that nothing refers to any more, collections included, by their size. The first
 * word behind the header is written, as a program would.
 */
#include "user/bench/gc/gc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "vmcore/gc/embed.h"

struct alloc_throughput_work {
	struct gc_heap *heap;
	struct gc_mutator *m;
	const struct gc_type *type;
	uint64_t bytes, done, failed;
};

static const struct vmb_value sizes[] = {
	{ "16", 16 }, { "64", 64 }, { "256", 256 }, { "1K", 1024 }, { "4K", 4096 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("object", sizes) };

static int open_heap(struct alloc_throughput_work *w)
{
	const struct gc_type_spec spec = {
		.name = "object", .bytes = (uint32_t)w->bytes - GC_HEADER_BYTES,
	};
	int err = gc_heap_create(&(struct gc_options){ 0 }, &w->heap);

	if (!err)
		err = gc_attach(w->heap, &w->m);
	return err ? err : gc_type_add(w->heap, &spec, &w->type);
}

static void release(struct alloc_throughput_work *w)
{
	if (w->m)
		gc_detach(w->m);
	gc_heap_destroy(w->heap);
	free(w);
}

static int setup(struct vmb_state *st)
{
	struct alloc_throughput_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->bytes = st->arg[0].num;
	err = open_heap(w);
	if (err) {
		vmb_why_set(&st->why, "cannot make a heap of 64 MiB: %s", strerror(-err));
		release(w);
		return err;
	}
	st->priv = w;
	st->throughput_per_op = (double)w->bytes;
	st->throughput_unit = "B";
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct alloc_throughput_work *w = priv;
	struct gc_run at = gc_run_begin(w->m);
	const struct gc_type *type = w->type;
	uint64_t done = w->done, failed = 0;

	for (; iters; iters--) {
		struct gc_ref r = gc_run_alloc(&at, type);

		if (VMB_UNLIKELY(gc_is_null(r))) {
			failed++;
			continue;
		}
		*(uint64_t *)gc_data(r, 0) = ++done;
	}
	gc_run_end(&at);
	w->done = done;
	w->failed += failed;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct alloc_throughput_work *w = priv;
	struct gc_stats s;

	gc_heap_stats(w->heap, &s);
	if (w->done && !w->failed && s.allocated_bytes == w->done * w->bytes && !s.promoted_objects)
		return 0;
	vmb_why_set(why, "of %" PRIu64 " objects %" PRIu64 " failed, %" PRIu64 " were promoted, and the "
		    "collector knows of %" PRIu64 " bytes", w->done, w->failed, s.promoted_objects,
		    s.allocated_bytes);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	release(st->priv);
}

const struct vmb_bench bench_gc_alloc_throughput = {
	.name = "alloc_throughput",
	.what = "allocating objects that die at once, collections included, by their size",
	.unit = "object",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
