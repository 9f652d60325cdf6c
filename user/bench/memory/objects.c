// SPDX-License-Identifier: MIT
#include "user/bench/memory/objects.h"

#include <errno.h>
#include <stdlib.h>

static int by_address(const void *a, const void *b)
{
	const struct bench_object *const *x = a, *const *y = b;

	return (*x > *y) - (*x < *y);
}

int bench_objects_check(struct bench_object **object, size_t nr, struct vmb_why *why)
{
	const char *end = NULL;

	qsort(object, nr, sizeof(*object), by_address);
	for (size_t i = 0; i < nr; i++) {
		const struct bench_object *o = object[i];

		if (!o)
			continue;
		if (o->self != o || (const char *)o < end) {
			vmb_why_set(why, "object %zu of %zu is %s", i, nr,
				    o->self != o ? "overwritten" : "in the middle of another");
			return -EIO;
		}
		end = (const char *)o + o->bytes;
	}
	return 0;
}
