// SPDX-License-Identifier: MIT
#include "results/summary.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"
#include "results/stat_interval.h"

/*
 * Different rounds may count different sets; what has one name is one counter, whether it was read
 * by rdpmc or by read(2). A simulator's count is another thing under the same name.
 */
static bool same_counter(const char *name, const char *source, const struct vmb_counter_id *id)
{
	return !strcmp(name, id->name) &&
	       vmb_counter_simulated(source) == vmb_counter_simulated(id->source);
}

static bool known(const struct vmb_summary *s, const struct vmb_counter_id *id)
{
	for (size_t i = 0; i < s->nr_counters; i++)
		if (same_counter(s->counters[i].name, s->counters[i].source, id))
			return true;
	return false;
}

static bool has_counters(const struct vmb_digest *d)
{
	return d->use == VMB_DIGEST_KEPT || d->use == VMB_DIGEST_SIMULATED;
}

/* Values of one counter in all rounds that counted it. @value: [nr] */
static int collect(const struct vmb_digest *d, size_t nr, const struct vmb_counter_id *id,
		   double *value, size_t *nr_values)
{
	*nr_values = 0;
	for (size_t r = 0; r < nr; r++)
		for (size_t i = 0; has_counters(&d[r]) && i < d[r].round->nr_counters; i++) {
			const struct vmb_counter_id *here = &d[r].round->counters[i];
			int rc;

			if (!same_counter(id->name, id->source, here))
				continue;
			rc = vmb_digest_counter(&d[r], i, &value[*nr_values]);
			if (rc == -ENOMEM)
				return rc;
			*nr_values += !rc && isfinite(value[*nr_values]);
		}
	return 0;
}

static void add(struct vmb_summary *out, const struct vmb_counter_id *id, double *value, size_t nr,
		double confidence)
{
	struct vmb_counter_stat *c = &out->counters[out->nr_counters++];
	struct vmb_median_interval in;

	vmb_sort(value, nr);
	in = vmb_median_interval_sorted(value, nr, confidence);
	memcpy(c->name, id->name, sizeof(c->name));
	memcpy(c->source, id->source, sizeof(c->source));
	c->per_op = vmb_median_sorted(value, nr);
	c->low = in.low;
	c->high = in.high;
}

int vmb_summary_counters(const struct vmb_digest *d, size_t nr, double confidence,
			 struct vmb_summary *out)
{
	/* A round names a counter once, but a file may say otherwise. */
	double *value = malloc((nr * VMB_MAX_COUNTERS + 1) * sizeof(*value));
	size_t nr_values;
	int rc = 0;

	if (!value)
		return -ENOMEM;
	for (size_t r = 0; r < nr && !rc; r++)
		for (size_t i = 0; has_counters(&d[r]) && i < d[r].round->nr_counters; i++) {
			const struct vmb_counter_id *id = &d[r].round->counters[i];

			if (out->nr_counters == VMB_ARRAY_SIZE(out->counters) || known(out, id))
				continue;
			rc = collect(d, nr, id, value, &nr_values);
			if (rc)
				break;
			if (nr_values)
				add(out, id, value, nr_values, confidence);
		}
	free(value);
	return rc;
}
