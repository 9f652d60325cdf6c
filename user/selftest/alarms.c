// SPDX-License-Identifier: MIT
/*
 * False alarms: a build compared with itself. Every verdict of a change is wrong.
 * 299 comparisons without one show a rate of at most 1 % at 95 % confidence (1 - 0.05^(1/299)).
 */
#include <math.h>
#include <stdio.h>

#include "user/selftest/selftest.h"

#define FULL	299
#define QUICK	30

/* Arithmetic, cache, memory and kernel: what disturbs one hardly touches another. */
static const char *const ids[] = {
	"self/work/1600", "memory/copy/libc/4K", "memory/access/random/L1", "exit/syscall/getppid",
};

static int run(struct vmb_selftest *t, size_t nr, struct vmb_trials *sum)
{
	int err = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(ids) && !err; i++) {
		size_t share = nr / VMB_ARRAY_SIZE(ids) + (i < nr % VMB_ARRAY_SIZE(ids));

		err = vmb_trials_run(t, ids[i], ids[i], share, sum);
	}
	return err;
}

static int measure(struct vmb_selftest *t, const char *name)
{
	struct vmb_figure *f = vmb_figure_add(t, name, "no false alarm in 299 comparisons");
	struct vmb_trials sum = { 0 };
	size_t nr = t->quick ? QUICK : FULL, alarms;
	int err = run(t, nr, &sum);

	alarms = sum.regressed + sum.improved;
	f->state = alarms ? VMB_FIGURE_BAD :
		   sum.done * 10 >= nr * 9 ? VMB_FIGURE_GOOD : VMB_FIGURE_UNKNOWN;
	snprintf(f->value, sizeof(f->value), "%zu of %zu raised an alarm (%zu equivalent, %zu inconclusive, "
		 "%zu disturbed)%s", alarms, sum.done, sum.equivalent, sum.inconclusive,
		 sum.asked - sum.done, t->quick ? "; fewer than 299 show less" : "");
	return err;
}

int vmb_selftest_false_alarms(struct vmb_selftest *t)
{
	int err = measure(t, "A/A false alarms"), pid;

	if (err)
		return err;
	pid = vmb_neighbour_start(t->session);
	if (pid < 0) {
		struct vmb_figure *f = vmb_figure_add(t, "A/A false alarms, busy neighbour", "");

		f->state = VMB_FIGURE_UNKNOWN;
		snprintf(f->value, sizeof(f->value), "there is no second CPU for a neighbour");
		return 0;
	}
	err = measure(t, "A/A false alarms, busy neighbour");
	vmb_neighbour_stop(pid);
	return err;
}
