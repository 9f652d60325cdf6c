/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_MACHINE_H
#define VMB_RESULTS_MACHINE_H
/*
 * Were two runs made on the same machine? Times of different machines are not compared unless
 * somebody insists.
 */

#include <stdbool.h>
#include <stddef.h>

#include "results/env.h"

/**
 * vmb_machine_fingerprint - borrow the fingerprint that was recorded, NULL if none was.
 */
const char *vmb_machine_fingerprint(const struct vmb_env *env);

/**
 * vmb_machine_differs - compare fingerprints.
 * @a, @b: borrowed
 * @why: [@size] a sentence that names the facts that differ; "" if the machines are the same
 * Return: true if they differ or if it is not known, because a run has no fingerprint.
 */
bool vmb_machine_differs(const struct vmb_env *a, const struct vmb_env *b, char *why, size_t size);

#endif /* VMB_RESULTS_MACHINE_H */
