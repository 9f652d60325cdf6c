// SPDX-License-Identifier: MIT
#include "results/msgpack/walk.h"

#include <errno.h>

/*
 * How a type byte goes on: @extra bytes of big-endian length (0: the length is @fixed), and what
 * the length counts.
 */
enum unit { UNIT_BYTES, UNIT_ELEMENTS, UNIT_PAIRS, UNIT_BAD };

struct shape {
	uint8_t extra;
	uint8_t fixed;	/* bytes beside those that the length counts, or the length itself */
	uint8_t unit;
};

/* 0xc0-0xdf; the rest of the type bytes are ranges. Source: the msgpack specification, "Formats" */
static const struct shape shapes[32] = {
	[0x00] = { 0, 0, UNIT_BYTES },	/* nil */
	[0x01] = { 0, 0, UNIT_BAD },	/* never used */
	[0x02] = { 0, 0, UNIT_BYTES },	/* false */
	[0x03] = { 0, 0, UNIT_BYTES },	/* true */
	[0x04] = { 1, 0, UNIT_BYTES },	/* bin 8 */
	[0x05] = { 2, 0, UNIT_BYTES },	/* bin 16 */
	[0x06] = { 4, 0, UNIT_BYTES },	/* bin 32 */
	[0x07] = { 1, 1, UNIT_BYTES },	/* ext 8 */
	[0x08] = { 2, 1, UNIT_BYTES },	/* ext 16 */
	[0x09] = { 4, 1, UNIT_BYTES },	/* ext 32 */
	[0x0a] = { 0, 4, UNIT_BYTES },	/* float 32 */
	[0x0b] = { 0, 8, UNIT_BYTES },	/* float 64 */
	[0x0c] = { 0, 1, UNIT_BYTES },	/* uint 8 */
	[0x0d] = { 0, 2, UNIT_BYTES },	/* uint 16 */
	[0x0e] = { 0, 4, UNIT_BYTES },	/* uint 32 */
	[0x0f] = { 0, 8, UNIT_BYTES },	/* uint 64 */
	[0x10] = { 0, 1, UNIT_BYTES },	/* int 8 */
	[0x11] = { 0, 2, UNIT_BYTES },	/* int 16 */
	[0x12] = { 0, 4, UNIT_BYTES },	/* int 32 */
	[0x13] = { 0, 8, UNIT_BYTES },	/* int 64 */
	[0x14] = { 0, 2, UNIT_BYTES },	/* fixext 1 */
	[0x15] = { 0, 3, UNIT_BYTES },	/* fixext 2 */
	[0x16] = { 0, 5, UNIT_BYTES },	/* fixext 4 */
	[0x17] = { 0, 9, UNIT_BYTES },	/* fixext 8 */
	[0x18] = { 0, 17, UNIT_BYTES },	/* fixext 16 */
	[0x19] = { 1, 0, UNIT_BYTES },	/* str 8 */
	[0x1a] = { 2, 0, UNIT_BYTES },	/* str 16 */
	[0x1b] = { 4, 0, UNIT_BYTES },	/* str 32 */
	[0x1c] = { 2, 0, UNIT_ELEMENTS },	/* array 16 */
	[0x1d] = { 4, 0, UNIT_ELEMENTS },	/* array 32 */
	[0x1e] = { 2, 0, UNIT_PAIRS },	/* map 16 */
	[0x1f] = { 4, 0, UNIT_PAIRS },	/* map 32 */
};

static struct shape shape_of(uint8_t type)
{
	if (type >= 0xc0 && type <= 0xdf)
		return shapes[type - 0xc0];
	if (type <= 0x7f || type >= 0xe0)
		return (struct shape){ 0, 0, UNIT_BYTES };	/* fixint */
	if (type <= 0x8f)
		return (struct shape){ 0, type & 0x0f, UNIT_PAIRS };
	if (type <= 0x9f)
		return (struct shape){ 0, type & 0x0f, UNIT_ELEMENTS };
	return (struct shape){ 0, type & 0x1f, UNIT_BYTES };	/* fixstr */
}

struct walker {
	const uint8_t *at, *end;
	size_t objects;
	size_t depth;
	uint64_t owed;				/* objects that open containers still need */
	uint64_t left[VMB_WALK_MAX_DEPTH];	/* of each open container */
	const struct vmb_walk_limits *limits;
};

static const char truncated[] = "the data ends in the middle of a value";

static int take_length(struct walker *w, uint8_t extra, uint64_t *length)
{
	if ((size_t)(w->end - w->at) < extra)
		return -EBADMSG;
	for (*length = 0; extra; extra--)
		*length = *length << 8 | *w->at++;
	return 0;
}

static int open_container(struct walker *w, uint64_t count, const char **why)
{
	w->owed += count;
	if (w->owed > (uint64_t)(w->end - w->at)) {
		*why = "an array or map claims more elements than there are bytes";
		return -EBADMSG;
	}
	if (!count)
		return 0;
	if (w->depth >= w->limits->depth || w->depth >= VMB_WALK_MAX_DEPTH) {
		*why = "arrays and maps are nested too deeply";
		return -EFBIG;
	}
	w->left[w->depth++] = count;
	return 0;
}

/* One type byte with its length and its own bytes; children are walked by the caller's loop. */
static int step(struct walker *w, const char **why)
{
	struct shape s;
	uint64_t length;

	if (w->at == w->end)
		return -EBADMSG;
	s = shape_of(*w->at++);
	if (s.unit == UNIT_BAD) {
		*why = "a reserved msgpack type is used";
		return -EBADMSG;
	}
	if (take_length(w, s.extra, &length))
		return -EBADMSG;
	length += s.fixed;
	if (s.unit != UNIT_BYTES)
		return open_container(w, s.unit == UNIT_PAIRS ? 2 * length : length, why);
	if (length > (uint64_t)(w->end - w->at))
		return -EBADMSG;
	w->at += length;
	return 0;
}

/* Counts the object that is about to be walked against its container. */
static void settle(struct walker *w)
{
	if (!w->depth)
		return;
	w->owed--;
	w->left[w->depth - 1]--;
}

static void close_containers(struct walker *w)
{
	while (w->depth && !w->left[w->depth - 1])
		w->depth--;
}

int vmb_walk(const void *data, size_t len, const struct vmb_walk_limits *limits, const char **why)
{
	struct walker w = { .at = data, .end = (const uint8_t *)data + len, .limits = limits };
	int err;

	*why = truncated;
	do {
		if (++w.objects > limits->objects) {
			*why = "there are too many values";
			return -EFBIG;
		}
		settle(&w);
		err = step(&w, why);
		if (err)
			return err;
		close_containers(&w);
	} while (w.depth);
	if (w.at != w.end) {
		*why = "there are bytes after the end";
		return -EBADMSG;
	}
	return 0;
}
