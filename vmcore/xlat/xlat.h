/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_XLAT_H
#define VMB_VMCORE_XLAT_XLAT_H
/*
 * Running a static Linux program of another architecture: its code is translated as it is reached,
 * its system calls are made for it.
 */

#include "vmcore/xlat/engine.h"
#include "vmcore/xlat/program.h"

/**
 * struct xlat_options - how a program runs.
 * @guest: the program's architecture; borrowed
 * @host, @native: this machine as a host; NULL: the program is interpreted
 * @sandbox: of the system calls only those for standard input and output, memory, time and exit
 * @path: the program's file, for the program itself
 * @fd: the file open for reading, for xlat_start(); -1: there is none
 * @argv, @envp: NULL-terminated; borrowed for xlat_start()
 * @again: arguments, NULL-terminated, with which /proc/self/exe runs another program of this guest if
 *	--argv0=NAME, its file and its arguments follow; NULL: execve(2) of such is -ENOSYS; borrowed
 */
struct xlat_options {
	const struct guest_ops *guest;
	const struct host_ops *host;
	const struct host_native *native;
	bool sandbox;
	const char *path;
	int fd;
	char *const *argv;
	char *const *envp;
	const char *const *again;
};

struct xlat;

/**
 * xlat_start - load a program.
 * @file, @bytes: its contents; borrowed for the call
 * @why: gets a sentence if it is refused
 * Return: NULL, with errno set: ENOEXEC, E2BIG (arguments), ENOMEM, as jit_init(). Owned; xlat_free().
 */
struct xlat *xlat_start(const struct xlat_options *options, const uint8_t *file, size_t bytes,
			const char **why);

/**
 * xlat_run - run it to its end, in this thread and those that it makes. Takes SIGSEGV, SIGBUS,
 * SIGFPE, and the signals that the guest has handlers for, while it runs; one program at a time, and
 * once.
 * @end: gets how it ended
 */
void xlat_run(struct xlat *x, struct xlat_end *end);

/** xlat_stats - borrow the counts. */
const struct xlat_stats *xlat_stats(const struct xlat *x);

/** xlat_free - free it and its memory. */
void xlat_free(struct xlat *x);

#endif /* VMB_VMCORE_XLAT_XLAT_H */
