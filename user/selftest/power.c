// SPDX-License-Identifier: MIT
/*
 * Power: a body with 2 % more instructions must be found to be slower.
 * 59 of 59 show a rate of at least 95 % at 95 % confidence (0.05^(1/59)).
 */
#include <stdio.h>

#include "user/selftest/selftest.h"

#define FULL	59
#define QUICK	8
#define BODY	"self/work/1600"
#define SLOWER	"self/work/1632"

static int measure(struct vmb_selftest *t, const char *name)
{
	struct vmb_figure *f = vmb_figure_add(t, name, "found in at least 59 of 59");
	struct vmb_trials sum = { 0 };
	int err = vmb_trials_run(t, BODY, SLOWER, t->quick ? QUICK : FULL, &sum);

	f->state = sum.regressed < sum.done ? VMB_FIGURE_BAD :
		   sum.done == (t->quick ? QUICK : FULL) ? VMB_FIGURE_GOOD : VMB_FIGURE_UNKNOWN;
	snprintf(f->value, sizeof(f->value), "found in %zu of %zu (%zu inconclusive, %zu disturbed)",
		 sum.regressed, sum.done, sum.inconclusive, sum.asked - sum.done);
	return err;
}

int vmb_selftest_power(struct vmb_selftest *t)
{
	int err = measure(t, "an injected 2 % slowdown"), pid;

	if (err)
		return err;
	pid = vmb_neighbour_start(t->session);
	if (pid < 0)
		return 0;	/* said once, by the false alarms */
	err = measure(t, "an injected 2 % slowdown, busy neighbour");
	vmb_neighbour_stop(pid);
	return err;
}
