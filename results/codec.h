/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_CODEC_H
#define VMB_RESULTS_CODEC_H
/*
 * msgpack encoding of a round (the pipe between a round's process and its parent) and of a whole
 * run (the file). Everything that is decoded is hostile until parsed: lengths are checked against
 * the bytes that are really there before anything is allocated. docs/FORMAT.md, field by field.
 */

#include <stddef.h>
#include <stdint.h>

#include "results/result.h"

/** struct vmb_bytes - heap bytes, owned; free with vmb_bytes_fini(). */
struct vmb_bytes { uint8_t *data; size_t len; };
void vmb_bytes_fini(struct vmb_bytes *b);

/** struct vmb_error - a sentence for the user about bad input. */
struct vmb_error { char text[256]; };

/* A frame is magic, schema version, checksum, length, payload; and is itself valid msgpack. */
#define VMB_MAX_PAYLOAD_BYTES	(64u << 20)

VMB_MUST_CHECK int vmb_round_encode(const struct vmb_round *r, struct vmb_bytes *out);

/**
 * vmb_round_decode - the reverse.
 * @out: overwritten on success; the caller calls vmb_round_fini()
 * Return: 0; -EBADMSG not a frame, truncated, corrupt or out of range; -EFBIG too large;
 * -EPROTO newer schema; -ENOMEM. @err gets a sentence.
 */
VMB_MUST_CHECK int vmb_round_decode(const void *data, size_t len, struct vmb_round *out,
				    struct vmb_error *err);

VMB_MUST_CHECK int vmb_result_encode(const struct vmb_result *res, struct vmb_bytes *out);
VMB_MUST_CHECK int vmb_result_decode(const void *data, size_t len, struct vmb_result *out,
				     struct vmb_error *err);

#endif /* VMB_RESULTS_CODEC_H */
