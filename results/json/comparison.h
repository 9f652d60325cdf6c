/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_JSON_COMPARISON_H
#define VMB_RESULTS_JSON_COMPARISON_H

#include "results/compare.h"

/** vmb_compare_write_json - schema "vmbench-comparison/1"; what is not known is left out. */
int vmb_compare_write_json(FILE *out, const struct vmb_comparison *c,
			   const struct vmb_report_opts *opts);

#endif /* VMB_RESULTS_JSON_COMPARISON_H */
