// SPDX-License-Identifier: MIT
/*
 * doctor --fix and --restore. Old values are on disk before the first new one is written, so that a
 * process that is killed at any moment leaves a machine that --restore puts back.
 */
#include "user/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "user/doctor_knobs.h"
#include "user/doctor_state.h"
#include "user/env/sys.h"

/* What went wrong over all settings. */
struct tally { size_t failed; bool permission; };

static const char *explain(int err)
{
	switch (-err) {
	case EROFS:
		return "read-only here, as in a container";
	case ENOENT:
		return "the file is gone: a CPU went offline or a driver was unloaded";
	case EINVAL:
		return "this machine does not offer the value";
	case EBADE:
		return "the kernel accepted the value and kept another";
	default:
		return strerror(-err);
	}
}

static void complain(FILE *out, const struct vmb_setting *s, int err, struct tally *t)
{
	fprintf(out, "  FAILED  %-20s %s: %s\n", s->knob->name, s->path, explain(err));
	t->failed++;
	t->permission |= err == -EACCES || err == -EPERM;
}

static int finish(FILE *out, const struct tally *t, const char *verb)
{
	if (t->permission && geteuid() != 0)
		fprintf(out, "This needs root: sudo vmbench doctor %s\n", verb);
	return t->failed ? 1 : 0;
}

static int sentence(FILE *out, const struct vmb_doctor_state *st, int err, const char *verb)
{
	const struct tally t = { .failed = 1, .permission = err == -EACCES || err == -EPERM };

	fprintf(out, "%s\n", st->why[0] ? st->why : strerror(-err));
	return finish(out, &t, verb);
}

/* Writes as the kernel prints, so that a restored file is what it was to the byte. */
static int set(const struct vmb_setting *s, const char *value)
{
	char text[VMB_SETTING_VALUE + 1], now[VMB_SETTING_VALUE];
	int err;

	snprintf(text, sizeof(text), "%s\n", value);
	err = vmb_sys_write(text, "%s", s->path);
	if (err)
		return err;
	if (vmb_sys_text(now, sizeof(now), "%s", s->path) < 0 || strcmp(now, value))
		return -EBADE;
	return 0;
}

static int writable(const struct vmb_setting *s)
{
	int fd = vmb_sys_open(O_WRONLY | O_NONBLOCK, "%s", s->path);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* The energy preference follows the governor of the same policy. */
static bool follows(const struct vmb_setting *s)
{
	return s->knob->rule == VMB_KNOB_SAVE_ONLY;
}

/*
 * From everything that there is, keep what must be changed and can be, and what will change with
 * it. What cannot be changed is told at once.
 */
static int choose(FILE *out, const struct vmb_settings *all, struct vmb_settings *todo,
		  struct tally *t)
{
	int err = 0;

	for (size_t i = 0; i < all->nr && !err; i++) {
		const struct vmb_setting *s = &all->item[i];
		int denied;

		if (!follows(s) && !vmb_knob_wants(s->knob, s->value))
			continue;
		denied = writable(s);
		if (!denied)
			err = vmb_settings_add(todo, s->path, s->value);
		else if (!follows(s))
			complain(out, s, denied, t);
	}
	return err;
}

/* An earlier --fix saved what was before it; its values win. */
static int merge(struct vmb_settings *saved, const struct vmb_settings *todo)
{
	int err = 0;

	for (size_t i = 0; i < todo->nr && !err; i++) {
		err = vmb_settings_add(saved, todo->item[i].path, todo->item[i].value);
		if (err == -EEXIST)
			err = 0;
	}
	return err;
}

static void change(FILE *out, const struct vmb_settings *todo, struct tally *t)
{
	for (size_t i = 0; i < todo->nr; i++) {
		const struct vmb_setting *s = &todo->item[i];
		int err;

		if (follows(s))
			continue;
		err = set(s, s->knob->wanted);
		if (err)
			complain(out, s, err, t);
		else
			fprintf(out, "  set     %-20s %s: %s -> %s\n", s->knob->name, s->path,
				s->value, s->knob->wanted);
	}
}

static bool only_followers(const struct vmb_settings *todo)
{
	for (size_t i = 0; i < todo->nr; i++)
		if (!follows(&todo->item[i]))
			return false;
	return true;
}

static int save_and_change(FILE *out, struct vmb_doctor_state *st, struct vmb_settings *todo,
			   struct tally *t)
{
	struct vmb_settings saved = { 0 };
	int err = vmb_doctor_state_load(st, &saved);

	if (err == -ESTALE)	/* the restart has put everything back already */
		vmb_settings_fini(&saved);
	if (err == -ENOENT || err == -ESTALE)
		err = 0;
	if (!err)
		err = merge(&saved, todo);
	if (!err)
		err = vmb_doctor_state_save(st, &saved);
	vmb_settings_fini(&saved);
	if (err)
		return sentence(out, st, err, "--fix");
	change(out, todo, t);
	fprintf(out, "The old values are in %s; put them back with: vmbench doctor --restore\n",
		st->path);
	return finish(out, t, "--fix");
}

static int lock_and_change(FILE *out, struct vmb_settings *todo, struct tally *t)
{
	struct vmb_doctor_state st;
	int err = vmb_doctor_state_open(&st, true), code;

	if (err)
		return sentence(out, &st, err, "--fix");
	code = save_and_change(out, &st, todo, t);
	vmb_doctor_state_close(&st);
	return code;
}

int vmb_doctor_fix(FILE *out)
{
	struct vmb_settings all, todo = { 0 };
	struct tally t = { 0 };
	int code = vmb_settings_read(&all);

	if (!code)
		code = choose(out, &all, &todo, &t);
	if (code) {
		fprintf(out, "out of memory\n");
		code = 1;
	} else if (only_followers(&todo)) {
		if (!t.failed)
			fprintf(out, "Nothing to set: what can be set here is as it should be\n");
		code = finish(out, &t, "--fix");
	} else {
		code = lock_and_change(out, &todo, &t);
	}
	vmb_settings_fini(&todo);
	vmb_settings_fini(&all);
	return code;
}

static int put_back_one(FILE *out, const struct vmb_setting *s)
{
	char now[VMB_SETTING_VALUE];
	int n = vmb_sys_text(now, sizeof(now), "%s", s->path), err = 0;

	if (n < 0 && n != -ENODATA)
		return n;
	if (strcmp(now, s->value))
		err = set(s, s->value);
	if (!err)
		fprintf(out, "  %s  %-20s %s: %s\n", strcmp(now, s->value) ? "back  " : "as was",
			s->knob->name, s->path, s->value);
	return err;
}

static int put_back(FILE *out, const struct vmb_settings *saved, struct vmb_settings *left,
		    struct tally *t)
{
	int err = 0;

	for (size_t i = 0; i < saved->nr && !err; i++) {
		const struct vmb_setting *s = &saved->item[i];
		int failed = put_back_one(out, s);

		if (!failed)
			continue;
		complain(out, s, failed, t);
		err = vmb_settings_add(left, s->path, s->value);
	}
	return err;
}

static int restore_locked(FILE *out, struct vmb_doctor_state *st, struct vmb_settings *saved,
			  struct vmb_settings *left)
{
	struct tally t = { 0 };
	int err = vmb_doctor_state_load(st, saved);

	if (err == -ENOENT) {
		fprintf(out, "Nothing to put back: no values are saved in %s\n", st->path);
		return 0;
	}
	if (err == -ESTALE)
		fprintf(out, "The machine was restarted since --fix, which put everything back\n");
	else if (!err)
		err = put_back(out, saved, left, &t);
	if (!err || err == -ESTALE)
		err = vmb_doctor_state_save(st, left);
	if (err)
		return sentence(out, st, err, "--restore");
	if (left->nr)
		fprintf(out, "%zu of %zu settings could not be put back and stay saved in %s\n",
			left->nr, saved->nr, st->path);
	return finish(out, &t, "--restore");
}

int vmb_doctor_restore(FILE *out)
{
	struct vmb_settings saved = { 0 }, left = { 0 };
	struct vmb_doctor_state st;
	int err = vmb_doctor_state_open(&st, false), code;

	if (err == -ENOENT) {
		fprintf(out, "Nothing to put back: no values are saved in %s\n", st.path);
		return 0;
	}
	if (err)
		return sentence(out, &st, err, "--restore");
	code = restore_locked(out, &st, &saved, &left);
	vmb_doctor_state_close(&st);
	vmb_settings_fini(&left);
	vmb_settings_fini(&saved);
	return code;
}
