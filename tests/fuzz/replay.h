/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_FUZZ_REPLAY_H
#define VMB_TESTS_FUZZ_REPLAY_H
/*
 * Runs the kept inputs of a fuzzer through its entry, so that what was once found stays found.
 */

#include "tests/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An input of its own length, so that reads past the end are found. */
static inline void replay_one(const char *folder, const char *name)
{
	static uint8_t room[1 << 20];
	char path[512];
	uint8_t *data;
	size_t bytes;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "r");
	assert_non_null(in);
	bytes = fread(room, 1, sizeof(room), in);
	fclose(in);
	data = malloc(bytes + !bytes);
	assert_non_null(data);
	memcpy(data, room, bytes);
	assert_int_equal(LLVMFuzzerTestOneInput(data, bytes), 0);
	free(data);
}

/* All inputs. Return: their number. */
static inline size_t replay(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t nr = 0;

	if (!dir)
		fail_msg("%s: run the tests from the root of the repository", folder);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		replay_one(folder, entry->d_name);
		nr++;
	}
	closedir(dir);
	return nr;
}

#endif /* VMB_TESTS_FUZZ_REPLAY_H */
