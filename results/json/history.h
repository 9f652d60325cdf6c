/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_JSON_HISTORY_H
#define VMB_RESULTS_JSON_HISTORY_H

#include "results/history.h"

/** vmb_history_write_json - schema "vmbench-history/1"; what is not known is left out. */
int vmb_history_write_json(FILE *out, const struct vmb_history *h,
			   const struct vmb_report_opts *opts);

#endif /* VMB_RESULTS_JSON_HISTORY_H */
