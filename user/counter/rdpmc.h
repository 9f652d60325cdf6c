/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_RDPMC_H
#define VMB_USER_COUNTER_RDPMC_H
/*
 * A hardware counter read in user mode, without a system call, by the protocol of perf's mmap
 * page. The arithmetic is here, inline and with the counter instruction as an argument, so that
 * a test can drive it with a page of its own.
 *
 * Source: linux/perf_event.h, struct perf_event_mmap_page.
 */

#include <stdbool.h>
#include <stdint.h>

#include <linux/perf_event.h>

#include "arch/base/attr.h"
#include "user/bench.h"

/**
 * vmb_pmc_extend - a hardware counter of @width bits as a signed 64-bit number.
 * @raw: bits above @width are ignored
 * @width: 1-64
 */
VMB_INLINE int64_t vmb_pmc_extend(uint64_t raw, unsigned int width)
{
	unsigned int unused = 64 - width;

	return (int64_t)(raw << unused) >> unused;
}

/**
 * vmb_pmc_read - one counter's running count.
 * @page: the event's mmap page
 * @pmc: reads hardware counter number index - 1
 * @value: the same number that read(2) would give
 * Return: false if the counter cannot be read in user mode at this moment: it is not on the PMU
 * (index 0), the kernel forbids it, or the page makes no sense. @value is then undefined.
 *
 * The page is written by the kernel on the CPU that this thread runs on, so that the compiler is
 * all that must be kept in order, and an update is never seen half-way: it can only have happened
 * as a whole between two of our instructions, which the lock then tells.
 *
 * Context: on the measured path.
 */
VMB_INLINE bool vmb_pmc_read(const volatile struct perf_event_mmap_page *page,
			     uint64_t (*pmc)(uint32_t index), uint64_t *value)
{
	uint32_t seq, index;

	do {
		unsigned int width;

		seq = page->lock;
		vmb_clobber();
		index = page->index;
		width = page->pmc_width;
		if (!index || !page->cap_user_rdpmc || width - 1 > 63)
			return false;
		*value = (uint64_t)page->offset + (uint64_t)vmb_pmc_extend(pmc(index - 1), width);
		vmb_clobber();
	} while (VMB_UNLIKELY(page->lock != seq));
	return true;
}

/**
 * vmb_pmc_lost_ns - how long the event was enabled but not counted, since it was opened.
 * @page: of the group's leader. Torn by an update the difference is wrong, which a caller that
 *        compares for equality takes for a loss: the safe side.
 */
VMB_INLINE uint64_t vmb_pmc_lost_ns(const volatile struct perf_event_mmap_page *page)
{
	return page->time_enabled - page->time_running;
}

/**
 * vmb_pmc_page_map - map an event's page.
 * @fd: of the event; borrowed
 * Return: the page, owned, or NULL where user mode cannot read this counter.
 */
const volatile struct perf_event_mmap_page *vmb_pmc_page_map(int fd);
void vmb_pmc_page_unmap(const volatile struct perf_event_mmap_page *page);

/**
 * vmb_pmc_read_all - vmb_pmc_read() of several with this CPU's instruction.
 * @page, @value: arrays of @nr
 * Return: false if any counter could not be read.
 */
bool vmb_pmc_read_all(const volatile struct perf_event_mmap_page *const *page, size_t nr,
		      uint64_t *value);

/**
 * vmb_pmc_request_bits - what an event must set in config1 to be readable in user mode.
 * @devices: "/sys/bus/event_source/devices"; a test gives another
 *
 * ARM64 wants to be asked: its PMU describes the bit as format/rdpmc ("config1:1").
 * Return: the bits, 0 where nothing is to be asked.
 */
uint64_t vmb_pmc_request_bits(const char *devices);

#endif /* VMB_USER_COUNTER_RDPMC_H */
