/* SPDX-License-Identifier: MIT */
/*
 * Into compiled code and, while it runs, back to the runtime. Compiled code is called like a
 * function. It finds the address to return to on top of the stack, and returns where it leaves the
 * unit, with a guest address in x0 and the exit word in x1; in between it does not touch the stack.
 * Registers: arch/arm64/host/regs.h. Offsets in the frame: vmcore/jit/frame.h, which checks them.
 */

#define GPR(n)		[x26, #(512 + 8 * (n))]
/* In pairs, from x16. */
#define PAIR(n)		[x16, #(8 * (n))]
#define VEC(n)		[x26, #(16 * (n))]
#define MEMORY		[x26, #936]
#define LIMIT		[x26, #1040]
#define STATE		[x26, #952]
#define FP		[x26, #1024]
#define HOST_FP		[x26, #1028]
#define FUEL		[x26, #1032]
#define EXIT_PC		[x26, #896]
#define EXIT_WORD	[x26, #904]
#define CODE		[x26, #1048]
/* Of the code that is entered: the guest's address of its memory's first byte. */
#define FIRST		[x16, #64]

/* Of the guest's control word: FPCR's rounding mode and FPSR's flags. */
#define ROUND_MODE	0x00c00000
#define FLAGS		0x1f

	.text

.macro function name
	.globl \name
	.hidden \name
	.type \name, %function
	.balign 16
\name:
.endm

/* The guest's floating-point environment comes into force; x16, x17. */
.macro guest_fp
	ldr w16, FP
	and x17, x16, #ROUND_MODE
	msr fpcr, x17
	and x17, x16, #FLAGS
	msr fpsr, x17
.endm

/* The host's rounding comes into force again; x16, x17. */
.macro host_fp
	mrs x16, fpcr
	mrs x17, fpsr
	and x16, x16, #ROUND_MODE
	and x17, x17, #FLAGS
	orr x16, x16, x17
	str w16, FP
	ldr w16, HOST_FP
	msr fpcr, x16
.endm

/* a64_enter(frame, code), a64_enter_fp(frame, code); 192 bytes of the stack */
.macro enter name, fp
function \name
	.cfi_startproc
	stp x29, x30, [sp, #-192]!
	.cfi_def_cfa_offset 192
	.cfi_offset x29, -192
	.cfi_offset x30, -184
	mov x29, sp
	stp x19, x20, [sp, #32]
	stp x21, x22, [sp, #48]
	stp x23, x24, [sp, #64]
	stp x25, x26, [sp, #80]
	stp x27, x28, [sp, #96]
	stp d8, d9, [sp, #112]
	stp d10, d11, [sp, #128]
	stp d12, d13, [sp, #144]
	stp d14, d15, [sp, #160]
	mov x26, x0
	ldr x25, STATE
	ldr x27, MEMORY
	ldr x28, LIMIT
	ldr x23, FUEL
	ldr x16, CODE
	ldr x16, FIRST
	sub x24, x27, x16
	str xzr, GPR(31)
	.if \fp
	mrs x16, fpcr
	str w16, HOST_FP
	mrs x16, fpsr
	str x16, [sp, #16]
	guest_fp
	.endif
	adr x16, 1f
	str x16, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	blr x1
1:	add sp, sp, #16
	.cfi_adjust_cfa_offset -16
	.if \fp
	host_fp
	ldr x16, [sp, #16]
	msr fpsr, x16
	.endif
	str x23, FUEL
	ldp d14, d15, [sp, #160]
	ldp d12, d13, [sp, #144]
	ldp d10, d11, [sp, #128]
	ldp d8, d9, [sp, #112]
	ldp x27, x28, [sp, #96]
	ldp x25, x26, [sp, #80]
	ldp x23, x24, [sp, #64]
	ldp x21, x22, [sp, #48]
	ldp x19, x20, [sp, #32]
	ldp x29, x30, [sp], #192
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size \name, . - \name
.endm

enter a64_enter, 0
enter a64_enter_fp, 1

/* Registers to where the runtime looks for them; where to go on to the stack; x0: the frame. */
.macro save fp
	add x16, x26, #512
	stp x0, x1, PAIR(0)
	stp x2, x3, PAIR(2)
	stp x4, x5, PAIR(4)
	stp x6, x7, PAIR(6)
	stp x8, x9, PAIR(8)
	stp x10, x11, PAIR(10)
	stp x12, x13, PAIR(12)
	stp x14, x15, PAIR(14)
	stp x19, x20, PAIR(19)
	stp x21, x22, PAIR(21)
	.irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
	save_pair \n
	.endr
	str q30, VEC(30)
	str x30, [sp, #-16]!
	.if \fp
	host_fp
	.endif
.endm

.macro save_pair n
	.altmacro
	save_two \n, %(\n + 1)
	.noaltmacro
.endm

.macro save_two n, m
	stp q\n, q\m, [x26, #(16 * \n)]
.endm

.macro restore_two n, m
	ldp q\n, q\m, [x26, #(16 * \n)]
.endm

.macro restore_pair n
	.altmacro
	restore_two \n, %(\n + 1)
	.noaltmacro
.endm

.macro restore fp
	.if \fp
	guest_fp
	.endif
	ldr x30, [sp], #16
	add x16, x26, #512
	ldp x0, x1, PAIR(0)
	ldp x2, x3, PAIR(2)
	ldp x4, x5, PAIR(4)
	ldp x6, x7, PAIR(6)
	ldp x8, x9, PAIR(8)
	ldp x10, x11, PAIR(10)
	ldp x12, x13, PAIR(12)
	ldp x14, x15, PAIR(14)
	ldp x19, x20, PAIR(19)
	ldp x21, x22, PAIR(21)
	.irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
	restore_pair \n
	.endr
	ldr q30, VEC(30)
.endm

/* If the runtime says so, return for the code. */
.macro leave_if_told fp
	cbz w0, 1f
	.if \fp
	guest_fp
	.endif
	add sp, sp, #16
	ldr x0, EXIT_PC
	ldr x1, EXIT_WORD
	ldr x30, [sp]
	ret
1:
.endm

/* x0: descriptor, x1: immediate */
.macro stub_eval name, fp
function \name
	save \fp
	mov x2, x1
	mov x1, x0
	mov x0, x26
	bl jit_eval
	restore \fp
	ret
	.size \name, . - \name
.endm

/* The descriptor of 16 bytes follows the call. */
.macro stub_access name, fp
function \name
	save \fp
	mov x1, x30
	add x30, x30, #16
	str x30, [sp]
	mov x0, x26
	bl jit_access
	leave_if_told \fp
	restore \fp
	ret
	.size \name, . - \name
.endm

/* x0: helper, x1: guest address */
.macro stub_call name, fp
function \name
	save \fp
	mov x2, x1
	mov x1, x0
	mov x0, x26
	bl jit_call
	leave_if_told \fp
	restore \fp
	ret
	.size \name, . - \name
.endm

stub_eval a64_stub_eval, 0
stub_eval a64_stub_eval_fp, 1
stub_access a64_stub_access, 0
stub_access a64_stub_access_fp, 1
stub_call a64_stub_call, 0
stub_call a64_stub_call_fp, 1

	.section .note.GNU-stack, "", %progbits
