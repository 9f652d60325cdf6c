/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_COMPARE_JSON_H
#define VMB_RESULTS_COMPARE_JSON_H

#include "results/compare.h"

/** vmb_compare_write_json - schema "vmbench-comparison/1"; infinite numbers are left out. */
int vmb_compare_write_json(FILE *out, const struct vmb_comparison *c,
			   const struct vmb_report_opts *opts);

#endif /* VMB_RESULTS_COMPARE_JSON_H */
