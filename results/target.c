// SPDX-License-Identifier: MIT
#include "results/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/policy.h"

static const struct vmb_target targets[] = {
#define TARGET(i, m, n, c, l, u, t) \
	{ .ids = i, .measure = VMB_TARGET_##m, .name = n, .comparison = VMB_TARGET_##c, .limit = l, \
	  .unit = u, .text = t },
#include "results/targets.def"
};

const struct vmb_target *vmb_targets(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(targets);
	return targets;
}

/* What one unit is in the first of its kind. */
static const struct { const char *unit; int kind; double size; } units[] = {
	{ "s", 0, 1 }, { "ms", 0, 1e-3 }, { "us", 0, 1e-6 }, { "µs", 0, 1e-6 }, { "ns", 0, 1e-9 },
	{ "x", 1, 1 }, { "", 1, 1 }, { "ratio", 1, 1 }, { "%", 1, 0.01 },
};

/* Return: NaN if one is not the other in another size. */
static double convert(double value, const char *from, const char *to)
{
	int a = -1, b = -1;

	if (!strcmp(from, to))
		return value;
	for (int i = 0; i < (int)VMB_ARRAY_SIZE(units); i++) {
		if (!strcmp(units[i].unit, from))
			a = i;
		if (!strcmp(units[i].unit, to))
			b = i;
	}
	if (a < 0 || b < 0 || units[a].kind != units[b].kind)
		return NAN;
	return value * units[a].size / units[b].size;
}

typedef double value_fn(const struct vmb_target *t, const struct vmb_summary *s);

static double time_of(const struct vmb_target *t, const struct vmb_summary *s)
{
	return convert(s->median, "ns", t->unit);
}

static double rate_of(const struct vmb_target *t, const struct vmb_summary *s)
{
	(void)t;
	return s->median > 0 ? 1e9 / s->median : NAN;
}

/* "B/s" of a benchmark whose unit is "B" or, if it says so itself, "B/s". */
static double throughput_of(const struct vmb_target *t, const struct vmb_summary *s)
{
	size_t len = strlen(s->throughput_unit);
	bool same = len && !strncmp(s->throughput_unit, t->unit, len) &&
		    (!t->unit[len] || !strcmp(t->unit + len, "/s"));

	return same && s->throughput > 0 ? s->throughput : NAN;
}

static double metric_of(const struct vmb_target *t, const struct vmb_summary *s)
{
	for (uint32_t i = 0; i < s->nr_metrics; i++)
		if (!strcmp(s->metrics[i].name, t->name))
			return convert(s->metrics[i].value, s->metrics[i].unit, t->unit);
	return NAN;
}

static value_fn *const value_of[] = {
	[VMB_TARGET_TIME] = time_of, [VMB_TARGET_RATE] = rate_of,
	[VMB_TARGET_THROUGHPUT] = throughput_of, [VMB_TARGET_METRIC] = metric_of,
};

bool vmb_target_judge(const struct vmb_target *t, const struct vmb_bench_result *b,
		      struct vmb_target_verdict *out)
{
	if (!vmb_glob(t->ids, b->id))
		return false;
	memset(out, 0, sizeof(*out));
	out->target = t;
	if (b->status != VMB_STATUS_OK || !b->summary.measured)
		return true;
	out->value = value_of[t->measure](t, &b->summary);
	out->measured = isfinite(out->value);
	if (!out->measured)
		return true;
	out->met = t->comparison == VMB_TARGET_BELOW ? out->value < t->limit : out->value > t->limit;
	out->distance_percent = 100 * (out->value / t->limit - 1);
	return true;
}

/* Three digits of what is near, and times of what is far. */
static void put_distance(double percent, char *buf, size_t size)
{
	const char *side = percent < 0 ? "below" : "above";

	if (percent >= 1000)
		snprintf(buf, size, "%.3g times the limit", percent / 100 + 1);
	else
		snprintf(buf, size, "%.3g %% %s", fabs(percent), side);
}

const char *vmb_target_words(const struct vmb_target_verdict *v, char buf[48])
{
	char distance[32];

	if (!v->measured) {
		snprintf(buf, 48, "not measured");
		return buf;
	}
	put_distance(v->distance_percent, distance, sizeof(distance));
	snprintf(buf, 48, "%s, %s", v->met ? "met" : "MISSED", distance);
	return buf;
}
