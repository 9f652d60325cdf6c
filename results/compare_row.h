/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_COMPARE_ROW_H
#define VMB_RESULTS_COMPARE_ROW_H
/*
 * The cells of one line of a comparison, the same words in every text format.
 */

#include "results/compare.h"

/**
 * struct vmb_compare_row - printable cells; "" where there is nothing to say.
 * @effect: "+2.1 %"; @interval: "[+1.7, +2.5]"; @detectable: "0.6 %"
 * @verdict: "REGRESSED", "only old", "not comparable" ...
 */
struct vmb_compare_row {
	char old_time[24], new_time[24], effect[24], interval[56], p[16], detectable[24];
	char cycles[48], verdict[48], pairs[24];
};

void vmb_compare_row_make(const struct vmb_comparison *c, const struct vmb_change *x,
			  struct vmb_compare_row *row);

/** vmb_compare_headline - one sentence with the counts of verdicts. */
void vmb_compare_headline(const struct vmb_comparison *c, char *buf, size_t room);

/** vmb_compare_order - indices of changes, worst first. Return: heap [c->nr], NULL: no memory. */
size_t *vmb_compare_order(const struct vmb_comparison *c);

#endif /* VMB_RESULTS_COMPARE_ROW_H */
