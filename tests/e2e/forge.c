// SPDX-License-Identifier: MIT
/*
 * forge STORE ID COMMIT FINGERPRINT NOISE SEED [--partial] BENCHMARK=NS...
 *
 * Put a run into a store that was never measured: for tests of what is done with many runs. NOISE
 * is the relative spread of rounds; the result is written by the same code as any other.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/store.h"
#include "tests/results/forge.h"

static void add(struct vmb_result *res, const struct forge *f, const char *word)
{
	size_t len = strcspn(word, "=");
	char id[160];

	snprintf(id, sizeof(id), "%.*s", (int)len, word);
	forge_bench(res, f, id, atof(word + len + 1));
}

int main(int argc, char **argv)
{
	struct vmb_result res;
	struct vmb_error err;
	char path[PATH_MAX];

	if (argc < 8) {
		fprintf(stderr, "usage: forge STORE ID COMMIT FINGERPRINT NOISE SEED [--partial] "
			"BENCHMARK=NS...\n");
		return 2;
	}
	struct forge f = { .id = argv[2], .commit = argv[3], .fingerprint = argv[4],
			   .noise = atof(argv[5]), .seed = strtoull(argv[6], NULL, 10) };

	forge_start(&res, &f);
	for (int i = 7; i < argc; i++) {
		if (!strcmp(argv[i], "--partial"))
			res.complete = false;
		else
			add(&res, &f, argv[i]);
	}
	if (vmb_store_prepare(argv[1], &err) || vmb_store_save(argv[1], &res, path, &err)) {
		fprintf(stderr, "forge: %s\n", err.text);
		return 1;
	}
	vmb_result_fini(&res);
	return 0;
}
