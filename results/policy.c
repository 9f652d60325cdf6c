// SPDX-License-Identifier: MIT
#include "results/policy.h"

#include <stdlib.h>
#include <string.h>

static const struct vmb_limits standard = {
	.high = 0.20, .medium = 0.10, .improvement = 0.05, .margin = VMB_MARGIN_UNPAIRED,
};

void vmb_policy_fini(struct vmb_policy *p)
{
	if (!p)
		return;
	free(p->rule);
	memset(p, 0, sizeof(*p));
}

/* Only the last star needs to be tried again: what an earlier one took can be no shorter. */
bool vmb_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}

static bool holds(const struct vmb_rule *r, const char *category, const char *id)
{
	if (r->scope == VMB_POLICY_CATEGORY)
		return !strcmp(r->pattern, category);
	return r->scope == VMB_POLICY_DEFAULT || vmb_glob(r->pattern, id);
}

static void override(double *to, double said)
{
	if (said > 0)
		*to = said;
}

static void apply(struct vmb_limits *to, const struct vmb_limits *said)
{
	override(&to->high, said->high);
	override(&to->medium, said->medium);
	override(&to->improvement, said->improvement);
	override(&to->margin, said->margin);
}

struct vmb_limits vmb_policy_for(const struct vmb_policy *p, const char *category, const char *id)
{
	struct vmb_limits l = standard;

	for (int scope = VMB_POLICY_DEFAULT; p && scope <= VMB_POLICY_BENCHMARK; scope++)
		for (size_t i = 0; i < p->nr; i++)
			if ((int)p->rule[i].scope == scope && holds(&p->rule[i], category, id))
				apply(&l, &p->rule[i].limits);
	if (l.high < l.medium)
		l.high = l.medium;
	return l;
}
