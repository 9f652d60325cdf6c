/* SPDX-License-Identifier: MIT */
/*
 * What the guests of kvm_guest.c execute, once for 16 bit and once for 64. It is copied to address 0
 * of a guest and never run here. edi counts the turns that are done; esi those still asked for.
 */
#define IO_PORT		0x10
#define DONE_PORT	0x11
#define MMIO_ADDR	0x8000
#define POLL_IRQ	1		/* KVM_HC_VAPIC_POLL_IRQ: the hypercall that does nothing */

	.section .rodata

.macro code name
	.globl \name
	.hidden \name
\name:
.endm

/* Leaves to the program that runs the guest. */
.macro leaves name, insn:vararg
code \name
0:	\insn
	inc %edi
	jmp 0b
code \name\()_end
.endm

/* Leaves to the kernel only: the port says when it is enough. */
.macro counts name, number, insn:vararg
code \name
0:	mov $\number, %eax
	\insn
	inc %edi
	dec %esi
	jnz 0b
	out %al, $DONE_PORT
	jmp 0b
code \name\()_end
.endm

.macro guests mode
	leaves vmb_kvm_\mode\()_hlt, hlt
	leaves vmb_kvm_\mode\()_io, out %al, $IO_PORT
	leaves vmb_kvm_\mode\()_mmio, movb $1, MMIO_ADDR
	counts vmb_kvm_\mode\()_cpuid, 0, cpuid
	counts vmb_kvm_\mode\()_vmcall, POLL_IRQ, vmcall
	counts vmb_kvm_\mode\()_vmmcall, POLL_IRQ, vmmcall
.endm

	.code16
	guests real
	.code64
	guests long

	.section .note.GNU-stack, "", @progbits
