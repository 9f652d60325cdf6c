// SPDX-License-Identifier: MIT
#include "results/store.h"
#include "user/output.h"
#include "user/verbs.h"

int vmb_cmd_report(const struct vmb_options *o)
{
	const char *ref = o->filters.nr ? o->filters.text[0] : "latest";
	const struct vmb_report_format *f;
	struct vmb_result res = { 0 };
	struct vmb_error error;
	struct vmb_why why;
	int err;

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
	err = vmb_output_write(o, f, &res);
	vmb_result_fini(&res);
	return err ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}
