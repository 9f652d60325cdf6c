// SPDX-License-Identifier: MIT
/*
 * From the user's list of events to sets that the PMU can count whole.
 *
 * How many counters a PMU has and which events exclude each other is not asked of any table: an
 * event goes into the first set with which perf still opens and runs it. A set is counted in
 * rounds of its own, so that nothing is ever multiplexed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/counter/counter.h"
#include "user/counter/deny.h"
#include "user/counter/event.h"
#include "user/counter/group.h"
#include "user/counter/remark.h"
#include "user/counter/sim.h"

/* As many as a report can show of one benchmark. */
#define MAX_WANTED 32

/**
 * struct wanted - one event of the request.
 * @err: 0: it can be counted; otherwise errno of the refusal; ENODATA: libpfm4 has no such
 *       event on this CPU; ENOSPC: no set is left
 */
struct wanted {
	char term[sizeof(((struct vmb_counter_id *)0)->name)];
	struct vmb_event ev;
	int err;
};

struct draft_set {
	size_t nr;
	bool fast;
	struct vmb_event ev[VMB_MAX_COUNTERS];
};

/**
 * struct planner - the work in progress.
 * @named: the user named the events, rather than asking for the default set
 */
struct planner {
	struct vmb_counter_plan *plan;
	struct vmb_why *why;
	bool named;
	size_t nr;
	struct wanted want[MAX_WANTED];
	struct draft_set draft[VMB_MAX_COUNTER_SETS];
};

static bool is_wanted(const struct planner *p, const char *term, size_t len)
{
	for (size_t i = 0; i < p->nr; i++)
		if (strlen(p->want[i].term) == len && !strncasecmp(p->want[i].term, term, len))
			return true;
	return false;
}

/* Returns 0 also for what is wanted twice. */
static int want(struct planner *p, const char *term, size_t len)
{
	struct wanted *w = &p->want[p->nr];

	if (is_wanted(p, term, len))
		return 0;
	if (p->nr == MAX_WANTED) {
		vmb_why_set(p->why, "more than %d events; ask for fewer at a time", MAX_WANTED);
		return -E2BIG;
	}
	if (len >= sizeof(w->term)) {
		vmb_why_set(p->why, "the event \"%.*s...\" is longer than %zu characters", 40, term,
			    sizeof(w->term) - 1);
		return -EINVAL;
	}
	memcpy(w->term, term, len);
	w->term[len] = 0;
	p->nr++;
	return 0;
}

/* Words between any of @separators; empty ones are passed over. */
static int want_each(struct planner *p, const char *text, const char *separators)
{
	int err = 0;

	while (!err) {
		size_t len;

		text += strspn(text, separators);
		len = strcspn(text, separators);
		if (!len)
			break;
		err = want(p, text, len);
		text += len;
	}
	return err;
}

static int want_named(struct planner *p, const char *events)
{
	int err = want_each(p, events, ", \t");

	if (!err && !p->nr) {
		vmb_why_set(p->why, "no event in \"%s\"; \"vmbench list --events\" shows them all",
			    events);
		err = -EINVAL;
	}
	if (!err && is_wanted(p, "sim", 3)) {
		vmb_why_set(p->why, "\"sim\" cannot be mixed with other events: a simulated process "
			    "has no hardware to count on. Use --counters=sim alone");
		err = -EINVAL;
	}
	return err;
}

static int want_default(struct planner *p)
{
	size_t nr;
	const struct vmb_logical *l = vmb_logicals(&nr);
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++)
		err = want(p, l[i].name, strlen(l[i].name));
	return err;
}

/* Can it be counted by itself? */
static int examine(struct planner *p, struct wanted *w)
{
	bool fast;
	int refused = 0, err = vmb_event_find(w->term, &w->ev, &refused, p->why);

	if (err && err != -ENODATA)
		return err;
	w->err = err ? ENODATA : refused;
	if (!w->err)
		w->err = -vmb_group_try(&w->ev, 1, &fast);
	if (p->named && vmb_deny_is_permission(w->err)) {
		char reason[VMB_DENY_BYTES];

		vmb_why_set(p->why, "%s: %s", w->term, vmb_deny_text(w->err, reason, sizeof(reason)));
		return -EACCES;
	}
	return 0;
}

static int examine_from(struct planner *p, size_t first)
{
	int err = 0;

	for (size_t i = first; i < p->nr && !err; i++)
		err = examine(p, &p->want[i]);
	return err;
}

/*
 * Try @ev as one more of the set. It must fit, and it must not turn a set that is read by
 * instructions into one that is read by a system call.
 */
static int try_join(struct draft_set *d, const struct vmb_event *ev)
{
	bool fast;
	int err;

	if (d->nr == VMB_MAX_COUNTERS)
		return -ENOSPC;
	d->ev[d->nr] = *ev;
	err = vmb_group_try(d->ev, d->nr + 1, &fast);
	if (!err && d->fast && !fast)
		err = -ENOSPC;
	if (!err) {
		d->nr++;
		d->fast = fast;
	}
	return err;
}

/* Into the first set that takes it; an event that not even an empty set takes has its reason. */
static int place(struct planner *p, const struct wanted *w)
{
	for (size_t s = 0; s < VMB_MAX_COUNTER_SETS; s++) {
		struct vmb_counter_group *g = &p->plan->set[s];
		int err = try_join(&p->draft[s], &w->ev);

		if (err && !g->nr)
			return err;
		if (err)
			continue;
		memcpy(g->id[g->nr++].name, w->term, sizeof(w->term));
		if (p->plan->nr_sets <= s)
			p->plan->nr_sets = s + 1;
		return 0;
	}
	return -ENOSPC;
}

/* Hardware first: software events fit anywhere and must not decide how a set is read. */
static void place_all(struct planner *p)
{
	for (int software = 0; software <= 1; software++)
		for (size_t i = 0; i < p->nr; i++) {
			struct wanted *w = &p->want[i];

			if (!w->err && w->ev.software == software)
				w->err = -place(p, w);
		}
}

static void label_all(struct planner *p)
{
	for (size_t s = 0; s < p->plan->nr_sets; s++)
		for (size_t i = 0; i < p->draft[s].nr; i++)
			vmb_group_label(&p->plan->set[s].id[i], &p->draft[s].ev[i],
					p->draft[s].fast);
}

static const char *reason_of(int err, char *buf, size_t len)
{
	if (err == ENODATA)
		return "libpfm4 has no event for it on this CPU";
	if (err == ENOSPC)
		return "does not fit into the sets of one run";
	return vmb_deny_text(err, buf, len);
}

static bool was_told(const struct planner *p, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (p->want[j].err == p->want[i].err)
			return true;
	return false;
}

/* "a, b: reason", one clause for all events from @first that share a reason not yet told. */
static void note_absent(const struct planner *p, size_t first, struct vmb_remark *n)
{
	char reason[VMB_DENY_BYTES];

	for (size_t i = first; i < p->nr; i++) {
		int err = p->want[i].err;

		if (!err || was_told(p, i))
			continue;
		vmb_remark_add(n, 1, "%s", p->want[i].term);
		for (size_t j = i + 1; j < p->nr; j++)
			if (p->want[j].err == err)
				vmb_remark_add(n, 0, ", %s", p->want[j].term);
		vmb_remark_add(n, 0, ": %s", reason_of(err, reason, sizeof(reason)));
	}
}

static void note_modes(const struct planner *p, struct vmb_remark *n)
{
	for (size_t i = 0; i < p->nr; i++) {
		if (!p->want[i].err && p->want[i].ev.narrowed)
			vmb_remark_add(n, 1, "%s: in user mode only, the kernel's are not permitted",
				     p->want[i].term);
		if (!p->want[i].err && p->want[i].ev.widened)
			vmb_remark_add(n, 1, "%s: user and kernel mode together, this PMU cannot tell",
				     p->want[i].term);
	}
}

static bool counts_hardware(const struct planner *p)
{
	for (size_t i = 0; i < p->nr; i++)
		if (!p->want[i].err && !p->want[i].ev.software)
			return true;
	return false;
}

static bool lacks_hardware(const struct planner *p)
{
	for (size_t i = 0; i < p->nr; i++)
		if (p->want[i].err && !p->want[i].ev.software)
			return true;
	return false;
}

/* Nothing of the default set can be counted: say why once, and count what the kernel counts. */
static int stand_in(struct planner *p, struct vmb_remark *n)
{
	size_t nr, first = p->nr;
	const struct vmb_logical *l = vmb_logicals(&nr);
	char reason[VMB_DENY_BYTES];
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++)
		err = want_each(p, l[i].stand_in, " ");
	if (!err)
		err = examine_from(p, first);
	if (err)
		return err;
	place_all(p);
	vmb_remark_add(n, 1, "hardware counters: %s; showing %s",
		     reason_of(p->want[0].err, reason, sizeof(reason)),
		     p->plan->nr_sets ? "software events and the timestamp" : "the timestamp only");
	note_absent(p, first, n);
	return 0;
}

static int resolve(struct planner *p)
{
	struct vmb_remark n;
	int err = examine_from(p, 0);

	if (err)
		return err;
	vmb_remark_begin(&n, p->plan->note, sizeof(p->plan->note));
	place_all(p);
	if (!p->plan->nr_sets && !p->named)
		err = stand_in(p, &n);
	else
		note_absent(p, 0, &n);
	note_modes(p, &n);
	label_all(p);
	if (lacks_hardware(p) && !counts_hardware(p))
		vmb_remark_add(&n, 0, ". Exact instruction counts: --counters=sim");
	else if (counts_hardware(p) && !vmb_perf_knows_cpu())
		vmb_remark_add(&n, 1, "libpfm4 does not know this CPU: generic perf events only");
	return err;
}

static int plan_events(const char *events, struct vmb_counter_plan *plan, struct vmb_why *why)
{
	struct planner *p = calloc(1, sizeof(*p));
	int err;

	if (!p) {
		vmb_why_set(why, "out of memory");
		return -ENOMEM;
	}
	p->plan = plan;
	p->why = why;
	p->named = events != NULL;
	err = p->named ? want_named(p, events) : want_default(p);
	if (!err)
		err = resolve(p);
	free(p);
	return err;
}

int vmb_counter_plan_make(const char *events, struct vmb_counter_plan *plan, struct vmb_why *why)
{
	memset(plan, 0, sizeof(*plan));
	if (events && !*events)
		events = NULL;
	if (events && !strcmp(events, "sim")) {
		plan->simulated = true;
		return vmb_sim_supported(why);
	}
	return plan_events(events, plan, why);
}
