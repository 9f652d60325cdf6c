// SPDX-License-Identifier: MIT
#include <errno.h>

#include "user/counter/counter.h"
#include "user/counter/event.h"

/* A term that asks for user mode alone asks for nothing that happens in the kernel. */
static bool user_mode_only(const struct vmb_event *ev)
{
	return ev->attr.exclude_kernel && !ev->may_widen;
}

int vmb_counter_encode(const char *name, uint32_t *type, uint64_t *config)
{
	struct vmb_why why;
	struct vmb_event ev;
	int refused, err = vmb_event_find(name, &ev, &refused, &why);

	if (err)
		return err;
	if (refused)
		return -refused;
	if (ev.software || user_mode_only(&ev) || ev.attr.config1 || ev.attr.config2)
		return -ENOTSUP;
	*type = ev.attr.type;
	*config = ev.attr.config;
	return 0;
}
