// SPDX-License-Identifier: MIT
/* Compiling intermediate code to this machine's code. */
#include "user/bench/jit/jit.h"

static const struct vmb_bench *const benches[] = {
	&bench_jit_ir_compile,
	&bench_jit_codegen,
	&bench_jit_function,
	&bench_jit_code_size,
	&bench_jit_opt,
	&bench_jit_tier,
	&bench_jit_hot_recompile,
};

extern const struct vmb_category vmb_category_jit;

const struct vmb_category vmb_category_jit = {
	.name = "jit",
	.what = "compiling intermediate code to machine code, and how fast that code is",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
