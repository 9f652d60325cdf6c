// SPDX-License-Identifier: MIT
#include "results/baseline.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/schema.h"

static bool ends_with(const char *s, const char *tail)
{
	size_t len = strlen(s);

	return len >= strlen(tail) && !strcmp(s + len - strlen(tail), tail);
}

int vmb_baseline_name_check(const char *name, struct vmb_error *err)
{
	if (!vmb_run_id_valid(name) || *name == '-') {
		vmb_error_set(err, "\"%.60s\" cannot be the name of a baseline: use letters, digits, "
			      "'-', '_' and '.', beginning with a letter or a digit", name);
		return -EINVAL;
	}
	if (strlen(name) > VMB_BASELINE_NAME_MAX) {
		vmb_error_set(err, "the name of a baseline has at most %d characters",
			      VMB_BASELINE_NAME_MAX);
		return -EINVAL;
	}
	if (!strcmp(name, "latest") || ends_with(name, ".vmb")) {
		vmb_error_set(err, "\"%.60s\" cannot be the name of a baseline: it means a %s", name,
			      *name == 'l' && !ends_with(name, ".vmb") ? "run" : "file");
		return -EINVAL;
	}
	return 0;
}

int vmb_baseline_prepare(const char *dir, const char *name, struct vmb_error *err)
{
	int status = vmb_baseline_name_check(name, err);

	return status ? status : vmb_store_prepare_folder(dir, VMB_STORE_BASELINES, err);
}

int vmb_baseline_save(const char *dir, const char *name, bool replace,
		      const struct vmb_result *res, char *path, struct vmb_error *err)
{
	int status = vmb_baseline_prepare(dir, name, err);

	if (!status)
		status = vmb_store_put(dir, VMB_STORE_BASELINES, name, replace, res, path, err);
	if (status == -EEXIST)
		vmb_error_set(err, "there is a baseline \"%s\" already; --force replaces it", name);
	return status;
}

static void name_all(const char *dir, char *to, size_t size)
{
	struct vmb_store_list list;
	size_t at = 0;

	*to = '\0';
	if (vmb_store_list(dir, VMB_STORE_BASELINES, &list, NULL))
		return;
	for (size_t i = 0; i < list.nr && at < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s", at ? ", " : "",
				       list.entries[i].id);
	vmb_store_list_fini(&list);
}

static int not_found(const char *dir, const char *name, struct vmb_error *err)
{
	char names[120];

	name_all(dir, names, sizeof(names));
	if (*names)
		vmb_error_set(err, "no baseline \"%.40s\" in %.50s; there are: %s", name, dir, names);
	else
		vmb_error_set(err, "no baseline is stored in %.50s yet; make one with: vmbench "
			      "--save-baseline %.40s", dir, name);
	return -ENOENT;
}

/* Return: 0; -EINVAL; -ENAMETOOLONG; -ENOENT, all with @err. @path: [PATH_MAX] */
static int find(const char *dir, const char *name, char *path, struct vmb_error *err)
{
	int n, status = vmb_baseline_name_check(name, err);
	struct stat st;

	if (status)
		return status;
	n = snprintf(path, PATH_MAX, "%s/%s/%s.vmb", dir, VMB_STORE_BASELINES, name);
	if (n >= PATH_MAX) {
		vmb_error_set(err, "cannot use %.100s: %s", dir, strerror(ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	return lstat(path, &st) && errno == ENOENT ? not_found(dir, name, err) : 0;
}

int vmb_baseline_load(const char *dir, const char *name, struct vmb_result *out,
		      struct vmb_error *err)
{
	char path[PATH_MAX];
	int status = find(dir, name, path, err);

	/* what has a '/' is a path to the store, too */
	return status ? status : vmb_store_load(dir, path, out, err);
}

int vmb_baseline_remove(const char *dir, const char *name, struct vmb_error *err)
{
	char path[PATH_MAX];
	int status = find(dir, name, path, err);

	if (!status && unlink(path)) {
		status = -errno;
		vmb_error_set(err, "cannot remove %.160s: %s", path, strerror(-status));
	}
	return status;
}

static bool is_name(const char *dir, const char *ref)
{
	char path[PATH_MAX];

	return !find(dir, ref, path, NULL);
}

int vmb_baseline_or_run(const char *dir, const char *ref, struct vmb_result *out,
			bool *is_baseline, struct vmb_error *err)
{
	bool named = is_name(dir, ref);
	int status = named ? vmb_baseline_load(dir, ref, out, err) :
			     vmb_store_load(dir, ref, out, err);

	if (is_baseline)
		*is_baseline = named;
	return status;
}
