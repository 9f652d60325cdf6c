/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_REPORT_FACTS_H
#define VMB_RESULTS_REPORT_FACTS_H
/*
 * The environment in words: single facts, and the few lines that head a report.
 */

#include <stdio.h>

#include "results/result.h"
#include "results/text.h"

/**
 * vmb_fact_words - a fact's value for people: "32 KiB", "2.1 GHz", "yes".
 * @buf: at least 64 bytes, used unless the fact is text
 * Return: borrowed from @f or @buf, not escaped; NULL if it is a number that is not finite.
 */
const char *vmb_fact_words(const struct vmb_fact *f, char buf[64]);

/**
 * enum vmb_headline - lines about the environment at the head of a report.
 * @VMB_HEAD_DISTURBS: what is known to make times vary or differ on this machine
 */
enum vmb_headline {
	VMB_HEAD_MACHINE, VMB_HEAD_SYSTEM, VMB_HEAD_PINNED, VMB_HEAD_TIMER, VMB_HEAD_DISTURBS,
	VMB_NR_HEADLINES,
};

/** vmb_headline_name - "machine", "pinned" ... */
const char *vmb_headline_name(enum vmb_headline h);

/**
 * vmb_headline_put - write one line without its name or a newline.
 * @form: how foreign text is escaped
 * Return: false if nothing is known, and nothing was written.
 */
bool vmb_headline_put(FILE *out, const struct vmb_env *env, enum vmb_headline h,
		      enum vmb_text_form form);

#endif /* VMB_RESULTS_REPORT_FACTS_H */
