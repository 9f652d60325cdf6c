/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_NOTE_H
#define VMB_USER_COUNTER_NOTE_H
/*
 * Private to user/counter: the one line that says what could not be counted, and why.
 */

#include <stddef.h>

#include "arch/base/attr.h"

/** struct vmb_note - a line that grows by clauses; what does not fit is cut with an ellipsis. */
struct vmb_note {
	char *buf;
	size_t len;
	size_t at;
};

/** vmb_note_begin - @buf: borrowed, becomes "" */
void vmb_note_begin(struct vmb_note *n, char *buf, size_t len);

/** vmb_note_add - append text, after "; " if @clause and there is text already. */
void vmb_note_add(struct vmb_note *n, int clause, const char *fmt, ...) VMB_PRINTF(3, 4);

#endif /* VMB_USER_COUNTER_NOTE_H */
