/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_DOCTOR_STATE_H
#define VMB_USER_DOCTOR_STATE_H
/*
 * The file in which `vmbench doctor --fix` remembers what was: /var/lib/vmbench/doctor.state, or
 * $XDG_STATE_HOME/vmbench/doctor.state for other users than root. It is whole or absent, private to
 * its owner, and believed only line by line (docs/DOCTOR.md has the format).
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"
#include "user/doctor_knobs.h"

/**
 * struct vmb_doctor_state - the open state: holds a lock on its directory.
 * @dir_fd: the directory
 * @path: of the file, for messages
 * @why: of a failure, a sentence
 */
struct vmb_doctor_state {
	int dir_fd;
	char path[4096];
	char why[4352];
};

/** vmb_doctor_state_exists - is anything saved? Needs no permission but to look. */
bool vmb_doctor_state_exists(void);

/**
 * vmb_doctor_state_open - find and lock the directory, making it if @create.
 * @st: overwritten; vmb_doctor_state_close() after success
 * Return: 0; -ENOENT the directory does not exist (not with @create); -ENXIO there is no home to
 * put it in; -EBUSY another process holds
 * the lock; -EPERM the directory can be written by others; -errno, with @st->why.
 */
VMB_MUST_CHECK int vmb_doctor_state_open(struct vmb_doctor_state *st, bool create);
void vmb_doctor_state_close(struct vmb_doctor_state *st);

/**
 * vmb_doctor_state_load - read what is saved.
 * @out: overwritten; the caller calls vmb_settings_fini() also after a failure
 * Return: 0; -ENOENT nothing is saved; -ESTALE saved before the last boot; -EBADMSG the file is not
 * what we wrote, with @st->why naming the line; -EPERM not our private file; -errno.
 */
VMB_MUST_CHECK int vmb_doctor_state_load(struct vmb_doctor_state *st, struct vmb_settings *out);

/**
 * vmb_doctor_state_save - replace the file; it is on disk when this returns. Saving nothing removes
 * it.
 * Return: 0, -errno with @st->why; the old file is then untouched.
 */
VMB_MUST_CHECK int vmb_doctor_state_save(struct vmb_doctor_state *st,
					 const struct vmb_settings *s);

#endif /* VMB_USER_DOCTOR_STATE_H */
