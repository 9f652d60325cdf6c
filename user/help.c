// SPDX-License-Identifier: MIT
/*
 * --help and the manual page, both from options.def, the verbs and the categories.
 */
#include <ctype.h>
#include <string.h>

#include "user/bench/categories.h"
#include "user/options.h"
#include "user/verbs.h"
#include "user/version.h"

#define COLUMN 34

static const char *const group_title[VMB_OPT_NR_GROUPS] = {
	[VMB_OPT_SELECT] = "Selecting benchmarks",
	[VMB_OPT_MEASURE] = "Measuring",
	[VMB_OPT_COMPARE] = "Comparing",
	[VMB_OPT_OUTPUT] = "Results and output",
	[VMB_OPT_DOCTOR] = "Doctor",
	[VMB_OPT_EXEC] = "Running guest programs",
	[VMB_OPT_JIT] = "Looking at compiled code",
	[VMB_OPT_ALIAS] = "Names that google/benchmark's tools use",
	[VMB_OPT_OTHER] = "Other",
};

static const struct { int code; const char *text; } exits[] = {
	{ VMB_EXIT_OK, "everything that was asked for was done" },
	{ VMB_EXIT_FAILED, "a benchmark or the harness failed, or the run was interrupted" },
	{ VMB_EXIT_USAGE, "the command line is wrong, or selects nothing" },
	{ VMB_EXIT_REGRESSION, "a regression was found" },
	{ VMB_EXIT_INCONCLUSIVE, "a comparison was inconclusive under --strict" },
	{ VMB_EXIT_REFUSED, "the environment or the machine fingerprint forbids it" },
	{ VMB_EXIT_ALL_SKIPPED, "every selected benchmark was skipped" },
	{ VMB_EXIT_TIMEOUT, "a benchmark was killed by its timeout, and nothing else failed" },
};

static const struct { const char *line, *what; } examples[] = {
	{ "sudo vmbench --pin 3 --counters", "measure everything on CPU 3 with hardware counters" },
	{ "vmbench --quick memory/copy", "a quick look at the benchmarks whose id matches" },
	{ "vmbench --counters=sim tlb", "exact instruction counts without a PMU" },
	{ "vmbench report latest --format md -o report.md", "the last run as Markdown" },
	{ "vmbench ab old/vmbench new/vmbench memory", "is the new build slower? in interleaved pairs" },
	{ "vmbench --save-baseline main", "keep this run to compare later ones with" },
	{ "vmbench --baseline main", "measure again, and exit with 3 if something got slower" },
	{ "vmbench export latest --format gbench -o run.json", "for google/benchmark's compare.py" },
	{ "vmbench doctor", "what disturbs measurements on this machine" },
};

static void option_head(const struct vmb_opt *o, char *buf, size_t room)
{
	char letter[8] = "    ";
	const char *open = "", *close = "";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	if (o->arg) {
		open = o->kind == VMB_OPT_MAYBE ? "[=" : " ";
		close = o->kind == VMB_OPT_MAYBE ? "]" : "";
	}
	snprintf(buf, room, "  %s--%s%s%s%s", letter, o->name, open, o->arg ? o->arg : "", close);
}

static void line(FILE *out, const char *head, const char *text)
{
	if (strlen(head) < COLUMN)
		fprintf(out, "%-*s%s\n", COLUMN, head, text);
	else
		fprintf(out, "%s\n%*s%s\n", head, COLUMN, "", text);
}

static void help_group(FILE *out, enum vmb_opt_group group)
{
	size_t nr;
	const struct vmb_opt *o = vmb_opts(&nr);
	char head[96];

	fprintf(out, "\n%s:\n", group_title[group]);
	for (size_t i = 0; i < nr; i++) {
		if (o[i].group != group)
			continue;
		option_head(&o[i], head, sizeof(head));
		line(out, head, o[i].help);
	}
}

static void switch_name(const struct vmb_category *c, char *buf, size_t room)
{
	snprintf(buf, room, "%s", c->name);
	for (; *buf; buf++)
		*buf = *buf == '_' ? '-' : *buf;
}

static void help_categories(FILE *out)
{
	size_t nr;
	const struct vmb_category *const *cat = vmb_categories(&nr);
	char name[32], head[64], text[160];

	fprintf(out, "\nCategories:\n");
	for (size_t i = 0; i < nr; i++) {
		switch_name(cat[i], name, sizeof(name));
		snprintf(head, sizeof(head), "      --%s", name);
		snprintf(text, sizeof(text), "%s%s", cat[i]->what, cat[i]->nr ? "" : " (none yet)");
		line(out, head, text);
	}
}

void vmb_help_write(FILE *out)
{
	size_t nr;
	const struct vmb_verb *v = vmb_verbs(&nr);
	char head[64];

	fprintf(out, "vmbench %s - measure machines and virtual machines, honestly\n\n", VMB_VERSION);
	fprintf(out, "Usage: vmbench [OPTION...] [FILTER...]\n       vmbench VERB [OPTION...] [ARGUMENT...]\n\n");
	fprintf(out, "FILTER is a regular expression that is searched in ids such as memory/copy/libc/64K.\n");
	fprintf(out, "\nVerbs:\n");
	for (size_t i = 0; i < nr; i++) {
		snprintf(head, sizeof(head), "  %s %s", v[i].name, v[i].args);
		line(out, head, v[i].what);
	}
	help_group(out, VMB_OPT_SELECT);
	help_categories(out);
	for (int g = VMB_OPT_MEASURE; g < VMB_OPT_NR_GROUPS; g++)
		help_group(out, (enum vmb_opt_group)g);
	fprintf(out, "\nExamples:\n");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(examples); i++)
		fprintf(out, "  %s\n      %s\n", examples[i].line, examples[i].what);
	fprintf(out, "\nExit codes:\n");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(exits); i++)
		fprintf(out, "  %3d  %s\n", exits[i].code, exits[i].text);
}

static void man_option(FILE *out, const struct vmb_opt *o)
{
	fprintf(out, ".It");
	if (o->letter)
		fprintf(out, " Fl %c ,", o->letter);
	fprintf(out, " Fl -%s", o->name);
	if (o->arg)
		fprintf(out, "%s Ar %s", o->kind == VMB_OPT_MAYBE ? " Ns Op = Ns" : "", o->arg);
	fprintf(out, "\n%s\n", o->help);
}

static void man_options(FILE *out)
{
	size_t nr, nr_cat;
	const struct vmb_opt *o = vmb_opts(&nr);
	const struct vmb_category *const *cat = vmb_categories(&nr_cat);
	char name[32];

	fprintf(out, ".Sh OPTIONS\n");
	for (int g = 0; g < VMB_OPT_NR_GROUPS; g++) {
		fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", group_title[g]);
		for (size_t i = 0; i < nr; i++)
			if (o[i].group == (enum vmb_opt_group)g)
				man_option(out, &o[i]);
		for (size_t i = 0; g == VMB_OPT_SELECT && i < nr_cat; i++) {
			switch_name(cat[i], name, sizeof(name));
			fprintf(out, ".It Fl -%s\n%s\n", name, cat[i]->what);
		}
		fprintf(out, ".El\n");
	}
}

static void man_tail(FILE *out)
{
	fprintf(out, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
		".It Ev NO_COLOR\nIf not empty, no colour is used.\n"
		".It Ev VMBENCH_FAULTS\nIf set, the benchmarks of the category fault are offered; they\n"
		"misbehave on purpose and prove that one bad benchmark does not spoil a run.\n.El\n"
		".Sh FILES\n.Bl -tag -width Ds\n"
		".It Pa results/runs/\nStored runs, one msgpack file each.\n"
		".It Pa results/baselines/\nRuns that were given a name.\n"
		".It Pa vmbench.ini\nThresholds of comparisons; also\n"
		".Pa ~/.config/vmbench/vmbench.ini .\n.El\n"
		".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(exits); i++)
		fprintf(out, ".It %d\n%s\n", exits[i].code, exits[i].text);
	fprintf(out, ".El\n.Sh EXAMPLES\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(examples); i++)
		fprintf(out, ".It Li %s\n%s\n", examples[i].line, examples[i].what);
	fprintf(out, ".El\n");
}

void vmb_man_write(FILE *out)
{
	size_t nr;
	const struct vmb_verb *v = vmb_verbs(&nr);

	fprintf(out, ".\\\" Written by vmbench man from the option table; do not edit.\n"
		".Dd $Mdocdate$\n.Dt VMBENCH 1\n.Os\n.Sh NAME\n.Nm vmbench\n"
		".Nd measure machines and virtual machines\n.Sh SYNOPSIS\n"
		".Nm\n.Op Ar option ...\n.Op Ar filter ...\n"
		".Nm\n.Ar verb\n.Op Ar option ...\n.Op Ar argument ...\n"
		".Sh DESCRIPTION\n"
		".Nm\nruns microbenchmarks, each round in a process of its own, stores every sample and\n"
		"reports medians with intervals.\n"
		"A\n.Ar filter\nis a regular expression that is searched in benchmark ids.\n"
		"The verbs are:\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < nr; i++)
		fprintf(out, ".It Cm %s%s%s\n%s\n", v[i].name, v[i].args[0] ? " Ar " : "", v[i].args,
			v[i].what);
	fprintf(out, ".El\n");
	man_options(out);
	man_tail(out);
}
