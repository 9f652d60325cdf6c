// SPDX-License-Identifier: MIT
#include "results/env.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vmb_fact *slot(struct vmb_env *env, const char *key)
{
	struct vmb_fact *grown;

	for (size_t i = 0; i < env->nr; i++)
		if (!strcmp(env->facts[i].key, key))
			return &env->facts[i];
	grown = realloc(env->facts, (env->nr + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	env->facts = grown;
	memset(&grown[env->nr], 0, sizeof(*grown));
	return &grown[env->nr++];
}

/* Takes @text. */
static void put(struct vmb_env *env, const char *key, const char *source, enum vmb_fact_type type,
		char *text, double number)
{
	struct vmb_fact *f = slot(env, key);

	if (!f) {
		free(text);
		env->error = env->error ? env->error : -ENOMEM;
		return;
	}
	free(f->text);
	snprintf(f->key, sizeof(f->key), "%s", key);
	snprintf(f->source, sizeof(f->source), "%s", source);
	f->type = type;
	f->text = text;
	f->number = number;
}

void vmb_env_text(struct vmb_env *env, const char *key, const char *source, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		env->error = env->error ? env->error : -ENOMEM;
		return;
	}
	put(env, key, source, VMB_FACT_TEXT, text, 0);
}

void vmb_env_number(struct vmb_env *env, const char *key, const char *source, double value)
{
	put(env, key, source, VMB_FACT_NUMBER, NULL, value);
}

void vmb_env_bool(struct vmb_env *env, const char *key, const char *source, bool value)
{
	put(env, key, source, VMB_FACT_BOOL, NULL, value ? 1 : 0);
}

const struct vmb_fact *vmb_env_find(const struct vmb_env *env, const char *key)
{
	for (size_t i = 0; i < env->nr; i++)
		if (!strcmp(env->facts[i].key, key))
			return &env->facts[i];
	return NULL;
}

const char *vmb_env_words(const struct vmb_env *env, const char *key)
{
	const struct vmb_fact *f = vmb_env_find(env, key);

	return f && f->type == VMB_FACT_TEXT ? f->text : "";
}

void vmb_env_fini(struct vmb_env *env)
{
	if (!env)
		return;
	for (size_t i = 0; i < env->nr; i++)
		free(env->facts[i].text);
	free(env->facts);
	memset(env, 0, sizeof(*env));
}
