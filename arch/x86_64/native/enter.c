// SPDX-License-Identifier: MIT
#include "arch/x86_64/native/enter.h"

#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
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
static void sync_code(const void *code, size_t bytes)
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

/* Where a signal's frame has a register. */
static const uint8_t place[] = {
	[RAX] = REG_RAX, [RCX] = REG_RCX, [RDX] = REG_RDX, [RBX] = REG_RBX,
	[RSP] = REG_RSP, [RBP] = REG_RBP, [RSI] = REG_RSI, [RDI] = REG_RDI,
	[R8] = REG_R8,	 [R9] = REG_R9,	  [R10] = REG_R10, [R11] = REG_R11,
	[R12] = REG_R12, [R13] = REG_R13, [R14] = REG_R14, [R15] = REG_R15,
};

/* The displacement of an access that has a SIB byte, by registers that are no matter. */
static int64_t displacement(const uint8_t *at)
{
	uint8_t mode;
	int32_t wide;

	while (*at == 0x66 || *at == 0xf2 || *at == 0xf3 || (*at & 0xf0) == 0x40)
		at++;
	at += *at == 0x0f ? 2 : 1;
	mode = *at >> 6;
	memcpy(&wide, at + 2, sizeof(wide));
	return mode == 2 ? wide : mode == 1 ? (int8_t)at[2] : 0;
}

/*
 * Code has trapped at the last byte of a comparison of a register with the limit in the frame, behind
 * which are a jump and the access (arch/x86_64/host/lower_memory.c). Return: what it would access.
 */
static uint64_t failed_offset(const uint8_t *at, const struct jit_frame *frame)
{
	unsigned int reg;

	if (at[0] != 0xf0 || at[1] != 0x77)
		return 0;
	reg = (at[-1] >> 3 & 7) | (at[-3] & 4u) << 1;
	return frame->gpr[reg] + (uint64_t)displacement(at + 3);
}

static void take_registers(const void *context, struct jit_frame *frame)
{
	const ucontext_t *u = context;
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(place); i++)
		frame->gpr[i] = (uint64_t)u->uc_mcontext.gregs[place[i]];
	memcpy(frame->vec, u->uc_mcontext.fpregs->_xmm, sizeof(u->uc_mcontext.fpregs->_xmm));
	frame->fp_control = u->uc_mcontext.fpregs->mxcsr;
	frame->fault_address = failed_offset(interrupted(context), frame);
}

/*
 * Where a signal's frame says which parts of the extended state it holds, and the bit of the registers of
 * SSE, which may be clear if they are as they are initially.
 * Source: Linux, arch/x86/include/uapi/asm/sigcontext.h: struct _fpx_sw_bytes, struct _xstate.
 */
#define SW_MAGIC_AT  464u
#define SW_MAGIC     0x46505853u
#define XSTATE_BV_AT 512u
#define XSTATE_SSE   UINT64_C(2)

static void sse_is_valid(void *fpregs)
{
	uint8_t *bytes = fpregs;
	uint64_t parts;
	uint32_t magic;

	memcpy(&magic, bytes + SW_MAGIC_AT, sizeof(magic));
	if (magic != SW_MAGIC)
		return;
	memcpy(&parts, bytes + XSTATE_BV_AT, sizeof(parts));
	parts |= XSTATE_SSE;
	memcpy(bytes + XSTATE_BV_AT, &parts, sizeof(parts));
}

/* ZF, PF and CF: unordered; and the others that a comparison clears: OF, SF, AF. */
#define EFLAGS_UNORDERED 0x45
#define EFLAGS_COMPARED	 0x8d5

static void go_on(void *context, const struct jit_frame *frame, const struct jit_trap *trap,
		  const void *to)
{
	ucontext_t *u = context;
	greg_t *gregs = u->uc_mcontext.gregs;

	if (trap->dst == JIT_NO_REG)
		gregs[REG_EFL] = (gregs[REG_EFL] & ~EFLAGS_COMPARED) | EFLAGS_UNORDERED;
	else if (trap->dst >= 16)
		memcpy(&u->uc_mcontext.fpregs->_xmm[trap->dst - 16], &frame->vec[0],
		       sizeof(frame->vec[0]));
	else
		gregs[place[trap->dst]] = (greg_t)frame->gpr[0];
	u->uc_mcontext.fpregs->mxcsr = frame->fp_control;
	sse_is_valid(u->uc_mcontext.fpregs);
	gregs[REG_RIP] = (greg_t)(uintptr_t)to;
}

static sigjmp_buf probe_back;

static void on_probe(int unused)
{
	(void)unused;
	siglongjmp(probe_back, 1);
}

/* Asked before there are threads. */
static bool probe(void)
{
	const struct sigaction action = { .sa_handler = on_probe };
	volatile bool trapped = true;
	double zero = 0;
	struct sigaction old;
	fenv_t host;

	fegetenv(&host);
	sigaction(SIGFPE, &action, &old);
	if (!sigsetjmp(probe_back, 1)) {
		__builtin_ia32_ldmxcsr(x64_host_ops.fp_pack((struct ir_fpenv){ .traps = true }));
		__asm__ volatile("divsd %0, %0" : "+x"(zero));
		trapped = false;
	}
	sigaction(SIGFPE, &old, NULL);
	fesetenv(&host);
	return trapped;
}

static bool can_trap(void)
{
	static int known; /* 1: no, 2: yes */

	if (!known)
		known = probe() ? 2 : 1;
	return known == 2;
}

const struct host_native x64_host_native = {
	.features = features,
	.enter = x64_enter,
	.enter_fp = x64_enter_fp,
	.enter_chained = x64_enter_chained,
	.stub = stubs,
	.sync = sync_code,
	.interrupted = interrupted,
	.take_registers = take_registers,
	.can_trap = can_trap,
	.go_on = go_on,
};
