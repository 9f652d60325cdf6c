// SPDX-License-Identifier: MIT
#include "results/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "results/report_formats.h"
#include "results/report_view.h"
#include "results/text.h"

typedef int write_fn(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts);

static int emit(FILE *out, const char *text, size_t len)
{
	errno = 0;
	if (fwrite(text, 1, len, out) == len && !fflush(out))
		return 0;
	return errno ? -errno : -EIO;
}

/*
 * A report is made in memory first: none is written half because memory ran out, and the errno of
 * a full disk is not lost among a thousand small writes.
 */
static int write_whole(write_fn *write, FILE *out, const struct vmb_result *res,
		       const struct vmb_report_opts *opts)
{
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);
	int err;

	if (!memory)
		return -ENOMEM;
	err = write(memory, res, opts);
	if (fclose(memory) && !err)
		err = -ENOMEM;
	if (!err)
		err = emit(out, text, len);
	free(text);
	return err;
}

static int write_text(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	return write_whole(vmb_report_text, out, res, opts);
}

static int write_markdown(FILE *out, const struct vmb_result *res,
			  const struct vmb_report_opts *opts)
{
	return write_whole(vmb_report_markdown, out, res, opts);
}

static int write_html(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	return write_whole(vmb_report_html, out, res, opts);
}

static int write_json(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	return write_whole(vmb_report_json, out, res, opts);
}

static const struct vmb_report_format formats[] = {
	{ "text", "aligned tables for a terminal", write_text, false },
	{ "md", "Markdown, fit for a pull-request comment", write_markdown, false },
	{ "html", "one page with plots, for a browser, also offline", write_html, true },
	{ "json", "everything but the raw samples, for other programs", write_json, false },
	{ NULL, NULL, NULL, false },
};

/* What people type instead. */
static const struct { const char *alias, *name; } aliases[] = {
	{ "markdown", "md" }, { "txt", "text" },
};

const struct vmb_report_format *vmb_report_formats(void)
{
	return formats;
}

static const char *real_name(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(aliases); i++)
		if (!strcmp(aliases[i].alias, name))
			return aliases[i].name;
	return name;
}

const struct vmb_report_format *vmb_report_format_find(const char *name)
{
	for (const struct vmb_report_format *f = formats; f->name; f++)
		if (!strcmp(f->name, real_name(name)))
			return f;
	return NULL;
}

static const char *colour_of(enum vmb_status status)
{
	static const char *const colours[] = {
		[VMB_STATUS_OK] = "\033[32m", [VMB_STATUS_SKIPPED] = "\033[2m",
		[VMB_STATUS_FAILED] = "\033[1;31m", [VMB_STATUS_UNRELIABLE] = "\033[1;33m",
	};

	return colours[status];
}

const char *vmb_report_colour(enum vmb_status status, bool wanted)
{
	return wanted ? colour_of(status) : "";
}

const char *vmb_report_status_word(enum vmb_status status)
{
	static const char *const words[] = {
		[VMB_STATUS_OK] = "ok", [VMB_STATUS_SKIPPED] = "SKIPPED",
		[VMB_STATUS_FAILED] = "FAILED", [VMB_STATUS_UNRELIABLE] = "UNRELIABLE",
	};

	return words[status];
}

static void put_figures(FILE *out, const struct vmb_bench_result *b)
{
	static const struct vmb_column columns[] = {
		{ .kind = VMB_COLUMN_TIME }, { .kind = VMB_COLUMN_SPREAD },
		{ .kind = VMB_COLUMN_THROUGHPUT }, { .kind = VMB_COLUMN_METRIC, .name = "IPC" },
	};
	char cell[VMB_CELL_BYTES];

	for (size_t i = 0; i < VMB_ARRAY_SIZE(columns); i++) {
		if (!vmb_view_cell(b, &columns[i], cell))
			continue;
		fputs("  ", out);
		vmb_text_put(out, cell, VMB_TEXT_PLAIN);
		if (columns[i].name)
			fprintf(out, " %s", columns[i].name);
	}
}

void vmb_report_line(FILE *out, const struct vmb_bench_result *b,
		     const struct vmb_report_opts *opts)
{
	bool colour = opts && opts->colour && b->status != VMB_STATUS_OK;

	vmb_text_put(out, b->id, VMB_TEXT_PLAIN);
	put_figures(out, b);
	if (b->status != VMB_STATUS_OK) {
		fprintf(out, "  %s%s%s", vmb_report_colour(b->status, colour),
			vmb_report_status_word(b->status), colour ? "\033[0m" : "");
		fputs(b->reason[0] ? ": " : "", out);
		vmb_text_put(out, b->reason, VMB_TEXT_PLAIN);
	}
	fputc('\n', out);
}
