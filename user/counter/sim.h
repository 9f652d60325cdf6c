/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_SIM_H
#define VMB_USER_COUNTER_SIM_H
/*
 * Simulated counters: the round's process runs under valgrind --tool=callgrind, and client
 * requests confine counting to the measured region. Counts of instructions are exact; cache and
 * branch figures are callgrind's model, and every report says so.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/sample.h"
#include "user/bench.h"

/** vmb_sim_supported - 0 if valgrind can be started; otherwise @why names package and command. */
int vmb_sim_supported(struct vmb_why *why);

/**
 * vmb_sim_argv - put the valgrind command line in front of a round's argv.
 * @dir: existing private directory for callgrind's output; borrowed
 * @argv: NULL-terminated command of the round; borrowed
 * Return: new NULL-terminated array whose strings are borrowed or static; free() the array with
 * vmb_sim_argv_free(). NULL when out of memory.
 */
char **vmb_sim_argv(const char *dir, char *const argv[]);
void vmb_sim_argv_free(char **argv);

/* Inside the simulated process (no-ops elsewhere): */
bool vmb_sim_running(void);	/* are we under valgrind? */
void vmb_sim_instrument(void);	/* start the cache model, without counting: warm up after this */
void vmb_sim_begin(void);	/* zero counts, start counting: last thing before run() */
void vmb_sim_end(uint64_t iters);	/* stop, dump, tag the dump with @iters */

/**
 * vmb_sim_collect - read the dumps of one process into samples.
 * @dir: as given to vmb_sim_argv(); borrowed
 * @round: counters[] are appended (source "sim:callgrind": instructions, data-reads, data-writes,
 *         L1I-misses, L1D-misses, LL-misses, branches, branch-misses ...), one sample per dump
 *         with iters, counter and counted; ticks stay 0 because time under simulation means
 *         nothing
 * Return: 0, -errno with @why.
 */
VMB_MUST_CHECK int vmb_sim_collect(const char *dir, struct vmb_round *round, struct vmb_why *why);

#endif /* VMB_USER_COUNTER_SIM_H */
