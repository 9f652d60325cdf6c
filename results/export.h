/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_EXPORT_H
#define VMB_RESULTS_EXPORT_H
/*
 * A run in the formats of other programs: one file per format, one row per format in the table of
 * export.c. docs/EXPORT.md says field by field what goes where.
 */

#include <stdio.h>

#include "results/result.h"

/** struct vmb_export_format - one row; @write is called by vmb_export_write(). */
struct vmb_export_format {
	const char *name, *what;
	int (*write)(FILE *out, const struct vmb_result *res);
};

/** vmb_export_format_find - borrow a row by name, NULL if unknown. */
const struct vmb_export_format *vmb_export_format_find(const char *name);
/** vmb_export_formats - the table, ended by a row whose name is NULL. */
const struct vmb_export_format *vmb_export_formats(void);

/**
 * vmb_export_write - write all of it or nothing, flushed.
 * Return: 0, -ENOMEM, or the -errno of the write.
 */
VMB_MUST_CHECK int vmb_export_write(const struct vmb_export_format *f, FILE *out,
				    const struct vmb_result *res);

/* The writers write to memory: failed writes are out of memory. They return 0 or -ENOMEM. */
int vmb_export_gbench(FILE *out, const struct vmb_result *res);
int vmb_export_gbench_csv(FILE *out, const struct vmb_result *res);
int vmb_export_gbench_console(FILE *out, const struct vmb_result *res);
int vmb_export_bmf(FILE *out, const struct vmb_result *res);
int vmb_export_gha(FILE *out, const struct vmb_result *res);
int vmb_export_openmetrics(FILE *out, const struct vmb_result *res);
int vmb_export_csv(FILE *out, const struct vmb_result *res);

/**
 * vmb_export_iterations - operations behind each kept round's estimate.
 * @iters: [b->summary.nr_round_ns]; 0 where the samples do not say
 * Return: 0 or -ENOMEM.
 */
VMB_MUST_CHECK int vmb_export_iterations(const struct vmb_bench_result *b, uint64_t *iters);

/** vmb_export_csv_text - one cell of RFC 4180, harmless to spreadsheets. */
void vmb_export_csv_text(FILE *out, const char *foreign);
/** vmb_export_csv_number - one cell; empty if @v is not finite. */
void vmb_export_csv_number(FILE *out, double v);

#endif /* VMB_RESULTS_EXPORT_H */
