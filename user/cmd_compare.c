// SPDX-License-Identifier: MIT
/*
 * vmbench compare A B: two stored runs. A report that shows comparisons by itself (HTML) is one of
 * B, with A beside it.
 */
#include <string.h>

#include "results/baseline.h"
#include "user/against.h"
#include "user/config.h"
#include "user/judge.h"
#include "user/output.h"
#include "user/verbs.h"

static int load(const struct vmb_options *o, const char *ref, struct vmb_result *res, char *name,
		size_t size)
{
	struct vmb_error error;
	bool baseline;

	if (vmb_baseline_or_run(o->results_dir, ref, res, &baseline, &error)) {
		vmb_complain("%s", error.text);
		return VMB_EXIT_FAILED;
	}
	vmb_compare_name(res, strncmp(res->id, ref, strlen(ref)) ? ref : NULL, name, size);
	return VMB_EXIT_OK;
}

/* One of the two: a report of the comparison alone, or one of a run that has it as its context. */
struct format {
	const struct vmb_compare_format *alone;
	const struct vmb_report_format *of_run;
};

static int find_format(const struct vmb_options *o, struct format *out)
{
	const struct vmb_report_format *f = o->format ? vmb_report_format_find(o->format) : NULL;

	*out = (struct format){ .of_run = f && f->context ? f : NULL };
	if (!out->of_run)
		out->alone = vmb_judge_format(o);
	return out->of_run || out->alone ? VMB_EXIT_OK : VMB_EXIT_USAGE;
}

static int report(const struct vmb_options *o, const struct format *f,
		  const struct vmb_result *fresh, const struct vmb_comparison *c)
{
	if (f->alone)
		return vmb_judge_report(o, f->alone, c);
	if (vmb_output_report(o, f->of_run, fresh, c))
		return VMB_EXIT_FAILED;
	return vmb_judge_exit(o, c);
}

static int compare(const struct vmb_options *o, const struct format *format,
		   const struct vmb_result *old, const struct vmb_result *fresh,
		   struct vmb_comparison *c)
{
	struct vmb_policy policy;
	int code = vmb_config_read(o, &policy);

	if (!code)
		code = vmb_against_compare(o, &policy, old, fresh, c);
	if (!code)
		code = report(o, format, fresh, c);
	vmb_policy_fini(&policy);
	return code;
}

int vmb_cmd_compare(const struct vmb_options *o)
{
	struct vmb_result old = { 0 }, fresh = { 0 };
	struct vmb_comparison c = { 0 };
	struct format format;
	int code;

	if (o->filters.nr != 2) {
		vmb_complain("usage: vmbench compare A B; each is a run, a path or a baseline");
		return VMB_EXIT_USAGE;
	}
	code = find_format(o, &format);
	if (code)
		return code;
	code = load(o, o->filters.text[0], &old, c.old_name, sizeof(c.old_name));
	if (!code)
		code = load(o, o->filters.text[1], &fresh, c.new_name, sizeof(c.new_name));
	if (!code)
		code = compare(o, &format, &old, &fresh, &c);
	vmb_comparison_fini(&c);
	vmb_result_fini(&fresh);
	vmb_result_fini(&old);
	return code;
}
