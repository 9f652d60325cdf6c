// SPDX-License-Identifier: MIT
#include "user/bench/gc/pauses.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "arch/cpu.h"

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void add(struct pause_list *list, uint64_t ticks)
{
	list->ticks[list->nr++ % PAUSES_KEPT] = ticks;
	list->sum += ticks;
	list->longest = ticks > list->longest ? ticks : list->longest;
}

/* The pause that was counted last goes on. */
static void lengthen(struct pause_list *list, uint64_t ticks)
{
	uint64_t *last = &list->ticks[(list->nr - 1) % PAUSES_KEPT];

	*last += ticks;
	list->sum += ticks;
	list->longest = *last > list->longest ? *last : list->longest;
}

static void end(void *priv, const struct gc_pause *pause)
{
	struct pauses *p = priv;
	uint64_t ticks = pause->end_ticks - pause->begin_ticks;

	if (pause->kind == GC_PAUSE_MINOR)
		add(&p->minor, ticks);
	else if (p->major.nr && p->major_stop == pause->stop)
		lengthen(&p->major, ticks);
	else
		add(&p->major, ticks);
	if (pause->kind != GC_PAUSE_MINOR)
		p->major_stop = pause->stop;
}

int pauses_init(struct pauses *p)
{
	*p = (struct pauses){ .events = { .priv = p, .end = end } };
	p->minor.ticks = calloc(PAUSES_KEPT, sizeof(uint64_t));
	p->major.ticks = calloc(PAUSES_KEPT, sizeof(uint64_t));
	p->begin_ns = now_ns();
	p->begin_ticks = cpu_ticks();
	return p->minor.ticks && p->major.ticks ? 0 : -ENOMEM;
}

void pauses_fini(struct pauses *p)
{
	free(p->minor.ticks);
	free(p->major.ticks);
}

static void forget(struct pause_list *list)
{
	list->nr = list->sum = list->longest = 0;
}

void pauses_forget(struct pauses *p)
{
	forget(&p->minor);
	forget(&p->major);
	p->run_ticks = 0;
}

void pauses_run_begin(struct pauses *p)
{
	p->run_begin = cpu_ticks();
}

void pauses_run_end(struct pauses *p)
{
	p->run_ticks += cpu_ticks() - p->run_begin;
}

double pauses_ns(const struct pauses *p, uint64_t ticks)
{
	uint64_t span_ns = now_ns() - p->begin_ns, span = cpu_ticks() - p->begin_ticks;

	return (double)ticks * (double)span_ns / (double)(span ? span : 1);
}

static int by_length(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The smallest that at least so many per cent do not exceed. */
static uint64_t percentile(const struct pause_list *list, uint64_t nr, uint64_t per_cent)
{
	return list->ticks[(nr * per_cent + 99) / 100 - 1];
}

void pauses_report(const struct pauses *p, struct pause_list *list, struct vmb_state *st)
{
	uint64_t nr = list->nr < PAUSES_KEPT ? list->nr : PAUSES_KEPT;

	if (!nr)
		return;
	qsort(list->ticks, nr, sizeof(uint64_t), by_length);
	st->metric(st, "p50", "ms", pauses_ns(p, percentile(list, nr, 50)) / 1e6,
		   VMB_METRIC_MEDIAN);
	st->metric(st, "p99", "ms", pauses_ns(p, percentile(list, nr, 99)) / 1e6,
		   VMB_METRIC_MEDIAN);
	st->metric(st, "max", "ms", pauses_ns(p, list->longest) / 1e6, VMB_METRIC_MAX);
}

void pauses_report_share(const struct pauses *p, struct vmb_state *st)
{
	double paused = (double)(p->minor.sum + p->major.sum);

	if (p->run_ticks)
		st->metric(st, "mutator_share", "%", 100 - 100 * paused / (double)p->run_ticks,
			   VMB_METRIC_MEDIAN);
}
