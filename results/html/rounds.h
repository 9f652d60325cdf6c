/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_HTML_ROUNDS_H
#define VMB_RESULTS_HTML_ROUNDS_H
/*
 * The rounds of a benchmark as its plots and tables need them.
 */

#include "results/html/axis.h"
#include "results/html/html.h"

/**
 * struct html_round
 * @round: borrowed
 * @kept: it is in the estimate
 * @ns: its estimate, ns per operation, also if it was discarded; NaN without one
 * @slope, @intercept: ns, the line fitted to its batches; NaN where no line is fitted
 * @nr: batches of the body that count; all of the body's where every iteration is kept
 * @iters, @batch_ns: [nr]
 */
struct html_round {
	const struct vmb_round *round;
	bool kept;
	double ns, slope, intercept;
	size_t nr;
	double *iters, *batch_ns;
};

/** struct html_rounds - owned; @line: batches of different lengths, a line is fitted. */
struct html_rounds {
	size_t nr;
	struct html_round *at;
	bool line;
	size_t batches;
};

/** html_rounds_read - Return: 0 or -ENOMEM; html_rounds_fini() it in both cases. */
VMB_MUST_CHECK int html_rounds_read(const struct vmb_bench_result *b, struct html_rounds *out);
void html_rounds_fini(struct html_rounds *r);

/* Figures of a benchmark's section; each writes nothing if there is nothing to show. */
void html_put_density(struct html *h, size_t bench);
void html_put_batches(struct html *h, size_t bench, const struct html_rounds *rounds);
void html_put_rounds(struct html *h, size_t bench, const struct html_rounds *rounds);
void html_put_rounds_table(struct html *h, const struct html_rounds *rounds);

#endif /* VMB_RESULTS_HTML_ROUNDS_H */
