// SPDX-License-Identifier: MIT
/*
 * Compiling functions of several blocks, with a loop, branches and calls, by tier 1. One operation is
 * one function of about ten instructions a block. Set-up: 5 ms.
 */
#include "user/bench/jit/jit.h"
#include "user/bench/jit/work.h"
#include "user/bench/jit/workload.h"

static const struct vmb_value blocks[] = { { "1", 1 }, { "5", 5 }, { "10", 10 }, { "20", 20 } };

static const struct vmb_axis axes[] = { VMB_AXIS("blocks", blocks) };

static int setup(struct vmb_state *st)
{
	return jit_work_setup(st, workload_function, (uint32_t)st->arg[0].num);
}

const struct vmb_bench bench_jit_function = {
	.name = "function",
	.what = "compiling a function of so many blocks with a loop and calls, tier 1 at O0",
	.unit = "function",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = jit_work_supported,
	.setup = setup,
	.run = jit_work_run,
	.check = jit_work_check,
	.teardown = jit_work_teardown,
};
