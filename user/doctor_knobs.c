// SPDX-License-Identifier: MIT
#include "user/doctor_knobs.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/env/sys.h"

#define POLICY "/sys/devices/system/cpu/cpufreq/policy*/"

/*
 * In the order in which they are put back: the governor before the energy preference, which cannot
 * be written while the governor is "performance" and is overwritten by it.
 */
static const struct vmb_knob knobs[] = {
	{ "governor", POLICY "scaling_governor", "performance", VMB_KNOB_EXACT },
	{ "energy preference", POLICY "energy_performance_preference", NULL, VMB_KNOB_SAVE_ONLY },
	{ "turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo", "1", VMB_KNOB_EXACT },
	{ "turbo", "/sys/devices/system/cpu/cpufreq/boost", "0", VMB_KNOB_EXACT },
	{ "NMI watchdog", "/proc/sys/kernel/nmi_watchdog", "0", VMB_KNOB_EXACT },
	{ "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", "1", VMB_KNOB_AT_MOST },
	{ "ASLR", "/proc/sys/kernel/randomize_va_space", "2", VMB_KNOB_EXACT },
	{ "rdpmc", "/sys/bus/event_source/devices/cpu*/rdpmc", "1", VMB_KNOB_AT_LEAST },
	{ "rdpmc", "/proc/sys/kernel/perf_user_access", "1", VMB_KNOB_AT_LEAST },
};

static const struct vmb_knob *knob_of(const char *path)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(knobs); i++)
		if (!fnmatch(knobs[i].pattern, path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE))
			return &knobs[i];
	return NULL;
}

/* "-1", "2", "powersave", "balance_performance": nothing else is a value of a knob. */
static bool is_value(const char *s)
{
	size_t len = strlen(s);

	if (!len || len >= VMB_SETTING_VALUE)
		return false;
	if (*s == '-' && isdigit((unsigned char)s[1]))
		s++;
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

int vmb_settings_add(struct vmb_settings *s, const char *path, const char *value)
{
	const struct vmb_knob *knob = knob_of(path);
	struct vmb_setting *grown;

	if (!knob || !is_value(value) || strlen(path) >= VMB_SETTING_PATH)
		return -EINVAL;
	if (vmb_settings_find(s, path))
		return -EEXIST;
	grown = realloc(s->item, (s->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->item = grown;
	grown += s->nr++;
	grown->knob = knob;
	snprintf(grown->path, sizeof(grown->path), "%s", path);
	snprintf(grown->value, sizeof(grown->value), "%s", value);
	return 0;
}

const struct vmb_setting *vmb_settings_find(const struct vmb_settings *s, const char *path)
{
	for (size_t i = 0; i < s->nr; i++)
		if (!strcmp(s->item[i].path, path))
			return &s->item[i];
	return NULL;
}

void vmb_settings_fini(struct vmb_settings *s)
{
	free(s->item);
	*s = (struct vmb_settings){ 0 };
}

/* A file that cannot be read, or holds what we would not write back, is left alone. */
static int read_one(struct vmb_settings *out, const char *path)
{
	char value[VMB_SETTING_VALUE];
	int err;

	if (vmb_sys_text(value, sizeof(value), "%s", path) < 0)
		return 0;
	err = vmb_settings_add(out, path, value);
	return err == -ENOMEM ? err : 0;
}

/* The component with the '*' is at [dir, rest): "dir" + names of the directory + "rest". */
static int read_many(struct vmb_settings *out, const char *pattern, const char *star)
{
	char dir[VMB_SETTING_PATH], path[2 * VMB_SETTING_PATH];
	const char *rest = strchr(star, '/');
	struct vmb_sys_names names;
	int err = 0;

	snprintf(dir, sizeof(dir), "%.*s", (int)(star - pattern), pattern);
	*strrchr(dir, '/') = 0;
	if (!vmb_sys_list(&names, "%s", dir))
		for (size_t i = 0; i < names.nr && !err; i++) {
			if (snprintf(path, sizeof(path), "%s/%.100s%s", dir, names.name[i], rest) <
			    VMB_SETTING_PATH && !fnmatch(pattern, path, FNM_PATHNAME))
				err = read_one(out, path);
		}
	vmb_sys_names_fini(&names);
	return err;
}

int vmb_settings_read(struct vmb_settings *out)
{
	int err = 0;

	*out = (struct vmb_settings){ 0 };
	for (size_t i = 0; i < VMB_ARRAY_SIZE(knobs) && !err; i++) {
		const char *star = strchr(knobs[i].pattern, '*');

		err = star ? read_many(out, knobs[i].pattern, star)
			   : read_one(out, knobs[i].pattern);
	}
	return err;
}

bool vmb_knob_wants(const struct vmb_knob *knob, const char *value)
{
	if (knob->rule == VMB_KNOB_SAVE_ONLY)
		return false;
	if (knob->rule == VMB_KNOB_AT_MOST)
		return atoi(value) > atoi(knob->wanted);
	if (knob->rule == VMB_KNOB_AT_LEAST)
		return atoi(value) < atoi(knob->wanted);
	return strcmp(value, knob->wanted) != 0;
}
