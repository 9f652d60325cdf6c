// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "kmod/pmu.h"

#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/smp.h>

/* The CPU's own counters. Other perf types have effects of their own: probes, breakpoints. */
static bool is_hardware(u32 type)
{
	return type == PERF_TYPE_HARDWARE || type == PERF_TYPE_HW_CACHE || type == PERF_TYPE_RAW;
}

static struct perf_event *open_one(const struct vmb_kmod_counter *c)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = c->type,
		.config = c->config,
		.pinned = 1,
	};

	return perf_event_create_kernel_counter(&attr, -1, current, NULL, NULL);
}

int vmb_pmu_open(struct vmb_pmu *pmu, const struct vmb_kmod_counter *want, u32 nr, char *reason)
{
	struct perf_event *ev;
	u32 i;

	pmu->nr = 0;
	for (i = 0; i < nr; i++) {
		if (!is_hardware(want[i].type) || want[i].reserved) {
			snprintf(reason, VMB_KMOD_REASON_BYTES,
				 "counters[%u]: type must be hardware, hw_cache or raw", i);
			vmb_pmu_close(pmu);
			return -EINVAL;
		}
		ev = open_one(&want[i]);
		if (IS_ERR(ev)) {
			snprintf(reason, VMB_KMOD_REASON_BYTES,
				 "counters[%u]: perf cannot count type %u config %#llx here", i,
				 want[i].type, want[i].config);
			vmb_pmu_close(pmu);
			return PTR_ERR(ev);
		}
		pmu->event[pmu->nr++] = ev;
	}
	return 0;
}

void vmb_pmu_close(struct vmb_pmu *pmu)
{
	while (pmu->nr)
		perf_event_release_kernel(pmu->event[--pmu->nr]);
}

bool vmb_pmu_present(void)
{
	static const u64 config[] = { PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS };
	struct perf_event *ev;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(config); i++) {
		struct vmb_kmod_counter c = { PERF_TYPE_HARDWARE, 0, config[i] };

		ev = open_one(&c);
		if (!IS_ERR(ev)) {
			perf_event_release_kernel(ev);
			return true;
		}
	}
	return false;
}

/*
 * perf_event_read_local() is what this would be, if it were exported. With interrupts off on the
 * CPU where the event is active nothing else can read or move it.
 */
static bool read_one(struct perf_event *ev, u64 *value)
{
	if (READ_ONCE(ev->state) != PERF_EVENT_STATE_ACTIVE ||
	    READ_ONCE(ev->oncpu) != smp_processor_id())
		return false;
	ev->pmu->read(ev);
	*value = local64_read(&ev->count);
	return true;
}

void vmb_pmu_read_begin(struct vmb_pmu *pmu)
{
	unsigned long flags;
	u32 i;

	pmu->counted = 0;
	local_irq_save(flags);
	for (i = 0; i < pmu->nr; i++)
		if (read_one(pmu->event[i], &pmu->at[i]))
			pmu->counted |= 1u << i;
	local_irq_restore(flags);
}

void vmb_pmu_read_end(struct vmb_pmu *pmu)
{
	unsigned long flags;
	u64 value = 0;
	u32 i;

	local_irq_save(flags);
	for (i = 0; i < pmu->nr; i++) {
		if (!read_one(pmu->event[i], &value))
			pmu->counted &= ~(1u << i);
		pmu->delta[i] = pmu->counted & (1u << i) ? value - pmu->at[i] : 0;
	}
	local_irq_restore(flags);
}
