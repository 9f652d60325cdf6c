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
 * @argv, @envp: NULL-terminated; borrowed for xlat_start()
 */
struct xlat_options {
	const struct guest_ops *guest;
	const struct host_ops *host;
	const struct host_native *native;
	bool sandbox;
	const char *path;
	char *const *argv;
	char *const *envp;
};

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
 * xlat_run - run it to its end. Takes SIGSEGV and SIGBUS while it runs; one program at a time.
 * @end: gets how it ended
 */
void xlat_run(struct xlat *x, struct xlat_end *end);

/** xlat_stats - borrow the counts. */
const struct xlat_stats *xlat_stats(const struct xlat *x);

/** xlat_free - free it and its memory. */
void xlat_free(struct xlat *x);

#endif /* VMB_VMCORE_XLAT_XLAT_H */
