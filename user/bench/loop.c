// SPDX-License-Identifier: MIT
#include "user/bench/loop.h"

#include "user/bench.h"

/* Aligned, so that no two of these loops differ by where the linker happened to put them. */
VMB_ALIGNED(64) void bench_empty_loop(void *priv, uint64_t iters)
{
	(void)priv;
	for (; iters; iters--)
		vmb_clobber();
}
