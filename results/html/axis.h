/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_HTML_AXIS_H
#define VMB_RESULTS_HTML_AXIS_H
/*
 * Axes: from values to places, round numbers for the ticks, and labels that tell them apart.
 *
 * Context: pure.
 */

#include <stdbool.h>
#include <stddef.h>

#define HTML_MAX_TICKS	12

/** enum html_quantity - how values are written. */
enum html_quantity { HTML_TIME, HTML_COUNT };

/**
 * struct html_axis
 * @low, @high: ends in units of the data, @low < @high, both > 0 if @log
 * @from, @to: where the ends are drawn
 */
struct html_axis {
	enum html_quantity quantity;
	bool log;
	double low, high;
	double from, to;
};

/**
 * struct html_ticks
 * @unit: for the title of a linear axis of time: "µs"; "" where the labels have their units
 * @label: unlike each other
 */
struct html_ticks {
	size_t nr;
	double at[HTML_MAX_TICKS];
	char label[HTML_MAX_TICKS][24];
	const char *unit;
};

/** struct html_range - of what was added. Zeroed is empty. */
struct html_range { bool any; double low, high; };

/** html_range_add - widen by a value; one that is not finite is left out. */
void html_range_add(struct html_range *r, double v);

/**
 * html_axis_fit - an axis over a range, with a little air around it.
 * @log: asked for; without effect if the range reaches 0
 */
void html_axis_fit(struct html_axis *a, enum html_quantity quantity, const struct html_range *r,
		   bool log);

/** html_axis_place - where @v is drawn; at the nearer end if it is outside. */
double html_axis_place(const struct html_axis *a, double v);

/** html_axis_ticks - up to @most (2 to HTML_MAX_TICKS) round numbers inside the axis. */
void html_axis_ticks(const struct html_axis *a, size_t most, struct html_ticks *out);

/**
 * html_format_ns - a time with as many digits as tell @difference, at most seven.
 * @difference: ns; not finite or 0: three digits, as vmb_format_ns()
 * Return: @buf
 */
const char *html_format_ns(double ns, double difference, char buf[32]);

#endif /* VMB_RESULTS_HTML_AXIS_H */
