// SPDX-License-Identifier: MIT
#include "arch/arm64/native/enter.h"

#include <sys/auxv.h>

#include "arch/arm64/host/lower.h"

/* Linux, arch/arm64/include/uapi/asm/hwcap.h. */
#define HWCAP_LSE (1ul << 8)

static uint64_t features(void)
{
	return getauxval(AT_HWCAP) & HWCAP_LSE ? A64_HAS_LSE : 0;
}

static void (*const stubs[JIT_NR_STUBS])(void) = {
	[JIT_STUB_EVAL] = a64_stub_eval,
	[JIT_STUB_ACCESS] = a64_stub_access,
	[JIT_STUB_CALL] = a64_stub_call,
	[JIT_STUB_EVAL + JIT_STUB_FP] = a64_stub_eval_fp,
	[JIT_STUB_ACCESS + JIT_STUB_FP] = a64_stub_access_fp,
	[JIT_STUB_CALL + JIT_STUB_FP] = a64_stub_call_fp,
};

const struct host_native a64_host_native = {
	.features = features,
	.enter = a64_enter,
	.enter_fp = a64_enter_fp,
	.stub = stubs,
	.sync = a64_sync,
};
