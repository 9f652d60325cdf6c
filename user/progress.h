/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_PROGRESS_H
#define VMB_USER_PROGRESS_H
/*
 * One line on a terminal that says what runs and how long it will still take. Silent elsewhere.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmb_progress {
	bool on;
	size_t done, total;	/* rounds */
	uint64_t started_ns, drawn_ns;
};

void vmb_progress_begin(struct vmb_progress *p, bool wanted, size_t total_rounds);
/** vmb_progress_round - a round of @id is about to start. */
void vmb_progress_round(struct vmb_progress *p, const char *id, size_t round, size_t rounds);
/** vmb_progress_skip - @rounds will not be run after all (skipped or failed benchmark). */
void vmb_progress_skip(struct vmb_progress *p, size_t rounds);
/** vmb_progress_clear - wipe the line before something else is printed. */
void vmb_progress_clear(struct vmb_progress *p);

#endif /* VMB_USER_PROGRESS_H */
