// SPDX-License-Identifier: MIT
/*
 * From guest bytes to host code: decode, lift, drop what nobody uses, compile (tier 1). Code is of
 * random instructions; what is translated is never run while time is taken. Set-up: 1 ms.
 *
 * single_insn - a region of one instruction of a class, and a return
 * block       - regions of so many instructions of the usual mix
 * throughput  - the same of so many bytes, which are many regions
 * complex     - a region of a hundred instructions of a class
 * density     - a region of a hundred instructions of so many bytes each
 * opt         - a region of two hundred, as at first sight and as what runs much: O2 and tier 2; where
 *		 the host is this machine, with how much faster the code of the latter is (speedup), and
 *		 after how many runs that has repaid what its translation costs more (break_even)
 */
#include "user/bench/cross_arch/cross_arch.h"
#include "user/bench/cross_arch/work.h"

static const struct vmb_value classes[] = {
	{ "alu", CODE_ALU }, { "load", CODE_LOAD }, { "store", CODE_STORE }, { "float", CODE_FLOAT },
	{ "atomic", CODE_ATOMIC },
};

static const struct vmb_value complex_classes[] = {
	{ "alu", CODE_ALU }, { "load", CODE_LOAD }, { "store", CODE_STORE }, { "float", CODE_FLOAT },
	{ "atomic", CODE_ATOMIC }, { "simd", CODE_VECTOR },
};

static const struct vmb_value lengths[] = {
	{ "2", CODE_BYTES_2 }, { "4", CODE_BYTES_4 }, { "8", CODE_BYTES_8 }, { "15", CODE_BYTES_15 },
};

static const struct vmb_value insns[] = {
	{ "10", 10 }, { "50", 50 }, { "100", 100 }, { "500", 500 }, { "1000", 1000 },
};

static const struct vmb_value sizes[] = {
	{ "1K", 1 << 10 }, { "10K", 10 << 10 }, { "100K", 100 << 10 }, { "1M", 1 << 20 },
};

static const struct vmb_axis single_axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("class", classes),
};

static const struct vmb_axis block_axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("insns", insns),
};

static const struct vmb_axis throughput_axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("size", sizes),
};

static const struct vmb_axis complex_axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("class", complex_classes),
};

static const struct vmb_axis density_axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("bytes", lengths),
};

#define COMPLEX_INSNS 100u
#define OPT_INSNS     200u

static const struct vmb_value levels[] = { { "fast", 0 }, { "optimised", 1 } };

static const struct vmb_axis opt_axes[] = {
	VMB_AXIS("pair", cross_pairs), VMB_AXIS("level", levels),
};

static int setup_complex(struct vmb_state *st)
{
	return cross_setup(st, (enum code_class)st->arg[1].num, COMPLEX_INSNS, 0);
}

static int setup_opt(struct vmb_state *st)
{
	int err = cross_setup(st, CODE_MIX, OPT_INSNS, 0);

	if (!err && st->arg[1].num)
		cross_optimise(st);
	return err;
}

static int setup_single(struct vmb_state *st)
{
	return cross_setup(st, (enum code_class)st->arg[1].num, 2, 0);
}

static int setup_block(struct vmb_state *st)
{
	return cross_setup(st, CODE_MIX, (uint32_t)st->arg[1].num, 0);
}

static int setup_throughput(struct vmb_state *st)
{
	return cross_setup(st, CODE_MIX, 0, (size_t)st->arg[1].num);
}

const struct vmb_bench bench_cross_arch_single_insn = {
	.name = "single_insn",
	.what = "one guest instruction and a return to host code, by tier 1",
	.unit = "translation",
	.axes = single_axes,
	.nr_axes = VMB_ARRAY_SIZE(single_axes),
	.supported = cross_supported,
	.setup = setup_single,
	.run = cross_run,
	.check = cross_check,
	.teardown = cross_teardown,
};

const struct vmb_bench bench_cross_arch_block = {
	.name = "block",
	.what = "so many guest instructions to host code, by tier 1",
	.unit = "translation",
	.axes = block_axes,
	.nr_axes = VMB_ARRAY_SIZE(block_axes),
	.supported = cross_supported,
	.setup = setup_block,
	.run = cross_run,
	.check = cross_check,
	.teardown = cross_teardown,
};

const struct vmb_bench bench_cross_arch_throughput = {
	.name = "throughput",
	.what = "so many bytes of guest code to host code, by tier 1",
	.unit = "translation",
	.axes = throughput_axes,
	.nr_axes = VMB_ARRAY_SIZE(throughput_axes),
	.supported = cross_supported,
	.setup = setup_throughput,
	.run = cross_run,
	.check = cross_check,
	.teardown = cross_teardown,
};

const struct vmb_bench bench_cross_arch_complex = {
	.name = "complex",
	.what = "a hundred guest instructions of a class to host code, by tier 1",
	.unit = "translation",
	.axes = complex_axes,
	.nr_axes = VMB_ARRAY_SIZE(complex_axes),
	.supported = cross_supported,
	.setup = setup_complex,
	.run = cross_run,
	.check = cross_check,
	.teardown = cross_teardown,
};

const struct vmb_bench bench_cross_arch_density = {
	.name = "density",
	.what = "a hundred guest instructions of so many bytes to host code, by tier 1",
	.unit = "translation",
	.axes = density_axes,
	.nr_axes = VMB_ARRAY_SIZE(density_axes),
	.supported = cross_supported,
	.setup = setup_complex,
	.run = cross_run,
	.check = cross_check,
	.teardown = cross_teardown,
};

const struct vmb_bench bench_cross_arch_opt = {
	.name = "opt",
	.what = "two hundred guest instructions to host code, at first sight or optimised",
	.unit = "translation",
	.axes = opt_axes,
	.nr_axes = VMB_ARRAY_SIZE(opt_axes),
	.supported = cross_supported,
	.setup = setup_opt,
	.run = cross_run,
	.check = cross_check,
	.teardown = cross_teardown,
};
