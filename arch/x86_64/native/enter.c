// SPDX-License-Identifier: MIT
#include "arch/x86_64/native/enter.h"

#include "arch/x86_64/host/lower.h"

/* LZCNT has no name of its own in every compiler; AVX2 machines have BMI1, BMI2, LZCNT, and FMA. */
static uint64_t features(void)
{
	uint64_t bits = 0;

	if (__builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3"))
		bits |= X64_HAS_SSE41;
	if (__builtin_cpu_supports("popcnt"))
		bits |= X64_HAS_POPCNT;
	if (__builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
		bits |= X64_HAS_BMI2;
	if (bits & X64_HAS_BMI2 && __builtin_cpu_supports("avx2"))
		bits |= X64_HAS_LZCNT;
	if (__builtin_cpu_supports("fma"))
		bits |= X64_HAS_FMA;
	return bits;
}

/* The caches of this architecture are coherent; a jump to new code is enough. */
static void sync(const void *code, size_t bytes)
{
	(void)code, (void)bytes;
}

static void (*const stubs[JIT_NR_STUBS])(void) = {
	[JIT_STUB_EVAL] = x64_stub_eval,
	[JIT_STUB_ACCESS] = x64_stub_access,
	[JIT_STUB_CALL] = x64_stub_call,
	[JIT_STUB_EVAL + JIT_STUB_FP] = x64_stub_eval_fp,
	[JIT_STUB_ACCESS + JIT_STUB_FP] = x64_stub_access_fp,
	[JIT_STUB_CALL + JIT_STUB_FP] = x64_stub_call_fp,
};

const struct host_native x64_host_native = {
	.features = features,
	.enter = x64_enter,
	.enter_fp = x64_enter_fp,
	.stub = stubs,
	.sync = sync,
};
