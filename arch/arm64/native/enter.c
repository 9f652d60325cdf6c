// SPDX-License-Identifier: MIT
#include "arch/arm64/native/enter.h"

#include <asm/sigcontext.h>
#include <string.h>
#include <sys/auxv.h>
#include <ucontext.h>

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

static const void *interrupted(const void *context)
{
	const ucontext_t *u = context;

	return (const void *)(uintptr_t)u->uc_mcontext.pc;
}

/* FPCR's rounding mode and FPSR's flags, as enter.S has them in one word. */
#define ROUND_MODE 0x00c00000u
#define FP_FLAGS   0x1fu

/* Records with a magic number and a length, of which the kernel writes that one first. */
static void take_vectors(const ucontext_t *u, struct jit_frame *frame)
{
	const void *reserved = u->uc_mcontext.__reserved;
	const struct fpsimd_context *fp = reserved;

	if (fp->head.magic != FPSIMD_MAGIC)
		return;
	memcpy(frame->vec, fp->vregs, sizeof(frame->vec));
	frame->fp_control = (fp->fpcr & ROUND_MODE) | (fp->fpsr & FP_FLAGS);
}

/* Register 31 is zero. */
static void take_registers(const void *context, struct jit_frame *frame)
{
	const ucontext_t *u = context;

	memcpy(frame->gpr, u->uc_mcontext.regs, sizeof(u->uc_mcontext.regs));
	take_vectors(u, frame);
	frame->fuel = (int64_t)frame->gpr[A64_FUEL];
	frame->fault_address = frame->gpr[0];
}

const struct host_native a64_host_native = {
	.features = features,
	.enter = a64_enter,
	.enter_fp = a64_enter_fp,
	.stub = stubs,
	.sync = a64_sync,
	.interrupted = interrupted,
	.take_registers = take_registers,
};
