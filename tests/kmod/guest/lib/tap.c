// SPDX-License-Identifier: MIT
#include "tests/kmod/guest/lib/tap.h"

#include <stdarg.h>
#include <stdio.h>

static int failures;

/* One write per line: the kernel may print in between. */
static void line(const char *head, const char *fmt, va_list args, const char *tail)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, args);
	printf("%s%s%s\n", head, text, tail);
	fflush(stdout);
}

bool tap_ok(bool good, const char *fmt, ...)
{
	va_list args;

	failures += !good;
	va_start(args, fmt);
	line(good ? "ok - " : "not ok - ", fmt, args, "");
	va_end(args);
	return good;
}

void tap_skip(const char *why, const char *fmt, ...)
{
	char tail[300];
	va_list args;

	snprintf(tail, sizeof(tail), " # SKIP %s", why);
	va_start(args, fmt);
	line("ok - ", fmt, args, tail);
	va_end(args);
}

void tap_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line("# ", fmt, args, "");
	va_end(args);
}

int tap_status(void)
{
	return failures != 0;
}
