// SPDX-License-Identifier: MIT
#include "user/output.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/history.h"
#include "results/machine.h"
#include "user/verbs.h"

#define HISTORY_RUNS	300	/* newest that a report shows; each is read */

const struct vmb_report_format *vmb_output_format(const struct vmb_options *o, struct vmb_why *why)
{
	const struct vmb_report_format *f = vmb_report_format_find(o->format ? o->format : "text");
	char list[200] = "";
	size_t at = 0;

	if (f)
		return f;
	for (f = vmb_report_formats(); f->name && at < sizeof(list); f++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", f->name);
	vmb_why_set(why, "unknown format \"%s\"; there are:%s", o->format, list);
	return NULL;
}

static unsigned int width_of(FILE *out)
{
	struct winsize w;

	return ioctl(fileno(out), TIOCGWINSZ, &w) ? 0 : w.ws_col;
}

static int write_to(const struct vmb_options *o, vmb_output_writer *write, const void *arg,
		    FILE *out)
{
	struct vmb_report_opts opts = {
		.colour = vmb_colour_wanted(o, out), .verbose = o->verbose, .width = width_of(out),
	};
	int err = write(out, arg, &opts);

	if (!err && (fflush(out) || ferror(out)))
		err = errno ? -errno : -EIO;
	return err;
}

static int write_file(const struct vmb_options *o, vmb_output_writer *write, const void *arg)
{
	char tmp[PATH_MAX];
	struct stat st;
	FILE *out;
	int err;

	/* A device or a pipe is written in place: there is nothing to replace. */
	if (!stat(o->output, &st) && !S_ISREG(st.st_mode))
		snprintf(tmp, sizeof(tmp), "%s", o->output);
	else
		snprintf(tmp, sizeof(tmp), "%s.%d.tmp", o->output, (int)getpid());
	out = fopen(tmp, "we");
	if (!out)
		return -errno;
	err = write_to(o, write, arg, out);
	if (fclose(out) && !err)
		err = -errno;
	if (!strcmp(tmp, o->output))
		return err;
	if (!err && rename(tmp, o->output))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}

int vmb_output(const struct vmb_options *o, vmb_output_writer *write, const void *arg)
{
	int err = o->output ? write_file(o, write, arg) : write_to(o, write, arg, stdout);

	if (err)
		vmb_complain("cannot write the report to %s: %s", o->output ? o->output : "standard output",
			     strerror(-err));
	return err;
}

struct job {
	const struct vmb_report_format *format;
	const struct vmb_result *result;
	const struct vmb_history *history;
	const struct vmb_comparison *comparison;
};

static int write_result(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct job *j = arg;
	struct vmb_report_opts all = *opts;

	all.history = j->history;
	all.comparison = j->comparison;
	return j->format->write(out, j->result, &all);
}

/* A report without a history is better than none. Return: is there one? */
static bool load_history(const struct vmb_options *o, const struct vmb_result *res,
			 struct vmb_history *h)
{
	struct vmb_history_opts opts = {
		.fingerprint = vmb_machine_fingerprint(&res->env), .most = HISTORY_RUNS,
	};
	struct vmb_error error;

	if (!opts.fingerprint)
		return false;
	if (!vmb_history_load(o->results_dir, &opts, h, &error))
		return true;
	vmb_note(o, "the report has no history: %s", error.text);
	return false;
}

int vmb_output_report(const struct vmb_options *o, const struct vmb_report_format *f,
		      const struct vmb_result *res, const struct vmb_comparison *comparison)
{
	struct job j = { .format = f, .result = res, .comparison = comparison };
	struct vmb_history history = { 0 };
	int err;

	if (f->context && load_history(o, res, &history))
		j.history = &history;
	err = vmb_output(o, write_result, &j);
	vmb_history_fini(&history);
	return err;
}

int vmb_output_write(const struct vmb_options *o, const struct vmb_report_format *f,
		     const struct vmb_result *res)
{
	return vmb_output_report(o, f, res, NULL);
}
