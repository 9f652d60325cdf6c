// SPDX-License-Identifier: MIT
/*
 * Flatness: bodies whose cost is known beforehand.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "user/launch.h"
#include "user/selftest/selftest.h"

#define ROUNDS		12
#define TOLERANCE_NS	0.01
#define SIM_ITERS	100	/* bodies; counts are exact, so few will do */

static void fill(struct vmb_selftest *t, const char *id, uint32_t index, struct vmb_request *rq)
{
	vmb_session_request(t->session, id, rq);
	rq->index = index;
	rq->seed = vmb_random(&t->seed);
	rq->env_offset_bytes = (uint32_t)(vmb_random(&t->seed) % 4096);
}

static int rounds_of(struct vmb_selftest *t, const char *id, const struct vmb_counter_group *g,
		     struct vmb_summary *sum)
{
	struct vmb_sample_set set = { 0 };
	int err = 0;

	for (uint32_t i = 0; i < ROUNDS && !err; i++) {
		struct vmb_request rq;
		struct vmb_round r;

		fill(t, id, i, &rq);
		if (g)
			rq.counters = *g;
		err = vmb_side_round(t->session, &t->self, &rq, &r);
		if (err)
			break;
		vmb_round_judge(&r);
		err = vmb_sample_set_add(&set, &r);
		if (err)
			vmb_round_fini(&r);
	}
	if (!err)
		err = vmb_summarise(&set, NULL, sum);
	vmb_sample_set_fini(&set);
	return err;
}

static int empty_body(struct vmb_selftest *t)
{
	struct vmb_figure *f = vmb_figure_add(t, "empty body", "0.00 +- 0.01 ns");
	struct vmb_summary sum;
	int err = rounds_of(t, "self/empty", NULL, &sum);

	if (err)
		return err;
	f->state = !sum.measured ? VMB_FIGURE_UNKNOWN :
		   fabs(sum.median) <= TOLERANCE_NS ? VMB_FIGURE_GOOD : VMB_FIGURE_BAD;
	snprintf(f->value, sizeof(f->value), sum.measured ? "%.4f ns [%.4f, %.4f], %u rounds" :
		 "every round was disturbed", sum.median, sum.low, sum.high, sum.kept);
	vmb_summary_fini(&sum);
	return 0;
}

static double counter_of(const struct vmb_summary *sum, const char *name)
{
	for (uint32_t i = 0; i < sum->nr_counters; i++)
		if (!strcmp(sum->counters[i].name, name))
			return sum->counters[i].per_op;
	return NAN;
}

/* Cycles and instructions by the machine's own counters, where it has them. */
static int add_chain(struct vmb_selftest *t)
{
	struct vmb_figure *f = vmb_figure_add(t, "chain of dependent additions", "1.00 +- 0.01 cycles");
	struct vmb_counter_plan plan;
	struct vmb_summary sum;
	struct vmb_why why;
	double cycles;
	int err = vmb_counter_plan_make("cycles,instructions", &plan, &why);

	if (err)
		plan.nr_sets = 0;
	err = rounds_of(t, "self/add_chain", plan.nr_sets ? &plan.set[0] : NULL, &sum);
	if (err)
		return err;
	cycles = counter_of(&sum, "cycles");
	f->state = isnan(cycles) ? VMB_FIGURE_UNKNOWN :
		   fabs(cycles - 1) <= 0.01 ? VMB_FIGURE_GOOD : VMB_FIGURE_BAD;
	if (isnan(cycles))
		snprintf(f->value, sizeof(f->value), "cycles cannot be counted here; %.4f ns [%.4f, %.4f], "
			 "so a clock of %.3f GHz if each takes one", sum.median, sum.low, sum.high,
			 sum.median > 0 ? 1 / sum.median : 0);
	else
		snprintf(f->value, sizeof(f->value), "%.4f cycles, %.4f ns", cycles, sum.median);
	vmb_summary_fini(&sum);
	return 0;
}

/* How many instructions one body of @id has, by callgrind; exact. NAN with @why if not. */
static int simulated_instructions(struct vmb_selftest *t, const char *id, double *out,
				  struct vmb_why *why)
{
	struct vmb_launcher l = {
		.program = t->self.program, .pin = &t->session->pin,
		.timeout_s = t->session->effort.timeout_s,
	};
	struct vmb_sample_set set = { 0 };
	struct vmb_summary sum;
	struct vmb_request rq;
	struct vmb_round r;
	int err;

	*out = NAN;
	fill(t, id, 0, &rq);
	rq.sim = true;
	rq.iters = SIM_ITERS;
	err = vmb_launch_simulated(&l, &rq, &r, why);
	if (err)
		return err == -EINTR || err == -ENOMEM ? err : 0;
	err = vmb_sample_set_add(&set, &r);
	if (!err)
		err = vmb_summarise(&set, NULL, &sum);
	if (!err) {
		*out = counter_of(&sum, "instructions");
		vmb_summary_fini(&sum);
	}
	vmb_sample_set_fini(&set);
	return err;
}

/*
 * The two bodies differ by 32 additions and by two turns of the loop around 16 of them (three or
 * four instructions a turn, as the compiler likes): a whole number, the same each time.
 */
static bool exact(double a, double b, double again)
{
	double d = b - a;

	return d >= 32 + 2 * 2 && d <= 32 + 2 * 5 && fabs(d - round(d)) < 1e-6 &&
	       fabs(a - again) < 1e-6;
}

static int exact_instructions(struct vmb_selftest *t)
{
	struct vmb_figure *f = vmb_figure_add(t, "instruction counts (simulated)",
					      "the difference of two bodies, exactly");
	struct vmb_why why = { 0 };
	double a, b = NAN, again = NAN;
	int err = simulated_instructions(t, "self/work/1600", &a, &why);

	if (!err)
		err = simulated_instructions(t, "self/work/1632", &b, &why);
	if (!err)
		err = simulated_instructions(t, "self/work/1600", &again, &why);
	if (err)
		return err;
	if (isnan(a + b + again)) {
		f->state = VMB_FIGURE_UNKNOWN;
		snprintf(f->value, sizeof(f->value), "%.180s", why.text);
		return 0;
	}
	f->state = exact(a, b, again) ? VMB_FIGURE_GOOD : VMB_FIGURE_BAD;
	snprintf(f->value, sizeof(f->value), "%.4f and %.4f instructions per body of 1600 and 1632 "
		 "additions; repeated: %.4f", a, b, again);
	return 0;
}

int vmb_selftest_flatness(struct vmb_selftest *t)
{
	int err = empty_body(t);

	if (!err)
		err = add_chain(t);
	return err ? err : exact_instructions(t);
}

int vmb_selftest_cost(struct vmb_selftest *t)
{
	struct vmb_figure *f = vmb_figure_add(t, "cost of one sample", "stated");
	struct vmb_summary sum;
	const struct vmb_counter_plan *c = &t->session->counters;
	int err = rounds_of(t, "self/empty", c->nr_sets ? &c->set[0] : NULL, &sum);

	if (err)
		return err;
	f->state = sum.measured ? VMB_FIGURE_GOOD : VMB_FIGURE_UNKNOWN;
	snprintf(f->value, sizeof(f->value), "%.1f ns for the timer pair, subtracted; %.0f ns with guard%s",
		 sum.timer_cost_ns, sum.sample_cost_ns, c->nr_sets ? " and counters" : "");
	vmb_summary_fini(&sum);
	return 0;
}
