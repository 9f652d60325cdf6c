// SPDX-License-Identifier: MIT
#include "arch/x86_64/native/enter.h"

#include <string.h>
#include <ucontext.h>

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

static_assert(JIT_TABLE_ENTRIES == 4096 && IR_LEAVE_INDIRECT == 1, "enter.S");

static void (*const stubs[JIT_NR_STUBS])(void) = {
	[JIT_STUB_EVAL] = x64_stub_eval,
	[JIT_STUB_ACCESS] = x64_stub_access,
	[JIT_STUB_CALL] = x64_stub_call,
	[JIT_STUB_EVAL + JIT_STUB_FP] = x64_stub_eval_fp,
	[JIT_STUB_ACCESS + JIT_STUB_FP] = x64_stub_access_fp,
	[JIT_STUB_CALL + JIT_STUB_FP] = x64_stub_call_fp,
	[JIT_STUB_JUMP] = x64_stub_jump,
	[JIT_STUB_LEAVE] = x64_stub_leave,
};

static const void *interrupted(const void *context)
{
	const ucontext_t *u = context;

	return (const void *)(uintptr_t)u->uc_mcontext.gregs[REG_RIP];
}

static void take_registers(const void *context, struct jit_frame *frame)
{
	static const uint8_t number[] = {
		[RAX] = REG_RAX, [RCX] = REG_RCX, [RDX] = REG_RDX, [RBX] = REG_RBX,
		[RSP] = REG_RSP, [RBP] = REG_RBP, [RSI] = REG_RSI, [RDI] = REG_RDI,
		[R8] = REG_R8,	 [R9] = REG_R9,	  [R10] = REG_R10, [R11] = REG_R11,
		[R12] = REG_R12, [R13] = REG_R13, [R14] = REG_R14, [R15] = REG_R15,
	};
	const ucontext_t *u = context;
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(number); i++)
		frame->gpr[i] = (uint64_t)u->uc_mcontext.gregs[number[i]];
	memcpy(frame->vec, u->uc_mcontext.fpregs->_xmm, sizeof(u->uc_mcontext.fpregs->_xmm));
	frame->fp_control = u->uc_mcontext.fpregs->mxcsr;
	frame->fault_address = frame->gpr[RAX];
}

const struct host_native x64_host_native = {
	.features = features,
	.enter = x64_enter,
	.enter_fp = x64_enter_fp,
	.enter_chained = x64_enter_chained,
	.stub = stubs,
	.sync = sync,
	.interrupted = interrupted,
	.take_registers = take_registers,
};
