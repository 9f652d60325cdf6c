/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_SYS_H
#define VMB_USER_ENV_SYS_H
/*
 * The one way to read and write /proc, /sys and /dev/cpu. Such files can be missing, empty,
 * unreadable, endless or full of bytes that are no text; every call here is bounded and returns
 * printable text.
 *
 * The environment variable VMBENCH_SYSROOT puts a directory in front of every path, so that tests
 * run on a tree of their own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define VMB_SYS_LINE_BYTES	4096	/* of a line; the rest of a longer one is dropped */

/** vmb_sys_root - the prefix, "" without one; borrowed from the process's environment. */
const char *vmb_sys_root(void);

/**
 * vmb_sys_open - open a file below the root, close-on-exec.
 * @flags: as for open(2)
 * @fmt: absolute path
 * Return: descriptor, -errno; -ENAMETOOLONG when the path does not fit PATH_MAX.
 */
int vmb_sys_open(int flags, const char *fmt, ...) VMB_PRINTF(2, 3);

/**
 * vmb_sys_text - read the first line of a file.
 * @buf: [size], overwritten: NUL-terminated, without trailing white space, unprintable bytes
 *       replaced by '?'
 * Return: length > 0; -ENODATA if the line is empty; -errno.
 */
VMB_MUST_CHECK int vmb_sys_text(char *buf, size_t size, const char *fmt, ...) VMB_PRINTF(3, 4);

/**
 * vmb_sys_number - read a file that holds one decimal or 0x number.
 * Return: 0; -EINVAL if it holds something else; -errno.
 */
VMB_MUST_CHECK int vmb_sys_number(long long *out, const char *fmt, ...) VMB_PRINTF(2, 3);

/**
 * vmb_sys_write - write a value to an existing file, with one write(2) as sysfs wants it.
 * Return: 0, -errno of open, write or close.
 */
VMB_MUST_CHECK int vmb_sys_write(const char *value, const char *fmt, ...) VMB_PRINTF(2, 3);

/** vmb_sys_exists - is there a file or directory of that name? */
bool vmb_sys_exists(const char *fmt, ...) VMB_PRINTF(1, 2);

/** struct vmb_sys_names - sorted entries of a directory, owned. Zeroed is empty. */
struct vmb_sys_names { size_t nr; char **name; };

/**
 * vmb_sys_list - the entries of a directory, without dot files, in version order (cpu2 < cpu10).
 * @out: overwritten; vmb_sys_names_fini() also after a failure
 * Return: 0, -errno.
 */
VMB_MUST_CHECK int vmb_sys_list(struct vmb_sys_names *out, const char *fmt, ...) VMB_PRINTF(2, 3);
void vmb_sys_names_fini(struct vmb_sys_names *names);

/**
 * vmb_sys_lines - call @line for every line of a file, without its newline, until it returns
 * false.
 * @max_bytes: stop after so many bytes
 * @line: text is the callback's to modify, valid during the call
 * Return: 0, -errno of opening.
 */
int vmb_sys_lines(const char *path, size_t max_bytes, bool (*line)(void *ctx, char *text),
		  void *ctx);

/** vmb_sys_clean - replace bytes that are not printable ASCII by '?', cut trailing white space. */
void vmb_sys_clean(char *text);

#endif /* VMB_USER_ENV_SYS_H */
