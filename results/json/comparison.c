// SPDX-License-Identifier: MIT
#include "results/json/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "results/text.h"

/* jansson wants UTF-8 and owns what it is given; errors show as NULL and are found at the end. */
static void put_text(json_t *o, const char *key, const char *text)
{
	char *clean = vmb_text_dup(text, VMB_TEXT_UNICODE);

	json_object_set_new(o, key, clean ? json_string(clean) : NULL);
	free(clean);
}

static void put_number(json_t *o, const char *key, double v)
{
	if (isfinite(v))
		json_object_set_new(o, key, json_real(v));
}

static json_t *interval(const struct vmb_change *x)
{
	json_t *o = json_object();

	put_number(o, "percent", vmb_percent(x->effect));
	put_number(o, "low_percent", isfinite(x->low) ? vmb_percent(x->low) : x->low);
	put_number(o, "high_percent", isfinite(x->high) ? vmb_percent(x->high) : x->high);
	put_number(o, "level", x->level);
	return o;
}

static const char *state_name(enum vmb_change_state s)
{
	static const char *const name[] = {
		[VMB_CHANGE_COMPARED] = "compared", [VMB_CHANGE_ONLY_OLD] = "only_old",
		[VMB_CHANGE_ONLY_NEW] = "only_new", [VMB_CHANGE_UNUSABLE] = "not_comparable",
		[VMB_CHANGE_NO_TIME] = "no_time",
	};

	return name[s];
}

static void put_numbers(json_t *o, const struct vmb_change *x)
{
	put_number(o, "old_ns", x->old_ns);
	put_number(o, "new_ns", x->new_ns);
	json_object_set_new(o, "effect", interval(x));
	put_number(o, "p", x->p);
	put_number(o, "p_regressed", x->p_regressed);
	put_number(o, "p_gate", x->p_gate);
	put_number(o, "q", x->q);
	if (isfinite(x->detectable))
		put_number(o, "detectable_percent", vmb_percent(x->detectable));
	put_text(o, "verdict", vmb_verdict_name(x->verdict));
	put_text(o, "severity", vmb_severity_name(x->severity));
	json_object_set_new(o, "provisional", json_boolean(x->provisional));
	json_object_set_new(o, "kept", json_integer(x->pairs));
	json_object_set_new(o, "discarded", json_integer(x->discarded));
	if (x->has_cycles) {
		put_number(o, "old_cycles", x->cycles_old);
		put_number(o, "new_cycles", x->cycles_new);
	}
}

static json_t *change(const struct vmb_change *x)
{
	json_t *o = json_object();

	put_text(o, "id", x->id);
	put_text(o, "category", x->category);
	put_text(o, "state", state_name(x->state));
	if (x->reason[0])
		put_text(o, "reason", x->reason);
	if (x->failed)
		json_object_set_new(o, "failed", json_true());
	if (x->state == VMB_CHANGE_COMPARED)
		put_numbers(o, x);
	return o;
}

static json_t *tally(const struct vmb_comparison *c)
{
	struct vmb_verdict_counts t = vmb_comparison_tally(c);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "compared", (json_int_t)t.compared,
			 "regressed", (json_int_t)t.regressed, "improved", (json_int_t)t.improved,
			 "equivalent", (json_int_t)t.equivalent,
			 "inconclusive", (json_int_t)t.inconclusive,
			 "not_comparable", (json_int_t)t.unusable, "failed", (json_int_t)t.failed);
}

int vmb_compare_write_json(FILE *out, const struct vmb_comparison *c,
			   const struct vmb_report_opts *opts)
{
	json_t *o = json_object(), *list = json_array();
	int err;

	(void)opts;
	put_text(o, "schema", "vmbench-comparison/1");
	put_text(o, "old", c->old_name);
	put_text(o, "new", c->new_name);
	json_object_set_new(o, "paired", json_boolean(c->paired));
	put_number(o, "alpha", c->alpha);
	put_number(o, "margin_percent", 100 * c->margin);
	if (c->machine_differs[0])
		put_text(o, "machine_differs", c->machine_differs);
	json_object_set_new(o, "tally", tally(c));
	for (size_t i = 0; i < c->nr; i++)
		json_array_append_new(list, change(&c->change[i]));
	json_object_set_new(o, "benchmarks", list);
	err = json_dumpf(o, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER) ? -EIO : 0;
	fputc('\n', out);
	json_decref(o);
	return err ? err : ferror(out) ? -EIO : 0;
}
