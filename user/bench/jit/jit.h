/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_JIT_JIT_H
#define VMB_USER_BENCH_JIT_JIT_H

#include "user/bench.h"

extern const struct vmb_bench bench_jit_ir_compile;
extern const struct vmb_bench bench_jit_codegen;
extern const struct vmb_bench bench_jit_function;
extern const struct vmb_bench bench_jit_code_size;
extern const struct vmb_bench bench_jit_opt;
extern const struct vmb_bench bench_jit_tier;
extern const struct vmb_bench bench_jit_hot_recompile;

#endif /* VMB_USER_BENCH_JIT_JIT_H */
