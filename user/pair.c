// SPDX-License-Identifier: MIT
#include "user/pair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_PAIRS	VMB_MAX_ROUNDS_ASKED
#define OLD		0
#define NEW		1

/* One benchmark under way. */
struct work {
	const struct vmb_pairing *p;
	const char *const *id;		/* [side] */
	uint64_t random;
	uint64_t iters;			/* same for both sides; 0 until the first round */
	size_t started, kept;		/* pairs */
	bool old_first;			/* of the pair under way */
	double ns[2][MAX_PAIRS];	/* [side][kept] */
	struct vmb_change *change;
	struct vmb_sample_set *sets;
};

/*
 * Blocks of two pairs, ABBA or BAAB at random: a drift of the machine within a block hits both
 * sides alike.
 */
static void choose_order(struct work *w)
{
	if (w->started % 2 == 0)
		w->old_first = vmb_random(&w->random) & 1;
	else
		w->old_first = !w->old_first;
}

static void make_request(struct work *w, int side, uint64_t seed, uint32_t offset,
			 struct vmb_request *rq)
{
	const struct vmb_counter_plan *counters = &w->p->session->counters;

	vmb_session_request(w->p->session, w->id[side], rq);
	rq->index = (uint32_t)w->started;
	rq->seed = seed;
	rq->env_offset_bytes = offset;
	rq->iters = w->iters;
	/* One set for all pairs: what is compared must have been counted at the same time. */
	if (counters->nr_sets)
		rq->counters = counters->set[0];
}

/* Time of one operation in one round, by the same estimator as everywhere. */
static int estimate(struct vmb_round *r, double *ns)
{
	struct vmb_sample_set one = { .nr_rounds = 1, .rounds = r };
	struct vmb_summary sum;
	int err = vmb_summarise(&one, NULL, &sum);

	if (err)
		return err;
	*ns = sum.measured ? sum.median : 0;
	vmb_summary_fini(&sum);
	return 0;
}

static void give_up(struct work *w, int side, const struct vmb_round *r)
{
	static const char *const name[] = { [OLD] = "old", [NEW] = "new" };

	w->change->state = VMB_CHANGE_UNUSABLE;
	w->change->failed = r->status != VMB_ROUND_SKIPPED;
	snprintf(w->change->reason, sizeof(w->change->reason), "%s side %s: %.300s", name[side],
		 vmb_round_status_name(r->status), r->reason);
}

static int keep_pair(struct work *w, struct vmb_round *r)
{
	int err = 0;

	for (int side = OLD; side <= NEW && !err; side++)
		err = estimate(&r[side], &w->ns[side][w->kept]);
	w->kept += !err;
	return err;
}

static int file_pair(struct work *w, struct vmb_round *r)
{
	int err = 0;

	for (int side = OLD; side <= NEW; side++) {
		if (!err)
			err = vmb_sample_set_add(&w->sets[side], &r[side]);
		if (err)
			vmb_round_fini(&r[side]);
	}
	return err;
}

/* A disturbed round takes its partner along: half a pair compares nothing. */
static int judge_pair(struct work *w, struct vmb_round *r)
{
	for (int side = OLD; side <= NEW; side++) {
		if (r[side].status != VMB_ROUND_OK) {
			give_up(w, side, &r[side]);
			return 0;
		}
		vmb_round_judge(&r[side]);
	}
	for (int side = OLD; side <= NEW; side++)
		if (r[!side].discarded && !r[side].discarded) {
			r[side].discarded = true;
			snprintf(r[side].reason, sizeof(r[side].reason), "its partner was discarded");
		}
	if (r[OLD].discarded) {
		w->change->discarded++;
		return 0;
	}
	return keep_pair(w, r);
}

static int run_pair(struct work *w)
{
	struct vmb_round r[2] = { 0 };
	struct vmb_request rq;
	uint64_t seed = vmb_random(&w->random);
	uint32_t offset = (uint32_t)(vmb_random(&w->random) % 4096);
	int err = 0;

	choose_order(w);
	for (int turn = 0; turn < 2 && !err; turn++) {
		int side = (turn == 0) == w->old_first ? OLD : NEW;

		make_request(w, side, seed, offset, &rq);
		err = vmb_side_round(w->p->session, w->p->sides[side], &rq, &r[side]);
		if (!err && !w->iters)
			w->iters = vmb_round_smallest_batch(&r[side]);
	}
	w->started++;
	if (!err)
		err = judge_pair(w, r);
	if (!err)
		return file_pair(w, r);
	vmb_round_fini(&r[OLD]);
	vmb_round_fini(&r[NEW]);
	return err;
}

/* Return: 0 and @w->kept == @want, or the benchmark is unusable; -errno. */
static int run_until(struct work *w, size_t want)
{
	int err = 0;

	while (!err && w->kept < want && w->change->state == VMB_CHANGE_COMPARED) {
		if (w->started >= want + (want + 1) / 2) {
			w->change->state = VMB_CHANGE_UNUSABLE;
			snprintf(w->change->reason, sizeof(w->change->reason),
				 "%u of %zu pairs were discarded: the machine is too disturbed",
				 w->change->discarded, w->started);
			break;
		}
		vmb_progress_round(w->p->progress, w->id[NEW], w->kept, want);
		err = run_pair(w);
	}
	return err;
}

static int judge(struct work *w)
{
	int err = vmb_change_from_pairs(w->change, w->ns[OLD], w->ns[NEW], w->kept, &w->p->opts,
					&w->p->thresholds);

	return err == -EDOM ? 0 : err;
}

static bool settled(const struct vmb_change *c)
{
	return c->state != VMB_CHANGE_COMPARED || c->verdict != VMB_VERDICT_INCONCLUSIVE;
}

int vmb_pair_bench(const struct vmb_pairing *p, const char *const *id, uint64_t seed,
		   struct vmb_change *change, struct vmb_sample_set *sets)
{
	struct work w = { .p = p, .id = id, .random = seed, .change = change, .sets = sets };
	size_t want = p->pairs ? p->pairs : vmb_next_look(0, p->opts.looks);
	int err = 0;

	change->state = VMB_CHANGE_COMPARED;
	while (!err && want) {
		err = run_until(&w, want);
		if (!err && change->state == VMB_CHANGE_COMPARED)
			err = judge(&w);
		want = p->pairs || settled(change) ? 0 : vmb_next_look(want, p->opts.looks);
	}
	return err;
}
