// SPDX-License-Identifier: MIT
/*
 * vmbench export RUN --format FORMAT, and --benchmark_out of a run.
 */
#include "user/export.h"

#include <stdio.h>
#include <string.h>

#include "results/baseline.h"
#include "user/giveback.h"
#include "user/output.h"
#include "user/verbs.h"

const struct vmb_export_format *vmb_export_format_of(const char *name)
{
	const struct vmb_export_format *f = vmb_export_format_find(name);
	char list[200] = "";
	size_t at = 0;

	if (f)
		return f;
	for (f = vmb_export_formats(); f->name && at < sizeof(list); f++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", f->name);
	vmb_complain("unknown export format \"%s\"; there are:%s", name, list);
	return NULL;
}

struct job {
	const struct vmb_export_format *format;
	const struct vmb_result *res;
};

static int write_export(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct job *j = arg;

	(void)opts;
	return vmb_export_write(j->format, out, j->res);
}

int vmb_export_output(const struct vmb_options *o, const struct vmb_export_format *f,
		      const struct vmb_result *res)
{
	struct job j = { .format = f, .res = res };

	return vmb_output(o, write_export, &j) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

/* What google/benchmark calls its formats. */
static const struct { const char *name, *format; } gbench[] = {
	{ "json", "gbench" }, { "csv", "gbench-csv" }, { "console", "gbench-console" },
};

static const char *gbench_format(const struct vmb_options *o)
{
	const char *asked = o->gbench_out_format ? o->gbench_out_format : "json";

	for (size_t i = 0; i < VMB_ARRAY_SIZE(gbench); i++)
		if (!strcmp(gbench[i].name, asked))
			return gbench[i].format;
	return NULL;
}

int vmb_gbench_out_check(const struct vmb_options *o)
{
	if (gbench_format(o))
		return VMB_EXIT_OK;
	vmb_complain("--benchmark_out_format: \"%s\" is not json, csv or console", o->gbench_out_format);
	return VMB_EXIT_USAGE;
}

int vmb_gbench_out_write(const struct vmb_options *o, const struct vmb_result *res)
{
	struct vmb_options to = *o;
	int code;

	if (!o->gbench_out)
		return VMB_EXIT_OK;
	to.output = o->gbench_out;
	code = vmb_export_output(&to, vmb_export_format_find(gbench_format(o)), res);
	if (!code)
		vmb_give_back(o->gbench_out);
	return code;
}

int vmb_cmd_export(const struct vmb_options *o)
{
	const char *ref = o->filters.nr ? o->filters.text[0] : "latest";
	const struct vmb_export_format *f;
	struct vmb_result res = { 0 };
	struct vmb_error error;
	int code;

	if (o->filters.nr > 1) {
		vmb_complain("export takes one run, not %zu", o->filters.nr);
		return VMB_EXIT_USAGE;
	}
	f = vmb_export_format_of(o->format ? o->format : "json");
	if (!f)
		return VMB_EXIT_USAGE;
	if (vmb_baseline_or_run(o->results_dir, ref, &res, NULL, &error)) {
		vmb_complain("%s", error.text);
		return VMB_EXIT_FAILED;
	}
	code = vmb_export_output(o, f, &res);
	vmb_result_fini(&res);
	return code;
}
