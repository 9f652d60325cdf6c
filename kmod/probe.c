// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "kmod/probe.h"

#include <linux/kernel.h>

static const struct vmb_probe_table *const tables[] = {
	&vmb_probes_tlb, &vmb_probes_walk, &vmb_probes_cache, &vmb_probes_entry,
};

const struct vmb_probe *vmb_probe_at(u32 index)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		if (index < tables[i]->nr)
			return &tables[i]->probes[index];
		index -= tables[i]->nr;
	}
	return NULL;
}

u32 vmb_probe_count(void)
{
	u32 n = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		n += tables[i]->nr;
	return n;
}

const struct vmb_probe *vmb_probe_find(u32 id)
{
	const struct vmb_probe *p;
	u32 i;

	for (i = 0; (p = vmb_probe_at(i)); i++)
		if (p->id == id)
			return p;
	return NULL;
}

/* A flush of this CPU only is not measured by a broadcast. */
static bool suits(const struct vmb_probe *p, const struct vmb_flush_method *m)
{
	return m->scope == p->scope && (p->everywhere || !m->broadcast) &&
	       !(m->missing && m->missing());
}

u64 vmb_probe_methods(const struct vmb_probe *p)
{
	const struct vmb_flush_method *m;
	u64 mask = 0;

	for (m = vmb_arch_flush_methods; m->once; m++)
		if (suits(p, m))
			mask |= 1ull << m->method;
	return mask;
}

/* To reach every CPU, a broadcast comes before interrupts; otherwise the table's order counts. */
static bool better(const struct vmb_probe *p, const struct vmb_flush_method *m,
		   const struct vmb_flush_method *than)
{
	return !than || (p->everywhere && m->broadcast && !than->broadcast);
}

const struct vmb_flush_method *vmb_probe_method(const struct vmb_probe *p, u32 method)
{
	const struct vmb_flush_method *m, *best = NULL;

	for (m = vmb_arch_flush_methods; m->once; m++) {
		if (!suits(p, m))
			continue;
		if (method ? m->method == method : better(p, m, best))
			best = m;
	}
	return best;
}

int vmb_reason(struct vmb_run *r, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->req.reason, sizeof(r->req.reason), fmt, args);
	va_end(args);
	return error;
}
