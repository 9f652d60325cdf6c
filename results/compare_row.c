// SPDX-License-Identifier: MIT
#include "results/compare_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_percent(char *buf, size_t room, double d)
{
	if (isfinite(d))
		snprintf(buf, room, "%+.2f %%", vmb_percent(d));
	else
		snprintf(buf, room, "%s", d < 0 ? "-inf" : "inf");
}

static void put_interval(char *buf, size_t room, double low, double high)
{
	char a[24], b[24];

	put_percent(a, sizeof(a), low);
	put_percent(b, sizeof(b), high);
	a[strcspn(a, " ")] = 0;
	b[strcspn(b, " ")] = 0;
	snprintf(buf, room, "[%s, %s]", a, b);
}

static const char *state_word(enum vmb_change_state s)
{
	static const char *const word[] = {
		[VMB_CHANGE_ONLY_OLD] = "only old", [VMB_CHANGE_ONLY_NEW] = "only new",
		[VMB_CHANGE_UNUSABLE] = "not comparable", [VMB_CHANGE_NO_TIME] = "no time",
	};

	return word[s];
}

static void put_verdict(const struct vmb_change *x, struct vmb_compare_row *row)
{
	bool graded = x->severity != VMB_SEVERITY_STABLE && x->verdict != VMB_VERDICT_EQUIVALENT &&
		      x->verdict != VMB_VERDICT_INCONCLUSIVE;

	snprintf(row->verdict, sizeof(row->verdict), "%s%s%s%s%s", vmb_verdict_name(x->verdict),
		 graded ? " (" : "", graded ? vmb_severity_name(x->severity) : "", graded ? ")" : "",
		 x->provisional ? " provisional" : "");
}

void vmb_compare_row_make(const struct vmb_comparison *c, const struct vmb_change *x,
			  struct vmb_compare_row *row)
{
	memset(row, 0, sizeof(*row));
	if (x->state != VMB_CHANGE_COMPARED) {
		snprintf(row->verdict, sizeof(row->verdict), "%s", state_word(x->state));
		return;
	}
	vmb_format_ns(x->old_ns, row->old_time);
	vmb_format_ns(x->new_ns, row->new_time);
	put_percent(row->effect, sizeof(row->effect), x->effect);
	put_interval(row->interval, sizeof(row->interval), x->low, x->high);
	snprintf(row->p, sizeof(row->p), x->p < 1e-4 ? "< 0.0001" : "%.4f", x->p);
	if (isfinite(x->detectable))
		snprintf(row->detectable, sizeof(row->detectable), "%.2f %%", vmb_percent(x->detectable));
	if (x->has_cycles)
		snprintf(row->cycles, sizeof(row->cycles), "%.4g -> %.4g", x->cycles_old, x->cycles_new);
	snprintf(row->pairs, sizeof(row->pairs), x->discarded ? "%u (-%u)" : "%u", x->pairs, x->discarded);
	put_verdict(x, row);
	(void)c;
}

void vmb_compare_headline(const struct vmb_comparison *c, char *buf, size_t room)
{
	struct vmb_verdict_counts t = vmb_comparison_tally(c);

	snprintf(buf, room, "%zu compared: %zu regressed, %zu improved, %zu equivalent, "
		 "%zu inconclusive; %zu not comparable", t.compared, t.regressed, t.improved,
		 t.equivalent, t.inconclusive, t.unusable);
}

/* The order in which a reader wants to know. */
static int rank(const struct vmb_change *x)
{
	static const int by_verdict[] = {
		[VMB_VERDICT_REGRESSED] = 1, [VMB_VERDICT_IMPROVED] = 3,
		[VMB_VERDICT_INCONCLUSIVE] = 4, [VMB_VERDICT_EQUIVALENT] = 5,
	};

	if (x->failed)
		return 0;
	if (x->state == VMB_CHANGE_UNUSABLE)
		return 2;
	return x->state == VMB_CHANGE_COMPARED ? by_verdict[x->verdict] : 6;
}

static int before(const void *a, const void *b, void *arg)
{
	const struct vmb_comparison *c = arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	const struct vmb_change *x = &c->change[i], *y = &c->change[k];

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (rank(x) <= 3 && x->effect != y->effect)
		return fabs(x->effect) > fabs(y->effect) ? -1 : 1;
	return i < k ? -1 : i > k;
}

size_t *vmb_compare_order(const struct vmb_comparison *c)
{
	size_t *order = malloc((c->nr ? c->nr : 1) * sizeof(*order));
	union { const struct vmb_comparison *in; void *out; } u = { .in = c };

	for (size_t i = 0; order && i < c->nr; i++)
		order[i] = i;
	if (order)
		qsort_r(order, c->nr, sizeof(*order), before, u.out);
	return order;
}
