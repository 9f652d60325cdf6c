/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_PMU_H
#define VMB_KMOD_PMU_H
/*
 * Hardware counters of the calling thread, through perf's in-kernel interface: perf programs the
 * PMU, shares it with everyone else, and restores it when the events are released.
 */

#include <linux/types.h>

#include "kmod/uapi/vmbench.h"

struct perf_event;

/**
 * struct vmb_pmu - the counters of one run.
 * @nr: events open
 * @event: [@nr]
 * @at: values at the window's begin
 * @delta: differences over the window
 * @counted: bit i: event i was on this CPU's PMU at both ends
 */
struct vmb_pmu {
	u32 nr;
	struct perf_event *event[VMB_KMOD_MAX_COUNTERS];
	u64 at[VMB_KMOD_MAX_COUNTERS];
	u64 delta[VMB_KMOD_MAX_COUNTERS];
	u32 counted;
};

/**
 * vmb_pmu_open - open events for the calling thread.
 * @want: [@nr]; borrowed
 * @reason: VMB_KMOD_REASON_BYTES, written on failure
 *
 * Context: may sleep. Return: 0, or -errno with nothing open.
 */
int vmb_pmu_open(struct vmb_pmu *pmu, const struct vmb_kmod_counter *want, u32 nr, char *reason);
void vmb_pmu_close(struct vmb_pmu *pmu);

/** vmb_pmu_present - does a hardware counter open here? Context: may sleep. */
bool vmb_pmu_present(void);

/* Context: preemption off; interrupts on or off. */
void vmb_pmu_read_begin(struct vmb_pmu *pmu);
void vmb_pmu_read_end(struct vmb_pmu *pmu);

static __always_inline void vmb_pmu_begin(struct vmb_pmu *pmu)
{
	if (pmu->nr)
		vmb_pmu_read_begin(pmu);
}

static __always_inline void vmb_pmu_end(struct vmb_pmu *pmu)
{
	if (pmu->nr)
		vmb_pmu_read_end(pmu);
}

#endif /* VMB_KMOD_PMU_H */
