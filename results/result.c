// SPDX-License-Identifier: MIT
#include "results/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/digest.h"

#define KEPT_MIN		3
#define DISCARDED_PERCENT_MAX	20

static const char *const status_name[] = {
	[VMB_STATUS_OK] = "ok", [VMB_STATUS_SKIPPED] = "skipped", [VMB_STATUS_FAILED] = "failed",
	[VMB_STATUS_UNRELIABLE] = "unreliable",
};

const char *vmb_status_name(enum vmb_status s)
{
	return (size_t)s < VMB_ARRAY_SIZE(status_name) ? status_name[s] : "unknown";
}

struct vmb_bench_result *vmb_result_add(struct vmb_result *res)
{
	struct vmb_bench_result *grown = realloc(res->benches, (res->nr + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	res->benches = grown;
	memset(&grown[res->nr], 0, sizeof(*grown));
	return &grown[res->nr++];
}

void vmb_result_fini(struct vmb_result *res)
{
	if (!res)
		return;
	for (size_t i = 0; i < res->nr; i++) {
		vmb_sample_set_fini(&res->benches[i].set);
		vmb_summary_fini(&res->benches[i].summary);
	}
	free(res->benches);
	free(res->command);
	free(res->label);
	vmb_env_fini(&res->env);
	memset(res, 0, sizeof(*res));
}

static const struct vmb_round *first_failure(const struct vmb_sample_set *set)
{
	for (size_t r = 0; r < set->nr_rounds; r++)
		if (set->rounds[r].status != VMB_ROUND_OK &&
		    set->rounds[r].status != VMB_ROUND_SKIPPED)
			return &set->rounds[r];
	return NULL;
}

/* A reason among the rounds that were discarded, as an example for the user. */
static const char *why_discarded(const struct vmb_sample_set *set)
{
	for (size_t r = 0; r < set->nr_rounds; r++)
		if (set->rounds[r].discarded && set->rounds[r].reason[0])
			return set->rounds[r].reason;
	return "no batch was left undisturbed";
}

static uint32_t timed_rounds(const struct vmb_sample_set *set)
{
	uint32_t nr = 0;

	for (size_t r = 0; r < set->nr_rounds; r++)
		nr += !vmb_round_simulated(&set->rounds[r]);
	return nr;
}

/* What does not fit is cut off: the beginning of a reason says the most. */
VMB_PRINTF(2, 3)
static void set_reason(struct vmb_bench_result *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(b->reason, sizeof(b->reason), fmt, ap);
	va_end(ap);
}

static void set_failed(struct vmb_bench_result *b, const struct vmb_round *r)
{
	b->status = VMB_STATUS_FAILED;
	set_reason(b, "round %u: %s", r->index,
		   r->reason[0] ? r->reason : vmb_round_status_name(r->status));
}

/* An estimate from few or much disturbed rounds is given, but not as a fact. */
static void set_reliability(struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;
	uint32_t judged = s->kept + s->discarded, timed = timed_rounds(&b->set);

	b->status = VMB_STATUS_UNRELIABLE;
	if (!timed)
		set_reason(b, "nothing was timed: %s",
			   b->set.nr_rounds ? "only simulated counters" : "no round was run");
	else if (s->discarded * 100ull > judged * (unsigned long long)DISCARDED_PERCENT_MAX)
		set_reason(b, "%u of %u rounds were discarded, because %s",
			   s->discarded, judged, why_discarded(&b->set));
	else if (s->kept < KEPT_MIN && s->kept < timed)
		set_reason(b, "only %u of %u rounds could be used", s->kept, timed);
	else
		b->status = VMB_STATUS_OK;
}

int vmb_bench_conclude(struct vmb_bench_result *b, const struct vmb_summary_opts *opts)
{
	const struct vmb_round *failure = first_failure(&b->set);
	int rc;

	vmb_summary_fini(&b->summary);
	rc = vmb_summarise(&b->set, opts, &b->summary);
	if (rc)
		return rc;
	/* Found before any round was started, by whoever built the result. */
	if (!b->set.nr_rounds && b->reason[0])
		return 0;
	b->reason[0] = '\0';
	if (failure) {
		set_failed(b, failure);
	} else if (b->set.nr_rounds && b->set.rounds[0].status == VMB_ROUND_SKIPPED) {
		b->status = VMB_STATUS_SKIPPED;
		memcpy(b->reason, b->set.rounds[0].reason, sizeof(b->reason));
	} else {
		set_reliability(b);
	}
	return 0;
}
