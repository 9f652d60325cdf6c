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

/**
 * vmb_sim_supported - can valgrind be started?
 * Return: 0; -ENOTSUP not installed, not working, or built without its header: @why names package
 * and command.
 */
int vmb_sim_supported(struct vmb_why *why);

/**
 * vmb_sim_argv - put the valgrind command line in front of a round's argv.
 * @dir: existing private directory for callgrind's output; borrowed
 * @argv: NULL-terminated command of the round; borrowed
 *
 * Neither the command's descriptors nor its exit are touched; valgrind's own words go to
 * valgrind.log.PID in @dir. Where sysfs describes this CPU's caches, the model gets their sizes,
 * because what valgrind finds out by itself is often wrong in a virtual machine; see
 * vmb_sim_describe() for what was really simulated.
 *
 * Return: new NULL-terminated array whose strings are borrowed or static; free() the array with
 * vmb_sim_argv_free(). NULL when out of memory.
 */
char **vmb_sim_argv(const char *dir, char *const argv[]);
void vmb_sim_argv_free(char **argv);

/*
 * Inside the simulated process; no-ops elsewhere. The order is
 *
 *	set-up; instrument;
 *	region(n, 0);				warm-up
 *	region(n, n); region(2n, 2n);
 *	finish; check, teardown
 */
bool vmb_sim_running(void);	/* are we under valgrind? */
void vmb_sim_instrument(void);	/* start the model; set-up before this runs unsimulated */
void vmb_sim_begin(void);	/* zero counts, start counting: last thing before run() */
void vmb_sim_end(uint64_t iters);	/* stop, dump, tag the dump with @iters; 0: to be dropped */
void vmb_sim_finish(void);	/* stop the model: what follows runs many times faster */

/**
 * vmb_sim_region - begin, run, end.
 * @run: called with @priv and @iters
 * @tag: @iters, or 0 for a warm-up, whose dump is dropped
 *
 * What lies between begin and end is counted. Here it is the same instructions each time, and they
 * are in the caches after a warm-up, which a loop around begin and end does not promise: the
 * compiler may peel it. Only so is the difference of two dumps exact to the last instruction.
 */
void vmb_sim_region(void (*run)(void *priv, uint64_t iters), void *priv, uint64_t iters,
		    uint64_t tag);

/**
 * vmb_sim_collect - read the dumps of one process into samples.
 * @dir: as given to vmb_sim_argv(); borrowed
 * @round: counters[] are appended (source "sim:callgrind": instructions, data-reads, data-writes,
 *         L1I-misses, L1D-misses, L1D-read-misses, L1D-write-misses, LL-misses, branches,
 *         branch-misses), one sample per dump with iters, counter and counted; ticks stay 0
 *         because time under simulation means nothing. Untouched on failure
 *
 * One dump holds the region between begin and end, and a constant that comes with the requests:
 * the difference of two dumps is exact.
 *
 * Return: 0; -ENODATA no dump with an iteration count; -EBADMSG a dump is cut short or is no
 * dump; -EFBIG; -E2BIG no room for the counters; -ENOMEM; -errno of the directory. With @why.
 */
VMB_MUST_CHECK int vmb_sim_collect(const char *dir, struct vmb_round *round, struct vmb_why *why);

/**
 * vmb_sim_explain - what valgrind's log says about a process that failed or left no counts.
 * @dir: as given to vmb_sim_argv(), after the process has ended; borrowed
 * @buf: gets one line, e.g. "valgrind: Unrecognised instruction at address 0x10a538."; "" if the
 *       log has no such complaint
 */
void vmb_sim_explain(const char *dir, char *buf, size_t len);

/**
 * vmb_sim_describe - the cache model behind the counts, for a report.
 * @dir: as given to vmb_sim_argv(), after the process has ended; borrowed
 * @buf: gets "callgrind-3.19.0, I1 32768 B, 64 B, 8-way associative, D1 ..., LL ..."; "" if
 *       there is no dump to read it from
 */
void vmb_sim_describe(const char *dir, char *buf, size_t len);

#endif /* VMB_USER_COUNTER_SIM_H */
