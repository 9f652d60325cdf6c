// SPDX-License-Identifier: MIT
#include "results/report_context.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool usable(const struct vmb_bench_result *b)
{
	return b->status == VMB_STATUS_OK && b->summary.measured && isfinite(b->summary.median);
}

/*
 * Room for one element more than @nr, zeroed. Return: the array, perhaps moved; NULL: no memory,
 * and @array is as it was.
 */
static void *grow(void *array, size_t nr, size_t size)
{
	char *grown = array;

	if ((nr & (nr - 1)) == 0)	/* 0 and powers of two: it is full */
		grown = realloc(array, (nr ? nr * 2 : 1) * size);
	if (grown)
		memset(grown + nr * size, 0, size);
	return grown;
}

static struct vmb_past_series *find(const struct vmb_past *past, const char *id, size_t hint)
{
	if (hint < past->nr && !strcmp(past->series[hint].id, id))
		return &past->series[hint];
	for (size_t i = 0; i < past->nr; i++)
		if (!strcmp(past->series[i].id, id))
			return &past->series[i];
	return NULL;
}

const struct vmb_past_series *vmb_past_find(const struct vmb_past *past, const char *id,
					    size_t hint)
{
	return find(past, id, hint);
}

static struct vmb_past_series *find_or_add(struct vmb_past *past, const char *id, size_t hint)
{
	struct vmb_past_series *s = find(past, id, hint);

	if (s)
		return s;
	s = grow(past->series, past->nr, sizeof(*s));
	if (!s)
		return NULL;
	past->series = s;
	s += past->nr++;
	snprintf(s->id, sizeof(s->id), "%s", id);
	return s;
}

static int add_point(struct vmb_past_series *s, size_t run, const struct vmb_summary *sum)
{
	struct vmb_past_point *p = grow(s->points, s->nr, sizeof(*p));

	if (!p)
		return -ENOMEM;
	s->points = p;
	p[s->nr++] = (struct vmb_past_point){ run, sum->median, sum->low, sum->high };
	return 0;
}

static void set_run(struct vmb_past_run *run, const struct vmb_result *res)
{
	const struct vmb_fact *commit = vmb_env_find(&res->env, "build.git_commit");

	snprintf(run->id, sizeof(run->id), "%s", res->id);
	snprintf(run->date, sizeof(run->date), "%s", res->date);
	if (commit && commit->type == VMB_FACT_TEXT)
		snprintf(run->commit, sizeof(run->commit), "%.12s", commit->text);
}

int vmb_past_add(struct vmb_past *past, const struct vmb_result *res)
{
	struct vmb_past_run *runs = grow(past->runs, past->nr_runs, sizeof(*runs));
	int err = 0;

	if (!runs)
		return -ENOMEM;
	past->runs = runs;
	set_run(&runs[past->nr_runs++], res);
	for (size_t i = 0; !err && i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];
		struct vmb_past_series *s;

		if (!usable(b))
			continue;
		s = find_or_add(past, b->id, i);
		err = s ? add_point(s, past->nr_runs - 1, &b->summary) : -ENOMEM;
	}
	return err;
}

void vmb_past_fini(struct vmb_past *past)
{
	if (!past)
		return;
	for (size_t i = 0; i < past->nr; i++)
		free(past->series[i].points);
	free(past->series);
	free(past->runs);
	memset(past, 0, sizeof(*past));
}
