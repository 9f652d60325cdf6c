// SPDX-License-Identifier: MIT
/*
 * PCMPESTRI and its kin: two strings in vectors compared element by element. Source: Intel SDM, volume
 * 2, 4.1.
 */
#include <stdlib.h>

#include "arch/x86_64/guest/helper.h"

/* Fields of the immediate. */
#define WORDS	     0x01u
#define SIGNED	     0x02u
#define AGGREGATE(i) ((i) >> 2 & 3)
#define NEGATIVE     0x10u
#define MASKED	     0x20u
#define LAST	     0x40u

enum { ANY, RANGES, EACH, ORDERED };

/* A string: @element[0..@length), at most @nr. */
struct string {
	int32_t element[16];
	unsigned int length;
};

static int32_t element(const union ir_val *v, uint32_t imm, unsigned int k)
{
	if (imm & WORDS)
		return imm & SIGNED ? (int16_t)v->h[k] : v->h[k];
	return imm & SIGNED ? (int8_t)v->b[k] : v->b[k];
}

/* @length: as a register says it, of which the magnitude counts; else up to the first 0. */
static void take(struct string *s, const union ir_val *v, uint32_t imm, unsigned int nr,
		 uint64_t length)
{
	uint64_t magnitude = length >> 63 ? -length : length;
	unsigned int k;

	for (k = 0; k < nr; k++)
		s->element[k] = element(v, imm, k);
	if (imm & X86_STRINGS_EXPLICIT) {
		s->length = magnitude < nr ? (unsigned int)magnitude : nr;
		return;
	}
	for (s->length = 0; s->length < nr && s->element[s->length]; s->length++)
		;
}

/* Is @value one of the elements of @a? */
static bool is_any(const struct string *a, int32_t value)
{
	unsigned int k;

	for (k = 0; k < a->length; k++) {
		if (a->element[k] == value)
			return true;
	}
	return false;
}

/* Does it lie between two of them, the first and the second, the third and the fourth...? */
static bool is_between(const struct string *a, int32_t value)
{
	unsigned int k;

	for (k = 0; k + 1 < a->length; k += 2) {
		if (value >= a->element[k] && value <= a->element[k + 1])
			return true;
	}
	return false;
}

/* Does @b, from element @at on, begin with @a, as far as the vector reaches? */
static bool begins_with(const struct string *a, const struct string *b, unsigned int at,
			unsigned int nr)
{
	unsigned int k;

	for (k = 0; k < a->length && at + k < nr; k++) {
		if (at + k >= b->length || a->element[k] != b->element[at + k])
			return false;
	}
	return true;
}

static bool holds(const struct string *a, const struct string *b, uint32_t how, unsigned int k,
		  unsigned int nr)
{
	switch (how) {
	case ANY:
		return k < b->length && is_any(a, b->element[k]);
	case RANGES:
		return k < b->length && is_between(a, b->element[k]);
	case EACH:
		if (k >= a->length || k >= b->length)
			return k >= a->length && k >= b->length;
		return a->element[k] == b->element[k];
	default:
		return begins_with(a, b, k, nr);
	}
}

static uint32_t compare(const struct string *a, const struct string *b, uint32_t imm, unsigned int nr)
{
	uint32_t mask = 0, valid = (1u << b->length) - 1;
	unsigned int k;

	for (k = 0; k < nr; k++)
		mask |= (uint32_t)holds(a, b, AGGREGATE(imm), k, nr) << k;
	if (imm & NEGATIVE)
		mask ^= imm & MASKED ? valid : (1u << nr) - 1;
	return mask;
}

void x86_strings_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	uint32_t imm = arg[0].w[0], mask, index;
	unsigned int nr = imm & WORDS ? 8 : 16;
	struct string a, b;

	(void)s;
	take(&a, &arg[1], imm, nr, arg[3].d[0]);
	take(&b, &arg[2], imm, nr, arg[4].d[0]);
	mask = compare(&a, &b, imm, nr);
	index = !mask ? nr : (uint32_t)(imm & LAST ? 31 - __builtin_clz(mask) : __builtin_ctz(mask));
	*result = (union ir_val){ .d = {
		mask | index << X86_STRINGS_INDEX |
		(uint32_t)(mask != 0) << X86_STRINGS_FLAG(X86_STRINGS_C) |
		(uint32_t)(b.length < nr) << X86_STRINGS_FLAG(X86_STRINGS_Z) |
		(uint32_t)(a.length < nr) << X86_STRINGS_FLAG(X86_STRINGS_S) |
		(mask & 1) << X86_STRINGS_FLAG(X86_STRINGS_O) } };
}
