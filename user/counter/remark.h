/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_REMARK_H
#define VMB_USER_COUNTER_REMARK_H
/*
 * Private to user/counter: the one line that says what could not be counted, and why.
 */

#include <stddef.h>

#include "arch/base/attr.h"

/** struct vmb_remark - a line that grows by clauses; what does not fit is cut with an ellipsis. */
struct vmb_remark {
	char *buf;
	size_t len;
	size_t at;
};

/** vmb_remark_begin - @buf: borrowed, becomes "" */
void vmb_remark_begin(struct vmb_remark *n, char *buf, size_t len);

/** vmb_remark_add - append text, after "; " if @clause and there is text already. */
void vmb_remark_add(struct vmb_remark *n, int clause, const char *fmt, ...) VMB_PRINTF(3, 4);

#endif /* VMB_USER_COUNTER_REMARK_H */
