/* SPDX-License-Identifier: MIT */
/*
 * Into compiled code and, while it runs, back to the runtime. Compiled code is called like a
 * function and returns where it leaves the unit, with a guest address in rax and the exit word in
 * rdx, which is how x64_enter() returns them; in between it does not touch the stack. Registers:
 * arch/x86_64/host/regs.h. Offsets in the frame: vmcore/jit/frame.h, which checks them.
 */

#define FRAME(offset)	((offset) - 1024)(%rbp)
#define VEC(n)		FRAME(16 * (n))
#define GPR(n)		FRAME(512 + 8 * (n))
#define MEMORY		FRAME(896)
#define LIMIT		FRAME(904)
#define STATE		FRAME(912)
#define FP		FRAME(968)
#define HOST_FP		FRAME(972)
#define EXIT_PC		FRAME(984)
#define EXIT_WORD	FRAME(992)

	.text

.macro function name
	.globl \name
	.hidden \name
	.type \name, @function
	.balign 16
\name:
.endm

/* x64_enter(frame, code), x64_enter_fp(frame, code) */
.macro enter name, fp
function \name
	.cfi_startproc
	push %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	sub $8, %rsp
	.cfi_def_cfa_offset 64
	lea 1024(%rdi), %rbp
	mov STATE, %rbx
	mov MEMORY, %r12
	mov LIMIT, %r14
	.if \fp
	stmxcsr HOST_FP
	ldmxcsr FP
	.endif
	call *%rsi
	.if \fp
	stmxcsr FP
	ldmxcsr HOST_FP
	.endif
	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size \name, . - \name
.endm

enter x64_enter, 0
enter x64_enter_fp, 1

/* The stack is aligned: code was called with its return address below 16, and so were we. */
.macro save fp
	mov %rax, GPR(0)
	mov %rcx, GPR(1)
	mov %rdx, GPR(2)
	mov %rsi, GPR(6)
	mov %rdi, GPR(7)
	mov %r8, GPR(8)
	mov %r9, GPR(9)
	mov %r10, GPR(10)
	mov %r11, GPR(11)
	mov %r13, GPR(13)
	mov %r15, GPR(15)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups %xmm\n, VEC(\n)
	.endr
	.if \fp
	stmxcsr FP
	ldmxcsr HOST_FP
	.endif
	lea -1024(%rbp), %rdi
.endm

.macro restore fp
	.if \fp
	ldmxcsr FP
	.endif
	mov GPR(0), %rax
	mov GPR(6), %rsi
	mov GPR(7), %rdi
	mov GPR(8), %r8
	mov GPR(9), %r9
	mov GPR(10), %r10
	mov GPR(11), %r11
	mov GPR(13), %r13
	mov GPR(15), %r15
	.irp n, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups VEC(\n), %xmm\n
	.endr
.endm

/* If the runtime says so, return for the code. */
.macro leave_if_told fp
	test %eax, %eax
	jz 1f
	.if \fp
	ldmxcsr FP
	.endif
	mov EXIT_PC, %rax
	mov EXIT_WORD, %rdx
	add $8, %rsp
	ret
1:
.endm

/* rax: descriptor, rcx: immediate */
.macro stub_eval name, fp
function \name
	save \fp
	mov %rax, %rsi
	mov %rcx, %rdx
	call jit_eval@PLT
	restore \fp
	ret
	.size \name, . - \name
.endm

/* The descriptor of 16 bytes follows the call. */
.macro stub_access name, fp
function \name
	save \fp
	mov (%rsp), %rsi
	addq $16, (%rsp)
	call jit_access@PLT
	leave_if_told \fp
	restore \fp
	ret
	.size \name, . - \name
.endm

/* rax: helper, rcx: guest address */
.macro stub_call name, fp
function \name
	save \fp
	mov %rax, %rsi
	mov %rcx, %rdx
	call jit_call@PLT
	leave_if_told \fp
	restore \fp
	ret
	.size \name, . - \name
.endm

stub_eval x64_stub_eval, 0
stub_eval x64_stub_eval_fp, 1
stub_access x64_stub_access, 0
stub_access x64_stub_access_fp, 1
stub_call x64_stub_call, 0
stub_call x64_stub_call_fp, 1

	.section .note.GNU-stack, "", @progbits
