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
/** vmb_error_set - overwrite the sentence; a longer one is cut. NULL-safe. */
void vmb_error_set(struct vmb_error *err, const char *fmt, ...) VMB_PRINTF(2, 3);

/* A frame is magic, schema version, checksum, length, payload; and is itself valid msgpack. */
#define VMB_MAX_PAYLOAD_BYTES	(64u << 20)

#define VMB_FRAME_HEADER_BYTES	35u

/**
 * vmb_round_encode - a finished round as one frame for the pipe to the parent process.
 * @r: borrowed
 * @out: overwritten on success; the caller calls vmb_bytes_fini()
 * Return: 0; -EINVAL a value out of the format's range; -EFBIG too large; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_round_encode(const struct vmb_round *r, struct vmb_bytes *out);

/**
 * vmb_round_decode - the reverse.
 * @out: overwritten on success; the caller calls vmb_round_fini()
 * Return: 0; -EBADMSG not a frame, truncated, corrupt or out of range; -EFBIG too large;
 * -EPROTO newer schema; -ENOMEM. @err gets a sentence.
 */
VMB_MUST_CHECK int vmb_round_decode(const void *data, size_t len, struct vmb_round *out,
				    struct vmb_error *err);

/**
 * vmb_result_encode, vmb_result_decode - the same for a whole run, which is a file. The summaries
 * are stored and read back as they are, never computed anew. A double that is not a finite number
 * is absent from the file and read back as NaN; a count that was not counted is read back as 0.
 * Of a summary that is not measured only the rounds' numbers are kept.
 */
VMB_MUST_CHECK int vmb_result_encode(const struct vmb_result *res, struct vmb_bytes *out);
VMB_MUST_CHECK int vmb_result_decode(const void *data, size_t len, struct vmb_result *out,
				     struct vmb_error *err);

/**
 * vmb_result_check - is every value within the range of the format?
 * Return: 0; -EINVAL or -EFBIG with @err naming the value; vmb_result_encode() returns the same.
 */
VMB_MUST_CHECK int vmb_result_check(const struct vmb_result *res, struct vmb_error *err);

/**
 * vmb_result_probe - look at the header of a file only.
 * @data: the first bytes of it, [len], borrowed
 * Return: the schema version it was written with, also a newer one; 0 if it is not a result.
 */
uint32_t vmb_result_probe(const void *data, size_t len);

#endif /* VMB_RESULTS_CODEC_H */
