/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_TMPDIR_H
#define VMB_TESTS_RESULTS_TMPDIR_H
/*
 * A folder for one test, removed with everything in it: setup and teardown of cmocka. *state is its
 * path.
 */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static inline int tmpdir_remove_entry(const char *path, const struct stat *st, int type,
				      struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline int tmpdir_make(void **state)
{
	char *dir = strdup("/tmp/vmbench-test-XXXXXX");

	*state = dir;
	return dir && mkdtemp(dir) ? 0 : -1;
}

static inline int tmpdir_remove(void **state)
{
	int err = nftw(*state, tmpdir_remove_entry, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return err;
}

static inline void tmpdir_write(const char *dir, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

#endif /* VMB_TESTS_RESULTS_TMPDIR_H */
