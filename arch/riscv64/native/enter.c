// SPDX-License-Identifier: MIT
#include "arch/riscv64/native/enter.h"

#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "arch/riscv64/host/lower.h"

/*
 * riscv_hwprobe(), of Linux 6.4 on: the C library's headers may be older.
 * Source: Documentation/arch/riscv/hwprobe.rst.
 */
#define HWPROBE_SYSCALL	      258
#define HWPROBE_KEY_IMA_EXT_0 4
#define HWPROBE_EXT_ZBA	      (1u << 3)
#define HWPROBE_EXT_ZBB	      (1u << 4)

struct hwprobe {
	int64_t key;
	uint64_t value;
};

/* An older system does not say; then code gets along with RV64G. */
static uint64_t features(void)
{
	struct hwprobe ask = { .key = HWPROBE_KEY_IMA_EXT_0 };
	uint64_t bits = 0;

	if (syscall(HWPROBE_SYSCALL, &ask, 1, 0, NULL, 0) || ask.key != HWPROBE_KEY_IMA_EXT_0)
		return 0;
	if (ask.value & HWPROBE_EXT_ZBA)
		bits |= RV_HAS_ZBA;
	if (ask.value & HWPROBE_EXT_ZBB)
		bits |= RV_HAS_ZBB;
	return bits;
}

static void (*const stubs[JIT_NR_STUBS])(void) = {
	[JIT_STUB_EVAL] = rv_stub_eval,
	[JIT_STUB_ACCESS] = rv_stub_access,
	[JIT_STUB_CALL] = rv_stub_call,
	[JIT_STUB_EVAL + JIT_STUB_FP] = rv_stub_eval_fp,
	[JIT_STUB_ACCESS + JIT_STUB_FP] = rv_stub_access_fp,
	[JIT_STUB_CALL + JIT_STUB_FP] = rv_stub_call_fp,
};

static const void *interrupted(const void *context)
{
	const ucontext_t *u = context;

	return (const void *)(uintptr_t)u->uc_mcontext.__gregs[REG_PC];
}

/* The program counter is where register 0 would be, which is zero. */
static void take_registers(const void *context, struct jit_frame *frame)
{
	const ucontext_t *u = context;
	const struct __riscv_mc_d_ext_state *fp = &u->uc_mcontext.__fpregs.__d;
	unsigned int i;

	memcpy(&frame->gpr[1], &u->uc_mcontext.__gregs[1], sizeof(u->uc_mcontext.__gregs) - 8);
	for (i = 0; i < JIT_NR_REGS; i++)
		frame->vec[i].d[0] = fp->__f[i];
	frame->fp_control = fp->__fcsr;
	frame->fault_address = frame->gpr[RV_T1];
}

const struct host_native rv_host_native = {
	.features = features,
	.enter = rv_enter,
	.enter_fp = rv_enter_fp,
	.stub = stubs,
	.sync = rv_sync_icache,
	.interrupted = interrupted,
	.take_registers = take_registers,
};
