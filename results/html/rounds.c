// SPDX-License-Identifier: MIT
#include "results/html/rounds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/digest.h"
#include "results/stat_slope.h"

static double to_ns(const struct vmb_round *r, uint64_t ticks)
{
	return (double)ticks * 1e9 / r->tick_hz;
}

static int make_room(struct html_round *out, size_t nr)
{
	out->iters = calloc(nr + 1, sizeof(*out->iters));
	out->batch_ns = calloc(nr + 1, sizeof(*out->batch_ns));
	return out->iters && out->batch_ns ? 0 : -ENOMEM;
}

static void add_batch(struct html_round *out, const struct vmb_sample *s)
{
	out->iters[out->nr] = (double)s->iters;
	out->batch_ns[out->nr++] = to_ns(out->round, s->ticks);
}

/* What the estimate rests on. */
static void take_counted(struct html_round *out, const struct vmb_digest *d)
{
	for (size_t i = 0; i < d->body.nr; i++)
		add_batch(out, d->body.at[i]);
}

/* The way to the steady state is part of the picture. */
static void take_all(struct html_round *out)
{
	for (size_t i = 0; i < out->round->nr_samples; i++) {
		const struct vmb_sample *s = &out->round->samples[i];

		if (s->iters && !(s->flags & VMB_SAMPLE_BASELINE))
			add_batch(out, s);
	}
}

static int fit(struct html_round *out)
{
	struct vmb_line line;
	int err;

	if (out->round->sampling != VMB_SAMPLING_SLOPE || out->nr < 2)
		return 0;
	err = vmb_theil_sen(out->iters, out->batch_ns, out->nr, &line);
	if (err == -ENOMEM)
		return err;
	if (!err) {
		out->slope = line.slope;
		out->intercept = line.intercept;
	}
	return 0;
}

static int read_batches(struct html_round *out, const struct vmb_digest *d)
{
	const struct vmb_round *r = out->round;
	int err = make_room(out, r->nr_samples);

	if (err || !(r->tick_hz > 0) || !isfinite(r->tick_hz) || vmb_round_simulated(r))
		return err;
	if (r->sampling == VMB_SAMPLING_STEADY)
		take_all(out);
	else
		take_counted(out, d);
	return fit(out);
}

static int read_round(const struct vmb_round *r, struct html_round *out)
{
	struct vmb_round as_kept = *r;	/* the samples are still @r's */
	struct vmb_digest d;
	int err;

	*out = (struct html_round){ .round = r, .ns = NAN, .slope = NAN, .intercept = NAN };
	as_kept.discarded = false;
	err = vmb_digest_round(&as_kept, &d);
	if (!err)
		err = read_batches(out, &d);
	if (!err && d.use == VMB_DIGEST_KEPT) {
		out->ns = d.ns;
		out->kept = !r->discarded;
	}
	vmb_digest_fini(&d);
	return err;
}

int html_rounds_read(const struct vmb_bench_result *b, struct html_rounds *out)
{
	int err = 0;

	memset(out, 0, sizeof(*out));
	out->at = calloc(b->set.nr_rounds + 1, sizeof(*out->at));
	if (!out->at)
		return -ENOMEM;
	for (size_t i = 0; !err && i < b->set.nr_rounds; i++) {
		err = read_round(&b->set.rounds[i], &out->at[out->nr]);
		out->line = out->line || isfinite(out->at[out->nr].slope);
		out->batches += out->at[out->nr++].nr;
	}
	return err;
}

void html_rounds_fini(struct html_rounds *r)
{
	for (size_t i = 0; i < r->nr; i++) {
		free(r->at[i].iters);
		free(r->at[i].batch_ns);
	}
	free(r->at);
	memset(r, 0, sizeof(*r));
}
