/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_MSGPACK_PAYLOAD_H
#define VMB_RESULTS_MSGPACK_PAYLOAD_H
/*
 * Payloads: C structs to msgpack maps and back, by the tables of results/schema.h. This folder is
 * the only one that includes msgpack-c.
 */

#include "results/codec.h"
#include "results/schema.h"

/* Arrays and maps inside each other; values and keys altogether; keys of one map. */
#define VMB_MAX_DEPTH	16
#define VMB_MAX_OBJECTS	(1u << 24)
#define VMB_MAX_KEYS	256

/* The keys that are in no table. */
#define VMB_KEY_SCHEMA		"schema"	/* of the outermost map */
#define VMB_KEY_COUNTERS	"counters"	/* of the samples' map: one array per counter */

/**
 * vmb_payload_pack - pack one struct.
 * @s: what @object is
 * @object: borrowed; vmb_check() has passed it
 * @room: zeroed bytes to leave in front of the payload
 * @out: overwritten on success; the caller calls vmb_bytes_fini()
 * Return: 0; -EFBIG more than VMB_MAX_PAYLOAD_BYTES or VMB_MAX_OBJECTS; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_payload_pack(const struct vmb_struct *s, const void *object, size_t room,
				    struct vmb_bytes *out);

/**
 * vmb_payload_unpack - unpack one struct and check every range.
 * @s: what @object is
 * @data: [len] hostile bytes, borrowed
 * @object: zeroed; on failure it holds what was unpacked so far, for the caller to free
 * @err: names the value and what is wrong with it
 * Return: 0, -EBADMSG, -EFBIG, -ENOMEM.
 */
VMB_MUST_CHECK int vmb_payload_unpack(const struct vmb_struct *s, const void *data, size_t len,
				      void *object, struct vmb_error *err);

#endif /* VMB_RESULTS_MSGPACK_PAYLOAD_H */
