// SPDX-License-Identifier: MIT
/*
 * Lowering, register allocation and emission alone, into a buffer of our own: no cache, no mapping,
 * nothing that makes the code executable. One operation is one unit. The bytes are checked against
 * those of the whole compiler, whose code in turn is run. Set-up: 5 ms.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/bench/jit/jit.h"
#include "user/bench/jit/work.h"
#include "user/bench/jit/workload.h"

#define BUFFER_BYTES (1u << 18)

static const struct vmb_value sizes[] = {
	{ "10", 10 }, { "50", 50 }, { "100", 100 }, { "500", 500 }, { "1000", 1000 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("insns", sizes) };

/* @written: bytes in @buffer, which are those of unit @last; @total: of all operations */
struct codegen {
	struct jit_work *work;
	uint8_t *buffer;
	uint32_t written;
	uint32_t last;
	uint64_t total, done;
};

static int setup(struct vmb_state *st)
{
	struct codegen *g = calloc(1, sizeof(*g));
	int err = -ENOMEM;

	if (!g)
		return err;
	g->buffer = malloc(BUFFER_BYTES);
	if (g->buffer)
		err = jit_work_setup(st, workload_mix, (uint32_t)st->arg[0].num);
	if (err) {
		free(g->buffer);
		free(g);
		return err;
	}
	g->work = st->priv;
	/* The compiler's scratch memory is made, and there is code to compare with. */
	jit_work_run(g->work, JIT_WORK_UNITS);
	st->priv = g;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct codegen *g = priv;
	struct jit *jit = &g->work->jit;
	struct code_buf buf;
	struct jit_job job = { .target = &jit->target, .scratch = &jit->scratch, .buf = &buf };

	g->done += iters;
	for (; iters; iters--) {
		g->last = (g->last + 1) % JIT_WORK_UNITS;
		job.unit = &g->work->unit[g->last];
		code_buf_init(&buf, g->buffer, BUFFER_BYTES);
		jit_scan(&job);
		jit->host->lower(&job);
		g->written = code_buf_at(&buf);
		g->total += g->written;
	}
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct codegen *g = priv;
	const struct jit_code *code = &g->work->code[g->last];

	if (!g->done || !g->total) {
		vmb_why_set(why, "nothing was written");
		return -EIO;
	}
	if (g->written != code->bytes ||
	    memcmp(g->buffer, g->work->jit.cache.run + code->entry, g->written) != 0) {
		vmb_why_set(why, "the code is not what the whole compiler makes");
		return -EIO;
	}
	return jit_work_check(g->work, why);
}

static void teardown(struct vmb_state *st)
{
	struct codegen *g = st->priv;

	if (g->done)
		st->metric(st, "code_bytes_per_unit", "B", (double)g->total / (double)g->done,
			   VMB_METRIC_MEDIAN);
	st->priv = g->work;
	jit_work_teardown(st);
	free(g->buffer);
	free(g);
}

const struct vmb_bench bench_jit_codegen = {
	.name = "codegen",
	.what = "lowering, register allocation and emission of a random unit, tier 1",
	.unit = "unit",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = jit_work_supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
