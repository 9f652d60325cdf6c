// SPDX-License-Identifier: MIT
#include <string.h>

#include "user/options.h"

#define MAX_WORD 48

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance; both words shorter than MAX_WORD. */
static size_t distance(const char *a, const char *b)
{
	size_t row[MAX_WORD + 1], la = strlen(a), lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t up = row[j];

			row[j] = min3(up + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = up;
		}
	}
	return row[lb];
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
