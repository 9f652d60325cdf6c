// SPDX-License-Identifier: MIT
#include "user/counter/remark.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void vmb_remark_begin(struct vmb_remark *n, char *buf, size_t len)
{
	*n = (struct vmb_remark){ .buf = buf, .len = len };
	buf[0] = 0;
}

VMB_PRINTF(2, 0) static void put(struct vmb_remark *n, const char *fmt, va_list ap)
{
	static const char cut[] = "...";
	int more = vsnprintf(n->buf + n->at, n->len - n->at, fmt, ap);

	if (more < 0)
		return;
	n->at += (size_t)more;
	if (n->at >= n->len) {
		n->at = n->len - 1;
		memcpy(n->buf + n->len - sizeof(cut), cut, sizeof(cut));
	}
}

void vmb_remark_add(struct vmb_remark *n, int clause, const char *fmt, ...)
{
	va_list ap;

	if (clause && n->at && n->at < n->len - 1)
		vmb_remark_add(n, 0, "; ");
	va_start(ap, fmt);
	if (n->at < n->len - 1)
		put(n, fmt, ap);
	va_end(ap);
}
