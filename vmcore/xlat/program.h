/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_PROGRAM_H
#define VMB_VMCORE_XLAT_PROGRAM_H
/*
 * A guest program as its system calls see it: the process, and its threads.
 */

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "vmcore/ports.h"
#include "vmcore/xlat/elf.h"

struct xlat_program;
struct xlat_debug;
struct xlat;

enum xlat_end_kind {
	XLAT_EXITED,	  /* code: the exit status */
	XLAT_ILLEGAL,	  /* no instruction that is supported at pc; bytes */
	XLAT_NO_CODE,	  /* pc is not in executable memory */
	XLAT_FAULT,	  /* an access to address that is not mapped, by code of the region at pc */
	XLAT_UNALIGNED,	  /* an atomic access to address, which is no multiple of its size */
	XLAT_BREAK,	  /* a breakpoint at pc */
	XLAT_TRAP,	  /* code: enum ir_trap_code */
	XLAT_KILLED,	  /* by itself, with signal code */
	XLAT_ERROR,	  /* code: -errno of the translator */
};

/**
 * struct xlat_end - how a program ended.
 * @nr_bytes, @bytes: of XLAT_ILLEGAL
 */
struct xlat_end {
	enum xlat_end_kind kind;
	int code;
	uint64_t pc, address;
	uint32_t nr_bytes;
	uint8_t bytes[16];
};

#define XLAT_SIGNALS 64u

/** struct xlat_action - what a signal does: struct sigaction of the guest's kernel. */
struct xlat_action {
	uint64_t handler, flags, restorer, mask;
};

/**
 * struct xlat_clone - arguments of clone(2).
 * @sp: 0: the parent's
 */
struct xlat_clone {
	uint64_t flags, sp, parent_tid, child_tid, tls;
};

/* Threads at once; each has a word that says that it is wanted, in one page of guest memory. */
#define XLAT_THREADS 256u

/**
 * struct xlat_process - what the threads of a program share.
 * @guest: its architecture; borrowed
 * @space: its memory
 * @path: of its file, absolute
 * @sandbox: only harmless system calls
 * @again: struct xlat_options
 * @memory: held by who changes mappings: @space, @brk
 * @brk_start, @brk: the heap of brk(2)
 * @stack: the stack's lowest address
 * @words: guest address of the page with the threads' words, at the end of @space
 * @trampoline: guest address of code that returns from signal handlers
 * @lock16: struct ir_memory
 * @lock: guards what follows
 * @gone: a thread has gone
 * @thread: [XLAT_THREADS] those that run, by the index of their word; NULL: free
 * @polls: code looks at the thread's word, at the latest when it goes round: there are threads or
 *	signal handlers
 * @action: by number of a signal
 * @first: its first thread
 * @base: the thread that is the host process's: @first, or in a child of fork(2) the one that has called it
 * @debug: a debugger of it; NULL: none
 * @forked: it is the child of another guest, whose exit status is that of the host's process
 * @ended, @end: how it has ended; who comes first
 * @spawn: start a thread that goes on as @parent, but for what @clone says. Return: its id or -errno
 * @fork: the same of a process. Return: 0 in the child
 */
struct xlat_process {
	const struct guest_ops *guest;
	struct xlat_space space;
	char *path;
	bool sandbox;
	const char *const *again;
	pthread_mutex_t memory;
	uint64_t brk_start, brk;
	uint64_t stack;
	uint64_t words, trampoline;
	int lock16;
	pthread_mutex_t lock;
	pthread_cond_t gone;
	struct xlat_program *thread[XLAT_THREADS];
	uint32_t nr_threads;
	bool polls;
	struct xlat_action action[XLAT_SIGNALS + 1];
	struct xlat *first;
	struct xlat_program *base;
	struct xlat_debug *debug;
	bool forked;
	bool ended;
	struct xlat_end end;
	int64_t (*spawn)(struct xlat_program *parent, const struct xlat_clone *clone);
	int64_t (*fork)(struct xlat_program *parent, const struct xlat_clone *clone);
};

/**
 * struct xlat_program - a thread of a program.
 * @process: borrowed
 * @guest, @space: the process's
 * @state: [guest->state_bytes] its registers, aligned to 16
 * @tid: as the system names it
 * @index: of its word
 * @host: the thread that runs it, from when it @runs
 * @runs, @left: it has begun, and ended, to execute the guest's code; guarded by the process's lock
 * @wanted: its word, in guest memory: not 0 if it is to leave compiled code and look why
 * @clear_tid: cleared, and waited for, when it ends; 0: nothing is
 * @robust: head of set_robust_list(2)
 * @ended, @code: it has left by exit(2)
 * @maps: it holds the lock of mappings
 * @keep: the system call has set all registers, its result among them
 * @fp: floating-point environment, outside of compiled code
 * @mask: blocked signals, a bit each from number 1 on
 * @pending: those that have come and not been delivered
 * @info: of those
 * @check: which are looked for once instead of @mask, if @checks
 * @alternate: of sigaltstack(2): address, flags, size
 * @timer, @has_timer: reminds of signals that came just before a system call that waits
 */
struct xlat_program {
	struct xlat_process *process;
	const struct guest_ops *guest;
	struct xlat_space *space;
	uint8_t *state;
	pid_t tid;
	uint32_t index;
	pthread_t host;
	bool runs, left;
	uint32_t *wanted;
	uint64_t clear_tid;
	uint64_t robust;
	bool ended;
	int code;
	bool maps;
	bool keep;
	struct ir_fpenv fp;
	uint64_t mask, pending;
	siginfo_t info[XLAT_SIGNALS];
	uint64_t check;
	bool checks;
	struct {
		uint64_t address;
		uint32_t flags, pad;
		uint64_t bytes;
	} alternate;
	timer_t timer;
	bool has_timer;
};

VMB_INLINE uint64_t xlat_get(const struct xlat_program *p, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, p->state + offset, sizeof(value));
	return value;
}

VMB_INLINE void xlat_set(struct xlat_program *p, uint32_t offset, uint64_t value)
{
	memcpy(p->state + offset, &value, sizeof(value));
}

/**
 * xlat_process_init - an empty process.
 * Return: 0; -ENOMEM. @process is to be freed only if it succeeds.
 */
int xlat_process_init(struct xlat_process *process, const struct guest_ops *guest, uint64_t bytes);

/** xlat_process_fini - free its memory. No thread runs. */
void xlat_process_fini(struct xlat_process *process);

/**
 * xlat_process_enter - a thread begins: it gets a word.
 * Return: 0; -EAGAIN if there are too many, or the process has ended.
 */
int xlat_process_enter(struct xlat_process *process, struct xlat_program *p);

/** xlat_process_runs - a thread begins to execute the guest's code. */
void xlat_process_runs(struct xlat_process *process, struct xlat_program *p);

/**
 * xlat_process_left - it does so no more. If that is because the program has ended, no other thread
 * does when this returns.
 */
void xlat_process_left(struct xlat_process *process, struct xlat_program *p);

/** xlat_process_leave - a thread has ended; it does not touch the process any more. */
void xlat_process_leave(struct xlat_process *process, struct xlat_program *p);

/**
 * xlat_process_end - the program ends, unless it has ended before. All other threads are asked to
 * leave.
 */
void xlat_process_end(struct xlat_process *process, const struct xlat_program *p,
		      const struct xlat_end *end);

/** xlat_exit, xlat_kill - the same by exit_group(2), and by a signal that has no handler. */
void xlat_exit(struct xlat_program *p, int code);
void xlat_kill(struct xlat_program *p, int signal);

/** xlat_has_ended - has the program? Any thread. */
VMB_INLINE bool xlat_has_ended(const struct xlat_process *process)
{
	return __atomic_load_n(&process->ended, __ATOMIC_SEQ_CST);
}

/** xlat_process_wait - wait until @p is the only thread. All others are to leave if it has ended. */
void xlat_process_wait(struct xlat_process *process, const struct xlat_program *p);

/** xlat_need_polls_locked - from now on code looks at its thread's word. @lock is held. */
void xlat_need_polls_locked(struct xlat_process *process);

/** xlat_want - let a thread leave compiled code where it looks at its word. @p may be oneself. */
void xlat_want(const struct xlat_program *p);

/** xlat_want_others - the same of all threads but @p. */
void xlat_want_others(struct xlat_process *process, const struct xlat_program *p);

/** xlat_want_all - the same of all. Context: any, a signal handler too. */
void xlat_want_all(const struct xlat_process *process);

/**
 * xlat_build_stack - map the stack and put arguments, environment and auxiliary vector there.
 * @argv, @envp: NULL-terminated
 * Return: 0 with the stack pointer set; -E2BIG; -ENOMEM.
 */
int xlat_build_stack(struct xlat_program *p, const struct xlat_image *image, char *const *argv,
		     char *const *envp);

/**
 * xlat_read - copy from the program's memory, by way of its protection.
 * Return: 0 or -EFAULT.
 */
int xlat_read(const struct xlat_program *p, uint64_t address, void *to, size_t bytes);

/** xlat_write - copy to it. Return: as xlat_read(). */
int xlat_write(const struct xlat_program *p, uint64_t address, const void *from, size_t bytes);

/** xlat_read_string - copy a text of less than @bytes. Return: 0, -EFAULT, -ENAMETOOLONG. */
int xlat_read_string(const struct xlat_program *p, uint64_t address, char *to, size_t bytes);

/** xlat_syscall - make the system call that the registers describe. */
void xlat_syscall(struct xlat_program *p);

/** xlat_memory_done - let others change mappings, also if a fault has ended a system call that did. */
void xlat_memory_done(struct xlat_program *p);

#endif /* VMB_VMCORE_XLAT_PROGRAM_H */
