/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_PROBE_H
#define VMB_KMOD_PROBE_H

#include <linux/cpumask.h>
#include <linux/types.h>

#include "kmod/arch.h"
#include "kmod/pagetable.h"
#include "kmod/uapi/vmbench.h"
#include "kmod/window.h"

/**
 * struct vmb_run - one RUN call.
 * @req: the client's request, checked
 * @probe: its probe
 * @method: for probes that take one
 * @cpus: the CPUs asked for that are online, for probes that need them
 * @path: for page-table probes, valid while the tables are locked
 * @pmu: counters
 * @w: the window
 * @priv: the probe's own, from prepare() to finish()
 */
struct vmb_run {
	struct vmb_kmod_run req;
	const struct vmb_probe *probe;
	const struct vmb_flush_method *method;
	cpumask_var_t cpus;
	struct vmb_path path;
	struct vmb_pmu pmu;
	struct vmb_window w;
	void *priv;
};

/* How run.c calls window(). */
enum vmb_probe_context {
	VMB_CTX_IRQS_OFF,	/* preemption and interrupts off */
	VMB_CTX_IRQS_ON,	/* preemption off */
	VMB_CTX_SLEEPS,		/* neither: it waits for threads of its own */
};

/* What is locked around window(). */
enum vmb_probe_tables {
	VMB_TABLES_NONE,
	VMB_TABLES_READ,	/* the tables stay; entries may change */
	VMB_TABLES_ENTRIES,	/* the lock too: entries change by us and the CPU only */
};

/**
 * struct vmb_probe - const, one per probe, in the table of its family.
 * @id: enum vmb_kmod_probe
 * @name: for people
 * @needs: VMB_KMOD_NEEDS_*, VMB_KMOD_TAKES_METHOD, ... as INFO reports them
 * @flags: VMB_KMOD_RUN_* that it takes
 * @context: how window() is called
 * @tables: what is locked around it
 * @scope: of probes that take a method
 * @everywhere: flushes on all CPUs
 * @missing: NULL, or returns why the probe cannot run here (NULL: it can)
 * @prepare: NULL, or called once before the windows; may sleep. Return: 0 or -errno with
 *           req.reason written
 * @window: do w->ops operations. Return: 0, -EFAULT: a page went away, try again; other errors end
 *          the run
 * @settle: NULL, or called after each window when the locks are released
 * @finish: NULL, or undoes prepare()
 */
struct vmb_probe {
	u32 id;
	const char *name;
	u32 needs;
	u32 flags;
	enum vmb_probe_context context;
	enum vmb_probe_tables tables;
	enum vmb_scope scope;
	bool everywhere;
	const char *(*missing)(void);
	int (*prepare)(struct vmb_run *r);
	int (*window)(struct vmb_run *r);
	void (*settle)(struct vmb_run *r);
	void (*finish)(struct vmb_run *r);
};

/* A family's table. */
struct vmb_probe_table {
	const struct vmb_probe *probes;
	size_t nr;
};

extern const struct vmb_probe_table vmb_probes_tlb, vmb_probes_walk, vmb_probes_cache,
	vmb_probes_entry;

/** vmb_probe_at - the @index-th probe of all tables, or NULL beyond the last. */
const struct vmb_probe *vmb_probe_at(u32 index);
/** vmb_probe_find - by id, or NULL. */
const struct vmb_probe *vmb_probe_find(u32 id);
u32 vmb_probe_count(void);

/** vmb_probe_methods - bit n: method n works for @p here. */
u64 vmb_probe_methods(const struct vmb_probe *p);

/**
 * vmb_probe_method - the method to use.
 * @method: enum vmb_kmod_method, VMB_METHOD_DEFAULT for the preferred one
 * Return: NULL when there is none
 */
const struct vmb_flush_method *vmb_probe_method(const struct vmb_probe *p, u32 method);

/** vmb_reason - write why a call fails. Return: @error, so that it can be returned at once. */
__printf(3, 4) int vmb_reason(struct vmb_run *r, int error, const char *fmt, ...);

#endif /* VMB_KMOD_PROBE_H */
