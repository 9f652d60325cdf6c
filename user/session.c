// SPDX-License-Identifier: MIT
#include "user/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "results/store.h"
#include "user/counter/sim.h"
#include "user/env/env.h"
#include "user/request.h"
#include "user/verbs.h"

static uint64_t fresh_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = vmb_now_ns();
	return seed;
}

/*
 * Ids sort by time, within a second too: three hexadecimal digits for the 4096th part of it, three
 * by chance.
 */
static void name_run(struct vmb_result *res)
{
	struct timespec now;
	struct tm tm;
	char stamp[24];
	unsigned int part;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(res->date, sizeof(res->date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	part = (unsigned int)((uint64_t)now.tv_nsec * 4096 / 1000000000);
	snprintf(res->id, sizeof(res->id), "%s-%03x%03x", stamp, part,
		 (unsigned int)(fresh_seed() & 0xfff));
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

/* Return: 0, or an exit code with @why. */
static int resolve(struct vmb_session *s, struct vmb_why *why)
{
	const struct vmb_options *o = s->options;
	int err = vmb_catalogue_open(&s->catalogue, &o->plugins, why);

	if (!err && o->pin)
		err = vmb_pin_parse(o->pin, &s->pin, why);
	if (!err)
		err = prepare_counters(o, &s->counters, why);
	return !err ? 0 : err == -EACCES ? VMB_EXIT_REFUSED : VMB_EXIT_USAGE;
}

int vmb_session_create(const struct vmb_options *o, struct vmb_session **out)
{
	struct vmb_session *s = calloc(1, sizeof(*s));
	struct vmb_why why = { 0 };
	int code;

	*out = NULL;
	if (!s) {
		vmb_complain("out of memory");
		return VMB_EXIT_FAILED;
	}
	s->options = o;
	vmb_effort_resolve(o, &s->effort);
	code = resolve(s, &why);
	if (code) {
		vmb_complain("%s", why.text);
		vmb_session_destroy(s);
		return code;
	}
	s->seed = o->seed ? o->seed : fresh_seed();
	vmb_timer_measure_hz(&s->timer);
	vmb_timer_measure_cost(&s->timer);
	*out = s;
	return 0;
}

void vmb_session_destroy(struct vmb_session *s)
{
	free(s);
	vmb_pin_fini();
}

static void describe_run(const struct vmb_session *s, struct vmb_result *res)
{
	const struct vmb_effort *e = &s->effort;

	vmb_env_collect(&res->env);
	vmb_timer_describe(&s->timer, &res->env);
	vmb_pin_describe(&s->pin, &res->env);
	vmb_env_text(&res->env, "run.seed", "harness", "%llu", (unsigned long long)s->seed);
	vmb_env_text(&res->env, "run.priority", "harness", geteuid() ? "as started" : "nice -20");
	vmb_env_number(&res->env, "run.rounds", "harness", e->rounds);
	vmb_env_number(&res->env, "run.batches", "harness", e->batches);
	vmb_env_number(&res->env, "run.measure_ns", "harness", e->measure_ns);
	snprintf(res->counters_note, sizeof(res->counters_note), "%s", s->counters.note);
}

int vmb_session_prepare_store(const struct vmb_session *s)
{
	struct vmb_error error;

	if (!vmb_store_prepare(s->options->results_dir, &error))
		return 0;
	vmb_complain("%s", error.text);
	return VMB_EXIT_FAILED;
}

int vmb_session_begin_result(const struct vmb_session *s, struct vmb_result *res)
{
	name_run(res);
	res->command = command_line();
	res->label = s->options->label ? strdup(s->options->label) : NULL;
	describe_run(s, res);
	return res->command && !res->env.error && (res->label || !s->options->label) ? 0 : -ENOMEM;
}

void vmb_session_request(const struct vmb_session *s, const char *id, struct vmb_request *rq)
{
	memset(rq, 0, sizeof(*rq));
	snprintf(rq->id, sizeof(rq->id), "%s", id);
	rq->batches = s->effort.batches;
	rq->measure_ns = s->effort.measure_ns;
	rq->warm_up_ns = s->effort.warm_up_ns;
	rq->tick_hz = s->timer.hz;
	rq->plugins = s->catalogue.plugins;
	for (; rq->nr_cpus < s->pin.nr; rq->nr_cpus++)
		rq->cpus[rq->nr_cpus] = s->pin.cpu[rq->nr_cpus].os;
}
