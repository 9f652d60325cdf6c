// SPDX-License-Identifier: MIT
#include <string.h>

#include "user/options.h"

#define MAX_WORD 48

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment: edits, with a swap of neighbours as one. Words below MAX_WORD. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][MAX_WORD + 1], la = strlen(a), lb = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= lb; j++)
		last[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = min3(last[j] + 1, row[j - 1] + 1, change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[lb];
}

const char *vmb_nearest(const char *word, const char *const *names, size_t nr)
{
	size_t best = strlen(word) / 3 + 1;
	const char *found = NULL;

	if (strlen(word) >= MAX_WORD)
		return NULL;
	for (size_t i = 0; i < nr; i++) {
		size_t d;

		if (strlen(names[i]) >= MAX_WORD)
			continue;
		d = distance(word, names[i]);
		if (d < best) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
