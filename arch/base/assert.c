// SPDX-License-Identifier: MIT
#include "arch/base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void vmb_assert_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "vmbench: %s:%d: invariant broken: %s\n", file, line, expr);
	abort();
}
