// SPDX-License-Identifier: MIT
#include "results/sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const status_name[] = {
	[VMB_ROUND_OK] = "ok", [VMB_ROUND_SKIPPED] = "skipped", [VMB_ROUND_FAILED] = "failed",
	[VMB_ROUND_CRASHED] = "crashed", [VMB_ROUND_TIMEOUT] = "timeout",
};

static const char *const sampling_name[] = {
	[VMB_SAMPLING_SLOPE] = "slope", [VMB_SAMPLING_FLAT] = "flat",
	[VMB_SAMPLING_STEADY] = "steady",
};

const char *vmb_round_status_name(enum vmb_round_status s)
{
	return (size_t)s < VMB_ARRAY_SIZE(status_name) ? status_name[s] : "unknown";
}

const char *vmb_sampling_name(enum vmb_sampling s)
{
	return (size_t)s < VMB_ARRAY_SIZE(sampling_name) ? sampling_name[s] : "unknown";
}

void vmb_round_fini(struct vmb_round *r)
{
	if (!r)
		return;
	free(r->samples);
	memset(r, 0, sizeof(*r));
}

int vmb_sample_set_add(struct vmb_sample_set *set, struct vmb_round *r)
{
	struct vmb_round *grown;

	if (set->nr_rounds >= VMB_MAX_ROUNDS)
		return -E2BIG;
	grown = realloc(set->rounds, (set->nr_rounds + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	set->rounds = grown;
	grown[set->nr_rounds++] = *r;
	memset(r, 0, sizeof(*r));
	return 0;
}

void vmb_sample_set_fini(struct vmb_sample_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->nr_rounds; i++)
		vmb_round_fini(&set->rounds[i]);
	free(set->rounds);
	memset(set, 0, sizeof(*set));
}

static size_t disturbed_batches(const struct vmb_round *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nr_samples; i++)
		n += !!(r->samples[i].flags & VMB_SAMPLE_DISTURBED);
	return n;
}

void vmb_round_judge(struct vmb_round *r)
{
	const struct vmb_evidence *e = &r->evidence;
	size_t disturbed = disturbed_batches(r);

	if (r->status != VMB_ROUND_OK)
		return;
	if ((e->known & VMB_EV_STEAL) && e->steal_ticks)
		snprintf(r->reason, sizeof(r->reason), "the hypervisor stole %llu ticks",
			 (unsigned long long)e->steal_ticks);
	else if ((e->known & VMB_EV_THROTTLES) && e->throttles)
		snprintf(r->reason, sizeof(r->reason), "%llu thermal throttle events",
			 (unsigned long long)e->throttles);
	else if (disturbed * 3 > r->nr_samples)
		snprintf(r->reason, sizeof(r->reason), "%zu of %zu batches were disturbed",
			 disturbed, r->nr_samples);
	else
		return;
	r->discarded = true;
}

uint64_t vmb_round_smallest_batch(const struct vmb_round *r)
{
	uint64_t least = 0;

	if (r->sampling != VMB_SAMPLING_SLOPE)
		return 0;
	for (size_t i = 0; i < r->nr_samples; i++)
		if (!least || r->samples[i].iters < least)
			least = r->samples[i].iters;
	return least;
}
