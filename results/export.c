// SPDX-License-Identifier: MIT
#include "results/export.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/digest.h"
#include "results/report_formats.h"
#include "results/text.h"

static int write_report(FILE *out, const struct vmb_result *res)
{
	return vmb_report_json(out, res, NULL);
}

static const struct vmb_export_format formats[] = {
	{ "gbench", "google/benchmark's JSON, for its compare.py and CI services", vmb_export_gbench },
	{ "gbench-csv", "google/benchmark's CSV", vmb_export_gbench_csv },
	{ "gbench-console", "google/benchmark's table", vmb_export_gbench_console },
	{ "bmf", "Bencher Metric Format", vmb_export_bmf },
	{ "gha", "github-action-benchmark, customSmallerIsBetter", vmb_export_gha },
	{ "openmetrics", "OpenMetrics text, for Prometheus", vmb_export_openmetrics },
	{ "csv", "one line per benchmark, with counters and metrics", vmb_export_csv },
	{ "json", "vmbench's own JSON report", write_report },
	{ NULL, NULL, NULL },
};

/* Made in memory first, so that nothing is written half because memory ran out. */
int vmb_export_write(const struct vmb_export_format *f, FILE *out, const struct vmb_result *res)
{
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);
	int err;

	if (!memory)
		return -ENOMEM;
	err = f->write(memory, res);
	if (fclose(memory) && !err)
		err = -ENOMEM;
	errno = 0;
	if (!err && (fwrite(text, 1, len, out) != len || fflush(out)))
		err = errno ? -errno : -EIO;
	free(text);
	return err;
}

const struct vmb_export_format *vmb_export_formats(void)
{
	return formats;
}

const struct vmb_export_format *vmb_export_format_find(const char *name)
{
	for (const struct vmb_export_format *f = formats; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

int vmb_export_iterations(const struct vmb_bench_result *b, uint64_t *iters)
{
	size_t n = 0, nr = b->summary.nr_round_ns;

	memset(iters, 0, nr * sizeof(*iters));
	for (size_t r = 0; r < b->set.nr_rounds && n < nr; r++) {
		struct vmb_digest d;
		int err = vmb_digest_round(&b->set.rounds[r], &d);

		if (!err && d.use == VMB_DIGEST_KEPT) {
			for (size_t i = 0; i < d.body.nr; i++)
				iters[n] += d.body.at[i]->iters;
			n++;
		}
		vmb_digest_fini(&d);
		if (err)
			return err;
	}
	return 0;
}

/* A cell that begins like this is a formula to a spreadsheet. */
static bool is_formula(const char *s)
{
	return *s && strchr("=+-@\t\r", *s);
}

void vmb_export_csv_text(FILE *out, const char *foreign)
{
	char *s = vmb_text_dup(foreign, VMB_TEXT_PLAIN);

	if (s && !s[strcspn(s, "\",\r\n")] && !is_formula(s)) {
		fputs(s, out);
	} else if (s) {
		fputs(is_formula(s) ? "\"'" : "\"", out);
		for (const char *at = s; *at; at++)
			fprintf(out, "%s%c", *at == '"' ? "\"" : "", *at);
		fputc('"', out);
	}
	free(s);
}

void vmb_export_csv_number(FILE *out, double v)
{
	if (isfinite(v))
		fprintf(out, "%.17g", v);
}
