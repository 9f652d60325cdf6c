/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_SIGNALS_H
#define VMB_VMCORE_XLAT_SIGNALS_H
/*
 * The guest's signals and the host's: numbers, masks, actions.
 */

#include "vmcore/xlat/program.h"

/* asm-generic/signal.h, and the same on x86_64. */
#define XLAT_SIG_DFL	  0u
#define XLAT_SIG_IGN	  1u
#define XLAT_SA_RESTORER  UINT64_C(0x04000000)
#define XLAT_SA_ONSTACK	  UINT64_C(0x08000000)
#define XLAT_SA_RESTART	  UINT64_C(0x10000000)
#define XLAT_SA_NODEFER	  UINT64_C(0x40000000)
#define XLAT_SA_RESETHAND UINT64_C(0x80000000)

/* Offset of uc_stack in struct ucontext; and room for any architecture's, and for what is apart. */
#define XLAT_UC_STACK	 16u
#define XLAT_UC_BYTES	 8192u
#define XLAT_APART_BYTES 1024u

VMB_INLINE uint64_t xlat_signal_bit(unsigned int number)
{
	return UINT64_C(1) << (number - 1);
}

#define XLAT_UNBLOCKABLE (xlat_signal_bit(SIGKILL) | xlat_signal_bit(SIGSTOP))

/**
 * xlat_host_signal - the host's number of a guest's signal. They are the same but for two that the
 * C library of either keeps for itself.
 * Return: 0 if there is none.
 */
int xlat_host_signal(uint64_t number);

/** xlat_guest_signal - and back. */
unsigned int xlat_guest_signal(int number);

/** xlat_is_ignored - does nothing happen if there is no handler? */
bool xlat_is_ignored(unsigned int number);

/** xlat_is_fault - do instructions cause it? The host's own handler is not the guest's then. */
bool xlat_is_fault(unsigned int number);

/** xlat_host_mask - what the host's kernel is to block of what a guest blocks: all but faults. */
void xlat_host_mask(uint64_t mask, sigset_t *set);

/** xlat_set_host_mask - the same for the calling thread. */
void xlat_set_host_mask(uint64_t mask);

/** xlat_set_host_action - what the host does with a guest's signal; @handler if there is one. */
void xlat_set_host_action(unsigned int number, const struct xlat_action *action,
			  void (*handler)(int, siginfo_t *, void *));

/** xlat_signal_install - the same with the handler that notes it for the guest. */
void xlat_signal_install(unsigned int number, const struct xlat_action *action);

/** xlat_on_alternate - is a stack pointer in the alternate stack? */
bool xlat_on_alternate(const struct xlat_program *p, uint64_t sp);

#endif /* VMB_VMCORE_XLAT_SIGNALS_H */
