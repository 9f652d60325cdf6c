// SPDX-License-Identifier: MIT
#include "arch/cpu.h"
#include "vmcore/gc/inside.h"

static const char *const names[GC_NR_PAUSE_KINDS] = {
	"minor", "mark begin", "mark", "mark end", "sweep", "full", "stop",
};

const char *gc_pause_name(enum gc_pause_kind kind)
{
	return (uint32_t)kind < GC_NR_PAUSE_KINDS ? names[kind] : "unknown";
}

uint64_t gc_pause_begin(struct gc_heap *h, enum gc_pause_kind kind)
{
	uint64_t now = cpu_ticks();

	if (h->events.begin)
		h->events.begin(h->events.priv, kind, now);
	return now;
}

void gc_pause_end(struct gc_heap *h, enum gc_pause_kind kind, uint64_t begin, uint64_t objects,
		  uint64_t bytes)
{
	struct gc_pause pause = {
		.kind = kind,
		.stop = h->stop,
		.begin_ticks = begin,
		.end_ticks = cpu_ticks(),
		.objects = objects,
		.bytes = bytes,
	};

	if (h->events.end)
		h->events.end(h->events.priv, &pause);
}
