// SPDX-License-Identifier: MIT
#include "user/against.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "results/baseline.h"
#include "results/machine.h"
#include "user/config.h"
#include "user/giveback.h"
#include "user/judge.h"
#include "user/output.h"
#include "user/verbs.h"

#define HISTORY_RUNS	60	/* newest runs from which noise is learnt */
#define MOST_IDS	4	/* that a message names */

static int refuse(const char *differs)
{
	vmb_complain("these runs are not comparable: the machines differ (%s); --force compares them "
		     "all the same", differs);
	return VMB_EXIT_REFUSED;
}

/* Before. */

static int read_baseline(struct vmb_against *a)
{
	struct vmb_error error;

	if (a->name && vmb_baseline_load(a->options->results_dir, a->name, &a->old, &error)) {
		vmb_complain("%s", error.text);
		return VMB_EXIT_USAGE;
	}
	return VMB_EXIT_OK;
}

static int prepare_save(const struct vmb_options *o)
{
	struct vmb_error error;
	int err;

	if (!o->save_baseline)
		return VMB_EXIT_OK;
	err = vmb_baseline_prepare(o->results_dir, o->save_baseline, &error);
	if (err)
		vmb_complain("%s", error.text);
	return !err ? VMB_EXIT_OK : err == -EINVAL ? VMB_EXIT_USAGE : VMB_EXIT_FAILED;
}

int vmb_against_begin(struct vmb_against *a, const struct vmb_options *o)
{
	int code;

	a->options = o;
	a->name = o->baseline;
	if (!a->name && o->baseline_lenient && !*o->baseline_lenient) {
		vmb_complain("--baseline-lenient needs a baseline: --baseline-lenient=NAME, or "
			     "--baseline NAME with it");
		return VMB_EXIT_USAGE;
	}
	if (!a->name)
		a->name = o->baseline_lenient;
	code = prepare_save(o);
	if (!code && a->name)
		code = vmb_config_read(o, &a->policy);
	return code ? code : read_baseline(a);
}

int vmb_against_check(const struct vmb_against *a, const struct vmb_result *res)
{
	char differs[256];

	if (!a->name || a->options->force ||
	    !vmb_machine_differs(&a->old.env, &res->env, differs, sizeof(differs)))
		return VMB_EXIT_OK;
	return refuse(differs);
}

/* Comparing. */

static int compare(const struct vmb_options *o, const struct vmb_policy *policy,
		   const struct vmb_history *history, const struct vmb_result *old,
		   const struct vmb_result *fresh, struct vmb_comparison *out)
{
	struct vmb_compare_runs_opts opts = {
		.confidence = o->significance > 0 ? 1 - o->significance : 0,
		.margin = o->noise_threshold, .policy = policy, .history = history, .force = o->force,
	};
	int err = vmb_compare_runs(old, fresh, &opts, out);

	if (err == -EXDEV)
		return refuse(out->machine_differs);
	if (err)
		vmb_complain("%s", strerror(-err));
	return err ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

int vmb_against_compare(const struct vmb_options *o, const struct vmb_policy *policy,
			const struct vmb_result *old, const struct vmb_result *fresh,
			struct vmb_comparison *out)
{
	struct vmb_history_opts opts = {
		.fingerprint = vmb_machine_fingerprint(&fresh->env), .most = HISTORY_RUNS,
	};
	struct vmb_history history;
	struct vmb_error error;
	int code;

	if (vmb_history_load(o->results_dir, &opts, &history, &error)) {
		vmb_complain("%s", error.text);
		return VMB_EXIT_FAILED;
	}
	code = compare(o, policy, &history, old, fresh, out);
	vmb_history_fini(&history);
	return code;
}

/* What was not selected is not missing. */
static void drop_unselected(const struct vmb_options *o, struct vmb_comparison *c)
{
	size_t kept = 0;

	if (!o->filters.nr && !o->skip.nr && !o->categories)
		return;
	for (size_t i = 0; i < c->nr; i++)
		if (c->change[i].state != VMB_CHANGE_ONLY_OLD)
			c->change[kept++] = c->change[i];
	c->nr = kept;
}

/* Return: an exit code. */
static int demand_all(const struct vmb_against *a)
{
	char ids[400] = "";
	size_t nr = 0, at = 0;

	for (size_t i = 0; i < a->comparison.nr; i++) {
		const struct vmb_change *x = &a->comparison.change[i];

		if (x->state != VMB_CHANGE_ONLY_NEW)
			continue;
		if (nr++ < MOST_IDS && at < sizeof(ids))
			at += (size_t)snprintf(ids + at, sizeof(ids) - at, "%s%s", at ? ", " : "", x->id);
	}
	if (!nr || a->options->baseline_lenient)
		return VMB_EXIT_OK;
	vmb_complain("%zu benchmark%s not in the baseline \"%s\": %s%s; --baseline-lenient accepts "
		     "that", nr, nr > 1 ? "s are" : " is", a->name, ids, nr > MOST_IDS ? " ..." : "");
	return VMB_EXIT_FAILED;
}

/* After. */

struct job {
	const struct vmb_report_format *format;
	const struct vmb_compare_format *compare;
	const struct vmb_result *res;
	const struct vmb_comparison *comparison;
};

/* One JSON document, not two: the run is stored, and can be reported again. */
static int write_both(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct job *j = arg;
	int err = 0;

	if (strcmp(j->format->name, "json")) {
		err = j->format->write(out, j->res, opts);
		fputc('\n', out);
	}
	return err ? err : j->compare->write(out, j->comparison, opts);
}

static int print(const struct vmb_against *a, const struct vmb_report_format *f,
		 const struct vmb_result *res)
{
	struct vmb_report_opts plain = { .colour = vmb_colour_wanted(a->options, stderr) };
	struct job j = {
		.format = f, .compare = vmb_compare_format_find(f->name), .res = res,
		.comparison = &a->comparison,
	};
	int err;

	if (!a->name)
		return vmb_output_write(a->options, f, res);
	if (f->context)
		return vmb_output_report(a->options, f, res, &a->comparison);
	if (j.compare)
		return vmb_output(a->options, write_both, &j);
	err = vmb_output_write(a->options, f, res);
	return err ? err : vmb_compare_format_find("text")->write(stderr, &a->comparison, &plain);
}

static int save(const struct vmb_against *a, const struct vmb_result *res)
{
	const struct vmb_options *o = a->options;
	char path[PATH_MAX], folder[PATH_MAX];
	struct vmb_error error;

	if (!o->save_baseline)
		return VMB_EXIT_OK;
	if (!res->complete) {
		vmb_complain("the baseline \"%s\" is left as it was: this run is partial", o->save_baseline);
		return VMB_EXIT_FAILED;
	}
	if (vmb_baseline_save(o->results_dir, o->save_baseline, true, res, path, &error)) {
		vmb_complain("the baseline is not stored: %s", error.text);
		return VMB_EXIT_FAILED;
	}
	snprintf(folder, sizeof(folder), "%s/%s", o->results_dir, VMB_STORE_BASELINES);
	vmb_give_back(folder);
	vmb_give_back(path);
	vmb_note(o, "baseline: %s", path);
	return VMB_EXIT_OK;
}

static int compare_run(struct vmb_against *a, const struct vmb_result *res)
{
	struct vmb_comparison *c = &a->comparison;
	char name[VMB_BASELINE_NAME_MAX + 16];
	int code;

	snprintf(name, sizeof(name), "baseline %s", a->name);
	vmb_compare_name(&a->old, name, c->old_name, sizeof(c->old_name));
	vmb_compare_name(res, "this run", c->new_name, sizeof(c->new_name));
	code = vmb_against_compare(a->options, &a->policy, &a->old, res, c);
	drop_unselected(a->options, c);
	return code;
}

/* Failures outrank regressions; then what was said first. */
static int worse(int a, int b)
{
	if (a == VMB_EXIT_FAILED || b == VMB_EXIT_FAILED)
		return VMB_EXIT_FAILED;
	return a ? a : b;
}

int vmb_against_finish(struct vmb_against *a, const struct vmb_report_format *f,
		       const struct vmb_result *res, int code)
{
	int compared = a->name ? compare_run(a, res) : VMB_EXIT_OK;

	if (compared)
		a->name = NULL;
	if (print(a, f, res))
		code = VMB_EXIT_FAILED;
	code = worse(code, compared);
	if (a->name) {
		int judged = vmb_judge_exit(a->options, &a->comparison);

		code = worse(code, judged ? judged : demand_all(a));
	}
	return worse(code, save(a, res));
}

void vmb_against_end(struct vmb_against *a)
{
	vmb_policy_fini(&a->policy);
	vmb_result_fini(&a->old);
	vmb_comparison_fini(&a->comparison);
}
