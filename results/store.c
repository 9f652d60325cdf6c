// SPDX-License-Identifier: MIT
#include "results/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/file.h"
#include "results/schema.h"

/* As much as a run of ten benchmarks takes; a disk without it is full. */
#define PROBE_BYTES	(1u << 20)

/* What to do about it. */
static const struct { int error; const char *advice; } advices[] = {
	{ EACCES, "choose a folder that you may write with --results DIR" },
	{ EPERM, "choose a folder that you may write with --results DIR" },
	{ EROFS, "choose a folder on a writable disk with --results DIR" },
	{ ENOSPC, "free some space, or choose another disk with --results DIR" },
	{ EDQUOT, "free some space, or choose another disk with --results DIR" },
	{ EFBIG, "raise the limit on file sizes (ulimit -f), or measure less at a time" },
	{ EEXIST, "a run of that id is stored already and is left as it is" },
	{ ENOTDIR, "give a folder with --results DIR" },
	{ ELOOP, "give a folder with --results DIR" },
	{ ENAMETOOLONG, "give a shorter path with --results DIR" },
};

static int complain(struct vmb_error *err, const char *what, const char *path, int status)
{
	const char *advice = NULL;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(advices); i++)
		if (advices[i].error == -status)
			advice = advices[i].advice;
	vmb_error_set(err, "cannot %s %.100s: %s%s%s", what, path, strerror(-status),
		      advice ? "; " : "", advice ? advice : "");
	return status;
}

static int join(char path[PATH_MAX], const char *dir, const char *rest, const char *tail,
		struct vmb_error *err)
{
	int n = snprintf(path, PATH_MAX, "%s/%s%s", dir, rest, tail);

	return n < PATH_MAX ? 0 : complain(err, "use", dir, -ENAMETOOLONG);
}

/* Return: length of the parent's part of @path, 0 for the current folder. */
static size_t parent_length(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len && path[len - 1] != '/')
		len--;
	return len;
}

/* Under sudo a new folder belongs to whoever owns the one around it. */
static void give_folder(const char *path)
{
	char parent[PATH_MAX];
	size_t len = parent_length(path);
	int fd, up;

	snprintf(parent, sizeof(parent), "%.*s", (int)len, len ? path : ".");
	if (!len)
		strcpy(parent, ".");
	up = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (up >= 0 && fd >= 0)
		vmb_file_give(fd, up);
	if (up >= 0)
		close(up);
	if (fd >= 0)
		close(fd);
}

static int no_parent(const char *path, struct vmb_error *err)
{
	vmb_error_set(err, "cannot create %.100s: the folder around it does not exist; create it "
		      "with: mkdir -p %.100s", path, path);
	return -ENOENT;
}

static int make_folder(const char *path, struct vmb_error *err)
{
	struct stat st;

	if (!mkdir(path, 0777)) {
		give_folder(path);
		return 0;
	}
	if (errno == ENOENT)
		return no_parent(path, err);
	if (errno != EEXIST)
		return complain(err, "create", path, -errno);
	if (stat(path, &st))
		return complain(err, "use", path, -errno);
	return S_ISDIR(st.st_mode) ? 0 : complain(err, "use", path, -ENOTDIR);
}

static int open_folder(const char *path, struct vmb_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	return errno == ENOENT ? no_parent(path, err) : complain(err, "open", path, -errno);
}

int vmb_store_prepare_folder(const char *dir, const char *folder, struct vmb_error *err)
{
	char path[PATH_MAX];
	int fd, status = join(path, dir, folder, "", err);

	if (!status)
		status = make_folder(dir, err);
	if (!status)
		status = make_folder(path, err);
	if (status)
		return status;
	fd = open_folder(path, err);
	if (fd < 0)
		return fd;
	vmb_file_sweep(fd);
	status = vmb_file_probe(fd, PROBE_BYTES);
	if (status)
		complain(err, "write in", path, status);
	close(fd);
	return status;
}

int vmb_store_prepare(const char *dir, struct vmb_error *err)
{
	return vmb_store_prepare_folder(dir, VMB_STORE_RUNS, err);
}

static bool is_sanitized(const struct vmb_env *env)
{
	const struct vmb_fact *f = vmb_env_find(env, "build.sanitizer");

	if (!f)
		return false;
	if (f->type == VMB_FACT_TEXT)
		return *f->text && strcmp(f->text, "none") != 0;
	return f->number != 0;
}

/* Why a run must not be stored, or its bytes. */
static int encode(const struct vmb_result *res, struct vmb_bytes *bytes, struct vmb_error *err)
{
	struct vmb_error why;
	int status;

	if (is_sanitized(&res->env)) {
		vmb_error_set(err, "this vmbench is a sanitized build: its times mean nothing and "
			      "are not stored; build it again with plain `make`");
		return -EPERM;
	}
	status = vmb_result_check(res, &why);
	if (status) {
		vmb_error_set(err, "the run cannot be stored: %s", why.text);
		return status;
	}
	status = vmb_result_encode(res, bytes);
	if (status == -EFBIG)
		vmb_error_set(err, "the run is too large to be stored (%u MiB at most); measure "
			      "fewer benchmarks at a time", VMB_MAX_PAYLOAD_BYTES >> 20);
	else if (status)
		vmb_error_set(err, "the run cannot be stored: %s", strerror(-status));
	return status;
}

int vmb_store_put(const char *dir, const char *folder, const char *name, bool replace,
		  const struct vmb_result *res, char *path, struct vmb_error *err)
{
	char in[PATH_MAX], file[NAME_MAX + 1];
	struct vmb_bytes bytes = { 0 };
	int fd, status = join(in, dir, folder, "", err);

	if (!status)
		status = encode(res, &bytes, err);
	if (!status)
		status = join(path, in, name, ".vmb", err);
	if (status)
		goto out;
	status = fd = open_folder(in, err);
	if (fd < 0)
		goto out;
	snprintf(file, sizeof(file), "%s.vmb", name);
	status = vmb_file_write(fd, file, bytes.data, bytes.len, replace);
	close(fd);
	if (status)
		complain(err, "write", path, status);
out:
	vmb_bytes_fini(&bytes);
	return status;
}

int vmb_store_save(const char *dir, const struct vmb_result *res, char *path,
		   struct vmb_error *err)
{
	/* the id is checked before it becomes a file name */
	return vmb_store_put(dir, VMB_STORE_RUNS, res->id, false, res, path, err);
}

/* References. */

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* The first @most ids from the newest backwards that have @len bytes in common with @ref. */
static void name_some(const struct vmb_store_list *list, const char *ref, size_t len, size_t most,
		      char *to, size_t size)
{
	size_t at = 0;

	*to = '\0';
	for (size_t i = list->nr; i-- && most && at < size;) {
		if (common_prefix(list->entries[i].id, ref) < len)
			continue;
		at += (size_t)snprintf(to + at, size - at, "%s%s", at ? ", " : "",
				       list->entries[i].id);
		most--;
	}
}

static int not_found(const struct vmb_store_list *list, const char *dir, const char *ref,
		     struct vmb_error *err)
{
	char ids[130];
	size_t best = 0;

	for (size_t i = 0; i < list->nr; i++)
		if (common_prefix(list->entries[i].id, ref) > best)
			best = common_prefix(list->entries[i].id, ref);
	name_some(list, ref, best, 3, ids, sizeof(ids));
	if (!list->nr)
		vmb_error_set(err, "no run is stored in %.100s/runs yet; make one with: vmbench",
			      dir);
	else
		vmb_error_set(err, "no run \"%.40s\" in %.50s/runs; %s %s", ref, dir,
			      best ? "the nearest are" : "the latest are", ids);
	return -ENOENT;
}

/* Return: index of the only id that starts with @ref; -ENOENT; -ENOTUNIQ. */
static int find_prefix(const struct vmb_store_list *list, const char *ref, struct vmb_error *err)
{
	char ids[130];
	int found = -ENOENT;
	size_t fits = 0;

	for (size_t i = 0; i < list->nr; i++) {
		if (!strcmp(list->entries[i].id, ref))
			return (int)i;
		if (strncmp(list->entries[i].id, ref, strlen(ref)))
			continue;
		found = (int)i;
		fits++;
	}
	if (fits < 2)
		return found;
	name_some(list, ref, strlen(ref), 3, ids, sizeof(ids));
	vmb_error_set(err, "\"%.40s\" fits %zu runs; write more of the id: %s", ref, fits, ids);
	return -ENOTUNIQ;
}

static bool names_a_file(const char *ref)
{
	struct stat st;
	size_t len = strlen(ref);

	if (strchr(ref, '/'))
		return true;
	return len > 4 && !strcmp(ref + len - 4, ".vmb") && !stat(ref, &st);
}

/* Return: index in @list; -ENOENT or -ENOTUNIQ with @err. */
static int find_run(const struct vmb_store_list *list, const char *dir, const char *ref,
		    struct vmb_error *err)
{
	int at = !*ref ? -ENOENT : find_prefix(list, ref, err);

	if (!strcmp(ref, "latest") && list->nr)
		return (int)list->nr - 1;
	return at == -ENOENT ? not_found(list, dir, ref, err) : at;
}

static int resolve(const char *dir, const char *ref, char path[PATH_MAX], struct vmb_error *err)
{
	struct vmb_store_list list;
	int at, status = vmb_store_list(dir, VMB_STORE_RUNS, &list, err);

	if (status)
		return status;
	at = find_run(&list, dir, ref, err);
	if (at >= 0)
		snprintf(path, PATH_MAX, "%s", list.entries[at].path);
	vmb_store_list_fini(&list);
	return at < 0 ? at : 0;
}

static int load_path(const char *path, struct vmb_result *out, struct vmb_error *err)
{
	struct vmb_bytes bytes;
	struct vmb_error why = { "" };
	int status = vmb_file_read(path, VMB_FRAME_HEADER_BYTES + VMB_MAX_PAYLOAD_BYTES, &bytes,
				   err);

	if (status)
		return status;
	status = vmb_result_decode(bytes.data, bytes.len, out, &why);
	vmb_bytes_fini(&bytes);
	if (status)
		vmb_error_set(err, "%.120s: %s", path, why.text);
	return status;
}

int vmb_store_load(const char *dir, const char *ref, struct vmb_result *out,
		   struct vmb_error *err)
{
	char path[PATH_MAX];
	int status;

	if (names_a_file(ref))
		return load_path(ref, out, err);
	status = resolve(dir, ref, path, err);
	return status ? status : load_path(path, out, err);
}
