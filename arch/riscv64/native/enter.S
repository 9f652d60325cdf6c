/* SPDX-License-Identifier: MIT */
/*
 * Into compiled code and, while it runs, back to the runtime. Compiled code is called like a
 * function and returns where it leaves the unit, with a guest address in a0 and the exit word in
 * a1; in between it touches neither the stack nor ra. It calls the runtime with t0 as the link, and
 * 16 bytes of data follow the call. Registers: arch/riscv64/host/regs.h. Offsets in the frame:
 * vmcore/jit/frame.h, which checks them.
 */

#define FRAME(offset)	((offset) - 1056)(s0)
#define VEC(n)		FRAME(16 * (n))
#define GPR(n)		FRAME(512 + 8 * (n))
#define MEMORY		FRAME(936)
#define LIMIT		FRAME(1040)
#define STATE		FRAME(952)
#define FP		FRAME(1024)
#define HOST_FP		FRAME(1028)
#define EXIT_PC		FRAME(896)
#define EXIT_WORD	FRAME(904)
#define CODE		FRAME(1048)
/* Of the code that is entered: the guest's address of its memory's first byte. */
#define FIRST		64(t0)

/* ra, s0 to s11, fs0 to fs11; a multiple of 16. */
#define ENTER_BYTES	208

	.text

.macro function name
	.globl \name
	.hidden \name
	.type \name, @function
	.balign 4
\name:
.endm

/* rv_enter(frame, code), rv_enter_fp(frame, code) */
.macro enter name, fp
function \name
	.cfi_startproc
	addi sp, sp, -ENTER_BYTES
	.cfi_def_cfa_offset ENTER_BYTES
	sd ra, 0(sp)
	.cfi_offset ra, -ENTER_BYTES
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	sd s\n, (8 + 8 * \n)(sp)
	.cfi_offset s\n, 8 + 8 * \n - ENTER_BYTES
	fsd fs\n, (104 + 8 * \n)(sp)
	.endr
	addi s0, a0, 1056
	ld s1, STATE
	ld s10, MEMORY
	ld s11, LIMIT
	ld t0, CODE
	ld t0, FIRST
	sub s9, s10, t0
	.if \fp
	lw t0, FP
	fscsr t0, t0
	sw t0, HOST_FP
	.endif
	jalr a1
	.if \fp
	lw t0, HOST_FP
	fscsr t0, t0
	sw t0, FP
	.endif
	ld ra, 0(sp)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ld s\n, (8 + 8 * \n)(sp)
	fld fs\n, (104 + 8 * \n)(sp)
	.endr
	addi sp, sp, ENTER_BYTES
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size \name, . - \name
.endm

enter rv_enter, 0
enter rv_enter_fp, 1

/* The floating-point registers that hold values, to or from their places. */
.macro floats move
	.irp n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
	\move f\n, VEC(\n)
	.endr
	.irp n, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	\move f\n, VEC(\n)
	.endr
.endm

/* What is read as a register: zero, scratch that may hold an address, those that hold values. */
.macro save fp
	addi sp, sp, -16
	sd ra, 0(sp)
	sd t0, 8(sp)
	.irp n, 0, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 28, 29, 30, 31
	sd x\n, GPR(\n)
	.endr
	floats fsd
	.if \fp
	lw t1, HOST_FP
	fscsr t1, t1
	sw t1, FP
	.endif
	addi a0, s0, -1056
.endm

/* Also those that a function keeps: one of them may be the result's. */
.macro restore fp
	.if \fp
	lw t1, FP
	fscsr t1
	.endif
	.irp n, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 28, 29, 30, 31
	ld x\n, GPR(\n)
	.endr
	floats fld
	ld ra, 0(sp)
	ld t0, 8(sp)
	addi sp, sp, 16
	jr 16(t0)
.endm

/* If the runtime says so, return for the code. */
.macro leave_if_told fp
	beqz a0, 1f
	.if \fp
	lw t1, FP
	fscsr t1
	.endif
	ld ra, 0(sp)
	addi sp, sp, 16
	ld a0, EXIT_PC
	ld a1, EXIT_WORD
	ret
1:
.endm

/* Two arguments of eight bytes behind the call, which may lie at any multiple of four. */
.macro arguments
	lwu a1, 0(t0)
	lwu t1, 4(t0)
	slli t1, t1, 32
	or a1, a1, t1
	lwu a2, 8(t0)
	lwu t1, 12(t0)
	slli t1, t1, 32
	or a2, a2, t1
.endm

/* The descriptor and the immediate. */
.macro stub_eval name, fp
function \name
	save \fp
	arguments
	call jit_eval
	restore \fp
	.size \name, . - \name
.endm

/* A descriptor of 16 bytes. */
.macro stub_access name, fp
function \name
	save \fp
	mv a1, t0
	call jit_access
	leave_if_told \fp
	restore \fp
	.size \name, . - \name
.endm

/* The helper and the guest address. */
.macro stub_call name, fp
function \name
	save \fp
	arguments
	call jit_call
	leave_if_told \fp
	restore \fp
	.size \name, . - \name
.endm

stub_eval rv_stub_eval, 0
stub_eval rv_stub_eval_fp, 1
stub_access rv_stub_access, 0
stub_access rv_stub_access_fp, 1
stub_call rv_stub_call, 0
stub_call rv_stub_call_fp, 1

	.section .note.GNU-stack, "", @progbits
