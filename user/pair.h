/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_PAIR_H
#define VMB_USER_PAIR_H
/*
 * Two sides measured in adjacent pairs of rounds, so that what changes slowly on the machine
 * changes for both.
 */

#include "results/compare.h"
#include "user/progress.h"
#include "user/session.h"
#include "user/side.h"

/**
 * struct vmb_pairing - how pairs are made and judged; const while it runs.
 * @sides: old, new
 * @opts: level, looks and margin
 * @pairs: fixed number of pairs, 0: adaptive looks of stat_paired.h
 */
struct vmb_pairing {
	const struct vmb_session *session;
	const struct vmb_side *sides[2];
	struct vmb_paired_opts opts;
	struct vmb_thresholds thresholds;
	size_t pairs;
	struct vmb_progress *progress;
};

/**
 * vmb_pair_bench - compare one benchmark.
 * @p: borrowed
 * @id: [2] of the old and the new side, usually the same; borrowed
 * @seed: of order, layout and benchmark data
 * @change: filled
 * @sets: [2], zeroed; get every round of both sides; the caller's to free
 * Return: 0; -EINTR the user wants to stop; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_pair_bench(const struct vmb_pairing *p, const char *const *id, uint64_t seed,
				  struct vmb_change *change, struct vmb_sample_set *sets);

#endif /* VMB_USER_PAIR_H */
