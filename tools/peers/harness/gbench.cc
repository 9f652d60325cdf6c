// SPDX-License-Identifier: MIT
// The body for google/benchmark: a program, built once with -DADDS=1600 and once with -DADDS=1632.
#include <benchmark/benchmark.h>

#include "tools/peers/harness/chain.h"

static void work(benchmark::State &state)
{
	uint64_t sum = 0;

	for (auto _ : state)
		benchmark::DoNotOptimize(sum = chain(sum, ADDS));
}

BENCHMARK(work);
BENCHMARK_MAIN();
