/* SPDX-License-Identifier: MIT */
/*
 * Into compiled code and, while it runs, back to the runtime. Compiled code is called like a
 * function and returns where it leaves the unit, with a guest address in rax and the exit word in
 * rdx, which is how x64_enter() returns them; in between it does not touch the stack, unless it is
 * chained. Registers: arch/x86_64/host/regs.h. Offsets in the frame: vmcore/jit/frame.h, which checks
 * them.
 */

#define FRAME(offset)	((offset) - 1056)(%rbp)
#define VEC(n)		FRAME(16 * (n))
#define GPR(n)		FRAME(512 + 8 * (n))
#define EXIT_PC		FRAME(896)
#define EXIT_WORD	FRAME(904)
#define STACK		FRAME(928)
#define MEMORY		FRAME(936)
#define LIMIT		FRAME(1040)
#define STATE		FRAME(952)
#define FP		FRAME(1024)
#define HOST_FP		FRAME(1028)
#define STACK_LIMIT	FRAME(944)

/* Of vmcore/jit/frame.h, and vmcore/interp/interp.h; enter.c checks them. */
#define TABLE_ENTRIES	4096
#define TABLE(offset)	((offset) - 1056 - 16 * TABLE_ENTRIES)(%rbp, %rcx, 8)
#define LEAVE_INDIRECT	1

/* Of arch/x86_64/host/regs.h. */
#define STATE_BIAS	128

/* Calls of the guest that can be open at once: their addresses to return to. */
#define STACK_BYTES	0x20000

	.text

.macro function name
	.globl \name
	.hidden \name
	.type \name, @function
	.balign 16
\name:
.endm

/* The caller's registers to the stack, and the code's to their places. rdi: the frame */
.macro enter_begin
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
	lea 1056(%rdi), %rbp
	mov STATE, %rbx
	add $STATE_BIAS, %rbx
	mov MEMORY, %r12
	mov LIMIT, %r14
	lea -8(%rsp), %rax
	mov %rax, STACK
.endm

.macro enter_end
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
.endm

/* x64_enter(frame, code), x64_enter_fp(frame, code) */
.macro enter name, fp
function \name
	enter_begin
	.if \fp
	stmxcsr HOST_FP
	ldmxcsr FP
	.endif
	call *%rsi
	.if \fp
	stmxcsr FP
	ldmxcsr HOST_FP
	.endif
	enter_end
	.size \name, . - \name
.endm

enter x64_enter, 0
enter x64_enter_fp, 1

/*
 * x64_enter_chained(frame, code): the code's calls and returns are the host's, so that the host
 * predicts them. What has been called returns with the guest's address in rax, and where it returns
 * to is compared with that. Below all calls lies x64_first_return. Leaving forgets them.
 */
function x64_enter_chained
	enter_begin
	stmxcsr HOST_FP
	ldmxcsr FP
	lea -STACK_BYTES(%rsp), %rax
	mov %rax, STACK_LIMIT
	lea x64_chained_left(%rip), %rax
	push %rax
	.cfi_adjust_cfa_offset 8
	lea x64_first_return(%rip), %rax
	push %rax
	.cfi_adjust_cfa_offset 8
	jmp *%rsi
	.cfi_def_cfa_offset 64
x64_chained_left:
	stmxcsr FP
	ldmxcsr HOST_FP
	enter_end
	.size x64_enter_chained, . - x64_enter_chained

/* A return to a call that was not made here. rax: guest address */
	.balign 16
x64_first_return:
	lea x64_first_return(%rip), %rcx
	push %rcx
/* rax: guest address */
function x64_stub_jump
	mov %eax, %ecx
	and $(2 * TABLE_ENTRIES - 2), %ecx
	cmp %rax, TABLE(0)
	jne 1f
	jmp *TABLE(8)
1:	mov $LEAVE_INDIRECT, %edx
	.size x64_stub_jump, . - x64_stub_jump
/* rax: guest address, rdx: exit word */
function x64_stub_leave
	mov STACK, %rsp
	add $8, %rsp
	jmp x64_chained_left
	.size x64_stub_leave, . - x64_stub_leave

/* The runtime gets an aligned stack. */
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
	mov %r12, GPR(12)
	mov %r13, GPR(13)
	mov %r14, GPR(14)
	mov %r15, GPR(15)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups %xmm\n, VEC(\n)
	.endr
	.if \fp
	stmxcsr FP
	ldmxcsr HOST_FP
	.endif
	lea -1056(%rbp), %rdi
	mov %rsp, GPR(4)
	and $-16, %rsp
.endm

.macro restore fp
	mov GPR(4), %rsp
	.if \fp
	ldmxcsr FP
	.endif
	mov GPR(0), %rax
	mov GPR(2), %rdx
	mov GPR(6), %rsi
	mov GPR(7), %rdi
	mov GPR(8), %r8
	mov GPR(9), %r9
	mov GPR(10), %r10
	mov GPR(11), %r11
	mov GPR(12), %r12
	mov GPR(13), %r13
	mov GPR(14), %r14
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
	mov STACK, %rsp
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
	addq $16, (%rsp)
	save \fp
	mov GPR(4), %rsi
	mov (%rsi), %rsi
	sub $16, %rsi
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
