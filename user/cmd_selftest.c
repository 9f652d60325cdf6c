// SPDX-License-Identifier: MIT
/*
 * vmbench selftest: how far the numbers and verdicts can be trusted on this machine.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/child.h"
#include "user/launch.h"
#include "user/selftest/selftest.h"
#include "user/verbs.h"

static const struct {
	const char *name;
	int (*measure)(struct vmb_selftest *t);
} parts[] = {
	{ "cost", vmb_selftest_cost },
	{ "flatness", vmb_selftest_flatness },
	{ "coverage", vmb_selftest_coverage },
	{ "power", vmb_selftest_power },
	{ "alarms", vmb_selftest_false_alarms },
};

static bool is_part(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(parts); i++)
		if (!strcmp(parts[i].name, name))
			return true;
	return false;
}

/* No argument means every part. */
static bool wanted(const struct vmb_options *o, const char *name)
{
	for (size_t i = 0; i < o->filters.nr; i++)
		if (!strcmp(o->filters.text[i], name))
			return true;
	return !o->filters.nr;
}

static const char *const word[] = {
	[VMB_FIGURE_GOOD] = "good", [VMB_FIGURE_BAD] = "BAD", [VMB_FIGURE_UNKNOWN] = "unknown",
};

static void print_text(const struct vmb_selftest *t, size_t from)
{
	for (size_t i = from; i < t->nr; i++)
		printf("%-7s  %-42s  %s  (must be: %s)\n", word[t->figure[i].state], t->figure[i].name,
		       t->figure[i].value, t->figure[i].target);
	fflush(stdout);
}

/* Names, values and targets are our own words and numbers: nothing in them needs escaping. */
static void print_json(const struct vmb_selftest *t)
{
	printf("{\"schema\": \"vmbench-selftest/1\", \"figures\": [");
	for (size_t i = 0; i < t->nr; i++)
		printf("%s\n  {\"name\": \"%s\", \"state\": \"%s\", \"value\": \"%s\", \"target\": \"%s\"}",
		       i ? "," : "", t->figure[i].name, word[t->figure[i].state], t->figure[i].value,
		       t->figure[i].target);
	printf("\n]}\n");
}

static int run_parts(struct vmb_selftest *t)
{
	int err = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(parts) && !err; i++) {
		size_t from = t->nr;

		if (!wanted(t->session->options, parts[i].name))
			continue;
		vmb_note(t->session->options, "%s ...", parts[i].name);
		err = parts[i].measure(t);
		if (!err && !t->session->options->json)
			print_text(t, from);
	}
	return err;
}

static int conclude(const struct vmb_selftest *t, int err)
{
	size_t bad = 0;

	if (t->session->options->json)
		print_json(t);
	for (size_t i = 0; i < t->nr; i++)
		bad += t->figure[i].state == VMB_FIGURE_BAD;
	if (err)
		vmb_complain("%s", err == -EINTR ? "interrupted" : strerror(-err));
	return err || bad || fflush(stdout) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

static int run(const struct vmb_session *s)
{
	struct vmb_selftest *t = calloc(1, sizeof(*t));
	int err, code;

	if (!t) {
		vmb_complain("out of memory");
		return VMB_EXIT_FAILED;
	}
	t->session = s;
	t->self.kind = VMB_SIDE_BUILD;
	t->self.what = "vmbench";
	vmb_launch_self(t->self.program, sizeof(t->self.program));
	t->quick = s->options->quick;
	t->seed = s->seed;
	vmb_interrupt_install();
	err = run_parts(t);
	code = conclude(t, err);
	free(t);
	return code;
}

int vmb_cmd_selftest(const struct vmb_options *o)
{
	struct vmb_session *s;
	int code;

	for (size_t i = 0; i < o->filters.nr; i++)
		if (!is_part(o->filters.text[i])) {
			vmb_complain("selftest has no part \"%s\"; there are: cost flatness coverage power alarms",
				     o->filters.text[i]);
			return VMB_EXIT_USAGE;
		}
	code = vmb_session_create(o, &s);
	if (code)
		return code;
	vmb_effort_for_pairs(o, &s->effort);
	code = run(s);
	vmb_session_destroy(s);
	return code;
}
