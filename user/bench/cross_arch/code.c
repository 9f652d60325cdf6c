// SPDX-License-Identifier: MIT
#include "user/bench/cross_arch/code.h"

#include <errno.h>
#include <string.h>

#include "user/bench.h"

#define MAX_TEMPLATES 6

/**
 * struct template - instructions of a class.
 * @word: with fields of 0
 * @d, @n, @m: where numbers of the registers 0 to 7 above @first go; 0xff: nowhere
 * @offset: where multiples of 8 below 256, divided by @unit, go; 0xff: nowhere
 */
struct template {
	uint32_t word[MAX_TEMPLATES];
	uint8_t nr;
	uint8_t d, n, m;
	uint8_t offset, unit;
};

/**
 * struct guest - what code of an architecture is made from.
 * @first: register that is the first of eight
 * @end: returns
 * @base: see code_words()
 */
struct guest {
	const char *name;
	uint8_t first;
	uint32_t end;
	uint32_t base;
	struct template class[CODE_MIX];
};

#define NOWHERE 0xff

/*
 * Source: The RISC-V Instruction Set Manual, volume I; Arm Architecture Reference Manual, A64. The
 * base is x8, which both number so. Branches skip one instruction.
 */
static const struct guest guests[] = {
	{ .name = "riscv64", .first = 10, .end = 0x00008067, .base = 8 * 8, .class = {
		/* add, xor, sll, mul, sltu, subw */
		[CODE_ALU] = { { 0x33, 0x4033, 0x1033, 0x02000033, 0x3033, 0x4000003b }, 6, 7, 15,
			       20, NOWHERE, 1 },
		[CODE_LOAD] = { { 0x00043003 }, 1, 7, NOWHERE, NOWHERE, 20, 1 },
		/* sd to 0..24: offsets 0..31 go in one field */
		[CODE_STORE] = { { 0x00043023 }, 1, NOWHERE, NOWHERE, 20, NOWHERE, 1 },
		[CODE_BRANCH] = { { 0x00000463, 0x00001463, 0x00004463 }, 3, NOWHERE, 15, 20,
				  NOWHERE, 1 },
		/* fadd.d, fsub.d, fmul.d */
		[CODE_FLOAT] = { { 0x02007053, 0x0a007053, 0x12007053 }, 3, 7, 15, 20, NOWHERE, 1 },
		/* amoadd.d, amoxor.d */
		[CODE_ATOMIC] = { { 0x0004302f, 0x2004302f }, 2, 7, NOWHERE, 20, NOWHERE, 1 },
	} },
	{ .name = "arm64", .first = 0, .end = 0xd65f03c0, .base = 8 * 8, .class = {
		/* add, eor, lslv, mul, subs, orr */
		[CODE_ALU] = { { 0x8b000000, 0xca000000, 0x9ac02000, 0x9b007c00, 0xeb000000,
				 0xaa000000 }, 6, 0, 5, 16, NOWHERE, 1 },
		[CODE_LOAD] = { { 0xf9400100 }, 1, 0, NOWHERE, NOWHERE, 10, 8 },
		[CODE_STORE] = { { 0xf9000100 }, 1, 0, NOWHERE, NOWHERE, 10, 8 },
		/* cbz, cbnz */
		[CODE_BRANCH] = { { 0xb4000040, 0xb5000040 }, 2, 0, NOWHERE, NOWHERE, NOWHERE, 1 },
		/* fadd, fsub, fmul of doubles */
		[CODE_FLOAT] = { { 0x1e602800, 0x1e603800, 0x1e600800 }, 3, 0, 5, 16, NOWHERE, 1 },
		/* ldadd, ldeor */
		[CODE_ATOMIC] = { { 0xf8200100, 0xf8202100 }, 2, 0, NOWHERE, 16, NOWHERE, 1 },
	} },
};

static uint32_t field(uint64_t *seed, const struct guest *g, uint8_t at)
{
	return at == NOWHERE ? 0 : (g->first + (uint32_t)(vmb_random(seed) & 7)) << at;
}

static enum code_class pick(uint64_t *seed)
{
	uint64_t percent = vmb_random(seed) % 100;

	return percent < 60 ? CODE_ALU : percent < 78 ? CODE_LOAD : percent < 88 ? CODE_STORE :
								   CODE_BRANCH;
}

static uint32_t make(const struct guest *g, const struct template *t, uint64_t *seed)
{
	uint32_t word = t->word[vmb_random(seed) % t->nr];

	word |= field(seed, g, t->d) | field(seed, g, t->n) | field(seed, g, t->m);
	if (t->offset != NOWHERE)
		word |= (uint32_t)(vmb_random(seed) & 31) * 8 / t->unit << t->offset;
	return word;
}

int code_words(const char *guest, enum code_class class, uint64_t seed, uint32_t *word, size_t nr,
	       uint32_t *base)
{
	const struct guest *g = guests, *end = guests + VMB_ARRAY_SIZE(guests);
	size_t i;

	while (g < end && strcmp(g->name, guest))
		g++;
	if (g == end || !nr)
		return -ENOTSUP;
	for (i = 0; i + 1 < nr; i++) {
		enum code_class c = class == CODE_MIX ? pick(&seed) : class;

		/* What a branch before the end skips would be the end. */
		if (c == CODE_BRANCH && i + 3 > nr)
			c = CODE_ALU;
		word[i] = make(g, &g->class[c], &seed);
	}
	word[nr - 1] = g->end;
	*base = g->base;
	return 0;
}
