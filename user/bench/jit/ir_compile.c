// SPDX-License-Identifier: MIT
/*
 * From a verified unit to code that can be run, by tier 1 at level O0: scan, lowering, and the code
 * cache. One operation is one unit. Set-up: 5 ms.
 */
#include "user/bench/jit/jit.h"
#include "user/bench/jit/work.h"
#include "user/bench/jit/workload.h"

static const struct vmb_value sizes[] = {
	{ "10", 10 }, { "50", 50 }, { "100", 100 }, { "500", 500 }, { "1000", 1000 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("insns", sizes) };

static int setup(struct vmb_state *st)
{
	return jit_work_setup(st, workload_mix, (uint32_t)st->arg[0].num);
}

const struct vmb_bench bench_jit_ir_compile = {
	.name = "ir_compile",
	.what = "a random unit of so many IR instructions to code that can be run, tier 1 at O0",
	.unit = "unit",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = jit_work_supported,
	.setup = setup,
	.run = jit_work_run,
	.check = jit_work_check,
	.teardown = jit_work_teardown,
};
