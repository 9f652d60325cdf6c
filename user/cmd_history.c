// SPDX-License-Identifier: MIT
/*
 * vmbench history [ID|FILTER...]: what times have been, over all stored runs of this machine.
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "results/history.h"
#include "results/machine.h"
#include "user/env/env.h"
#include "user/output.h"
#include "user/verbs.h"

/* Ids of interest. */
struct wish {
	const struct vmb_options *o;
	size_t nr;
	regex_t re[VMB_MAX_LIST];
};

static int compile(struct wish *w)
{
	const struct vmb_list *f = &w->o->filters;

	for (; !w->o->exact && w->nr < f->nr; w->nr++) {
		char text[128];
		int err = regcomp(&w->re[w->nr], f->text[w->nr], REG_EXTENDED | REG_NOSUB);

		if (!err)
			continue;
		regerror(err, &w->re[w->nr], text, sizeof(text));
		vmb_complain("\"%s\" is not a regular expression: %s", f->text[w->nr], text);
		return VMB_EXIT_USAGE;
	}
	return VMB_EXIT_OK;
}

static bool wanted(const char *id, const void *arg)
{
	const struct wish *w = arg;
	const struct vmb_list *f = &w->o->filters;

	for (size_t i = 0; i < f->nr; i++)
		if (w->o->exact ? !strcmp(f->text[i], id) : !regexec(&w->re[i], id, 0, NULL, 0))
			return true;
	return !f->nr;
}

/* @to: "" if this machine's fingerprint is not known */
static void this_machine(char *to, size_t size)
{
	struct vmb_env env = { 0 };
	const char *print;

	vmb_env_collect(&env);
	print = vmb_machine_fingerprint(&env);
	snprintf(to, size, "%s", print ? print : "");
	vmb_env_fini(&env);
}

static int load(const struct wish *w, struct vmb_history *h)
{
	struct vmb_history_opts opts = { .wanted = wanted, .arg = w };
	struct vmb_error error;
	char print[48];

	if (!w->o->force) {
		this_machine(print, sizeof(print));
		opts.fingerprint = print;
	}
	if (!vmb_history_load(w->o->results_dir, &opts, h, &error))
		return VMB_EXIT_OK;
	vmb_complain("%s", error.text);
	return VMB_EXIT_FAILED;
}

struct job {
	const struct vmb_history_format *format;
	const struct vmb_history *history;
};

static int write_history(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct job *j = arg;

	return j->format->write(out, j->history, opts);
}

static int print(const struct vmb_options *o, const struct vmb_history_format *f,
		 const struct vmb_history *h)
{
	struct job j = { .format = f, .history = h };

	for (size_t i = 0; i < h->nr_bad; i++)
		vmb_complain("skipped: %s", h->bad[i].why);
	if (!h->nr) {
		vmb_complain("nothing of that is stored in %s for this machine%s", o->results_dir,
			     h->others ? "; --force takes the newest run's machine" : "");
		return VMB_EXIT_FAILED;
	}
	return vmb_output(o, write_history, &j) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

static int run(const struct wish *w, const struct vmb_history_format *f)
{
	struct vmb_history h;
	int code = load(w, &h);

	if (code)
		return code;
	code = print(w->o, f, &h);
	vmb_history_fini(&h);
	return code;
}

int vmb_cmd_history(const struct vmb_options *o)
{
	const struct vmb_history_format *f = vmb_history_format_find(o->format ? o->format : "text");
	struct wish w = { .o = o };
	int code;

	if (!f) {
		vmb_complain("a history has no format \"%s\"; there are: text md json", o->format);
		return VMB_EXIT_USAGE;
	}
	code = compile(&w);
	if (!code)
		code = run(&w, f);
	while (w.nr)
		regfree(&w.re[--w.nr]);
	return code;
}
