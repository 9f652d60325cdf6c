/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_ENV_H
#define VMB_RESULTS_ENV_H
/*
 * What the machine was when a run was made: an ordered list of facts, each with its source. A fact
 * that could not be read is absent. Keys are "section.name", lower case, frozen once landed
 * (docs/ENVIRONMENT.md, docs/FORMAT.md), e.g. "cpu.model", "kernel.release", "timer.hz".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

enum vmb_fact_type { VMB_FACT_TEXT, VMB_FACT_NUMBER, VMB_FACT_BOOL };

/**
 * struct vmb_fact - one thing known about the machine.
 * @key: "section.name"
 * @source: where it comes from: "libcpuid", "hwloc", "/proc/cpuinfo", "sysfs", "build" ...
 * @type: which of the values below holds
 * @text: heap, owned; NULL unless VMB_FACT_TEXT
 * @number: for VMB_FACT_NUMBER and VMB_FACT_BOOL (0 or 1)
 */
struct vmb_fact {
	char key[64];
	char source[48];
	enum vmb_fact_type type;
	char *text;
	double number;
};

/**
 * struct vmb_env - the facts. Zeroed is empty. @error is sticky: the first -errno of an add.
 */
struct vmb_env {
	size_t nr;
	struct vmb_fact *facts;
	int error;
};

/* Adding a key twice replaces the first value. Errors are sticky in @env->error. */
void vmb_env_text(struct vmb_env *env, const char *key, const char *source, const char *fmt, ...)
	VMB_PRINTF(4, 5);
void vmb_env_number(struct vmb_env *env, const char *key, const char *source, double value);
void vmb_env_bool(struct vmb_env *env, const char *key, const char *source, bool value);

/** vmb_env_find - borrow the fact of that key, NULL if absent. */
const struct vmb_fact *vmb_env_find(const struct vmb_env *env, const char *key);

/** vmb_env_words - borrow the text of that key, "" if it is absent or no text. */
const char *vmb_env_words(const struct vmb_env *env, const char *key);

/** vmb_env_fini - free all facts and zero. NULL-safe. */
void vmb_env_fini(struct vmb_env *env);

#endif /* VMB_RESULTS_ENV_H */
