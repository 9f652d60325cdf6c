// SPDX-License-Identifier: MIT
#include "results/store.h"
#include "user/against.h"
#include "user/output.h"
#include "user/verbs.h"

/* With --baseline, as after a run. */
static int against(const struct vmb_options *o, const struct vmb_report_format *f,
		   const struct vmb_result *res)
{
	struct vmb_against a = { 0 };
	int code = vmb_against_begin(&a, o);

	if (!code)
		code = vmb_against_finish(&a, f, res, VMB_EXIT_OK);
	vmb_against_end(&a);
	return code;
}

int vmb_cmd_report(const struct vmb_options *o)
{
	const char *ref = o->filters.nr ? o->filters.text[0] : "latest";
	const struct vmb_report_format *f;
	struct vmb_result res = { 0 };
	struct vmb_error error;
	struct vmb_why why;
	int code;

	if (o->filters.nr > 1) {
		vmb_complain("report takes one run, not %zu", o->filters.nr);
		return VMB_EXIT_USAGE;
	}
	f = vmb_output_format(o, &why);
	if (!f) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (vmb_store_load(o->results_dir, ref, &res, &error)) {
		vmb_complain("%s", error.text);
		return VMB_EXIT_FAILED;
	}
	code = o->baseline ? against(o, f, &res) :
	       vmb_output_write(o, f, &res) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
	vmb_result_fini(&res);
	return code;
}
