// SPDX-License-Identifier: MIT
#include "user/counter/group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "user/counter/counter.h"
#include "user/counter/rdpmc.h"

/**
 * struct vmb_counter_set - an open group.
 * @nr: events
 * @fast: each is read by user-mode instructions; a set is fast as a whole or not at all, because
 *        one system call gives all counts
 * @leader: descriptor that enables and reads the whole group
 * @lost_ns: enabled but not counted so far, as of the last read(2)
 * @enabled_ns: as of the last read(2)
 * @page_lost_ns: @lost_ns as the leader's page had it; it changes whenever the group was taken off
 *                the PMU while the thread ran
 * @page: mmap pages, NULL where there is none
 * @place: where read(2) puts the value of event i; the leader is always first
 * @fd: descriptors
 */
struct vmb_counter_set {
	size_t nr;
	bool fast;
	int leader;
	uint64_t lost_ns;
	uint64_t enabled_ns;
	uint64_t page_lost_ns;
	const volatile struct perf_event_mmap_page *page[VMB_MAX_COUNTERS];
	size_t place[VMB_MAX_COUNTERS];
	int fd[VMB_MAX_COUNTERS];
};

/* What read(2) gives for PERF_FORMAT_GROUP with both times. */
struct reading {
	uint64_t nr;
	uint64_t enabled_ns;
	uint64_t running_ns;
	uint64_t value[VMB_MAX_COUNTERS];
};

/* A pinned group that lost its counters is in error: read(2) gives end of file. */
static bool read_group(const struct vmb_counter_set *set, struct reading *r)
{
	ssize_t want = (ssize_t)(offsetof(struct reading, value) + set->nr * sizeof(r->value[0]));

	return read(set->leader, r, sizeof(*r)) == want && r->nr == set->nr;
}

/*
 * Counted at least 95 % of the time since the last read? Between fast reads the length of that
 * time is not known, so there any loss is one too many.
 */
static bool judge(struct vmb_counter_set *set, const struct reading *r)
{
	uint64_t lost = r->enabled_ns - r->running_ns;
	int64_t newly_lost = (int64_t)(lost - set->lost_ns);
	int64_t enabled = (int64_t)(r->enabled_ns - set->enabled_ns);

	set->lost_ns = lost;
	set->enabled_ns = r->enabled_ns;
	if (set->fast)
		set->page_lost_ns = vmb_pmc_lost_ns(set->page[0]);
	if (!r->running_ns)
		return false;
	return newly_lost <= 0 || (!set->fast && newly_lost * 20 <= enabled);
}

static VMB_NOINLINE uint32_t read_slow(struct vmb_counter_set *set, uint64_t *value,
				       uint32_t *counted)
{
	struct reading r;

	*counted = 0;
	if (!read_group(set, &r))
		return VMB_SAMPLE_COUNTER_SLOW;
	for (size_t i = 0; i < set->nr; i++)
		value[i] = r.value[set->place[i]];
	if (judge(set, &r))
		*counted = (uint32_t)((1ull << set->nr) - 1);
	return VMB_SAMPLE_COUNTER_SLOW;
}

/*
 * Every read goes through the counters in the same order, so that between two reads each counter
 * sees the reading of all others exactly once: a constant, which a slope cancels. A fast set has
 * hardware events only, so that its leader is event 0.
 */
uint32_t vmb_counter_read(struct vmb_counter_set *set, uint64_t *value, uint32_t *counted)
{
	if (VMB_LIKELY(set->fast && vmb_pmc_read_all(set->page, set->nr, value) &&
		       vmb_pmc_lost_ns(set->page[0]) == set->page_lost_ns)) {
		*counted = (uint32_t)((1ull << set->nr) - 1);
		return 0;
	}
	return read_slow(set, value, counted);
}

static bool is_fast(const struct vmb_counter_set *set)
{
	uint64_t value[VMB_MAX_COUNTERS];

	for (size_t i = 0; i < set->nr; i++)
		if (!set->page[i])
			return false;
	return vmb_pmc_read_all(set->page, set->nr, value);
}

/* A hardware event leads: a group led by a software event cannot be pinned to the PMU. */
static size_t choose_leader(const struct vmb_event *ev, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!ev[i].software)
			return i;
	return 0;
}

static int open_one(struct vmb_event *ev, int leader, uint64_t user_bits)
{
	struct vmb_event asking = *ev;
	int fd;

	if (!ev->software && user_bits) {
		asking.attr.config1 |= user_bits;
		fd = vmb_event_open(&asking, leader);
		if (fd >= 0)
			return fd;
	}
	return vmb_event_open(ev, leader);
}

static int add(struct vmb_counter_set *set, struct vmb_event *ev, size_t i, size_t place)
{
	int fd = open_one(ev, set->leader, vmb_pmc_request_bits("/sys/bus/event_source/devices"));

	if (fd < 0)
		return fd;
	set->fd[i] = fd;
	set->place[i] = place;
	if (set->leader < 0)
		set->leader = fd;
	if (!ev->software)
		set->page[i] = vmb_pmc_page_map(fd);
	return 0;
}

static int open_all(struct vmb_counter_set *set, struct vmb_event *ev)
{
	size_t first = choose_leader(ev, set->nr), place = 1;
	int err = add(set, &ev[first], first, 0);

	for (size_t i = 0; i < set->nr && !err; i++)
		if (i != first)
			err = add(set, &ev[i], i, place++);
	if (!err && ioctl(set->leader, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP))
		err = -errno;
	return err;
}

static struct vmb_counter_set *new_set(size_t nr)
{
	struct vmb_counter_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->nr = nr;
	set->leader = -1;
	for (size_t i = 0; i < VMB_MAX_COUNTERS; i++)
		set->fd[i] = -1;
	return set;
}

int vmb_group_open(struct vmb_event *ev, size_t nr, struct vmb_counter_set **out)
{
	struct vmb_counter_set *set;
	struct reading r;
	int err;

	*out = NULL;
	if (!nr || nr > VMB_MAX_COUNTERS)
		return -EINVAL;
	set = new_set(nr);
	if (!set)
		return -ENOMEM;
	err = open_all(set, ev);
	if (err) {
		vmb_counter_close(set);
		return err;
	}
	/* The base that later reads are judged against; a group in error is told by them. */
	if (read_group(set, &r))
		judge(set, &r);
	set->fast = is_fast(set);
	if (set->fast)
		set->page_lost_ns = vmb_pmc_lost_ns(set->page[0]);
	*out = set;
	return 0;
}

void vmb_counter_close(struct vmb_counter_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->nr; i++) {
		vmb_pmc_page_unmap(set->page[i]);
		if (set->fd[i] >= 0)
			close(set->fd[i]);
	}
	free(set);
}

bool vmb_group_is_fast(const struct vmb_counter_set *set)
{
	return set->fast;
}

void vmb_group_label(struct vmb_counter_id *id, const struct vmb_event *ev, bool fast)
{
	snprintf(id->source, sizeof(id->source), "%s",
		 ev->software ? "perf-sw" : fast ? "rdpmc" : "read");
}

/* Long enough for every clock to move, short enough to be repeated for dozens of groups. */
static void spend_a_moment(void)
{
	for (volatile unsigned int i = 0; i < 20000; i++)
		;
}

int vmb_group_try(struct vmb_event *ev, size_t nr, bool *fast)
{
	struct vmb_counter_set *set;
	uint64_t value[VMB_MAX_COUNTERS];
	uint32_t counted;
	int err = vmb_group_open(ev, nr, &set);

	if (err)
		return err;
	spend_a_moment();
	read_slow(set, value, &counted);
	*fast = set->fast;
	vmb_counter_close(set);
	return counted ? 0 : -EBUSY;
}
