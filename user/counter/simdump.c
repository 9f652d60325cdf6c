// SPDX-License-Identifier: MIT
#include "user/counter/simdump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COUNT (UINT64_MAX / 4)	/* so that sums of three cannot wrap */

enum seen {
	SEEN_VERSION = 1, SEEN_EVENTS = 2, SEEN_SUMMARY = 4, SEEN_TOTALS = 8, SEEN_TRIGGER = 16,
	SEEN_ALL = SEEN_VERSION | SEEN_EVENTS | SEEN_SUMMARY | SEEN_TOTALS,
};

struct parser {
	struct vmb_sim_dump *d;
	struct vmb_why *why;
	unsigned int seen;
};

static int bad(struct parser *p, const char *what)
{
	vmb_why_set(p->why, "%s", what);
	return -EBADMSG;
}

static int once(struct parser *p, enum seen what, const char *complaint)
{
	if (p->seen & what)
		return bad(p, complaint);
	p->seen |= what;
	return 0;
}

/* Decimal digits only: strtoull() would also take "-1" and spaces. */
static int parse_u64(const char *text, char **end, uint64_t max, uint64_t *out)
{
	*end = (char *)(uintptr_t)text;
	if (*text < '0' || *text > '9')
		return -EBADMSG;
	errno = 0;
	*out = strtoull(text, end, 10);
	return errno || *out > max ? -EBADMSG : 0;
}

static int take_version(struct parser *p, const char *text)
{
	int err = once(p, SEEN_VERSION, "two version lines");

	return !err && strcmp(text, "1") ? bad(p, "a version other than 1") : err;
}

static int take_creator(struct parser *p, const char *text)
{
	if (strncmp(text, "callgrind-", 10))
		return bad(p, "not written by callgrind");
	snprintf(p->d->creator, sizeof(p->d->creator), "%s", text);
	return 0;
}

static int take_part(struct parser *p, const char *text)
{
	char *end;

	return parse_u64(text, &end, MAX_COUNT, &p->d->part) || *end ? bad(p, "a bad part number") : 0;
}

static int take_trigger(struct parser *p, const char *text)
{
	static const char request[] = "Client Request: " VMB_SIM_TAG;
	int err = once(p, SEEN_TRIGGER, "two triggers");
	char *end;

	if (!err && p->seen & SEEN_EVENTS)
		return bad(p, "a trigger after the events line");
	if (err || strncmp(text, request, sizeof(request) - 1))
		return err;
	if (parse_u64(text + sizeof(request) - 1, &end, MAX_COUNT, &p->d->iters) || *end ||
	    !p->d->iters)
		return bad(p, "a bad iteration count");
	return 0;
}

static int take_cache(struct parser *p, size_t i, const char *text)
{
	snprintf(p->d->cache[i], sizeof(p->d->cache[i]), "%s", text);
	return 0;
}

static int take_i1(struct parser *p, const char *text) { return take_cache(p, 0, text); }
static int take_d1(struct parser *p, const char *text) { return take_cache(p, 1, text); }
static int take_ll(struct parser *p, const char *text) { return take_cache(p, 2, text); }

static int take_events(struct parser *p, const char *text)
{
	struct vmb_sim_dump *d = p->d;
	int err = once(p, SEEN_EVENTS, "two events lines");

	while (!err) {
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (!len)
			break;
		if (d->nr == VMB_SIM_EVENTS || len >= sizeof(d->event[0]))
			return bad(p, "too many events, or one with a long name");
		memcpy(d->event[d->nr], text, len);
		d->event[d->nr++][len] = 0;
		text += len;
	}
	return !err && !d->nr ? bad(p, "an empty events line") : err;
}

/*
 * Trailing zeros are left out by callgrind, so that fewer numbers than events is no fault. The
 * dumps that nobody asked for are not looked into: that of the exit holds negative numbers when
 * the model was stopped before.
 */
static int take_counts(struct parser *p, const char *text, uint64_t *count)
{
	size_t nr = 0;
	char *end;

	if (!(p->seen & SEEN_EVENTS))
		return bad(p, "counts before the events line");
	if (!p->d->iters)
		return 0;
	for (text += strspn(text, " "); *text; text = end + strspn(end, " ")) {
		if (nr == p->d->nr)
			return bad(p, "more counts than events");
		if (parse_u64(text, &end, MAX_COUNT, &count[nr++]) || (*end && *end != ' '))
			return bad(p, "a count that is no number");
	}
	return nr ? 0 : bad(p, "a line without counts");
}

/* The summary is what was executed; the totals below are sums of rounded attributions. */
static int take_summary(struct parser *p, const char *text)
{
	int err = once(p, SEEN_SUMMARY, "two summaries");

	return err ? err : take_counts(p, text, p->d->count);
}

/* Last line of a whole dump. */
static int take_totals(struct parser *p, const char *text)
{
	uint64_t unused[VMB_SIM_EVENTS];
	int err = once(p, SEEN_TOTALS, "two totals");

	return err ? err : take_counts(p, text, unused);
}

static const struct key {
	const char *name;
	int (*take)(struct parser *p, const char *text);
} keys[] = {
	{ "version: ", take_version }, { "creator: ", take_creator }, { "part: ", take_part },
	{ "desc: Trigger: ", take_trigger }, { "desc: I1 cache: ", take_i1 },
	{ "desc: D1 cache: ", take_d1 }, { "desc: LL cache: ", take_ll },
	{ "events: ", take_events }, { "summary: ", take_summary }, { "totals: ", take_totals },
};

static int take_line(struct parser *p, const char *line, bool whole)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(keys); i++) {
		size_t len = strlen(keys[i].name);

		if (strncmp(line, keys[i].name, len))
			continue;
		return whole ? keys[i].take(p, line + len) : bad(p, "a header line without an end");
	}
	return 0;
}

/* Lines that are longer than the buffer are function names: their rest is passed over. */
static int take_lines(struct parser *p, FILE *in)
{
	bool start = true;
	char line[4096];
	int err = 0;

	while (!err && fgets(line, sizeof(line), in)) {
		char *newline = strchr(line, '\n');

		if (newline)
			*newline = 0;
		if (start)
			err = take_line(p, line, newline != NULL);
		start = newline != NULL;
	}
	return err ? err : ferror(in) ? -EIO : 0;
}

int vmb_sim_dump_parse(FILE *in, struct vmb_sim_dump *d, struct vmb_why *why)
{
	struct parser p = { .d = d, .why = why };
	int err;

	memset(d, 0, sizeof(*d));
	vmb_why_set(why, "it cannot be read");
	err = take_lines(&p, in);
	if (!err && (p.seen & SEEN_ALL) != SEEN_ALL)
		err = bad(&p, p.seen & SEEN_VERSION ? "cut short" : "not a callgrind dump");
	return err;
}

bool vmb_sim_dump_find(const struct vmb_sim_dump *d, const char *event, uint64_t *count)
{
	for (size_t i = 0; i < d->nr; i++)
		if (!strcmp(d->event[i], event)) {
			*count = d->count[i];
			return true;
		}
	return false;
}
