// SPDX-License-Identifier: MIT
/*
 * One number for "the same machine": results of machines with different fingerprints are not
 * compared unless forced. docs/ENVIRONMENT.md says what goes in and why.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "user/env/collect.h"

static const char *const inputs[] = {
#define FACT(key) key,
#include "results/fingerprint.def"
};

/* FNV-1a, 64 bits: stable for ever, and nobody gains from a collision. */
static uint64_t hash(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3ull;
	return h;
}

static uint64_t hash_fact(uint64_t h, const char *key, const struct vmb_fact *f)
{
	char number[32];

	h = hash(hash(h, key), "=");
	if (f && f->type == VMB_FACT_TEXT) {
		h = hash(h, f->text);
	} else if (f) {
		snprintf(number, sizeof(number), "%.0f", f->number);
		h = hash(h, number);
	}
	return hash(h, "\n");
}

/*
 * A kernel keeps some memory to itself and another kernel some more: up to the next of eight steps
 * per power of two, in which the installed size usually lies.
 */
static double rounded_memory(double bytes)
{
	double step = exp2(floor(log2(bytes)) - 3);

	return ceil(bytes / step) * step;
}

void vmb_env_fingerprint(struct vmb_env *env)
{
	double memory = vmb_env_get_number(env, "memory.total_bytes", 0);
	struct vmb_fact rounded = { .type = VMB_FACT_NUMBER };
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(inputs); i++)
		h = hash_fact(h, inputs[i], vmb_env_find(env, inputs[i]));
	if (memory > 0) {
		rounded.number = rounded_memory(memory);
		h = hash_fact(h, "memory", &rounded);
		vmb_env_number(env, "machine.memory_bytes", "rounded", rounded.number);
	}
	vmb_env_text(env, "machine.fingerprint", "FNV-1a", "%016llx", (unsigned long long)h);
}
