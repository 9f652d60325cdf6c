// SPDX-License-Identifier: MIT
#include "user/judge.h"

#include <stdio.h>

#include "user/output.h"
#include "user/verbs.h"

void vmb_judge_options(const struct vmb_options *o, struct vmb_paired_opts *out)
{
	*out = (struct vmb_paired_opts){
		.alpha = o->significance > 0 ? o->significance : 0.01,
		.looks = o->rounds ? 1 : o->rigorous ? VMB_MOST_LOOKS : VMB_NR_LOOKS,
		.margin = o->noise_threshold > 0 ? o->noise_threshold : 0.01,
	};
}

const struct vmb_compare_format *vmb_judge_format(const struct vmb_options *o)
{
	const struct vmb_compare_format *f = vmb_compare_format_find(o->format ? o->format : "text");

	if (!f)
		vmb_complain("a comparison has no format \"%s\"; there are: text md json, and for two "
			     "stored runs html", o->format);
	return f;
}

int vmb_judge_exit(const struct vmb_options *o, const struct vmb_comparison *c)
{
	struct vmb_verdict_counts t = vmb_comparison_tally(c);

	if (t.failed)
		return VMB_EXIT_FAILED;
	if (t.regressed && !o->no_fail)
		return VMB_EXIT_REGRESSION;
	if (o->strict && (t.inconclusive || t.unusable || !t.compared))
		return VMB_EXIT_INCONCLUSIVE;
	return VMB_EXIT_OK;
}

struct job {
	const struct vmb_compare_format *format;
	const struct vmb_comparison *comparison;
};

static int write_comparison(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct job *j = arg;

	return j->format->write(out, j->comparison, opts);
}

int vmb_judge_report(const struct vmb_options *o, const struct vmb_compare_format *f,
		     const struct vmb_comparison *c)
{
	struct job j = { .format = f, .comparison = c };

	if (vmb_output(o, write_comparison, &j))
		return VMB_EXIT_FAILED;
	return vmb_judge_exit(o, c);
}
