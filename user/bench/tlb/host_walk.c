// SPDX-License-Identifier: MIT
/*
 * The machine's page tables, as the kernel module walks and changes them: the entries of this
 * process's own pages.
 */
#include "kmod/uapi/vmbench.h"
#include "user/bench/tlb/probe.h"
#include "user/bench/tlb/tlb.h"

#define COLD 1

static const struct vmb_value walks[] = {
	{ "levels", VMB_PROBE_WALK_LEVELS },
	{ "whole", VMB_PROBE_WALK_WHOLE },
	{ "hardware", VMB_PROBE_WALK_HARDWARE },
};

static const struct vmb_value temperatures[] = { { "cached", 0 }, { "cold", COLD } };

static const struct vmb_axis walk_axes[] = {
	VMB_AXIS("walk", walks), VMB_AXIS("entries", temperatures),
};

/* From the top of the tables to the leaf; what a machine does not have stays 0 and is not named. */
static const char *const level_metric[] = {
	"level_1", "level_2", "level_3", "level_4", "level_5", NULL,
};

static int setup_walk(struct vmb_state *st)
{
	int err = bench_probe_setup(st);

	if (err)
		return err;
	st->probe.id = (uint32_t)st->arg[0].num;
	st->probe.pages = 1;
	if (st->arg[1].num == COLD)
		st->probe.flags |= VMB_KMOD_RUN_COLD;
	if (st->probe.id == VMB_PROBE_WALK_LEVELS) {
		st->probe.detail = level_metric;
		st->probe.detail_ticks = true;
	}
	return 0;
}

const struct vmb_bench bench_tlb_host_walk = {
	.name = "host_walk",
	.what = "page-table walk: timed level by level, as a whole, and by the MMU after a flush",
	.unit = "walk",
	.axes = walk_axes,
	.nr_axes = VMB_ARRAY_SIZE(walk_axes),
	.engine = VMB_ENGINE_KMOD,
	.setup = setup_walk,
	.check = bench_probe_check,
	.teardown = bench_probe_teardown,
};

static const struct vmb_value changes[] = {
	{ "pte_clear_set", VMB_PROBE_PTE_CLEAR_SET },
	{ "pte_protect", VMB_PROBE_PTE_PROTECT },
	{ "pte_scan", VMB_PROBE_PTE_SCAN },
	{ "pte_clear_accessed", VMB_PROBE_PTE_CLEAR_ACCESSED },
	{ "pte_clear_dirty", VMB_PROBE_PTE_CLEAR_DIRTY },
};

static const struct vmb_axis change_axes[] = { VMB_AXIS("change", changes) };

static int setup_change(struct vmb_state *st)
{
	int err = bench_probe_setup(st);
	bool many;

	if (err)
		return err;
	st->probe.id = (uint32_t)st->arg[0].num;
	many = st->probe.id == VMB_PROBE_PTE_SCAN || st->probe.id == VMB_PROBE_PTE_CLEAR_ACCESSED ||
	       st->probe.id == VMB_PROBE_PTE_CLEAR_DIRTY;
	st->probe.pages = many ? BENCH_PROBE_PAGES : 1;
	return 0;
}

const struct vmb_bench bench_tlb_host_pte = {
	.name = "host_walk",
	.what = "page-table entries: clear and set one, protect one, read or clear the bits of 16",
	.unit = "operation",
	.axes = change_axes,
	.nr_axes = VMB_ARRAY_SIZE(change_axes),
	.engine = VMB_ENGINE_KMOD,
	.setup = setup_change,
	.check = bench_probe_check,
	.teardown = bench_probe_teardown,
};
