// SPDX-License-Identifier: MIT
/*
 * How much code units of a thousand instructions become: the metric code_bytes_per_insn. The time is
 * that of compiling one.
 */
#include "user/bench/jit/jit.h"
#include "user/bench/jit/work.h"
#include "user/bench/jit/workload.h"

#define INSNS 1000

static const struct vmb_value levels[] = {
	{ "O0", JIT_O0 }, { "O1", JIT_O1 }, { "O2", JIT_O2 }, { "O3", JIT_O3 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("level", levels) };

static int setup(struct vmb_state *st)
{
	int err = jit_work_setup(st, workload_mix, INSNS);

	if (!err)
		((struct jit_work *)st->priv)->level = (unsigned int)st->arg[0].num;
	return err;
}

const struct vmb_bench bench_jit_code_size = {
	.name = "code_size",
	.what = "bytes of code per IR instruction (metric) of random units of 1000; O0 is tier 1",
	.unit = "unit",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = jit_work_supported,
	.setup = setup,
	.run = jit_work_run,
	.check = jit_work_check,
	.teardown = jit_work_teardown,
};
