/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_THREAD_H
#define VMB_VMCORE_XLAT_THREAD_H
/*
 * How a guest's threads begin and end.
 */

#include "vmcore/xlat/program.h"

/** xlat_set_clone - registers, and what else clone(2) gives to a child that has its parent's. */
void xlat_set_clone(struct xlat_program *p, const struct xlat_clone *clone);

/** xlat_tell_tid - write the id of a thread to where clone(2) says; @child: @p is the child. */
void xlat_tell_tid(struct xlat_program *p, const struct xlat_clone *clone, pid_t tid, bool child);

/**
 * xlat_thread_end - a thread ends, be it with its program: its locks, which other programs may have,
 * too, and who waits for it. The guest's memory may fault for the host meanwhile.
 */
void xlat_thread_end(struct xlat_program *p);

#endif /* VMB_VMCORE_XLAT_THREAD_H */
