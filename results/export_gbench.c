// SPDX-License-Identifier: MIT
/*
 * What google/benchmark writes beside its JSON: CSV and a table. One line per round, as one per
 * repetition there.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/export.h"
#include "results/report_view.h"
#include "results/text.h"

static const char *why(const struct vmb_bench_result *b)
{
	return b->reason[0] ? b->reason : vmb_status_name(b->status);
}

typedef void row_fn(FILE *out, const struct vmb_bench_result *b, double ns, uint64_t iters,
		    int width);

static int each_round(FILE *out, const struct vmb_bench_result *b, row_fn *row, int width)
{
	const struct vmb_summary *s = &b->summary;
	uint64_t *iters = calloc(s->nr_round_ns + 1, sizeof(*iters));
	int err = iters ? vmb_export_iterations(b, iters) : -ENOMEM;

	for (size_t i = 0; i < s->nr_round_ns && !err; i++)
		if (isfinite(s->round_ns[i]))
			row(out, b, s->round_ns[i], iters[i], width);
	free(iters);
	return err;
}

static double bytes_per_second(const struct vmb_bench_result *b, double ns)
{
	const struct vmb_summary *s = &b->summary;

	if (!(s->throughput > 0) || strcmp(s->throughput_unit, "B") || !(ns > 0))
		return NAN;
	return s->throughput * s->median / ns;
}

static void csv_row(FILE *out, const struct vmb_bench_result *b, double ns, uint64_t iters, int width)
{
	(void)width;
	vmb_export_csv_text(out, b->id);
	fprintf(out, ",%llu,%.17g,%.17g,ns,", (unsigned long long)iters, ns, ns);
	vmb_export_csv_number(out, bytes_per_second(b, ns));
	fputs(",,,,\n", out);
}

int vmb_export_gbench_csv(FILE *out, const struct vmb_result *res)
{
	int err = 0;

	fputs("name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,label,"
	      "error_occurred,error_message\n", out);
	for (size_t i = 0; i < res->nr && !err; i++) {
		const struct vmb_bench_result *b = &res->benches[i];

		if (vmb_view_timed(b)) {
			err = each_round(out, b, csv_row, 0);
			continue;
		}
		vmb_export_csv_text(out, b->id);
		fputs(",,,,,,,,true,", out);
		vmb_export_csv_text(out, why(b));
		fputc('\n', out);
	}
	return err;
}

static int digits(double ns)
{
	return ns < 10 ? 3 : ns < 100 ? 2 : ns < 1000 ? 1 : 0;
}

static void put_id(FILE *out, const char *id, int width)
{
	int pad = width - (int)vmb_text_width(id);

	vmb_text_put(out, id, VMB_TEXT_PLAIN);
	fprintf(out, "%*s", pad > 0 ? pad : 0, "");
}

static void console_row(FILE *out, const struct vmb_bench_result *b, double ns, uint64_t iters,
			int width)
{
	put_id(out, b->id, width);
	fprintf(out, " %10.*f ns %12.*f ns %12llu\n", digits(ns), ns, digits(ns), ns,
		(unsigned long long)iters);
}

static int widest(const struct vmb_result *res)
{
	unsigned int w = 10;

	for (size_t i = 0; i < res->nr; i++)
		if (vmb_text_width(res->benches[i].id) > w)
			w = vmb_text_width(res->benches[i].id);
	return (int)w;
}

static void rule(FILE *out, int width)
{
	for (int i = 0; i < width + 43; i++)
		fputc('-', out);
	fputc('\n', out);
}

int vmb_export_gbench_console(FILE *out, const struct vmb_result *res)
{
	int err = 0, width = widest(res);

	rule(out, width);
	fprintf(out, "%-*s %13s %15s %12s\n", width, "Benchmark", "Time", "CPU", "Iterations");
	rule(out, width);
	for (size_t i = 0; i < res->nr && !err; i++) {
		const struct vmb_bench_result *b = &res->benches[i];

		if (vmb_view_timed(b)) {
			err = each_round(out, b, console_row, width);
			continue;
		}
		put_id(out, b->id, width);
		fputs(" ERROR OCCURRED: '", out);
		vmb_text_put(out, why(b), VMB_TEXT_PLAIN);
		fputs("'\n", out);
	}
	return err;
}
