// SPDX-License-Identifier: MIT
#include "user/counter/note.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void vmb_note_begin(struct vmb_note *n, char *buf, size_t len)
{
	*n = (struct vmb_note){ .buf = buf, .len = len };
	buf[0] = 0;
}

VMB_PRINTF(2, 0) static void put(struct vmb_note *n, const char *fmt, va_list ap)
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

void vmb_note_add(struct vmb_note *n, int clause, const char *fmt, ...)
{
	va_list ap;

	if (clause && n->at && n->at < n->len - 1)
		vmb_note_add(n, 0, "; ");
	va_start(ap, fmt);
	if (n->at < n->len - 1)
		put(n, fmt, ap);
	va_end(ap);
}
