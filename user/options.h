/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_OPTIONS_H
#define VMB_USER_OPTIONS_H
/*
 * The command line. options.def is the one table; this is what it fills.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "user/bench.h"

#define VMB_MAX_LIST 64
#define VMB_MAX_ROUNDS_ASKED 500	/* leaves room for replaced rounds below VMB_MAX_ROUNDS */

/** struct vmb_list - a repeatable option's texts; borrowed from argv. */
struct vmb_list {
	size_t nr;
	const char *text[VMB_MAX_LIST];
};

/**
 * struct vmb_options - everything the user asked for; const after parsing. All text is borrowed
 * from argv. Zero means "not given" for numbers, NULL for texts.
 * @verb: the word before the arguments: "run", "list", "report" ...
 * @counters: NULL: none; "": the default set; otherwise the event list or "sim"
 * @categories: bit i set: category i of vmb_categories() was switched on
 * @baseline_lenient: NULL: not given; "": given without a name
 * @jitdump: NULL: not given; "": given without a directory
 * @guest: of exec: the program and its arguments, NULL-terminated; otherwise NULL
 * @filters: FILTER arguments, or the arguments of the verb
 */
struct vmb_options {
	const char *verb;
	uint64_t categories;
	struct vmb_list filters, skip, plugins;
	const char *pin, *counters, *results_dir, *format, *output, *label, *color, *gbench_list;
	const char *argv0, *gdb, *jitdump, *host, *opt_level, *dump_ir;
	const char *save_baseline, *baseline, *baseline_lenient, *config;
	char *const *guest;
	const char *gbench_out, *gbench_out_format;
	uint64_t rounds, batches, seed, tier;
	double measurement_time_s, warm_up_time_s, timeout_s, confidence, profile_time_s;
	double noise_threshold, significance;
	bool all, exact, list, quick, rigorous, verbose, quiet, json, events, fix, restore;
	bool sandbox, stats, interpret, perf_map;
	bool command, fail, no_fail, strict, force;
	bool help, version;
};

enum vmb_opt_kind {
	VMB_OPT_FLAG, VMB_OPT_TEXT, VMB_OPT_MAYBE, VMB_OPT_UINT, VMB_OPT_SECONDS, VMB_OPT_SHARE,
	VMB_OPT_LIST,
};

enum vmb_opt_group {
	VMB_OPT_SELECT, VMB_OPT_MEASURE, VMB_OPT_COMPARE, VMB_OPT_OUTPUT, VMB_OPT_DOCTOR, VMB_OPT_EXEC,
	VMB_OPT_JIT, VMB_OPT_ALIAS, VMB_OPT_OTHER, VMB_OPT_NR_GROUPS,
};

/** struct vmb_opt - one row of options.def. */
struct vmb_opt {
	const char *name;
	char letter;
	enum vmb_opt_kind kind;
	size_t offset;
	const char *arg;
	enum vmb_opt_group group;
	const char *help;
};

/** vmb_opts - borrow the table. @nr: set to its length */
const struct vmb_opt *vmb_opts(size_t *nr);

/**
 * vmb_options_parse - read the command line.
 * @argc, @argv: as main got them; borrowed, may be permuted
 * @out: overwritten
 * @why: on failure a sentence for the user, with the nearest known name
 * Return: 0 or -EINVAL.
 */
VMB_MUST_CHECK int vmb_options_parse(int argc, char **argv, struct vmb_options *out,
				     struct vmb_why *why);

/** vmb_help_write - the text of --help. */
void vmb_help_write(FILE *out);
/** vmb_man_write - the man page, in mdoc(7). */
void vmb_man_write(FILE *out);

/**
 * vmb_nearest - the name of @names closest to @word by edit distance.
 * @names: [nr]; borrowed
 * Return: borrowed name, or NULL if nothing is close (more than a third of the word differs).
 */
const char *vmb_nearest(const char *word, const char *const *names, size_t nr);

/** vmb_colour_wanted - decide from --color, NO_COLOR, TERM and whether @out is a terminal. */
bool vmb_colour_wanted(const struct vmb_options *o, FILE *out);

#endif /* VMB_USER_OPTIONS_H */
