// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "results/store.h"
#include "user/child.h"
#include "user/counter/sim.h"
#include "user/env/env.h"
#include "user/output.h"
#include "user/profile.h"
#include "user/run.h"
#include "user/verbs.h"

static uint64_t fresh_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = vmb_now_ns();
	return seed;
}

static void name_run(struct vmb_result *res)
{
	time_t now = time(NULL);
	struct tm tm;
	char stamp[24];

	gmtime_r(&now, &tm);
	strftime(res->date, sizeof(res->date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(res->id, sizeof(res->id), "%s-%06x", stamp, (unsigned int)(fresh_seed() & 0xffffff));
}

/* The user's own command line, from the kernel: getopt has permuted argv. */
static char *command_line(void)
{
	FILE *f = fopen("/proc/self/cmdline", "re");
	char *text = calloc(1, 4096);
	size_t n = 0;

	if (f && text)
		n = fread(text, 1, 4095, f);
	if (f)
		fclose(f);
	for (size_t i = 0; i + 1 < n; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

static int prepare_counters(const struct vmb_options *o, struct vmb_counter_plan *plan,
			    struct vmb_why *why)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	if (!o->counters)
		return 0;
	err = vmb_counter_plan_make(*o->counters ? o->counters : NULL, plan, why);
	if (!err && plan->simulated)
		err = vmb_sim_supported(why);
	return err;
}

/* Everything that can go wrong before a second is spent measuring. Return: an exit code, 0 go on. */
static int prepare(const struct vmb_options *o, struct vmb_session *s, struct vmb_plan *plan,
		   struct vmb_counter_plan *counters, struct vmb_pin *pin)
{
	struct vmb_why why = { 0 };
	struct vmb_error error;
	int err = vmb_plan_make(s->catalogue, o, plan, &why);

	if (!err && o->pin)
		err = vmb_pin_parse(o->pin, pin, &why);
	if (!err && (err = prepare_counters(o, counters, &why)) == -EACCES) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_REFUSED;
	}
	if (err) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (vmb_store_prepare(o->results_dir, &error)) {
		vmb_complain("%s", error.text);
		return VMB_EXIT_FAILED;
	}
	s->options = o;
	s->plan = plan;
	s->counters = counters;
	s->pin = pin;
	s->seed = o->seed ? o->seed : fresh_seed();
	vmb_timer_measure_hz(&s->timer);
	vmb_timer_measure_cost(&s->timer);
	return 0;
}

static void describe_run(const struct vmb_session *s, struct vmb_result *res)
{
	const struct vmb_effort *e = &s->plan->effort;

	vmb_env_collect(&res->env);
	vmb_timer_describe(&s->timer, &res->env);
	vmb_pin_describe(s->pin, &res->env);
	vmb_env_text(&res->env, "run.seed", "harness", "%llu", (unsigned long long)s->seed);
	vmb_env_number(&res->env, "run.rounds", "harness", e->rounds);
	vmb_env_number(&res->env, "run.batches", "harness", e->batches);
	vmb_env_number(&res->env, "run.measure_ns", "harness", e->measure_ns);
	snprintf(res->counters_note, sizeof(res->counters_note), "%s", s->counters->note);
}

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

static int store_and_report(const struct vmb_session *s, const struct vmb_report_format *format,
			    const struct vmb_result *res)
{
	const struct vmb_options *o = s->options;
	char path[PATH_MAX];
	struct vmb_error error;
	int stored = vmb_store_save(o->results_dir, res, path, &error);
	int printed = vmb_output_write(o, format, res);

	if (stored)
		vmb_complain("the run is not stored: %s", error.text);
	else
		vmb_note(o, "stored: %s", path);
	if (!res->complete)
		vmb_complain("interrupted by SIG%s: %zu of %zu benchmarks are complete; the run is marked partial",
			     sigabbrev_np(vmb_interrupted()), res->nr, s->plan->nr);
	return stored || printed ? VMB_EXIT_FAILED : exit_code(res);
}

static int run(const struct vmb_session *s, const struct vmb_report_format *format)
{
	struct vmb_result res = { 0 };
	uint64_t t0 = vmb_now_ns();
	int code = VMB_EXIT_FAILED;

	name_run(&res);
	res.command = command_line();
	res.label = s->options->label ? strdup(s->options->label) : NULL;
	describe_run(s, &res);
	vmb_interrupt_install();
	if (s->counters->note[0])
		vmb_note(s->options, "%s", s->counters->note);
	if (!res.command || res.env.error || vmb_run_all(s, &res)) {
		vmb_complain("out of memory");
	} else {
		res.duration_s = (double)(vmb_now_ns() - t0) / 1e9;
		describe_cost(&res);
		code = store_and_report(s, format, &res);
	}
	vmb_result_fini(&res);
	return code;
}

int vmb_cmd_run(const struct vmb_options *o)
{
	const struct vmb_report_format *format;
	struct vmb_counter_plan *counters;
	struct vmb_catalogue catalogue;
	struct vmb_session s = { .catalogue = &catalogue };
	struct vmb_plan plan = { 0 };
	struct vmb_pin pin = { 0 };
	struct vmb_why why;
	int code;

	if (o->list)
		return vmb_cmd_list(o);
	format = vmb_output_format(o, &why);
	if (!format || vmb_catalogue_open(&catalogue, &o->plugins, &why)) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (o->profile_time_s > 0)
		return vmb_profile(&catalogue, o);
	counters = calloc(1, sizeof(*counters));
	if (!counters) {
		vmb_complain("out of memory");
		return VMB_EXIT_FAILED;
	}
	code = prepare(o, &s, &plan, counters, &pin);
	if (!code)
		code = run(&s, format);
	free(counters);
	vmb_plan_fini(&plan);
	vmb_pin_fini();
	return code;
}
