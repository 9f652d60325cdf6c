/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_FILE_H
#define VMB_RESULTS_FILE_H
/*
 * Files that are whole or absent, and reading what may be no file at all.
 */

#include <stdbool.h>
#include <stddef.h>

#include "results/codec.h"

/**
 * vmb_file_write - make a file appear with all its bytes, durably, or not at all.
 * @dirfd: open folder; borrowed
 * @name: final name in it; borrowed
 * @data: [len] bytes, borrowed
 * @replace: an existing file of that name is replaced in one step; false: it is left alone
 *
 * Written under a temporary name in the same folder, fsynced, renamed, the folder fsynced. Under
 * sudo the file is given to the owner of the folder.
 * Return: 0; -EEXIST; -ENOSPC, -EDQUOT, -EROFS, -EACCES, -EIO ... On failure the temporary file is
 * gone, and @name is what it was.
 */
VMB_MUST_CHECK int vmb_file_write(int dirfd, const char *name, const void *data, size_t len,
				  bool replace);

/**
 * vmb_file_probe - write, fsync and remove @len bytes.
 * Return: 0 or -errno, as vmb_file_write() would fail.
 */
VMB_MUST_CHECK int vmb_file_probe(int dirfd, size_t len);

/**
 * vmb_file_sweep - remove temporary files that a killed process left more than a day ago.
 * @dirfd: open folder; borrowed
 */
void vmb_file_sweep(int dirfd);

/**
 * vmb_file_read - read a regular file.
 * @path: borrowed
 * @max: longest length that is read
 * @out: overwritten on success; the caller calls vmb_bytes_fini()
 * @err: a sentence that names @path
 * Return: 0; -EINVAL not a regular file (nothing is opened then: no blocking on a FIFO, no device
 * touched); -EFBIG longer than @max; -ENOENT, -EACCES, -EIO, -ENOMEM ...
 */
VMB_MUST_CHECK int vmb_file_read(const char *path, size_t max, struct vmb_bytes *out,
				 struct vmb_error *err);

/** vmb_file_give - under root, give an open file or folder to the owner of folder @dirfd. */
void vmb_file_give(int fd, int dirfd);

#endif /* VMB_RESULTS_FILE_H */
