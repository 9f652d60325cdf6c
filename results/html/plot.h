/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_HTML_PLOT_H
#define VMB_RESULTS_HTML_PLOT_H
/*
 * A plot: an SVG element with a frame, two axes and a name. Colours come from classes of the style
 * sheet, so that light, dark and print are one drawing.
 */

#include "results/html/axis.h"
#include "results/html/html.h"

/**
 * struct html_plot
 * @name: what it shows, in a few words; @description: the same for who cannot see it. Both are
 *        written by the caller's own words and numbers and need no escaping
 * @x_title, @y_title: titles of the axes; a unit of time is added
 * @no_y: the height has no unit that would tell anything
 * @x_ticks, @y_ticks: filled by html_plot_open(); not @x_ticks if there are some already
 */
struct html_plot {
	const struct html *h;
	char id[32];
	const char *name;
	char description[320];
	const char *x_title, *y_title;
	bool no_y;
	double width, height;
	struct html_axis x, y;
	struct html_ticks x_ticks, y_ticks;
};

/** html_plot_new - @kind, @number: together unlike any other plot's in the file. */
struct html_plot html_plot_new(const struct html *h, const char *kind, size_t number);

/** html_plot_open - once the axes are fitted: <svg>, names, grid, ticks. */
void html_plot_open(struct html_plot *p);
void html_plot_close(const struct html_plot *p);

/* A path is begun, gets points, and ends. @class: ours. */
void html_path_begin(const struct html_plot *p, const char *class);
void html_path_move(const struct html_plot *p, double x, double y);
void html_path_line(const struct html_plot *p, double x, double y);
/** html_path_dot - a dot in a path of class "dots" or "cross". */
void html_path_dot(const struct html_plot *p, double x, double y);
void html_path_end(const struct html_plot *p, bool closed);

/** html_plot_band - a rectangle over the whole width (@across) or height. */
void html_plot_band(const struct html_plot *p, const char *class, bool across, double low,
		    double high);
/** html_plot_rule - a line over the whole width or height. */
void html_plot_rule(const struct html_plot *p, const char *class, bool across, double at);

#endif /* VMB_RESULTS_HTML_PLOT_H */
