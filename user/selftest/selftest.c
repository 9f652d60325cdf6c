// SPDX-License-Identifier: MIT
#include "user/selftest/selftest.h"

#include <stdio.h>
#include <string.h>

#include "arch/base/assert.h"

struct vmb_figure *vmb_figure_add(struct vmb_selftest *t, const char *name, const char *target)
{
	struct vmb_figure *f = &t->figure[t->nr++];

	VMB_ASSERT(t->nr <= VMB_MAX_FIGURES);
	*f = (struct vmb_figure){ .state = VMB_FIGURE_UNKNOWN };
	snprintf(f->name, sizeof(f->name), "%s", name);
	snprintf(f->target, sizeof(f->target), "%s", target);
	return f;
}
