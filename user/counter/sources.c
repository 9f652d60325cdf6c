// SPDX-License-Identifier: MIT
/* What there is to ask for counters, and the default set. */
#include "user/counter/event.h"

/* Asked in this order; the software events come first so that they need no libpfm4. */
static const struct vmb_counter_source *const sources[] = {
	&vmb_source_software,
	&vmb_source_pfm,
	NULL,
};

#define VMB_COUNTER(n, w, s, ...) \
	{ .name = (n), .what = (w), .stand_in = (s), .candidate = { __VA_ARGS__ } },
static const struct vmb_logical logicals[] = {
#include "user/counter/counters.def"
};
#undef VMB_COUNTER

const struct vmb_counter_source *const *vmb_counter_sources(void)
{
	return sources;
}

const struct vmb_logical *vmb_logicals(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(logicals);
	return logicals;
}
