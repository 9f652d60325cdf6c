/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_POLICY_H
#define VMB_RESULTS_POLICY_H
/*
 * Which changes matter: thresholds and margin, for all benchmarks, for a category, for some ids.
 * They come from vmbench.ini, which docs/BASELINES.md describes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "results/codec.h"
#include "results/stat_unpaired.h"

/* Between stored runs; what is measured in pairs has a margin of its own. */
#define VMB_MARGIN_UNPAIRED	0.05

/**
 * enum vmb_policy_scope - what a section of the file is about, from the weakest to the strongest.
 */
enum vmb_policy_scope { VMB_POLICY_DEFAULT, VMB_POLICY_CATEGORY, VMB_POLICY_BENCHMARK };

/**
 * struct vmb_limits - shares of the old time; 0: not said here.
 * @margin: a change whose interval lies within it is none
 */
struct vmb_limits { double high, medium, improvement, margin; };

/**
 * struct vmb_rule - one section.
 * @pattern: a category's name, or an id in which '*' stands for anything
 * @line: of the section, for messages
 */
struct vmb_rule {
	enum vmb_policy_scope scope;
	char pattern[64];
	unsigned int line;
	struct vmb_limits limits;
};

/** struct vmb_policy - zeroed is the default policy. Owned; vmb_policy_fini(). */
struct vmb_policy {
	size_t nr;
	struct vmb_rule *rule;
};

/**
 * vmb_policy_read - read a file.
 * @path: borrowed
 * @out: overwritten on success
 * @err: on failure a sentence with the path and the line
 * Return: 0; -ENOENT; -EINVAL what is wrong with it; -EFBIG; -errno of reading it; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_policy_read(const char *path, struct vmb_policy *out,
				   struct vmb_error *err);
void vmb_policy_fini(struct vmb_policy *p);

/**
 * vmb_policy_for - what holds for one benchmark. Each limit comes from the strongest scope that
 * says it; of several sections of one scope from the last. Nothing in the result is 0, and high is
 * at least medium.
 * @p: NULL for the default policy
 */
struct vmb_limits vmb_policy_for(const struct vmb_policy *p, const char *category, const char *id);

/** vmb_glob - does @text match @pattern, where '*' stands for anything? In time |text| * |pattern|. */
bool vmb_glob(const char *pattern, const char *text);

#endif /* VMB_RESULTS_POLICY_H */
