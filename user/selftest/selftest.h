/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_SELFTEST_SELFTEST_H
#define VMB_USER_SELFTEST_SELFTEST_H
/*
 * How far vmbench can be trusted on this machine, measured on this machine: false alarms, power,
 * coverage of intervals, flatness, cost of a sample. One file per figure, one row per figure in
 * the table of selftest.c.
 */

#include "results/rng.h"
#include "user/session.h"
#include "user/side.h"

#define VMB_MAX_FIGURES 32

/** enum vmb_figure_state - UNKNOWN: could not be measured here; the value says why. */
enum vmb_figure_state { VMB_FIGURE_GOOD, VMB_FIGURE_BAD, VMB_FIGURE_UNKNOWN };

/**
 * struct vmb_figure - one measured figure.
 * @name: "A/A, neighbour busy"
 * @value: what was seen, in words and numbers
 * @target: what it must be
 */
struct vmb_figure {
	enum vmb_figure_state state;
	char name[64];
	char value[200];
	char target[96];
};

/**
 * struct vmb_selftest - under way.
 * @session: borrowed
 * @self: this vmbench as a side
 * @quick: two minutes instead of many
 * @seed: stream of every random choice
 */
struct vmb_selftest {
	const struct vmb_session *session;
	struct vmb_side self;
	bool quick;
	uint64_t seed;
	size_t nr;
	struct vmb_figure figure[VMB_MAX_FIGURES];
};

/** vmb_figure_add - the next free figure, named; never NULL (the table is sized for all). */
struct vmb_figure *vmb_figure_add(struct vmb_selftest *t, const char *name, const char *target);

/* Each measures its figures. Return: 0; -EINTR; -ENOMEM. */
int vmb_selftest_false_alarms(struct vmb_selftest *t);
int vmb_selftest_power(struct vmb_selftest *t);
int vmb_selftest_coverage(struct vmb_selftest *t);
int vmb_selftest_flatness(struct vmb_selftest *t);
int vmb_selftest_cost(struct vmb_selftest *t);

/**
 * struct vmb_trials - many comparisons of two benchmarks of this build.
 * @asked, @done: comparisons; those that the machine disturbed too much are not done
 */
struct vmb_trials {
	size_t asked, done, regressed, improved, equivalent, inconclusive;
};

/**
 * vmb_trials_run - compare @old with @fresh @nr times, by the same procedure as `vmbench ab`. One that
 * the machine disturbs is done again, twice @nr in all at most.
 * @out: counts are added to
 * Return: 0; -EINTR; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_trials_run(struct vmb_selftest *t, const char *old, const char *fresh,
				  size_t nr, struct vmb_trials *out);

/**
 * vmb_neighbour_start - a process that spins on another CPU than the measured one.
 * Return: its pid; -ENODEV there is no other CPU; -errno.
 */
int vmb_neighbour_start(const struct vmb_session *s);
void vmb_neighbour_stop(int pid);

#endif /* VMB_USER_SELFTEST_SELFTEST_H */
