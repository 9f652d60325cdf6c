/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_CHECK_H
#define VMB_RESULTS_CHECK_H
/*
 * Ranges. The same walk over the schema tables judges what is about to be written and what has
 * just been read, so the two cannot drift apart.
 */

#include "results/codec.h"
#include "results/schema.h"

/**
 * vmb_check - is every value of @object in the range of its field?
 * @s: what @object is
 * @object: borrowed
 * @err: names the value and what is wrong with it
 * Return: 0; -EINVAL; -EFBIG if it takes more than VMB_MAX_HEAP_BYTES.
 */
VMB_MUST_CHECK int vmb_check(const struct vmb_struct *s, const void *object,
			     struct vmb_error *err);

#endif /* VMB_RESULTS_CHECK_H */
