/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_GUARD_H
#define VMB_USER_GUARD_H
/*
 * Evidence of what the environment did to a round: stolen time, switches, faults, throttling, clock
 * ratio. Only evidence can discard a round, never its value.
 */

#include <stddef.h>
#include <stdint.h>

#include "results/sample.h"
#include "user/env/cputime.h"
#include "user/pin.h"

/**
 * struct vmb_guard - the state between begin and end; embedded in the caller's memory (about
 * 20 KiB). Descriptors are -1 where there is nothing to read.
 */
struct vmb_guard {
	size_t nr_cpus;
	unsigned int cpu[VMB_MAX_PIN];
	uint64_t seen[VMB_CPUTIME_CPUS / 64];	/* CPUs on which batches ended */
	int stat_fd;
	int throttle_fd[2 * VMB_MAX_PIN];	/* core, package */
	int msr_fd[VMB_MAX_PIN];
	struct vmb_cputime time;
	struct vmb_evidence first;		/* absolute counts at begin */
	uint64_t last_involuntary;		/* of this thread, at the last batch */
};

/**
 * vmb_guard_begin - open what there is and take the first reading.
 * @g: overwritten; vmb_guard_end() closes what it holds
 * @cpus: [nr] CPUs that the round is bound to; nr is 0 when it is not bound: stolen time is then
 *        looked at on the CPUs where batches ended, throttling and the clock ratio are unknown
 */
void vmb_guard_begin(struct vmb_guard *g, const unsigned int *cpus, size_t nr);

/**
 * vmb_guard_batch - what happened since the last call (or since begin).
 * @cpu_before, @cpu_after: logical CPUs at both ends of the batch
 * Return: VMB_SAMPLE_SWITCHED if this thread was switched out against its will,
 * VMB_SAMPLE_MIGRATED if the batch ended elsewhere. One system call; call it outside of the
 * timestamps. sched_yield() counts as a switch against one's will: so does the kernel.
 */
uint32_t vmb_guard_batch(struct vmb_guard *g, uint32_t cpu_before, uint32_t cpu_after);

/**
 * vmb_guard_end - take the second reading, close everything.
 * @out: overwritten with the differences; what could not be read both times is absent from
 *       out->known. Migrations are not known here: the caller has the batches.
 */
void vmb_guard_end(struct vmb_guard *g, struct vmb_evidence *out);

#endif /* VMB_USER_GUARD_H */
