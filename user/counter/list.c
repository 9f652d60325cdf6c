// SPDX-License-Identifier: MIT
/*
 * vmbench list --events
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "user/counter/counter.h"
#include "user/counter/deny.h"
#include "user/counter/event.h"

struct lister {
	struct vmb_event_visitor visitor;
	FILE *out;
	const char *source;
	bool json;
	bool hidden;
	size_t nr;
};

static void put_json_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void put_json(struct lister *l, const char *term, const char *what, const char *here)
{
	fprintf(l->out, "%s\n  {\"name\": ", l->nr ? "," : "");
	put_json_string(l->out, term);
	fprintf(l->out, ", \"source\": ");
	put_json_string(l->out, l->source);
	fprintf(l->out, ", \"opens\": %s, ", here ? "false" : "true");
	if (here)
		fprintf(l->out, "\"reason\": \"%s\", ", here);
	fprintf(l->out, "\"description\": ");
	put_json_string(l->out, what);
	putc('}', l->out);
}

/* A description may span lines; an event may not. */
static void put_line(struct lister *l, const char *term, const char *what, const char *here)
{
	fprintf(l->out, "%-48s %-8s ", term, here ? here : "yes");
	for (; *what; what++)
		putc((unsigned char)*what < 0x20 ? ' ' : *what, l->out);
	putc('\n', l->out);
}

/* NULL: it opens; otherwise one word why not. */
static const char *opens(const struct lister *l, const char *term)
{
	struct vmb_event ev;
	struct vmb_why why;
	int refused;

	if (vmb_event_find(term, &ev, &refused, &why))
		return "absent";
	return refused ? vmb_deny_word(refused, l->hidden) : NULL;
}

static void visit(struct vmb_event_visitor *v, const char *term, const char *what)
{
	struct lister *l = (struct lister *)v;	/* the visitor is the first member */

	(l->json ? put_json : put_line)(l, term, what, opens(l, term));
	l->nr++;
}

int vmb_counter_list(FILE *out, bool json)
{
	struct lister l = { .visitor.event = visit, .out = out, .json = json,
			    .source = "default set", .hidden = vmb_pmu_is_hidden() };
	size_t nr;
	const struct vmb_logical *def = vmb_logicals(&nr);

	errno = 0;
	if (json)
		putc('[', out);
	for (size_t i = 0; i < nr; i++)
		visit(&l.visitor, def[i].name, def[i].what);
	for (size_t i = 0; vmb_counter_sources()[i]; i++) {
		l.source = vmb_counter_sources()[i]->name;
		vmb_counter_sources()[i]->list(&l.visitor);
	}
	if (json)
		fputs("\n]\n", out);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
