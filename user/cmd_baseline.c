// SPDX-License-Identifier: MIT
/*
 * vmbench baseline save|list|show|rm|export: runs that have a name.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "results/baseline.h"
#include "results/table.h"
#include "results/text.h"
#include "user/export.h"
#include "user/giveback.h"
#include "user/output.h"
#include "user/verbs.h"

static int complain(const struct vmb_error *error)
{
	vmb_complain("%s", error->text);
	return VMB_EXIT_FAILED;
}

static int save_run(const struct vmb_options *o, const char *name, const struct vmb_result *res)
{
	char path[PATH_MAX], folder[PATH_MAX];
	struct vmb_error error;

	if (vmb_baseline_save(o->results_dir, name, o->force, res, path, &error))
		return complain(&error);
	snprintf(folder, sizeof(folder), "%s/%s", o->results_dir, VMB_STORE_BASELINES);
	vmb_give_back(folder);
	vmb_give_back(path);
	if (!res->complete)
		vmb_note(o, "note: run %s is partial, it was interrupted", res->id);
	vmb_note(o, "baseline: %s", path);
	return VMB_EXIT_OK;
}

/* @arg: NAME [RUN] */
static int save(const struct vmb_options *o, const char *const *arg, size_t nr)
{
	struct vmb_result res = { 0 };
	struct vmb_error error;
	int code;

	if (vmb_baseline_name_check(arg[0], &error)) {
		complain(&error);
		return VMB_EXIT_USAGE;
	}
	if (vmb_baseline_or_run(o->results_dir, nr > 1 ? arg[1] : "latest", &res, NULL, &error))
		return complain(&error);
	code = save_run(o, arg[0], &res);
	vmb_result_fini(&res);
	return code;
}

enum { NAME, RUN, DATE, COMMIT, BENCHES, NOTE, NR_COLS };

static void describe(struct vmb_table *t, size_t row, const struct vmb_result *res)
{
	const struct vmb_fact *commit = vmb_env_find(&res->env, "build.git_commit");
	char text[48];

	vmb_table_cell(t, row, RUN, res->id);
	vmb_table_cell(t, row, DATE, res->date);
	if (commit && commit->type == VMB_FACT_TEXT) {
		snprintf(text, sizeof(text), "%.12s", commit->text);
		vmb_table_cell(t, row, COMMIT, text);
	}
	snprintf(text, sizeof(text), "%zu", res->nr);
	vmb_table_cell(t, row, BENCHES, text);
	vmb_table_cell(t, row, NOTE, !res->complete ? "partial" : res->label ? res->label : "");
}

/* Return: could it be read? */
static bool list_one(const struct vmb_options *o, struct vmb_table *t, size_t row,
		     const struct vmb_store_entry *e)
{
	struct vmb_result res = { 0 };
	struct vmb_error error;

	vmb_table_cell(t, row, NAME, e->id);
	if (vmb_store_load(o->results_dir, e->path, &res, &error)) {
		vmb_table_cell(t, row, NOTE, "cannot be read");
		complain(&error);
		return false;
	}
	describe(t, row, &res);
	vmb_result_fini(&res);
	return true;
}

static int print_list(const struct vmb_options *o, const struct vmb_store_list *l)
{
	static const char *const title[NR_COLS] = {
		[NAME] = "baseline", [RUN] = "run", [DATE] = "date", [COMMIT] = "commit",
		[BENCHES] = "benchmarks", [NOTE] = "note",
	};
	struct vmb_table t;
	int code = VMB_EXIT_OK;

	vmb_table_init(&t, NR_COLS, l->nr, 1);
	for (size_t i = 0; i < NR_COLS; i++)
		vmb_table_title(&t, i, i == BENCHES, title[i]);
	for (size_t i = 0; i < l->nr && !t.error; i++)
		if (!list_one(o, &t, i, &l->entries[i]))
			code = VMB_EXIT_FAILED;
	if (t.error)
		code = VMB_EXIT_FAILED;
	else
		vmb_table_print(&t, stdout, 200, "", "");
	vmb_table_fini(&t);
	return fflush(stdout) ? VMB_EXIT_FAILED : code;
}

static int list(const struct vmb_options *o, const char *const *arg, size_t nr)
{
	struct vmb_store_list l;
	struct vmb_error error;
	int code = VMB_EXIT_OK;

	(void)arg, (void)nr;
	if (vmb_store_list(o->results_dir, VMB_STORE_BASELINES, &l, &error))
		return complain(&error);
	if (l.nr)
		code = print_list(o, &l);
	else
		vmb_note(o, "no baseline is stored in %s yet", o->results_dir);
	vmb_store_list_fini(&l);
	return code;
}

static int show(const struct vmb_options *o, const char *const *arg, size_t nr)
{
	const struct vmb_report_format *f;
	struct vmb_result res = { 0 };
	struct vmb_error error;
	struct vmb_why why;
	int err;

	(void)nr;
	f = vmb_output_format(o, &why);
	if (!f) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (vmb_baseline_load(o->results_dir, arg[0], &res, &error))
		return complain(&error);
	err = vmb_output_write(o, f, &res);
	vmb_result_fini(&res);
	return err ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

static int rm(const struct vmb_options *o, const char *const *arg, size_t nr)
{
	struct vmb_error error;

	(void)nr;
	if (vmb_baseline_remove(o->results_dir, arg[0], &error))
		return complain(&error);
	vmb_note(o, "removed: %s", arg[0]);
	return VMB_EXIT_OK;
}

static int write_bytes(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct vmb_bytes *b = arg;

	(void)opts;
	return fwrite(b->data, 1, b->len, out) == b->len ? 0 : -EIO;
}

/* The file as it would be stored, to be carried elsewhere: `baseline save NAME FILE` reads it. */
static int export_bytes(const struct vmb_options *o, const struct vmb_result *res)
{
	struct vmb_bytes bytes = { 0 };
	int err;

	if (!o->output && isatty(STDOUT_FILENO)) {
		vmb_complain("a baseline is no text for a terminal; give -o FILE");
		return VMB_EXIT_USAGE;
	}
	err = vmb_result_encode(res, &bytes);
	if (err)
		vmb_complain("%s", strerror(-err));
	else
		err = vmb_output(o, write_bytes, &bytes);
	vmb_bytes_fini(&bytes);
	return err ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

static int export(const struct vmb_options *o, const char *const *arg, size_t nr)
{
	const struct vmb_export_format *f = o->format ? vmb_export_format_of(o->format) : NULL;
	struct vmb_result res = { 0 };
	struct vmb_error error;
	int code;

	(void)nr;
	if (o->format && !f)
		return VMB_EXIT_USAGE;
	if (vmb_baseline_load(o->results_dir, arg[0], &res, &error))
		return complain(&error);
	code = f ? vmb_export_output(o, f, &res) : export_bytes(o, &res);
	vmb_result_fini(&res);
	return code;
}

static const struct {
	const char *name, *args;
	size_t least, most;
	int (*run)(const struct vmb_options *o, const char *const *arg, size_t nr);
} actions[] = {
	{ "save", "NAME [RUN]", 1, 2, save },
	{ "list", "", 0, 0, list },
	{ "show", "NAME", 1, 1, show },
	{ "rm", "NAME", 1, 1, rm },
	{ "export", "NAME [-o FILE] [--format FORMAT]", 1, 1, export },
};

static int usage(void)
{
	vmb_complain("usage: vmbench baseline");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(actions); i++)
		fprintf(stderr, "    vmbench baseline %s %s\n", actions[i].name, actions[i].args);
	return VMB_EXIT_USAGE;
}

int vmb_cmd_baseline(const struct vmb_options *o)
{
	const struct vmb_list *words = &o->filters;

	for (size_t i = 0; words->nr && i < VMB_ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].name, words->text[0]))
			continue;
		if (words->nr - 1 < actions[i].least || words->nr - 1 > actions[i].most)
			return usage();
		return actions[i].run(o, words->text + 1, words->nr - 1);
	}
	return usage();
}
