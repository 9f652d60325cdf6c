// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "user/bench.h"

void vmb_why_set(struct vmb_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
}
