/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_VERBS_H
#define VMB_USER_VERBS_H
/*
 * One file per verb (cmd_<verb>.c), one row per verb in the table of verbs.c.
 */

#include <stdbool.h>
#include <stddef.h>

#include "user/options.h"

/** enum vmb_exit - exit codes; docs/EXIT_CODES.md. */
enum vmb_exit {
	VMB_EXIT_OK = 0,
	VMB_EXIT_FAILED = 1,
	VMB_EXIT_USAGE = 2,
	VMB_EXIT_REGRESSION = 3,
	VMB_EXIT_INCONCLUSIVE = 4,
	VMB_EXIT_REFUSED = 5,
	VMB_EXIT_ALL_SKIPPED = 77,
	VMB_EXIT_TIMEOUT = 124,
};

/**
 * struct vmb_verb
 * @args: what follows the verb, for --help
 */
struct vmb_verb {
	const char *name, *args, *what;
	int (*run)(const struct vmb_options *o);
};

/** vmb_verbs - borrow the table. */
const struct vmb_verb *vmb_verbs(size_t *nr);
/** vmb_verb_find - borrow a row by name, NULL if there is no such verb. */
const struct vmb_verb *vmb_verb_find(const char *name);

int vmb_cmd_run(const struct vmb_options *o);
int vmb_cmd_list(const struct vmb_options *o);
int vmb_cmd_doctor(const struct vmb_options *o);
int vmb_cmd_report(const struct vmb_options *o);
int vmb_cmd_ab(const struct vmb_options *o);
int vmb_cmd_baseline(const struct vmb_options *o);
int vmb_cmd_compare(const struct vmb_options *o);
int vmb_cmd_history(const struct vmb_options *o);
int vmb_cmd_export(const struct vmb_options *o);
int vmb_cmd_selftest(const struct vmb_options *o);
int vmb_cmd_exec(const struct vmb_options *o);
int vmb_cmd_jit(const struct vmb_options *o);
int vmb_cmd_help(const struct vmb_options *o);
int vmb_cmd_man(const struct vmb_options *o);

/** vmb_cmd_round - the private verb that a round's process runs; @argv after the verb. */
int vmb_cmd_round(int argc, char **argv);

/** vmb_complain - "vmbench: ..." on stderr. */
void vmb_complain(const char *fmt, ...) VMB_PRINTF(1, 2);
/** vmb_note - a line of context on stderr unless --quiet. */
void vmb_note(const struct vmb_options *o, const char *fmt, ...) VMB_PRINTF(2, 3);

#endif /* VMB_USER_VERBS_H */
