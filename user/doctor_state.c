// SPDX-License-Identifier: MIT
#include "user/doctor_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/env/sys.h"

#define FILE_NAME	"doctor.state"
#define TEMP_NAME	"doctor.state.tmp"
#define MAGIC		"vmbench-doctor-state 1"
#define MAX_BYTES	(1 << 20)
#define BOOT_ID_BYTES	64

VMB_PRINTF(3, 4)
static int fail(struct vmb_doctor_state *st, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(st->why, sizeof(st->why), fmt, ap);
	va_end(ap);
	return err;
}

static int find_dir(char *dir, size_t size)
{
	const char *state = secure_getenv("XDG_STATE_HOME"), *home = secure_getenv("HOME");
	int n;

	if (*vmb_sys_root() || geteuid() == 0)
		n = snprintf(dir, size, "%s/var/lib/vmbench", vmb_sys_root());
	else if (state && *state == '/')
		n = snprintf(dir, size, "%s/vmbench", state);
	else if (home && *home == '/')
		n = snprintf(dir, size, "%s/.local/state/vmbench", home);
	else
		return -ENXIO;
	return n < (int)size ? 0 : -ENAMETOOLONG;
}

bool vmb_doctor_state_exists(void)
{
	char dir[4000], path[4096];

	if (find_dir(dir, sizeof(dir)))
		return false;
	snprintf(path, sizeof(path), "%s/" FILE_NAME, dir);
	return !access(path, F_OK);
}

static int make_dirs(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s", dir);
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

/* Ours, and nobody else may put a file there or in its place. */
static bool is_private(const struct stat *s)
{
	return s->st_uid == geteuid() && !(s->st_mode & 022);
}

static int lock_dir(struct vmb_doctor_state *st, const char *dir)
{
	struct stat s;

	if (fstat(st->dir_fd, &s))
		return fail(st, -errno, "%s: %s", dir, strerror(errno));
	if (!is_private(&s))
		return fail(st, -EPERM,
			    "%s belongs to another user or others can write to it; not trusted",
			    dir);
	if (flock(st->dir_fd, LOCK_EX | LOCK_NB))
		return fail(st, -EBUSY, "another vmbench doctor is at work on %s", st->path);
	return 0;
}

int vmb_doctor_state_open(struct vmb_doctor_state *st, bool create)
{
	char dir[4000];
	int err = find_dir(dir, sizeof(dir));

	memset(st, 0, sizeof(*st));
	st->dir_fd = -1;
	if (err)
		return fail(st, err, "there is no place for saved values: HOME is not set");
	snprintf(st->path, sizeof(st->path), "%s/" FILE_NAME, dir);
	err = create ? make_dirs(dir) : 0;
	if (err)
		return fail(st, err, "cannot make %s: %s", dir, strerror(-err));
	st->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (st->dir_fd < 0)
		return fail(st, -errno, "%s: %s", dir, strerror(errno));
	err = lock_dir(st, dir);
	if (err)
		vmb_doctor_state_close(st);
	return err;
}

void vmb_doctor_state_close(struct vmb_doctor_state *st)
{
	if (st->dir_fd >= 0)
		close(st->dir_fd);
	st->dir_fd = -1;
}

static void read_boot_id(char id[BOOT_ID_BYTES])
{
	if (vmb_sys_text(id, BOOT_ID_BYTES, "/proc/sys/kernel/random/boot_id") < 0)
		snprintf(id, BOOT_ID_BYTES, "unknown");
}

/* A file being parsed: lines are cut off the front. */
struct parser {
	struct vmb_doctor_state *st;
	char *rest;
	unsigned int line;
};

static int corrupt(struct parser *p, const char *what)
{
	return fail(p->st, -EBADMSG,
		    "%s:%u: %s; nothing was changed. If the file is not what vmbench wrote, "
		    "remove it and set the values by hand",
		    p->st->path, p->line, what);
}

static char *next_line(struct parser *p)
{
	char *line = p->rest, *end = strchr(line, '\n');

	p->line++;
	if (!end)
		return NULL;
	*end = 0;
	p->rest = end + 1;
	return line;
}

static int parse_end(struct parser *p, const char *line, size_t nr)
{
	char *end;

	if (strtoul(line + 4, &end, 10) != nr || *end || end == line + 4)
		return corrupt(p, "wrong number of settings");
	return *p->rest ? corrupt(p, "something after the end") : 0;
}

static int parse_setting(struct parser *p, char *line, struct vmb_settings *out)
{
	char *space = strchr(line, ' ');
	int err;

	if (!space)
		return corrupt(p, "no value");
	*space = 0;
	err = vmb_settings_add(out, line, space + 1);
	if (err == -EINVAL)
		return corrupt(p, "not a setting that vmbench changes");
	return err == -EEXIST ? corrupt(p, "the same setting twice") : err;
}

static int parse_settings(struct parser *p, struct vmb_settings *out)
{
	char *line;
	int err = 0;

	while (!err && (line = next_line(p))) {
		if (!strncmp(line, "end ", 4))
			return parse_end(p, line, out->nr);
		err = parse_setting(p, line, out);
	}
	return err ? err : corrupt(p, "cut off");
}

static int parse(struct vmb_doctor_state *st, char *text, struct vmb_settings *out)
{
	struct parser p = { .st = st, .rest = text };
	char *line = next_line(&p), boot[BOOT_ID_BYTES];
	int err;

	if (!line || strcmp(line, MAGIC))
		return corrupt(&p, "not a state of vmbench doctor");
	line = next_line(&p);
	if (!line || strncmp(line, "boot ", 5))
		return corrupt(&p, "no boot id");
	err = parse_settings(&p, out);
	read_boot_id(boot);
	return err ? err : strcmp(line + 5, boot) ? -ESTALE : 0;
}

static int check_file(struct vmb_doctor_state *st, int fd, size_t *len)
{
	struct stat s;

	if (fstat(fd, &s))
		return fail(st, -errno, "%s: %s", st->path, strerror(errno));
	if (!S_ISREG(s.st_mode) || !is_private(&s))
		return fail(st, -EPERM, "%s is not a private file of this user; it is not trusted",
			    st->path);
	if (s.st_size > MAX_BYTES)
		return fail(st, -EBADMSG, "%s is too large to be ours", st->path);
	*len = (size_t)s.st_size;
	return 0;
}

static int read_and_parse(struct vmb_doctor_state *st, int fd, struct vmb_settings *out)
{
	size_t len = 0;
	int err = check_file(st, fd, &len);
	char *text = err ? NULL : calloc(1, len + 1);

	if (!err && !text)
		err = -ENOMEM;
	if (!err && read(fd, text, len) != (ssize_t)len)
		err = fail(st, -EIO, "%s cannot be read", st->path);
	if (!err && strlen(text) != len)
		err = fail(st, -EBADMSG, "%s holds binary data; nothing was changed", st->path);
	if (!err)
		err = parse(st, text, out);
	free(text);
	return err;
}

int vmb_doctor_state_load(struct vmb_doctor_state *st, struct vmb_settings *out)
{
	int fd = openat(st->dir_fd, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err;

	*out = (struct vmb_settings){ 0 };
	if (fd < 0)
		return fail(st, errno == ELOOP ? -EPERM : -errno, "%s: %s", st->path,
			    strerror(errno));
	err = read_and_parse(st, fd, out);
	close(fd);
	return err;
}

static int write_settings(FILE *f, const struct vmb_settings *s)
{
	char boot[BOOT_ID_BYTES];

	read_boot_id(boot);
	fprintf(f, MAGIC "\nboot %s\n", boot);
	for (size_t i = 0; i < s->nr; i++)
		fprintf(f, "%s %s\n", s->item[i].path, s->item[i].value);
	fprintf(f, "end %zu\n", s->nr);
	return fflush(f) || fsync(fileno(f)) ? -errno : 0;
}

static int write_temp(struct vmb_doctor_state *st, const struct vmb_settings *s)
{
	int fd, err;
	FILE *f;

	(void)unlinkat(st->dir_fd, TEMP_NAME, 0);	/* of a process that was killed */
	fd = openat(st->dir_fd, TEMP_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	err = write_settings(f, s);
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

static int replace(struct vmb_doctor_state *st, const struct vmb_settings *s)
{
	int err;

	if (!s->nr)
		return unlinkat(st->dir_fd, FILE_NAME, 0) && errno != ENOENT ? -errno : 0;
	err = write_temp(st, s);
	if (!err && renameat(st->dir_fd, TEMP_NAME, st->dir_fd, FILE_NAME))
		err = -errno;
	if (err)
		(void)unlinkat(st->dir_fd, TEMP_NAME, 0);
	return err;
}

int vmb_doctor_state_save(struct vmb_doctor_state *st, const struct vmb_settings *s)
{
	int err = replace(st, s);

	if (!err && fsync(st->dir_fd))
		err = -errno;
	return err ? fail(st, err, "cannot save %s: %s", st->path, strerror(-err)) : 0;
}
