// SPDX-License-Identifier: MIT
#include "results/machine.h"

#include <stdio.h>
#include <string.h>

#include "results/report_facts.h"

static const char *const facts[] = {
#define FACT(key) key,
#include "results/fingerprint.def"
	"machine.memory_bytes",
};

const char *vmb_machine_fingerprint(const struct vmb_env *env)
{
	const struct vmb_fact *f = vmb_env_find(env, "machine.fingerprint");

	return f && f->type == VMB_FACT_TEXT && *f->text ? f->text : NULL;
}

static const char *words_of(const struct vmb_env *env, const char *key, char buf[64])
{
	const struct vmb_fact *f = vmb_env_find(env, key);
	const char *words = f ? vmb_fact_words(f, buf) : NULL;

	return words ? words : "unknown";
}

static void name_facts(const struct vmb_env *a, const struct vmb_env *b, char *why, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(facts) && at < size; i++) {
		char left[64], right[64];
		const char *l = words_of(a, facts[i], left), *r = words_of(b, facts[i], right);

		if (strcmp(l, r))
			at += (size_t)snprintf(why + at, size - at, "%s%s: %.60s against %.60s",
					       at ? "; " : "", facts[i], l, r);
	}
	if (!at)
		snprintf(why, size, "the fingerprints differ");
}

bool vmb_machine_differs(const struct vmb_env *a, const struct vmb_env *b, char *why, size_t size)
{
	const char *left = vmb_machine_fingerprint(a), *right = vmb_machine_fingerprint(b);

	*why = '\0';
	if (!left || !right) {
		snprintf(why, size, "%s recorded no machine.fingerprint, so it is not known whether "
			 "the machine is the same", left || right ? "one run" : "both runs");
		return true;
	}
	if (!strcmp(left, right))
		return false;
	name_facts(a, b, why, size);
	return true;
}
