// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "user/judge.h"
#include "user/pair.h"
#include "user/selftest/selftest.h"

static void count(const struct vmb_change *c, struct vmb_trials *out)
{
	size_t *const slot[] = {
		[VMB_VERDICT_REGRESSED] = &out->regressed, [VMB_VERDICT_IMPROVED] = &out->improved,
		[VMB_VERDICT_EQUIVALENT] = &out->equivalent,
		[VMB_VERDICT_INCONCLUSIVE] = &out->inconclusive,
	};

	out->asked++;
	if (c->state != VMB_CHANGE_COMPARED)
		return;
	out->done++;
	(*slot[c->verdict])++;
}

int vmb_trials_run(struct vmb_selftest *t, const char *old, const char *fresh, size_t nr,
		   struct vmb_trials *out)
{
	struct vmb_progress progress;
	struct vmb_pairing p = {
		.session = t->session, .sides = { &t->self, &t->self }, .progress = &progress,
	};
	int err = 0;

	vmb_judge_options(t->session->options, &p.opts);
	vmb_progress_begin(&progress, !t->session->options->quiet, nr * vmb_next_look(0, p.opts.looks));
	for (size_t i = 0, done = out->done; i < 2 * nr && out->done < done + nr && !err; i++) {
		struct vmb_change change = { 0 };
		struct vmb_sample_set sets[2] = { 0 };

		err = vmb_pair_bench(&p, (const char *const[]){ old, fresh }, vmb_random(&t->seed),
				     &change, sets);
		vmb_sample_set_fini(&sets[0]);
		vmb_sample_set_fini(&sets[1]);
		if (!err)
			count(&change, out);
	}
	vmb_progress_clear(&progress);
	return err;
}
