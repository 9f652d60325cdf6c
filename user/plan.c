// SPDX-License-Identifier: MIT
#include "user/plan.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Calls @visit for every point of every table until it returns non-zero. */
typedef int entry_visitor(const struct vmb_entry *e, void *arg);

static int visit_points(struct vmb_entry *e, size_t axis, entry_visitor *visit, void *arg)
{
	const struct vmb_axis *a = &e->bench->axes[axis];
	size_t len = strlen(e->id);
	int err = 0;

	if (axis == e->bench->nr_axes)
		return visit(e, arg);
	for (size_t i = 0; i < a->nr && !err; i++) {
		bool rigorous = i >= a->nr - a->nr_rigorous;

		e->arg[axis] = a->values[i];
		e->nr_rigorous += rigorous;
		snprintf(e->id + len, sizeof(e->id) - len, "/%s", e->arg[axis].label);
		err = visit_points(e, axis + 1, visit, arg);
		e->nr_rigorous -= rigorous;
	}
	e->id[len] = 0;
	return err;
}

static int visit_category(const struct vmb_category *c, entry_visitor *visit, void *arg)
{
	int err = 0;

	for (size_t i = 0; i < c->nr && !err; i++) {
		struct vmb_entry e = { .category = c, .bench = c->benches[i] };

		snprintf(e.id, sizeof(e.id), "%s/%s", c->name, c->benches[i]->name);
		err = visit_points(&e, 0, visit, arg);
	}
	return err;
}

/* @mask: categories by index, 0 for all. Only built-in ones have a switch and so a bit. */
static int visit_all(const struct vmb_catalogue *c, uint64_t mask, entry_visitor *visit, void *arg)
{
	int err = 0;

	for (size_t i = 0; i < c->nr && !err; i++)
		if (!mask || (mask & (1ull << i)))
			err = visit_category(c->category[i], visit, arg);
	return err;
}

struct selection {
	const struct vmb_options *o;
	struct vmb_plan *plan;
	regex_t filter[VMB_MAX_LIST], skip[VMB_MAX_LIST];
	size_t nr_filter, nr_skip;
	size_t nr_held_back;	/* that --rigorous would have selected */
};

static int compile(const struct vmb_list *list, regex_t *re, size_t *nr, struct vmb_why *why)
{
	for (*nr = 0; *nr < list->nr; (*nr)++) {
		int err = regcomp(&re[*nr], list->text[*nr], REG_EXTENDED | REG_NOSUB);
		char what[128];

		if (!err)
			continue;
		regerror(err, &re[*nr], what, sizeof(what));
		vmb_why_set(why, "\"%s\" is not a regular expression: %s", list->text[*nr], what);
		return -EINVAL;
	}
	return 0;
}

static bool any(const regex_t *re, size_t nr, const char *id)
{
	for (size_t i = 0; i < nr; i++)
		if (!regexec(&re[i], id, 0, NULL, 0))
			return true;
	return false;
}

static bool any_exact(const struct vmb_list *list, const char *id)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->text[i], id))
			return true;
	return false;
}

static bool selected(const struct selection *s, const char *id)
{
	if (any(s->skip, s->nr_skip, id))
		return false;
	if (!s->o->filters.nr)
		return true;
	return s->o->exact ? any_exact(&s->o->filters, id) : any(s->filter, s->nr_filter, id);
}

static int take(const struct vmb_entry *e, void *arg)
{
	struct selection *s = arg;
	struct vmb_plan *p = s->plan;
	struct vmb_entry *grown;

	if (!selected(s, e->id))
		return 0;
	if (e->nr_rigorous && !s->o->rigorous && !s->o->exact) {
		s->nr_held_back++;
		return 0;
	}
	grown = realloc(p->entry, (p->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->entry = grown;
	grown[p->nr++] = *e;
	return 0;
}

static void say_nothing_matched(const struct vmb_catalogue *c, const struct selection *s,
				struct vmb_why *why)
{
	const struct vmb_options *o = s->o;
	char list[240] = "";
	size_t at = 0;

	if (s->nr_held_back) {
		vmb_why_set(why, "what matches takes so long that it is run with --rigorous only");
		return;
	}
	for (size_t i = 0; i < c->nr; i++)
		if (c->category[i]->nr && at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", c->category[i]->name);
	vmb_why_set(why, "%s%s%s matches no benchmark; the categories with benchmarks are:%s "
		    "(vmbench list shows every id)",
		    o->filters.nr ? "\"" : "", o->filters.nr ? o->filters.text[0] : "the selection",
		    o->filters.nr ? "\"" : "", list);
}

void vmb_effort_resolve(const struct vmb_options *o, struct vmb_effort *e)
{
	*e = (struct vmb_effort){
		.rounds = o->quick ? 6 : o->rigorous ? 60 : 12,
		.batches = 20,
		.measure_ns = o->quick ? 50e6 : o->rigorous ? 200e6 : 100e6,
		.warm_up_ns = 20e6,
		.timeout_s = 60,
	};
	if (o->rounds)
		e->rounds = (unsigned int)o->rounds;
	if (o->batches)
		e->batches = (unsigned int)o->batches;
	if (o->measurement_time_s > 0)
		e->measure_ns = o->measurement_time_s * 1e9;
	if (o->warm_up_time_s > 0)
		e->warm_up_ns = o->warm_up_time_s * 1e9;
	if (o->timeout_s > 0)
		e->timeout_s = o->timeout_s;
}

void vmb_effort_for_pairs(const struct vmb_options *o, struct vmb_effort *e)
{
	if (!(o->measurement_time_s > 0))
		e->measure_ns = 20e6;
	if (!(o->warm_up_time_s > 0))
		e->warm_up_ns = 5e6;
}

int vmb_plan_make(const struct vmb_catalogue *c, const struct vmb_options *o,
		  struct vmb_plan *plan, struct vmb_why *why)
{
	struct selection s = { .o = o, .plan = plan };
	int err;

	memset(plan, 0, sizeof(*plan));
	err = o->exact ? 0 : compile(&o->filters, s.filter, &s.nr_filter, why);
	if (!err)
		err = compile(&o->skip, s.skip, &s.nr_skip, why);
	if (!err)
		err = visit_all(c, o->all ? 0 : o->categories, take, &s);
	for (size_t i = 0; i < s.nr_filter; i++)
		regfree(&s.filter[i]);
	for (size_t i = 0; i < s.nr_skip; i++)
		regfree(&s.skip[i]);
	if (!err && !plan->nr) {
		say_nothing_matched(c, &s, why);
		err = -EINVAL;
	}
	if (err)
		vmb_plan_fini(plan);
	return err;
}

void vmb_plan_fini(struct vmb_plan *plan)
{
	free(plan->entry);
	memset(plan, 0, sizeof(*plan));
}

struct search { const char *id; struct vmb_entry *out; };

static int compare_id(const struct vmb_entry *e, void *arg)
{
	struct search *s = arg;

	if (strcmp(e->id, s->id))
		return 0;
	*s->out = *e;
	return 1;
}

int vmb_plan_find(const struct vmb_catalogue *c, const char *id, struct vmb_entry *out)
{
	struct search s = { .id = id, .out = out };

	if (visit_all(c, 0, compare_id, &s) == 1)
		return 0;
	return -ENOENT;
}
