/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_DIGEST_H
#define VMB_RESULTS_DIGEST_H
/*
 * One round, read: which of its batches count, and what they say about one operation. The parts of
 * vmb_summarise() share it; nobody else needs it.
 *
 * Context: pure; allocates.
 */

#include <stdbool.h>
#include <stddef.h>

#include "results/result.h"
#include "results/stat_steady.h"

/** enum vmb_digest_use - what a round is good for. */
enum vmb_digest_use {
	VMB_DIGEST_UNUSABLE,	/* it did not end well */
	VMB_DIGEST_DISCARDED,	/* the evidence is against it, or against all its batches */
	VMB_DIGEST_SIMULATED,	/* counters of a simulator; its time means nothing */
	VMB_DIGEST_KEPT,
};

/** struct vmb_batches - batches of one kind, borrowed from the round; [nr], the array is owned. */
struct vmb_batches { size_t nr; const struct vmb_sample **at; };

/**
 * struct vmb_digest
 * @round: borrowed
 * @body, @baseline: the batches that count, in order
 * @has_baseline: there were batches of the baseline, though perhaps none that counts
 * @ns: estimate, ns per operation; of VMB_DIGEST_KEPT only
 * @intercept_share: fitted intercept / smallest batch, signed; 0 where no line was fitted
 * @has_steady: the round was analysed for its steady state, and:
 * @steady: the analysis, with indices into the batches that were not disturbed
 * @to_steady_ns, @to_steady_iters: what went before the steady state; 0 if there is none
 */
struct vmb_digest {
	const struct vmb_round *round;
	enum vmb_digest_use use;
	struct vmb_batches body, baseline;
	bool has_baseline;
	double ns, intercept_share;
	bool has_steady;
	struct vmb_steady steady;
	double to_steady_ns, to_steady_iters;
};

/**
 * vmb_digest_round - read one round.
 * @r: borrowed as long as @d lives
 * @d: overwritten; vmb_digest_fini() it, also after an error
 * Return: 0 or -ENOMEM.
 */
VMB_MUST_CHECK int vmb_digest_round(const struct vmb_round *r, struct vmb_digest *d);

/**
 * vmb_digest_counter - counts of one operation, without those of the baseline.
 * @i: slot, < round->nr_counters
 * Return: 0; -ENODATA not one batch really counted it; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_digest_counter(const struct vmb_digest *d, size_t i, double *per_op);

void vmb_digest_fini(struct vmb_digest *d);

/**
 * vmb_round_simulated - did a simulator count this round, so that it has no time of its own?
 * All its ticks are 0 and one of its counters' sources is a simulator.
 */
bool vmb_round_simulated(const struct vmb_round *r);

/** vmb_counter_simulated - does this source name a simulator ("sim:callgrind")? */
bool vmb_counter_simulated(const char *source);

#endif /* VMB_RESULTS_DIGEST_H */
