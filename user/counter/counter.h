/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_COUNTER_H
#define VMB_USER_COUNTER_COUNTER_H
/*
 * Hardware and software event counters behind one interface.
 *
 * The parent plans: it resolves what the user asked for into sets that fit the hardware at once,
 * one set per round, never multiplexed. The round's process opens its set, reads it around each
 * batch, closes it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "results/sample.h"
#include "user/bench.h"

#define VMB_MAX_COUNTER_SETS	16

/** struct vmb_counter_group - events that are counted together in one round. */
struct vmb_counter_group {
	size_t nr;
	struct vmb_counter_id id[VMB_MAX_COUNTERS];
};

/**
 * struct vmb_counter_plan - what will be counted.
 * @nr_sets: 0: nothing can be counted
 * @simulated: --counters=sim: the sets stay empty, callgrind counts in a round of its own
 * @note: one line for the report when something asked for cannot be counted here, with the
 *        reason ("the PMU is hidden by the hypervisor: ..."); "" otherwise
 */
struct vmb_counter_plan {
	size_t nr_sets;
	struct vmb_counter_group set[VMB_MAX_COUNTER_SETS];
	bool simulated;
	char note[VMB_REASON_BYTES];
};

/**
 * vmb_counter_plan_make - resolve a request.
 * @events: comma-separated libpfm4 event strings (a comma inside an event does not occur), names
 *          of the default set or of software events; "sim"; NULL or "" for the default set:
 *          cycles, instructions, branch-misses, L1D-misses, LLC-misses, dTLB-misses as the machine
 *          offers them, else perf software events. What is named twice is counted once
 * @plan: overwritten
 * @why: on failure: which event, why, and how to list the valid ones
 * Return: 0 (the plan may be partial; then plan->note says why); -EINVAL unknown event name, or a
 * request that could only read 0; -E2BIG more than 32 events; -ENOTSUP "sim" without valgrind;
 * -ENOMEM; -EACCES not permitted (says perf_event_paranoid and the command that mends it) — only
 * for events named by the user, the default set degrades with a note instead.
 */
VMB_MUST_CHECK int vmb_counter_plan_make(const char *events, struct vmb_counter_plan *plan,
					 struct vmb_why *why);

struct vmb_counter_set;

/**
 * vmb_counter_open - open and enable a group on the calling thread.
 * @group: id[].name and id[].source as planned; borrowed. source may change to what is really
 *         used ("rdpmc" → "read")
 * @out: the set, or NULL on failure; vmb_counter_close() it on the same thread
 * Return: 0, -errno with @why. A group that opens but gets no counter, because somebody else holds
 * them by now, is no error: its reads count nothing.
 */
VMB_MUST_CHECK int vmb_counter_open(struct vmb_counter_group *group, struct vmb_counter_set **out,
				    struct vmb_why *why);

/**
 * vmb_counter_read - read every counter of the set. On the measured path: no allocation, rdpmc
 * where possible.
 * @set: borrowed
 * @value: [group->nr], raw running counts; undefined where @counted has no bit
 * @counted: bit i set if value[i] is a true count (not lost, not multiplexed below 95 %)
 * Return: sample flags to or in (VMB_SAMPLE_COUNTER_SLOW).
 */
uint32_t vmb_counter_read(struct vmb_counter_set *set, uint64_t *value, uint32_t *counted);

void vmb_counter_close(struct vmb_counter_set *set);

/**
 * vmb_counter_encode - an event in the two numbers that the kernel module takes.
 * @name: as in vmb_counter_id.name
 * @type, @config: of struct perf_event_attr; set when 0 is returned
 * Return: 0; -ENOTSUP an event that those two cannot say, or that cannot happen in the kernel
 * (software events, :u); another -errno when it is unknown or perf refuses it.
 */
VMB_MUST_CHECK int vmb_counter_encode(const char *name, uint32_t *type, uint64_t *config);

/**
 * vmb_counter_list - print every event that this machine offers, one a line.
 * @json: as a JSON array instead
 * Return: 0 or -errno.
 */
int vmb_counter_list(FILE *out, bool json);

#endif /* VMB_USER_COUNTER_COUNTER_H */
