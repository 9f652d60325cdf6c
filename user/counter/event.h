/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_EVENT_H
#define VMB_USER_COUNTER_EVENT_H
/*
 * Private to user/counter: from the words that a user types to what perf_event_open(2) takes.
 *
 * A *term* is one event string: "cycles", "page-faults", "skl::L1D:REPLACEMENT:u". A source turns
 * terms into events; counter.c has the table of sources.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/perf_event.h>

#include "user/bench.h"

/**
 * struct vmb_event - one event, ready to be opened.
 * @attr: type, config and privilege modifiers; the rest is the opener's
 * @software: counted by the kernel's software, not by a PMU
 * @may_narrow: meaningful in user mode alone, so that a refusal of the kernel's part is no end
 * @may_widen: the term asks for no mode, so that a PMU that cannot tell them apart is no end
 * @narrowed, @widened: vmb_event_open() had to do that
 */
struct vmb_event {
	struct perf_event_attr attr;
	bool software;
	bool may_narrow, may_widen;
	bool narrowed, widened;
};

/** struct vmb_event_visitor - gets every event of a source; embed it in what it works for. */
struct vmb_event_visitor {
	void (*event)(struct vmb_event_visitor *v, const char *term, const char *what);
};

/**
 * struct vmb_counter_source - one kind of counter.
 * @name: for people
 * @resolve: 0; -ENOENT not one of mine; -EINVAL mine but malformed, with @why
 * @list: call @v for each event of this machine
 */
struct vmb_counter_source {
	const char *name;
	int (*resolve)(const char *term, struct vmb_event *ev, struct vmb_why *why);
	void (*list)(struct vmb_event_visitor *v);
};

extern const struct vmb_counter_source vmb_source_software;	/* software.c */
extern const struct vmb_counter_source vmb_source_pfm;		/* perf.c */

/** vmb_counter_sources - the table, ended by NULL. */
const struct vmb_counter_source *const *vmb_counter_sources(void);

/** struct vmb_logical - one line of counters.def; const. @candidate: ended by NULL */
struct vmb_logical {
	const char *name;
	const char *what;
	const char *stand_in;
	const char *candidate[6];
};

/** vmb_logicals - the default set. @nr: its length */
const struct vmb_logical *vmb_logicals(size_t *nr);

/**
 * vmb_event_find - resolve a term, logical names first, and see whether perf accepts it here.
 * @ev: overwritten when 0 is returned
 * @refused: 0, or the errno with which perf_event_open(2) refused the event
 * @why: on failure what is wrong with the term
 * Return: 0 the event is known (look at @refused); -EINVAL unknown or malformed; -ENODATA a
 * logical name for which libpfm4 has no event on this CPU.
 */
VMB_MUST_CHECK int vmb_event_find(const char *term, struct vmb_event *ev, int *refused,
				  struct vmb_why *why);

/**
 * vmb_event_open - open on the calling thread, on whatever CPU it runs.
 * @ev: adapted to what this kernel and PMU allow, see struct vmb_event; a leader only, because a
 *      member that is refused may simply not fit
 * @leader: descriptor of the group's leader, -1: this is the leader, opened disabled
 * Return: descriptor, owned by the caller; -errno of perf_event_open(2).
 */
int vmb_event_open(struct vmb_event *ev, int leader);

/**
 * vmb_software_in_kernel_only - would this PERF_TYPE_SOFTWARE event always read 0 in user mode?
 * @config: enum perf_sw_ids
 */
bool vmb_software_in_kernel_only(uint64_t config);

/** vmb_perf_knows_cpu - does libpfm4 have the events of this CPU model? Otherwise generic ones. */
bool vmb_perf_knows_cpu(void);

/**
 * vmb_suggest - known names that look like @term, for an error message.
 * @buf: gets " (nearest: a, b, c)" or ""
 * Return: @buf.
 */
const char *vmb_suggest(const char *term, char *buf, size_t len);

#endif /* VMB_USER_COUNTER_EVENT_H */
