// SPDX-License-Identifier: MIT
#include "results/history.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/checksum.h"
#include "results/machine.h"

#define TREND_CONFIDENCE	0.99
#define TREND_MIN		8	/* points; fewer make a line of anything */

void vmb_history_fini(struct vmb_history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->nr; i++) {
		for (size_t k = 0; k < h->bench[i].nr; k++)
			free(h->bench[i].point[k].ns);
		free(h->bench[i].point);
	}
	free(h->bench);
	free(h->run);
	free(h->bad);
	memset(h, 0, sizeof(*h));
}

/* Room for one more, zeroed. Return: the array, moved; NULL: no memory, and it is as it was. */
static void *grow(void *array, size_t nr, size_t size)
{
	char *grown = realloc(array, (nr + 1) * size);

	if (grown)
		memset(grown + nr * size, 0, size);
	return grown;
}

/* One run. */

static bool is_dirty(const struct vmb_env *env)
{
	const struct vmb_fact *f = vmb_env_find(env, "build.git_dirty");

	return f && f->number != 0;
}

static uint64_t build_of(const struct vmb_env *env)
{
	static const char *const keys[] = { "build.git_commit", "build.compiler", "build.flags" };
	uint64_t sums[VMB_ARRAY_SIZE(keys)];

	if (!*vmb_env_words(env, keys[0]) || is_dirty(env))
		return 0;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(keys); i++) {
		const char *words = vmb_env_words(env, keys[i]);

		sums[i] = vmb_checksum(words, strlen(words));
	}
	return vmb_checksum(sums, sizeof(sums));
}

static int add_run(struct vmb_history *h, const struct vmb_result *res)
{
	struct vmb_history_run *run = grow(h->run, h->nr_runs, sizeof(*run));

	if (!run)
		return -ENOMEM;
	h->run = run;
	run += h->nr_runs++;
	snprintf(run->id, sizeof(run->id), "%s", res->id);
	snprintf(run->date, sizeof(run->date), "%s", res->date);
	snprintf(run->commit, sizeof(run->commit), "%s", vmb_env_words(&res->env, "build.git_commit"));
	run->dirty = is_dirty(&res->env);
	run->build = build_of(&res->env);
	return 0;
}

const struct vmb_history_bench *vmb_history_find(const struct vmb_history *h, const char *id)
{
	for (size_t i = 0; i < h->nr; i++)
		if (!strcmp(h->bench[i].id, id))
			return &h->bench[i];
	return NULL;
}

/* Runs mostly hold the same benchmarks in the same order: @hint is where it is, then. */
static struct vmb_history_bench *bench_of(struct vmb_history *h, const struct vmb_bench_result *b,
					  size_t hint)
{
	struct vmb_history_bench *new;

	if (hint < h->nr && !strcmp(h->bench[hint].id, b->id))
		return &h->bench[hint];
	for (size_t i = 0; i < h->nr; i++)
		if (!strcmp(h->bench[i].id, b->id))
			return &h->bench[i];
	new = grow(h->bench, h->nr, sizeof(*new));
	if (!new)
		return NULL;
	h->bench = new;
	new += h->nr++;
	snprintf(new->id, sizeof(new->id), "%s", b->id);
	snprintf(new->category, sizeof(new->category), "%s", b->category);
	return new;
}

static bool usable(const struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;

	return b->status == VMB_STATUS_OK && s->measured && isfinite(s->median) && s->median > 0;
}

static int add_point(struct vmb_history *h, const struct vmb_bench_result *b, size_t hint)
{
	const struct vmb_summary *s = &b->summary;
	struct vmb_history_bench *to = bench_of(h, b, hint);
	struct vmb_history_point *p = to ? grow(to->point, to->nr, sizeof(*p)) : NULL;

	if (!p)
		return -ENOMEM;
	to->point = p;
	p += to->nr;
	p->ns = malloc((s->nr_round_ns + 1) * sizeof(*p->ns));
	if (!p->ns)
		return -ENOMEM;
	if (s->nr_round_ns)
		memcpy(p->ns, s->round_ns, s->nr_round_ns * sizeof(*p->ns));
	to->nr++;
	p->run = h->nr_runs - 1;
	p->median = s->median;
	p->low = s->low;
	p->high = s->high;
	p->n = s->nr_round_ns;
	return 0;
}

int vmb_history_add(struct vmb_history *h, const struct vmb_result *res,
		    const struct vmb_history_opts *opts)
{
	int err = add_run(h, res);

	for (size_t i = 0; i < res->nr && !err; i++) {
		const struct vmb_bench_result *b = &res->benches[i];

		if (usable(b) && (!opts || !opts->wanted || opts->wanted(b->id, opts->arg)))
			err = add_point(h, b, i);
	}
	return err;
}

/* The store. */

static int add_bad(struct vmb_history *h, const struct vmb_error *why)
{
	struct vmb_history_bad *bad = grow(h->bad, h->nr_bad, sizeof(*bad));

	if (!bad)
		return -ENOMEM;
	h->bad = bad;
	bad += h->nr_bad++;
	snprintf(bad->why, sizeof(bad->why), "%s", why->text);
	return 0;
}

/* Without a machine that was asked for, the first run that can be read decides: the newest. */
static bool same_machine(struct vmb_history *h, const struct vmb_result *res)
{
	const char *print = vmb_machine_fingerprint(&res->env);

	if (!h->fingerprint[0] && print)
		snprintf(h->fingerprint, sizeof(h->fingerprint), "%s", print);
	return print && !strcmp(h->fingerprint, print);
}

static int add_file(struct vmb_history *h, const char *dir, const char *path,
		    const struct vmb_history_opts *opts)
{
	struct vmb_result res = { 0 };
	struct vmb_error why = { "" };
	int err = vmb_store_load(dir, path, &res, &why);

	if (err == -ENOMEM)
		return err;
	if (err)
		return add_bad(h, &why);
	if (same_machine(h, &res))
		err = vmb_history_add(h, &res, opts);
	else
		h->others++;
	vmb_result_fini(&res);
	return err;
}

/* Read newest first, because the newest decides; then turned round. */
static void reverse(struct vmb_history *h)
{
	for (size_t i = 0, k = h->nr_runs; i + 1 < k; i++) {
		struct vmb_history_run run = h->run[i];

		h->run[i] = h->run[--k];
		h->run[k] = run;
	}
	for (size_t b = 0; b < h->nr; b++) {
		struct vmb_history_point *p = h->bench[b].point;

		for (size_t i = 0, k = h->bench[b].nr; i + 1 < k; i++) {
			struct vmb_history_point point = p[i];

			p[i] = p[--k];
			p[k] = point;
		}
		for (size_t i = 0; i < h->bench[b].nr; i++)
			p[i].run = h->nr_runs - 1 - p[i].run;
	}
}

int vmb_history_load(const char *dir, const struct vmb_history_opts *opts, struct vmb_history *out,
		     struct vmb_error *err)
{
	size_t most = opts && opts->most ? opts->most : VMB_CHANGE_MAX;
	struct vmb_store_list list;
	int rc;

	memset(out, 0, sizeof(*out));
	if (opts && opts->fingerprint)
		snprintf(out->fingerprint, sizeof(out->fingerprint), "%s", opts->fingerprint);
	rc = vmb_store_list(dir, VMB_STORE_RUNS, &list, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < list.nr && i < most && !rc; i++)
		rc = add_file(out, dir, list.entries[list.nr - 1 - i].path, opts);
	out->left_out = list.nr > most ? list.nr - most : 0;
	vmb_store_list_fini(&list);
	if (rc) {
		vmb_error_set(err, "out of memory");
		vmb_history_fini(out);
	} else {
		reverse(out);
	}
	return rc;
}

/* Noise. */

static bool is_among(const char *id, const char *const *but, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(id, but[i]))
			return true;
	return false;
}

struct group {
	const struct vmb_history *h;
	const struct vmb_history_bench *b;
	const char *const *but;
	size_t nr_but;
};

static bool counts(const struct group *g, const struct vmb_history_point *p, uint64_t build)
{
	const struct vmb_history_run *run = &g->h->run[p->run];

	return build && run->build == build && p->n >= 2 && !is_among(run->id, g->but, g->nr_but);
}

static size_t size_of(const struct group *g, uint64_t build)
{
	size_t n = 0;

	for (size_t i = 0; i < g->b->nr; i++)
		n += counts(g, &g->b->point[i], build);
	return n;
}

static uint64_t best_build(const struct group *g, size_t *size)
{
	uint64_t best = 0;

	*size = 0;
	for (size_t i = g->b->nr; i--;) {
		uint64_t build = g->h->run[g->b->point[i].run].build;
		size_t n = build == best ? 0 : size_of(g, build);

		if (n > *size) {
			*size = n;
			best = build;
		}
	}
	return best;
}

int vmb_history_noise(const struct vmb_history *h, const char *id, const char *const *but,
		      size_t nr_but, struct vmb_session_noise *out)
{
	struct group g = { .h = h, .b = vmb_history_find(h, id), .but = but, .nr_but = nr_but };
	struct vmb_rounds_ns *session;
	size_t size = 0, n = 0;
	uint64_t build = g.b ? best_build(&g, &size) : 0;
	int rc;

	if (size < VMB_MIN_SESSIONS)
		return -ENODATA;
	session = malloc(size * sizeof(*session));
	if (!session)
		return -ENOMEM;
	for (size_t i = 0; i < g.b->nr; i++)
		if (counts(&g, &g.b->point[i], build))
			session[n++] = (struct vmb_rounds_ns){ g.b->point[i].ns, g.b->point[i].n };
	rc = vmb_session_noise_learn(session, n, out);
	free(session);
	return rc == -ENOMEM || !rc ? rc : -ENODATA;
}

/* Findings. */

void vmb_history_findings_fini(struct vmb_history_findings *f)
{
	free(f->change);
	memset(f, 0, sizeof(*f));
}

static int find_trend(const double *x, size_t n, struct vmb_history_findings *out)
{
	double *when;
	int rc;

	out->since = out->nr ? out->change[out->nr - 1].at : 0;
	n -= out->since;
	if (n < TREND_MIN)
		return 0;
	when = malloc(n * sizeof(*when));
	if (!when)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		when[i] = (double)i;
	rc = vmb_trend(when, x + out->since, n, TREND_CONFIDENCE, &out->trend);
	out->has_trend = !rc;
	free(when);
	return rc == -ENOMEM ? rc : 0;
}

int vmb_history_analyse(const struct vmb_history_bench *b, struct vmb_history_findings *out)
{
	/* the newest, if there are more than can be searched */
	size_t n = b->nr < VMB_CHANGE_MAX ? b->nr : VMB_CHANGE_MAX, first = b->nr - n;
	double *x = malloc((n + 1) * sizeof(*x));
	int rc;

	memset(out, 0, sizeof(*out));
	if (!x)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		x[i] = log(b->point[first + i].median);
	rc = vmb_change_points(x, n, NULL, &out->change, &out->nr);
	if (!rc)
		rc = find_trend(x, n, out);
	for (size_t i = 0; i < out->nr; i++)
		out->change[i].at += first;
	out->since += first;
	free(x);
	if (rc)
		vmb_history_findings_fini(out);
	return rc;
}
