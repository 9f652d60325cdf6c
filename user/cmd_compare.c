// SPDX-License-Identifier: MIT
/*
 * vmbench compare A B: two stored runs.
 */
#include <string.h>

#include "results/baseline.h"
#include "user/against.h"
#include "user/config.h"
#include "user/judge.h"
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

static int compare(const struct vmb_options *o, const struct vmb_compare_format *format,
		   const struct vmb_result *old, const struct vmb_result *fresh,
		   struct vmb_comparison *c)
{
	struct vmb_policy policy;
	int code = vmb_config_read(o, &policy);

	if (!code)
		code = vmb_against_compare(o, &policy, old, fresh, c);
	if (!code)
		code = vmb_judge_report(o, format, c);
	vmb_policy_fini(&policy);
	return code;
}

int vmb_cmd_compare(const struct vmb_options *o)
{
	struct vmb_result old = { 0 }, fresh = { 0 };
	struct vmb_comparison c = { 0 };
	const struct vmb_compare_format *format;
	int code;

	if (o->filters.nr != 2) {
		vmb_complain("usage: vmbench compare A B; each is a run, a path or a baseline");
		return VMB_EXIT_USAGE;
	}
	format = vmb_judge_format(o);
	if (!format)
		return VMB_EXIT_USAGE;
	code = load(o, o->filters.text[0], &old, c.old_name, sizeof(c.old_name));
	if (!code)
		code = load(o, o->filters.text[1], &fresh, c.new_name, sizeof(c.new_name));
	if (!code)
		code = compare(o, format, &old, &fresh, &c);
	vmb_comparison_fini(&c);
	vmb_result_fini(&fresh);
	vmb_result_fini(&old);
	return code;
}
