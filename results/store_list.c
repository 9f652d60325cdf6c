// SPDX-License-Identifier: MIT
#include "results/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/schema.h"

static const char suffix[] = ".vmb";

static void entry_fini(struct vmb_store_entry *e)
{
	free(e->id);
	free(e->path);
}

void vmb_store_list_fini(struct vmb_store_list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->nr; i++)
		entry_fini(&list->entries[i]);
	free(list->entries);
	memset(list, 0, sizeof(*list));
}

/* Return: heap id of a file called @name, NULL with *@status 0 if it is not one of ours. */
static char *id_of(const char *name, int *status)
{
	size_t len = strlen(name), tail = strlen(suffix);
	char *id;

	*status = 0;
	if (len <= tail || strcmp(name + len - tail, suffix))
		return NULL;
	id = strndup(name, len - tail);
	*status = id ? 0 : -ENOMEM;
	if (!id || vmb_run_id_valid(id))
		return id;
	free(id);
	return NULL;
}

/* Return: true if it is a regular file; what cannot be read is listed with schema 0. */
static bool look_at(int dirfd, const char *name, struct vmb_store_entry *e)
{
	uint8_t header[VMB_FRAME_HEADER_BYTES];
	struct stat st;
	ssize_t n;
	int fd;

	if (fstatat(dirfd, name, &st, 0) || !S_ISREG(st.st_mode))
		return false;
	e->size_bytes = (uint64_t)st.st_size;
	fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return true;
	n = read(fd, header, sizeof(header));
	close(fd);
	e->schema = vmb_result_probe(header, n > 0 ? (size_t)n : 0);
	return true;
}

static int append(struct vmb_store_list *list, const struct vmb_store_entry *e)
{
	struct vmb_store_entry *grown;

	grown = realloc(list->entries, (list->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	list->entries = grown;
	grown[list->nr++] = *e;
	return 0;
}

static int add(struct vmb_store_list *list, int dirfd, const char *folder, const char *name)
{
	struct vmb_store_entry e = { 0 };
	int status;

	e.id = id_of(name, &status);
	if (!e.id)
		return status;
	if (!look_at(dirfd, name, &e)) {
		entry_fini(&e);
		return 0;
	}
	if (asprintf(&e.path, "%s/%s", folder, name) < 0) {
		e.path = NULL;
		status = -ENOMEM;
	} else {
		status = append(list, &e);
	}
	if (status)
		entry_fini(&e);
	return status;
}

static int by_id(const void *a, const void *b)
{
	const struct vmb_store_entry *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int read_folder(DIR *dir, const char *folder, struct vmb_store_list *list)
{
	struct dirent *entry;
	int status = 0;

	while (!status && (errno = 0, entry = readdir(dir)))
		status = add(list, dirfd(dir), folder, entry->d_name);
	if (!status && errno)
		status = -errno;
	if (list->nr)
		qsort(list->entries, list->nr, sizeof(*list->entries), by_id);
	return status;
}

int vmb_store_list(const char *dir, const char *folder, struct vmb_store_list *out,
		   struct vmb_error *err)
{
	struct vmb_store_list list = { 0 };
	char *path;
	DIR *d;
	int status;

	if (asprintf(&path, "%s/%s", dir, folder) < 0) {
		vmb_error_set(err, "out of memory");
		return -ENOMEM;
	}
	d = opendir(path);
	status = d ? read_folder(d, path, &list) : errno == ENOENT ? 0 : -errno;
	if (d)
		closedir(d);
	if (status) {
		vmb_error_set(err, "cannot list %.160s: %s", path, strerror(-status));
		vmb_store_list_fini(&list);
	} else {
		*out = list;
	}
	free(path);
	return status;
}
