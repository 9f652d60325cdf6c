// SPDX-License-Identifier: MIT
#include <math.h>
#include <string.h>

#include "results/report_view.h"

struct scale { double from; const char *prefix; };

/* Digits after the point that leave @digits significant ones, and no more than four. */
static int decimals(double value, int digits)
{
	int whole = value != 0 ? (int)floor(log10(fabs(value))) + 1 : 1;
	int d = digits - whole;

	return d < 0 ? 0 : d > 4 ? 4 : d;
}

/* Without trailing zeros: 3.40 is 3.4, 12.0 is 12. */
static size_t put_number(double value, int digits, char *buf, size_t size)
{
	size_t len;

	snprintf(buf, size, "%.*f", decimals(value, digits), value);
	len = strlen(buf);
	if (memchr(buf, '.', len))
		while (buf[len - 1] == '0')
			len--;
	if (buf[len - 1] == '.')
		len--;
	buf[len] = '\0';
	if (!strcmp(buf, "-0"))
		strcpy(buf, "0");
	return strlen(buf);
}

/* The scale is chosen after rounding: 999.7 is 1 k, not 1000. */
static const struct scale *choose(const struct scale *s, size_t nr, double value)
{
	size_t i = 0;

	while (i + 1 < nr && fabs(value) < s[i].from * 0.9995)
		i++;
	return &s[i];
}

static const char *scaled(const struct scale *s, double value, int digits, const char *unit,
			  char *buf, size_t size)
{
	double v = value / s->from;
	size_t len;

	if (!isfinite(value)) {
		snprintf(buf, size, "n/a");
		return buf;
	}
	if (fabs(v) >= 1e7)
		len = (size_t)snprintf(buf, size, "%.*g", digits, v);
	else
		len = put_number(v, digits, buf, size);
	if (len < size && (*s->prefix || *unit))
		snprintf(buf + len, size - len, " %s%s", s->prefix, unit);
	return buf;
}

const char *vmb_format_ns(double ns, char buf[24])
{
	static const struct scale scales[] = {
		{ 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" }, { 1, "ns" },
	};

	return scaled(choose(scales, VMB_ARRAY_SIZE(scales), ns), ns, 3, "", buf, 24);
}

static const struct scale si_scales[] = {
	{ 1e15, "P" }, { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" }, { 1, "" },
};

const char *vmb_format_si(double value, const char *unit, char buf[32])
{
	return scaled(choose(si_scales, VMB_ARRAY_SIZE(si_scales), value), value, 3, unit, buf,
		      32);
}

const char *vmb_format_count(double value, char buf[32])
{
	const struct scale *last = &si_scales[VMB_ARRAY_SIZE(si_scales) - 1];

	if (fabs(value) >= 9999.5)
		last = choose(si_scales, VMB_ARRAY_SIZE(si_scales), value);
	return scaled(last, value, 4, "", buf, 32);
}

/* "MB/s" has a prefix already, "%" takes none. */
static bool takes_prefix(const char *unit)
{
	static const char *const units[] = { "B", "B/s", "bytes", "Hz" };
	size_t len = strlen(unit);

	for (size_t i = 0; i < VMB_ARRAY_SIZE(units); i++)
		if (!strcmp(unit, units[i]))
			return true;
	return len > 3 && !strcmp(unit + len - 2, "/s") && !strchr("kMGTPmuB", unit[0]);
}

/* The name says it already: IPC, MPKI. */
static bool goes_without_saying(const char *unit)
{
	return !strcmp(unit, "insns/cycle") || !strcmp(unit, "misses/1000 insns");
}

const char *vmb_format_metric(double value, const char *unit, char cell[VMB_CELL_BYTES])
{
	char number[32];

	if (!strcmp(unit, "ns"))
		return vmb_format_ns(value, cell);
	if (goes_without_saying(unit))
		unit = "";
	if (takes_prefix(unit) && fabs(value) >= 9999.5)
		return vmb_format_si(value, unit, cell);
	if (fabs(value) >= 9999.5 && fabs(value) < 1e7)
		snprintf(number, sizeof(number), "%.0f", value);
	else
		vmb_format_count(value, number);
	snprintf(cell, VMB_CELL_BYTES, "%s%s%s", number, *unit ? " " : "", unit);
	return cell;
}
