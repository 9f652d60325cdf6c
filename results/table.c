// SPDX-License-Identifier: MIT
#include "results/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "results/text.h"

#define INDENT	2u
#define GAP	2u

void vmb_table_init(struct vmb_table *t, size_t nr_cols, size_t nr_rows, size_t sticky)
{
	size_t nr_cells = nr_cols * nr_rows;

	*t = (struct vmb_table){
		.nr_cols = nr_cols, .nr_rows = nr_rows, .sticky = sticky,
		.titles = calloc(nr_cols + 1, sizeof(*t->titles)),
		.cells = calloc(nr_cells + 1, sizeof(*t->cells)),
		.right = calloc(nr_cols + 1, sizeof(*t->right)),
		.styles = calloc(nr_rows + 1, sizeof(*t->styles)),
	};
	if (!t->titles || !t->cells || !t->right || !t->styles)
		t->error = -ENOMEM;
}

static void put(struct vmb_table *t, char **to, const char *text)
{
	if (t->error)
		return;
	free(*to);
	*to = vmb_text_dup(text, VMB_TEXT_PLAIN);
	if (!*to)
		t->error = -ENOMEM;
}

void vmb_table_title(struct vmb_table *t, size_t col, bool right, const char *text)
{
	if (t->error)
		return;
	put(t, &t->titles[col], text);
	t->right[col] = right;
}

void vmb_table_cell(struct vmb_table *t, size_t row, size_t col, const char *text)
{
	if (!t->error)
		put(t, &t->cells[row * t->nr_cols + col], text);
}

static const char *title_of(const struct vmb_table *t, size_t col)
{
	return t->titles[col] ? t->titles[col] : "";
}

static const char *cell_of(const struct vmb_table *t, size_t row, size_t col)
{
	const char *cell = t->cells[row * t->nr_cols + col];

	return cell ? cell : "";
}

static unsigned int width_of(const struct vmb_table *t, size_t col)
{
	unsigned int most = vmb_text_width(title_of(t, col));

	for (size_t row = 0; row < t->nr_rows; row++) {
		unsigned int width = vmb_text_width(cell_of(t, row, col));

		if (width > most)
			most = width;
	}
	return most;
}

/* Spaces before a right-aligned cell count as owed, so that no line ends in spaces. */
static void print_cell(FILE *out, const char *text, bool right, unsigned int width,
		       unsigned int *owed)
{
	unsigned int pad;

	if (!*text) {
		*owed += width + GAP;
		return;
	}
	pad = width - vmb_text_width(text);
	fprintf(out, "%*s%s", (int)(*owed + (right ? pad : 0)), "", text);
	*owed = (right ? 0 : pad) + GAP;
}

/* The columns of one part: the sticky ones, then [first, end). */
struct part { size_t first, end; };

static bool in_part(const struct vmb_table *t, const struct part *p, size_t col)
{
	return col < t->sticky || (col >= p->first && col < p->end);
}

static void print_titles(const struct vmb_table *t, const struct part *p,
			 const unsigned int *widths, FILE *out)
{
	unsigned int owed = INDENT;

	for (size_t col = 0; col < t->nr_cols; col++)
		if (in_part(t, p, col))
			print_cell(out, title_of(t, col), t->right[col], widths[col], &owed);
}

static void print_row(const struct vmb_table *t, const struct part *p, const unsigned int *widths,
		      size_t row, FILE *out)
{
	unsigned int owed = INDENT;

	for (size_t col = 0; col < t->nr_cols; col++)
		if (in_part(t, p, col))
			print_cell(out, cell_of(t, row, col), t->right[col], widths[col], &owed);
}

static void print_part(const struct vmb_table *t, const struct part *p,
		       const unsigned int *widths, FILE *out, const char *heading,
		       const char *reset)
{
	fputs(heading, out);
	print_titles(t, p, widths, out);
	fprintf(out, "%s\n", reset);
	for (size_t row = 0; row < t->nr_rows; row++) {
		fputs(t->styles[row] ? t->styles[row] : "", out);
		print_row(t, p, widths, row, out);
		fprintf(out, "%s\n", t->styles[row] ? reset : "");
	}
}

static size_t part_end(const struct vmb_table *t, const unsigned int *widths, size_t first,
		       unsigned int width)
{
	unsigned int used = INDENT;
	size_t end = first;

	for (size_t col = 0; col < t->sticky; col++)
		used += widths[col] + GAP;
	while (end < t->nr_cols && (end == first || used + widths[end] <= width))
		used += widths[end++] + GAP;
	return end;
}

void vmb_table_print(struct vmb_table *t, FILE *out, unsigned int width, const char *heading,
		     const char *reset)
{
	struct part p = { .first = t->sticky };
	unsigned int *widths;

	if (t->error || !t->nr_rows)
		return;
	widths = calloc(t->nr_cols, sizeof(*widths));
	if (!widths) {
		t->error = -ENOMEM;
		return;
	}
	for (size_t col = 0; col < t->nr_cols; col++)
		widths[col] = width_of(t, col);
	do {
		if (p.first > t->sticky)
			fputc('\n', out);
		p.end = part_end(t, widths, p.first, width);
		print_part(t, &p, widths, out, heading, reset);
		p.first = p.end;
	} while (p.first < t->nr_cols);
	free(widths);
}

void vmb_table_fini(struct vmb_table *t)
{
	for (size_t i = 0; t->titles && i < t->nr_cols; i++)
		free(t->titles[i]);
	for (size_t i = 0; t->cells && i < t->nr_cols * t->nr_rows; i++)
		free(t->cells[i]);
	free(t->titles);
	free(t->cells);
	free(t->right);
	free(t->styles);
	memset(t, 0, sizeof(*t));
}
