// SPDX-License-Identifier: MIT
/*
 * "Did you mean": the known events nearest to an unknown one.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/counter/event.h"
#include "user/options.h"

#define SUGGESTIONS	3
#define MAX_NAMES	4096

struct names {
	struct vmb_event_visitor visitor;
	size_t nr;
	char **name;
};

/* "amd64_fam19h_zen4::L1_DTLB_MISS:TLB_RELOAD_4K_L2_HIT" is compared as "l1_dtlb_miss". */
static char *compared(const char *term)
{
	const char *prefix = strstr(term, "::");
	char *copy;

	if (prefix)
		term = prefix + 2;
	copy = strndup(term, strcspn(term, ":"));
	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static void add(struct vmb_event_visitor *v, const char *term, const char *what)
{
	struct names *n = (struct names *)v;	/* the visitor is the first member */
	char *name;

	(void)what;
	if (n->nr == MAX_NAMES)
		return;
	name = compared(term);
	if (name)
		n->name[n->nr++] = name;
}

static void collect(struct names *n)
{
	size_t nr;
	const struct vmb_logical *l = vmb_logicals(&nr);

	for (size_t i = 0; i < nr; i++)
		add(&n->visitor, l[i].name, NULL);
	for (size_t i = 0; vmb_counter_sources()[i]; i++)
		vmb_counter_sources()[i]->list(&n->visitor);
}

/* The same event may be known to several sources: take every copy of a name out. */
static void drop(struct names *n, const char *name)
{
	for (size_t i = 0; i < n->nr; i++)
		if (!strcmp(n->name[i], name))
			n->name[i][0] = 0;
}

static void choose(struct names *n, const char *word, char *buf, size_t len)
{
	size_t at = 0;

	for (int i = 0; i < SUGGESTIONS; i++) {
		const char *found = vmb_nearest(word, (const char *const *)n->name, n->nr);
		char name[64];

		if (!found || !*found || at + strlen(found) + 16 >= len)
			break;
		snprintf(name, sizeof(name), "%s", found);
		drop(n, name);
		at += (size_t)snprintf(buf + at, len - at, "%s%s", at ? ", " : " (nearest: ", name);
	}
	if (at)
		snprintf(buf + at, len - at, ")");
}

const char *vmb_suggest(const char *term, char *buf, size_t len)
{
	struct names n = { .visitor.event = add, .name = calloc(MAX_NAMES, sizeof(char *)) };
	char *word = compared(term);

	buf[0] = 0;
	if (n.name && word) {
		collect(&n);
		choose(&n, word, buf, len);
	}
	for (size_t i = 0; i < n.nr; i++)
		free(n.name[i]);
	free(n.name);
	free(word);
	return buf;
}
