/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_DEBUG_H
#define VMB_VMCORE_XLAT_DEBUG_H
/*
 * A debugger of the guest, by GDB's remote protocol. It sees one thread, the one that has stopped; all
 * others wait meanwhile. Breakpoints are instructions that it writes into the guest's memory.
 */

#include "vmcore/xlat/xlat.h"

/**
 * xlat_debug_begin - let the program stop before its first instruction.
 * @fd: a connected socket; taken
 * Return: 0; -ENOTSUP if the guest's registers are not described; -ENOMEM, -EAGAIN.
 */
int xlat_debug_begin(struct xlat *x, int fd);

/** xlat_debug_attend - the thread is between two instructions; it stops here if it is to. */
void xlat_debug_attend(struct xlat *x);

/**
 * xlat_debug_fault - its instruction has caused a signal: stop.
 * Return: true if the debugger does not want that the signal is delivered.
 */
bool xlat_debug_fault(struct xlat *x, int number);

/** xlat_debug_waits - has the debugger asked for a stop? The thread is to leave its system call. */
bool xlat_debug_waits(const struct xlat_program *p);

/** xlat_debug_forked - in a child process: it has no debugger. */
void xlat_debug_forked(struct xlat_process *process);

/** xlat_debug_fini - tell how the program has ended (NULL: it has not), and close. No thread runs. */
void xlat_debug_fini(struct xlat_process *process, const struct xlat_end *end);

#endif /* VMB_VMCORE_XLAT_DEBUG_H */
