/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_MSGPACK_WALK_H
#define VMB_RESULTS_MSGPACK_WALK_H
/*
 * A bounded walk over msgpack bytes that allocates nothing. A msgpack reader allocates as many
 * elements as an array claims to have; walking first makes sure that they are really there.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

/**
 * struct vmb_walk_limits
 * @depth: arrays and maps inside each other, at most VMB_WALK_MAX_DEPTH
 * @objects: values and keys altogether
 */
#define VMB_WALK_MAX_DEPTH	32
struct vmb_walk_limits { size_t depth, objects; };

/**
 * vmb_walk - check that @data is exactly one msgpack object.
 * @data: [len] bytes, borrowed
 * @limits: borrowed
 * @why: on failure a borrowed static sentence
 * Return: 0; -EBADMSG truncated, reserved type, trailing bytes, or an array or map that claims more
 * elements than there are bytes left; -EFBIG a limit exceeded.
 */
VMB_MUST_CHECK int vmb_walk(const void *data, size_t len, const struct vmb_walk_limits *limits,
			    const char **why);

#endif /* VMB_RESULTS_MSGPACK_WALK_H */
