/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_GROUP_H
#define VMB_USER_COUNTER_GROUP_H
/*
 * Private to user/counter: events that the PMU counts at the same time, as one perf group.
 */

#include "results/sample.h"
#include "user/counter/event.h"

struct vmb_counter_set;

/**
 * vmb_group_open - open and enable events together on the calling thread.
 * @ev: [nr]; borrowed
 * @nr: 1 to VMB_MAX_COUNTERS
 * @out: the set, or NULL on failure; the order of its values is that of @ev
 * Return: 0, -errno of perf_event_open(2), -ENOMEM.
 */
VMB_MUST_CHECK int vmb_group_open(struct vmb_event *ev, size_t nr, struct vmb_counter_set **out);

/** vmb_group_is_fast - is every counter of the set read without a system call? */
bool vmb_group_is_fast(const struct vmb_counter_set *set);

/**
 * vmb_group_try - would these events be counted together, all the time?
 * @fast: on success as vmb_group_is_fast() of the set
 * Return: 0; -errno of perf_event_open(2), where -EINVAL may mean "does not fit"; -EBUSY perf
 * accepts the group but never gives it the counters it needs.
 */
VMB_MUST_CHECK int vmb_group_try(struct vmb_event *ev, size_t nr, bool *fast);

/** vmb_group_label - write down how event @ev is read. @fast: vmb_group_is_fast() of its set */
void vmb_group_label(struct vmb_counter_id *id, const struct vmb_event *ev, bool fast);

#endif /* VMB_USER_COUNTER_GROUP_H */
