/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_TABLE_H
#define VMB_RESULTS_TABLE_H
/*
 * A table of text with aligned columns. One that is wider than the terminal continues below, with
 * its first columns repeated.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct vmb_table - owned; vmb_table_fini().
 * @sticky: columns that are repeated in every part
 * @titles: [nr_cols], heap strings
 * @right: [nr_cols] aligned to the right
 * @cells: [nr_rows * nr_cols], heap strings, NULL is empty
 * @styles: [nr_rows] borrowed escape sequence that begins the row, NULL for none
 * @error: sticky -ENOMEM
 */
struct vmb_table {
	size_t nr_cols, nr_rows, sticky;
	char **titles, **cells;
	bool *right;
	const char **styles;
	int error;
};

/** vmb_table_init - an empty table; errors are sticky. */
void vmb_table_init(struct vmb_table *t, size_t nr_cols, size_t nr_rows, size_t sticky);

/** vmb_table_title, vmb_table_cell - @text is foreign: a copy is kept in plain form. */
void vmb_table_title(struct vmb_table *t, size_t col, bool right, const char *text);
void vmb_table_cell(struct vmb_table *t, size_t row, size_t col, const char *text);

/**
 * vmb_table_print - write it, each line indented by two columns.
 * @width: columns of the terminal; one column after the sticky ones is always printed
 * @heading: escape sequence for the titles, "" for none
 * @reset: ends @heading and styles
 */
void vmb_table_print(struct vmb_table *t, FILE *out, unsigned int width, const char *heading,
		     const char *reset);

void vmb_table_fini(struct vmb_table *t);

#endif /* VMB_RESULTS_TABLE_H */
