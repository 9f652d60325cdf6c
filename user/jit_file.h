/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_JIT_FILE_H
#define VMB_USER_JIT_FILE_H
/*
 * A file that only grows, beside a program that is not trusted with it: created anew, the owner's
 * alone, out of the way of a guest's descriptors. The first error is kept, and ends the writing.
 */

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "user/bench.h"

/**
 * struct vmb_jit_file - zero-initialised it is closed.
 * @fd: -1 if it is closed
 * @dev, @ino: which file that is: a guest may have closed the descriptor and opened its own there
 * @bytes: whole records so far
 * @most: a record that does not fit below it is -EFBIG
 * @error: the first -errno, after which nothing is written
 */
struct vmb_jit_file {
	int fd;
	dev_t dev;
	ino_t ino;
	uint64_t bytes, most;
	int error;
	char path[PATH_MAX];
};

/**
 * vmb_jit_file_create - make the file at @path, which must not exist; no link is followed.
 * @why: on failure a sentence for the user
 * Return: 0 or -errno.
 */
VMB_MUST_CHECK int vmb_jit_file_create(struct vmb_jit_file *file, const char *path, uint64_t most,
				       struct vmb_why *why);

/** vmb_jit_file_append - write a record, whole or not at all. @part: [nr], overwritten */
void vmb_jit_file_append(struct vmb_jit_file *file, struct iovec *part, int nr);

/** vmb_jit_file_close - the file stays. */
void vmb_jit_file_close(struct vmb_jit_file *file);

#endif /* VMB_USER_JIT_FILE_H */
