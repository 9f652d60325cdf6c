/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_DOCTOR_KNOBS_H
#define VMB_USER_DOCTOR_KNOBS_H
/*
 * The settings that `vmbench doctor --fix` may touch. Nothing outside of this table is ever
 * written, whatever a file of saved values says.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"

#define VMB_SETTING_PATH	160
#define VMB_SETTING_VALUE	40

/** enum vmb_knob_rule - which values are already good. */
enum vmb_knob_rule {
	VMB_KNOB_EXACT,		/* only the wanted one */
	VMB_KNOB_AT_MOST,	/* the wanted number or less */
	VMB_KNOB_AT_LEAST,	/* the wanted number or more */
	VMB_KNOB_SAVE_ONLY,	/* never set; it changes as a consequence, and is put back */
};

/**
 * struct vmb_knob - a file, or one file per CPU policy or PMU.
 * @pattern: absolute path; one component may hold one '*'
 * @wanted: the value to set, NULL with VMB_KNOB_SAVE_ONLY
 */
struct vmb_knob {
	const char *name, *pattern, *wanted;
	enum vmb_knob_rule rule;
};

/** struct vmb_setting - one file and its value. */
struct vmb_setting {
	const struct vmb_knob *knob;
	char path[VMB_SETTING_PATH];
	char value[VMB_SETTING_VALUE];
};

/** struct vmb_settings - heap, owned; zeroed is empty. */
struct vmb_settings { size_t nr; struct vmb_setting *item; };

/**
 * vmb_settings_add - append a copy.
 * Return: 0; -EINVAL if no knob has that path, or the value is none that a knob can have; -EEXIST
 * if the path is there already; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_settings_add(struct vmb_settings *s, const char *path, const char *value);

/** vmb_settings_find - borrow the setting of a path, NULL if there is none. */
const struct vmb_setting *vmb_settings_find(const struct vmb_settings *s, const char *path);
void vmb_settings_fini(struct vmb_settings *s);

/**
 * vmb_settings_read - every file of every knob that this machine has, with its present value.
 * @out: overwritten; the caller calls vmb_settings_fini() also after a failure
 * Return: 0, -ENOMEM.
 */
VMB_MUST_CHECK int vmb_settings_read(struct vmb_settings *out);

/** vmb_knob_wants - must the value be changed? */
bool vmb_knob_wants(const struct vmb_knob *knob, const char *value);

#endif /* VMB_USER_DOCTOR_KNOBS_H */
