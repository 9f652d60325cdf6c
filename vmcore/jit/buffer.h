/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_BUFFER_H
#define VMB_VMCORE_JIT_BUFFER_H
/*
 * Where machine code is written: a range of bytes with a sticky overflow. Writers go on after it,
 * over what they have written, and whoever began looks at the end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arch/base/attr.h"

/* No instruction and no datum that is written at once is longer. */
#define CODE_BUF_SLACK 32u
#define CODE_BUF_MIN   64u

/**
 * struct code_buf - a buffer for code.
 * @start: first byte; the code does not depend on where it will run
 * @at: where the next byte goes
 * @limit: the last place at which an instruction may begin
 * @overflow: something did not fit; what the buffer holds is of no use
 */
struct code_buf {
	uint8_t *start;
	uint8_t *at;
	uint8_t *limit;
	bool overflow;
};

/** code_buf_init - @bytes at @start (borrowed); fewer than CODE_BUF_MIN overflow at once. */
VMB_INLINE void code_buf_init(struct code_buf *buf, void *start, size_t bytes)
{
	buf->start = buf->at = start;
	buf->overflow = bytes < CODE_BUF_MIN;
	buf->limit = buf->overflow ? buf->start : buf->start + (bytes - CODE_BUF_SLACK);
}

/** code_buf_room - make room for an instruction. Return: where it goes. */
VMB_INLINE uint8_t *code_buf_room(struct code_buf *buf)
{
	if (VMB_UNLIKELY(buf->at > buf->limit)) {
		buf->overflow = true;
		buf->at = buf->start;
	}
	return buf->at;
}

/** code_buf_at - offset of the next byte. */
VMB_INLINE uint32_t code_buf_at(const struct code_buf *buf)
{
	return (uint32_t)(buf->at - buf->start);
}

/** code_buf_patch32 - replace the four bytes at @offset, if the code is still of use. */
VMB_INLINE void code_buf_patch32(struct code_buf *buf, uint32_t offset, uint32_t value)
{
	if (!buf->overflow)
		memcpy(buf->start + offset, &value, sizeof(value));
}

#endif /* VMB_VMCORE_JIT_BUFFER_H */
