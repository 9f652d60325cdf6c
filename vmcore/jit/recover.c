// SPDX-License-Identifier: MIT
/*
 * A unit's points are bytes: per point the distance in the host's code from the one before, the
 * distance in the guest's, and the number of values that wait; numbers have seven bits a byte, the
 * lowest first. Then for each value its offset in the state, its type and place, and there the
 * register, the slot, or the bits of a constant. A distance of 0 in the host's code, but for the
 * first point's, ends the list.
 *
 * Behind them are the instructions that may trap: per instruction the distance in the host's code
 * from the one before, its length, the register of its result, and what it computes.
 */
#include "vmcore/jit/recover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that a number, and a value that waits, take at most. */
#define MAX_NUMBER 10u
#define MAX_VALUE  (2 * MAX_NUMBER + 17)
#define MAX_TRAP   (MAX_NUMBER + 2 + sizeof(struct jit_eval_desc))

void jit_recovery_fini(struct jit_recovery *r)
{
	free(r->bytes);
	free(r->unit);
	*r = (struct jit_recovery){ 0 };
}

void jit_recovery_clear(struct jit_recovery *r)
{
	r->nr = 0;
	r->nr_units = 0;
}

static void put(struct jit_recovery *r, uint64_t number)
{
	for (; number > 0x7f; number >>= 7)
		r->bytes[r->nr++] = (uint8_t)(number | 0x80);
	r->bytes[r->nr++] = (uint8_t)number;
}

static uint64_t get(const uint8_t **at)
{
	uint64_t number = 0;
	unsigned int shift = 0;

	for (; **at & 0x80; shift += 7)
		number |= (uint64_t)(*(*at)++ & 0x7f) << shift;
	return number | (uint64_t)*(*at)++ << shift;
}

/* A difference of either sign: the sign at bit 0. */
static uint64_t folded(uint64_t difference)
{
	return difference << 1 ^ -(difference >> 63);
}

static uint64_t unfolded(uint64_t number)
{
	return number >> 1 ^ -(number & 1);
}

static void put_pending(struct jit_recovery *r, const struct jit_pending *p)
{
	size_t bytes = ir_type_bytes(p->type);

	put(r, p->offset);
	r->bytes[r->nr++] = (uint8_t)(p->type << 2 | p->place);
	if (p->place != JIT_IN_CONST) {
		put(r, p->where);
		return;
	}
	memcpy(r->bytes + r->nr, p->bits, bytes);
	r->nr += bytes;
}

static void put_point(struct jit_recovery *r, const struct jit_scratch *s,
		      const struct jit_point *point, const struct jit_point *before)
{
	uint32_t k;

	put(r, point->at - before->at);
	put(r, folded(point->pc - before->pc));
	put(r, point->nr);
	for (k = 0; k < point->nr; k++)
		put_pending(r, &s->pending[point->first + k]);
}

static void put_traps(struct jit_recovery *r, const struct jit_scratch *s)
{
	uint32_t at = 0, i;

	for (i = 0; i < s->nr_traps; i++) {
		const struct jit_trap *trap = &s->trap[i];

		put(r, trap->at - at);
		r->bytes[r->nr++] = trap->bytes;
		r->bytes[r->nr++] = trap->dst;
		memcpy(r->bytes + r->nr, &trap->desc, sizeof(trap->desc));
		r->nr += sizeof(trap->desc);
		at = trap->at;
	}
}

static int reserve(struct jit_recovery *r, size_t bytes)
{
	uint32_t units = r->cap_units ? 2 * r->cap_units : 256;
	struct jit_recovery_unit *unit;
	uint8_t *larger;

	if (r->nr + bytes > r->cap) {
		larger = realloc(r->bytes, 2 * (r->nr + bytes));
		if (!larger)
			return -ENOMEM;
		r->bytes = larger;
		r->cap = 2 * (r->nr + bytes);
	}
	if (r->nr_units < r->cap_units)
		return 0;
	unit = realloc(r->unit, units * sizeof(*unit));
	if (!unit)
		return -ENOMEM;
	r->unit = unit;
	r->cap_units = units;
	return 0;
}

int jit_recovery_add(struct jit_recovery *r, const struct jit_scratch *s,
		     const struct jit_code *code)
{
	const struct jit_point none = { 0 };
	struct jit_recovery_unit *unit;
	uint32_t i;

	if (!s->nr_points && !s->nr_traps)
		return 0;
	if (reserve(r, (size_t)s->nr_points * 3 * MAX_NUMBER + s->nr_pending * MAX_VALUE + 1 +
		       s->nr_traps * MAX_TRAP))
		return -ENOMEM;
	unit = &r->unit[r->nr_units++];
	*unit = (struct jit_recovery_unit){
		.start = code->start, .end = code->entry + code->bytes, .first = r->nr,
		.nr_points = s->nr_points, .nr_traps = s->nr_traps };
	for (i = 0; i < s->nr_points; i++)
		put_point(r, s, &s->point[i], i ? &s->point[i - 1] : &none);
	put(r, 0);
	unit->traps = r->nr;
	put_traps(r, s);
	return 0;
}

static const struct jit_recovery_unit *unit_at(const struct jit_recovery *r, size_t at)
{
	uint32_t lo = 0, hi = r->nr_units;

	/* The last one that begins there or before. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (r->unit[mid].start <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && at < r->unit[lo - 1].end ? &r->unit[lo - 1] : NULL;
}

/* Read a value that waits. @frame: NULL to read over it, else it is written to the state. */
static void read_pending(const uint8_t **at, struct jit_frame *frame, unsigned int nr_general)
{
	uint64_t offset = get(at), where;
	unsigned int what = *(*at)++, place = what & 3;
	size_t bytes = ir_type_bytes(what >> 2);
	const void *from = *at;

	if (place == JIT_IN_CONST) {
		*at += bytes;
	} else {
		where = get(at);
		if (!frame)
			return;
		from = place == JIT_IN_SLOT ? (const void *)&frame->slot[where] :
		       where < nr_general ? (const void *)&frame->gpr[where] :
					    (const void *)&frame->vec[where - nr_general];
	}
	if (frame)
		memcpy((uint8_t *)frame->state + offset, from, bytes);
}

bool jit_recover(const struct jit_recovery *r, size_t at, struct jit_frame *frame, uint64_t *pc)
{
	const struct jit_recovery_unit *unit = unit_at(r, at);
	const uint8_t *now, *found = NULL;
	uint64_t nr, found_nr = 0, far, guest = 0;
	size_t host;

	if (!unit || !unit->nr_points)
		return false;
	now = r->bytes + unit->first;
	for (host = unit->start + get(&now); host <= at; host += far) {
		guest += unfolded(get(&now));
		found_nr = nr = get(&now);
		found = now;
		*pc = guest;
		while (nr--)
			read_pending(&now, NULL, 0);
		far = get(&now);
		if (!far)
			break;
	}
	while (found && found_nr--)
		read_pending(&found, frame, frame->code->host->nr_general);
	return found;
}

bool jit_find_trap(const struct jit_recovery *r, size_t at, struct jit_trap *trap)
{
	const struct jit_recovery_unit *unit = unit_at(r, at);
	const uint8_t *now;
	uint32_t i;

	if (!unit)
		return false;
	now = r->bytes + unit->traps;
	trap->at = 0;
	for (i = 0; i < unit->nr_traps && unit->start + trap->at <= at; i++) {
		trap->at += (uint32_t)get(&now);
		trap->bytes = *now++;
		trap->dst = *now++;
		memcpy(&trap->desc, now, sizeof(trap->desc));
		now += sizeof(trap->desc);
		if (unit->start + trap->at == at)
			return true;
	}
	return false;
}
