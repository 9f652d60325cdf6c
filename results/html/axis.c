// SPDX-License-Identifier: MIT
#include "results/html/axis.h"

#include <math.h>
#include <stdio.h>

#include "results/report.h"

#define AIR	0.05	/* of the range, on both sides */

void html_range_add(struct html_range *r, double v)
{
	if (!isfinite(v) || fabs(v) > 1e200)	/* differences and squares stay finite */
		return;
	r->low = r->any ? fmin(r->low, v) : v;
	r->high = r->any ? fmax(r->high, v) : v;
	r->any = true;
}

static void fit_linear(struct html_axis *a, const struct html_range *r)
{
	double width = r->high - r->low;

	/* Equal values, or as good as equal: closer, the ticks could not be told apart. */
	if (!(width > 1e-9 * fmax(fabs(r->low), fabs(r->high))))
		width = r->high != 0 ? 0.02 * fabs(r->high) : 1;
	a->low = r->low - AIR * width;
	a->high = r->high + AIR * width;
	if (r->low >= 0 && a->low < 0)
		a->low = 0;
	if (!(a->high > a->low))
		a->high = a->low + 1;
}

static void fit_log(struct html_axis *a, const struct html_range *r)
{
	double air = pow(r->high / r->low, AIR);

	if (!(air > 1))
		air = 1.05;
	a->low = r->low / air;
	a->high = r->high * air;
}

void html_axis_fit(struct html_axis *a, enum html_quantity quantity, const struct html_range *r,
		   bool log)
{
	a->quantity = quantity;
	a->log = log && r->any && r->low > 1e-200;
	if (!r->any)
		fit_linear(a, &(struct html_range){ true, 0, 1 });
	else if (a->log)
		fit_log(a, r);
	else
		fit_linear(a, r);
}

static double share(const struct html_axis *a, double v)
{
	if (!a->log)
		return (v - a->low) / (a->high - a->low);
	return v > 0 ? log(v / a->low) / log(a->high / a->low) : 0;
}

double html_axis_place(const struct html_axis *a, double v)
{
	double s = share(a, v);

	if (!(s > 0))
		s = 0;
	return a->from + (s > 1 ? 1 : s) * (a->to - a->from);
}

/* 1, 2 or 5 times a power of ten, no less than @least. */
static double round_step(double least)
{
	static const double steps[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(least)));
	size_t i = 0;

	while (i < 3 && steps[i] * power < least * (1 - 1e-9))
		i++;
	return steps[i] * power;
}

struct scale { double size; const char *name; };

static const struct scale times[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" }, { 1, "ns" } };
static const struct scale counts[] = {
	{ 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" }, { 1, "" },
};

/* The greatest that does not make the axis's far end less than 1. */
static const struct scale *choose(const struct html_axis *a, double step)
{
	const struct scale *s = a->quantity == HTML_TIME ? times : counts;
	double far = fmax(fabs(a->low), fabs(a->high));

	if (a->quantity == HTML_COUNT)	/* 0, 500, 1 k: the labels have their units */
		far = fmax(step, far / 100);
	while (s->size > 1 && far < s->size * 0.9995)
		s++;
	return s;
}

static void label_linear(const struct scale *s, double v, int decimals, bool with_unit, char *label)
{
	double scaled = v / s->size;

	if (fabs(scaled) < pow(10, -decimals) / 2)
		scaled = 0;	/* never "-0" */
	if (fabs(scaled) >= 1e7 || decimals > 6)	/* as many digits as tell the ticks apart */
		snprintf(label, 24, "%.*g%s", (int)fmin(12, fmax(1, log10(fabs(scaled)) + decimals + 2)),
			 scaled, with_unit ? s->name : "");
	else
		snprintf(label, 24, "%.*f%s", decimals, scaled,
			 with_unit && scaled != 0 ? s->name : "");
}

static void ticks_linear(const struct html_axis *a, size_t most, struct html_ticks *out)
{
	double step = round_step((a->high - a->low) / (double)most);
	const struct scale *s = choose(a, step);
	int decimals = (int)fmax(0, ceil(-log10(step / s->size) - 1e-9));
	double first = ceil(a->low / step - 1e-9);

	out->unit = a->quantity == HTML_TIME ? s->name : "";
	for (size_t i = 0; out->nr < most; i++) {
		double v = (first + (double)i) * step;

		if (v > a->high + step * 1e-9)
			break;
		out->at[out->nr] = v;
		label_linear(s, v, decimals, a->quantity == HTML_COUNT, out->label[out->nr]);
		out->nr++;
	}
}

static void put_log_tick(const struct html_axis *a, double v, struct html_ticks *out)
{
	char *label = out->label[out->nr];
	char buf[32];

	if (a->quantity == HTML_TIME)
		vmb_format_ns(v, buf);
	else
		vmb_format_si(v, "", buf);
	snprintf(label, 24, "%.23s", buf);
	out->at[out->nr++] = v;
}

/* How many of {1}, {1, 3}, {1, 2, 5} times powers of ten; every @stride-th power. */
static size_t log_ticks(const struct html_axis *a, const double *digits, size_t nr_digits,
			int stride, size_t most, struct html_ticks *out)
{
	int first = (int)floor(log10(a->low)), last = (int)ceil(log10(a->high));
	size_t nr = 0;

	for (int power = first; power <= last; power++) {
		if (power % stride)
			continue;
		for (size_t i = 0; i < nr_digits; i++) {
			double v = digits[i] * pow(10, power);

			if (v < a->low * (1 - 1e-9) || v > a->high * (1 + 1e-9))
				continue;
			if (out && nr < most)
				put_log_tick(a, v, out);
			nr++;
		}
	}
	return nr;
}

static void ticks_log(const struct html_axis *a, size_t most, struct html_ticks *out)
{
	static const double one[] = { 1 }, two[] = { 1, 3 }, three[] = { 1, 2, 5 };
	static const double *const digits[] = { three, two, one };
	size_t i = 0;
	int stride = 1;

	while (i < 2 && log_ticks(a, digits[i], 3 - i, 1, most, NULL) > most)
		i++;
	while (log_ticks(a, digits[i], 3 - i, stride, most, NULL) > most)
		stride++;
	log_ticks(a, digits[i], 3 - i, stride, most, out);
}

void html_axis_ticks(const struct html_axis *a, size_t most, struct html_ticks *out)
{
	out->nr = 0;
	out->unit = "";
	if (most > HTML_MAX_TICKS)
		most = HTML_MAX_TICKS;
	if (a->log && a->high / a->low > 4)
		ticks_log(a, most, out);
	else
		ticks_linear(a, most, out);
}

const char *html_format_ns(double ns, double difference, char buf[32])
{
	const struct scale *s = times;
	int decimals, whole;

	vmb_format_ns(ns, buf);
	if (!(difference > 0) || !isfinite(difference) || !isfinite(ns) || !(fabs(ns) < 1e15))
		return buf;
	while (s->size > 1 && fabs(ns) < s->size * 0.9995)
		s++;
	whole = fabs(ns) >= s->size ? (int)floor(log10(fabs(ns) / s->size)) + 1 : 1;
	decimals = (int)ceil(-log10(difference / s->size)) + 1;
	if (decimals > 7 - whole)
		decimals = 7 - whole;
	if (decimals > 3 - whole)	/* otherwise three digits are enough */
		snprintf(buf, 32, "%.*f %s", decimals < 0 ? 0 : decimals, ns / s->size, s->name);
	return buf;
}
