// SPDX-License-Identifier: MIT
#include "results/stat_multiple.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct ranked { double p; size_t at; };

static int by_p(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	return (a->p > b->p) - (a->p < b->p);
}

static int rank(const double *p, size_t n, struct ranked **out)
{
	struct ranked *r = malloc((n ? n : 1) * sizeof(*r));

	if (!r)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (!(p[i] >= 0 && p[i] <= 1)) {
			free(r);
			return -EINVAL;
		}
		r[i] = (struct ranked){p[i], i};
	}
	if (n)
		qsort(r, n, sizeof(*r), by_p);
	*out = r;
	return 0;
}

int vmb_holm(const double *p, size_t n, double *adjusted)
{
	struct ranked *r;
	double worst = 0;
	int rc = rank(p, n, &r);

	if (rc)
		return rc;
	/* Step down: the smallest P pays for all n, the next for n - 1, and none may undercut. */
	for (size_t i = 0; i < n; i++) {
		worst = fmax(worst, fmin(1, r[i].p * (double)(n - i)));
		adjusted[r[i].at] = worst;
	}
	free(r);
	return 0;
}

int vmb_benjamini_hochberg(const double *p, size_t n, double *adjusted)
{
	struct ranked *r;
	double best = 1;
	int rc = rank(p, n, &r);

	if (rc)
		return rc;
	/* Step up: from the largest P, and none may exceed one above it. */
	for (size_t i = n; i-- > 0;) {
		best = fmin(best, r[i].p * (double)n / (double)(i + 1));
		adjusted[r[i].at] = best;
	}
	free(r);
	return 0;
}
