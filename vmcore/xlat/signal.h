/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_SIGNAL_H
#define VMB_VMCORE_XLAT_SIGNAL_H
/*
 * Signals: the host's become the guest's, whose handlers are called where threads leave compiled code.
 */

#include "vmcore/xlat/program.h"

/* The host's signal that lets a thread leave a system call that waits. The guest has it not. */
#define XLAT_KICK SIGRTMAX

/**
 * xlat_signals_start - the calling thread runs @p from now on, and gets its signals.
 * Return: 0 or -errno of timer_create().
 */
int xlat_signals_start(struct xlat_program *p);

/** xlat_signals_stop - it does so no more. */
void xlat_signals_stop(struct xlat_program *p);

/** xlat_signals_reset - all signals are again the host's as they were; when the program has ended. */
void xlat_signals_reset(struct xlat_process *process);

/** xlat_signals_forked - in a child process, whose only thread runs @p. */
void xlat_signals_forked(struct xlat_program *p);

/** xlat_signal_pending - has a signal come that is not blocked? */
bool xlat_signal_pending(const struct xlat_program *p);

/** xlat_signal_restarts - is a system call that the next one interrupts made again behind it? */
bool xlat_signal_restarts(const struct xlat_program *p);

/**
 * xlat_signal_deliver - let handlers of signals that have come be what the program goes on with. The
 * registers, with the program counter and @p->fp, are those of the guest between two instructions.
 */
void xlat_signal_deliver(struct xlat_program *p);

/**
 * xlat_signal_fault - the same of a signal that the instruction at the program counter causes.
 * @number, @code: si_signo, si_code
 * Return: false if there is no handler, or it is blocked
 */
bool xlat_signal_fault(struct xlat_program *p, int number, int code, uint64_t address);

/** xlat_signal_came - a signal of the host's that @info describes. Context: signal handler. */
void xlat_signal_came(const siginfo_t *info);

#endif /* VMB_VMCORE_XLAT_SIGNAL_H */
