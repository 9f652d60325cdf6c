// SPDX-License-Identifier: MIT
#include "results/codec.h"

#include <stdarg.h>
#include <stdio.h>

void vmb_error_set(struct vmb_error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
}
