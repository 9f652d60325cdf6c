// SPDX-License-Identifier: MIT
#include "user/verbs.h"

#include <stdarg.h>
#include <string.h>

static const struct vmb_verb verbs[] = {
	{ "run", "[FILTER...]", "measure, store and report (the default verb)", vmb_cmd_run },
	{ "list", "[FILTER...]", "list benchmarks, or counter events with --events", vmb_cmd_list },
	{ "doctor", "", "what this machine can measure and what disturbs it", vmb_cmd_doctor },
	{ "report", "RUN", "print a stored run: a path, an id or latest", vmb_cmd_report },
	{ "ab", "OLD NEW [FILTER...]", "compare two builds, plugins or commands in interleaved pairs",
	  vmb_cmd_ab },
	{ "baseline", "save|list|show|rm|export [NAME]", "runs with a name, to compare later ones with",
	  vmb_cmd_baseline },
	{ "compare", "A B", "compare two stored runs or baselines", vmb_cmd_compare },
	{ "history", "[FILTER...]", "times over all stored runs of this machine, and where they moved",
	  vmb_cmd_history },
	{ "export", "RUN", "a stored run for other programs, in the --format given", vmb_cmd_export },
	{ "selftest", "[PART...]", "false alarms, power, coverage and flatness, measured on this machine",
	  vmb_cmd_selftest },
	{ "exec", "GUEST.elf [ARG...]", "run a static Linux program of another architecture", vmb_cmd_exec },
	{ "jit", "disasm|emit|dump-ir UNIT.ir", "what the compiler makes of intermediate code, for any host",
	  vmb_cmd_jit },
	{ "help", "", "this text", vmb_cmd_help },
	{ "man", "", "print the manual page in mdoc(7)", vmb_cmd_man },
};

const struct vmb_verb *vmb_verbs(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(verbs);
	return verbs;
}

const struct vmb_verb *vmb_verb_find(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

void vmb_complain(const char *fmt, ...)
{
	va_list ap;

	fputs("vmbench: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void vmb_note(const struct vmb_options *o, const char *fmt, ...)
{
	va_list ap;

	if (o->quiet)
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
