// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* On the module's own memory: 16 pages, so that a line has long been flushed when its turn comes. */
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "kmod/probe.h"

#define BUFFER_PAGES	16

static const char *no_flush_line(void)
{
	return CPU_HAS_FLUSH_LINE ? NULL
				  : "the CPU's cache-line flush is not available (RISC-V Zicbom)";
}

static int prepare_buffer(struct vmb_run *r)
{
	r->priv = kvzalloc(BUFFER_PAGES * PAGE_SIZE, GFP_KERNEL_ACCOUNT);
	return r->priv ? 0 : -ENOMEM;
}

static void finish_buffer(struct vmb_run *r)
{
	kvfree(r->priv);
}

static __always_inline void flush_lines(struct vmb_run *r, bool dirty)
{
	const size_t line_bytes = cache_line_size(), end = BUFFER_PAGES * PAGE_SIZE;
	u8 *buffer = r->priv;
	u32 n = r->w.ops;
	size_t at = 0;

	vmb_window_begin(&r->w);
	do {
		if (dirty)
			WRITE_ONCE(buffer[at], (u8)n);
		else
			(void)READ_ONCE(buffer[at]);
		if (CPU_HAS_FLUSH_LINE)
			cpu_flush_line(buffer + at);
		at += line_bytes;
		at = at < end ? at : 0;
	} while (--n);
	cpu_fence_all();
	vmb_window_end(&r->w);
}

static int window_clean(struct vmb_run *r)
{
	flush_lines(r, false);
	return 0;
}

static int window_dirty(struct vmb_run *r)
{
	flush_lines(r, true);
	return 0;
}

/* One instruction, milliseconds long on large caches, during which no interrupt is taken anyway. */
static int window_write_back_all(struct vmb_run *r)
{
	r->w.ops = 1;
	vmb_window_begin(&r->w);
	vmb_arch_write_back_all();
	vmb_window_end(&r->w);
	return 0;
}

static const struct vmb_probe probes[] = {
	{ .id = VMB_PROBE_CACHE_FLUSH_CLEAN, .name = "cache/flush_clean",
	  .context = VMB_CTX_IRQS_OFF, .missing = no_flush_line, .prepare = prepare_buffer,
	  .window = window_clean, .finish = finish_buffer },
	{ .id = VMB_PROBE_CACHE_FLUSH_DIRTY, .name = "cache/flush_dirty",
	  .context = VMB_CTX_IRQS_OFF, .missing = no_flush_line, .prepare = prepare_buffer,
	  .window = window_dirty, .finish = finish_buffer },
	{ .id = VMB_PROBE_CACHE_WRITE_BACK_ALL, .name = "cache/write_back_all",
	  .needs = VMB_KMOD_IRQS_ON, .context = VMB_CTX_IRQS_ON,
	  .missing = vmb_arch_write_back_missing, .window = window_write_back_all },
};

const struct vmb_probe_table vmb_probes_cache = { probes, ARRAY_SIZE(probes) };
