// SPDX-License-Identifier: MIT
#include <limits.h>
#include <string.h>

#include "results/store.h"
#include "user/against.h"
#include "user/child.h"
#include "user/export.h"
#include "user/giveback.h"
#include "user/output.h"
#include "user/profile.h"
#include "user/run.h"
#include "user/session.h"
#include "user/verbs.h"

/* What the harness itself cost: the run's wall time against the time inside set-up and batches. */
static void describe_cost(struct vmb_result *res)
{
	double measured_s = 0;

	for (size_t i = 0; i < res->nr; i++)
		for (size_t k = 0; k < res->benches[i].set.nr_rounds; k++)
			measured_s += (double)res->benches[i].set.rounds[k].measured_ns / 1e9;
	vmb_env_number(&res->env, "run.duration_s", "harness", res->duration_s);
	vmb_env_number(&res->env, "run.measured_s", "harness", measured_s);
}

/* Failures outrank timeouts, timeouts outrank "everything was skipped". */
static int exit_code(const struct vmb_result *res)
{
	size_t failed = 0, timeouts = 0, skipped = 0;

	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];
		const struct vmb_sample_set *set = &b->set;
		bool hung = set->nr_rounds &&
			    set->rounds[set->nr_rounds - 1].status == VMB_ROUND_TIMEOUT;

		failed += b->status == VMB_STATUS_FAILED && !hung;
		timeouts += b->status == VMB_STATUS_FAILED && hung;
		skipped += b->status == VMB_STATUS_SKIPPED;
	}
	if (failed || !res->complete)
		return VMB_EXIT_FAILED;
	if (timeouts)
		return VMB_EXIT_TIMEOUT;
	return skipped == res->nr ? VMB_EXIT_ALL_SKIPPED : VMB_EXIT_OK;
}

static void give_back(const char *dir, const char *path)
{
	char runs[PATH_MAX];

	snprintf(runs, sizeof(runs), "%s/runs", dir);
	vmb_give_back(dir);
	vmb_give_back(runs);
	vmb_give_back(path);
}

static int store_and_report(const struct vmb_session *s, const struct vmb_plan *plan,
			    const struct vmb_report_format *format, struct vmb_against *against,
			    const struct vmb_result *res)
{
	const struct vmb_options *o = s->options;
	char path[PATH_MAX];
	struct vmb_error error;
	int stored = vmb_store_save(o->results_dir, res, path, &error);
	int code = vmb_against_finish(against, format, res, stored ? VMB_EXIT_FAILED : exit_code(res));

	if (vmb_gbench_out_write(o, res))
		code = VMB_EXIT_FAILED;
	if (!stored)
		give_back(o->results_dir, path);
	if (stored)
		vmb_complain("the run is not stored: %s", error.text);
	else
		vmb_note(o, "stored: %s", path);
	if (!res->complete)
		vmb_complain("interrupted by SIG%s: %zu of %zu benchmarks are complete; the run is marked partial",
			     sigabbrev_np(vmb_interrupted()), res->nr, plan->nr);
	return code;
}

static int measure(const struct vmb_session *s, const struct vmb_plan *plan,
		   const struct vmb_report_format *format, struct vmb_against *against,
		   struct vmb_result *res)
{
	uint64_t t0 = vmb_now_ns();

	vmb_interrupt_install();
	if (s->counters.note[0])
		vmb_note(s->options, "%s", s->counters.note);
	if (vmb_run_all(s, plan, res)) {
		vmb_complain("out of memory");
		return VMB_EXIT_FAILED;
	}
	res->duration_s = (double)(vmb_now_ns() - t0) / 1e9;
	describe_cost(res);
	return store_and_report(s, plan, format, against, res);
}

static int run(const struct vmb_session *s, const struct vmb_plan *plan,
	       const struct vmb_report_format *format)
{
	struct vmb_against against = { 0 };
	struct vmb_result res = { 0 };
	int code = vmb_session_prepare_store(s);

	if (code)
		return code;
	code = vmb_against_begin(&against, s->options);
	if (!code && vmb_session_begin_result(s, &res)) {
		vmb_complain("out of memory");
		code = VMB_EXIT_FAILED;
	}
	if (!code)
		code = vmb_against_check(&against, &res);
	if (!code)
		code = measure(s, plan, format, &against, &res);
	vmb_result_fini(&res);
	vmb_against_end(&against);
	return code;
}

static int run_or_profile(const struct vmb_session *s, const struct vmb_report_format *format)
{
	struct vmb_plan plan;
	struct vmb_why why;
	int code;

	if (vmb_plan_make(&s->catalogue, s->options, &plan, &why)) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	code = s->options->profile_time_s > 0 ? vmb_profile(s, &plan) : run(s, &plan, format);
	vmb_plan_fini(&plan);
	return code;
}

int vmb_cmd_run(const struct vmb_options *o)
{
	const struct vmb_report_format *format;
	struct vmb_session *s;
	struct vmb_why why;
	int code;

	if (o->list)
		return vmb_cmd_list(o);
	format = vmb_output_format(o, &why);
	if (!format) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	code = vmb_gbench_out_check(o);
	if (code)
		return code;
	code = vmb_session_create(o, &s);
	if (!code)
		code = run_or_profile(s, format);
	vmb_session_destroy(s);
	return code;
}
