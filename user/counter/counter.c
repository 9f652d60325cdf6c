// SPDX-License-Identifier: MIT
/* The way from a name to an open set. */
#include "user/counter/counter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "user/counter/deny.h"
#include "user/counter/event.h"
#include "user/counter/group.h"

static int resolve(const char *term, struct vmb_event *ev, struct vmb_why *why)
{
	const struct vmb_counter_source *const *source = vmb_counter_sources();
	int err = -ENOENT;

	for (; *source && err == -ENOENT; source++)
		err = (*source)->resolve(term, ev, why);
	return err;
}

static int probe(struct vmb_event *ev)
{
	int fd = vmb_event_open(ev, -1);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static const struct vmb_logical *find_logical(const char *term, size_t len)
{
	size_t nr;
	const struct vmb_logical *l = vmb_logicals(&nr);

	for (size_t i = 0; i < nr; i++)
		if (strlen(l[i].name) == len && !strncasecmp(l[i].name, term, len))
			return &l[i];
	return NULL;
}

/* perf will not have this event, whoever asks and whenever: try the next candidate. */
static bool is_not_offered(int err)
{
	return err == ENOENT || err == EINVAL || err == EOPNOTSUPP || err == ENODEV || err == ENXIO;
}

/*
 * The choice depends on what perf accepts, not on what happens to be busy: every round of a run
 * must count the same event.
 */
static int find_candidate(const struct vmb_logical *l, const char *modifiers, struct vmb_event *ev,
			  int *refused, struct vmb_why *why)
{
	struct vmb_event found;
	bool known = false;
	int err = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(l->candidate) && l->candidate[i]; i++) {
		char term[256];
		int r;

		snprintf(term, sizeof(term), "%s%s", l->candidate[i], modifiers);
		r = resolve(term, &found, why);
		if (r == -EINVAL)
			err = r;
		if (r)
			continue;
		r = probe(&found);
		if (!known || !is_not_offered(r)) {
			*ev = found;
			*refused = r;
		}
		known = true;
		if (!is_not_offered(r))
			break;
	}
	if (known)
		return 0;
	if (err)
		vmb_why_set(why, "\"%s%s\": the modifiers are :u (user mode) and :k (kernel mode)",
			    l->name, modifiers);
	else
		vmb_why_set(why, "libpfm4 has no event for \"%s\" on this CPU", l->name);
	return err ? err : -ENODATA;
}

int vmb_event_find(const char *term, struct vmb_event *ev, int *refused, struct vmb_why *why)
{
	size_t len = strcspn(term, ":");
	const struct vmb_logical *l = find_logical(term, len);
	char near[160];
	int err;

	if (l)
		return find_candidate(l, term + len, ev, refused, why);
	err = resolve(term, ev, why);
	if (err == -ENOENT) {
		vmb_why_set(why, "unknown event \"%s\"%s; \"vmbench list --events\" shows them all",
			    term, vmb_suggest(term, near, sizeof(near)));
		return -EINVAL;
	}
	if (!err)
		*refused = probe(ev);
	return err;
}

static int resolve_group(const struct vmb_counter_group *group, struct vmb_event *ev,
			 struct vmb_why *why)
{
	for (size_t i = 0; i < group->nr; i++) {
		int refused, err = vmb_event_find(group->id[i].name, &ev[i], &refused, why);
		char reason[VMB_DENY_BYTES];

		if (err)
			return err;
		if (refused) {
			vmb_why_set(why, "%s: %s", group->id[i].name,
				    vmb_deny_text(refused, reason, sizeof(reason)));
			return -refused;
		}
	}
	return 0;
}

int vmb_counter_open(struct vmb_counter_group *group, struct vmb_counter_set **out,
		     struct vmb_why *why)
{
	struct vmb_event ev[VMB_MAX_COUNTERS];
	char reason[VMB_DENY_BYTES];
	int err;

	*out = NULL;
	if (!group->nr || group->nr > VMB_MAX_COUNTERS) {
		vmb_why_set(why, "a set has 1 to %d counters, not %zu", VMB_MAX_COUNTERS, group->nr);
		return -EINVAL;
	}
	err = resolve_group(group, ev, why);
	if (err)
		return err;
	err = vmb_group_open(ev, group->nr, out);
	if (err) {
		vmb_why_set(why, "the counters cannot be opened together: %s",
			    vmb_deny_text(-err, reason, sizeof(reason)));
		return err;
	}
	for (size_t i = 0; i < group->nr; i++)
		vmb_group_label(&group->id[i], &ev[i], vmb_group_is_fast(*out));
	return 0;
}
