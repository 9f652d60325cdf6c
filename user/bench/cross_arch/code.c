// SPDX-License-Identifier: MIT
#include "user/bench/cross_arch/code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/bench.h"

#define MAX_TEMPLATES 6
#define NOWHERE	      0xff


/**
 * struct template - an instruction.
 * @word: little-endian, with fields of 0; @high: bytes 8 and up
 * @bytes: its length; 0: none
 * @d, @n, @m: bits from which numbers of the registers 0 to 7 above guest.first go
 * @offset: bit from which multiples of 8 below 256, divided by @unit, go
 */
struct template {
	uint64_t word;
	uint64_t high;
	uint8_t bytes;
	uint8_t d, n, m;
	uint8_t offset, unit;
};

/**
 * struct guest - what code of an architecture is made from.
 * @first: register that is the first of eight
 * @longest: of the instructions
 * @skips: branches have a byte at their end for the distance, of the length of the next instruction
 * @end: returns
 * @base, @stack: see struct code
 */
struct guest {
	const char *name;
	uint8_t first, longest;
	bool skips;
	struct template end;
	uint32_t base, stack;
	struct template class[CODE_MIX][MAX_TEMPLATES];
};

#define PLAIN(word, bytes)	      { word, 0, bytes, NOWHERE, NOWHERE, NOWHERE, NOWHERE, 1 }
#define REGISTERS(word, bytes, d, n, m) { word, 0, bytes, d, n, m, NOWHERE, 1 }
#define RV(word)		      REGISTERS(word, 4, 7, 15, 20)
#define A64(word)		      REGISTERS(word, 4, 0, 5, 16)
#define X86(word, bytes, d, n)	      REGISTERS(word, bytes, d, n, NOWHERE)
/* The last four bytes are data. */
#define LONG(word) { word, 0x11223344000000, 15, NOWHERE, NOWHERE, NOWHERE, NOWHERE, 1 }

/*
 * Source: The RISC-V Instruction Set Manual, volume I; Arm Architecture Reference Manual, A64; Intel
 * SDM, volume 2. The base is x8, which two number so, and RBX. Branches skip one instruction.
 */
static const struct guest guests[] = {
	{ .name = "riscv64", .first = 10, .longest = 4, .end = PLAIN(0x00008067, 4),
	  .base = 8 * 8, .stack = 8 * 8, .class = {
		/* add, xor, sll, mul, sltu, subw */
		[CODE_ALU] = { RV(0x33), RV(0x4033), RV(0x1033), RV(0x02000033), RV(0x3033),
			       RV(0x4000003b) },
		[CODE_LOAD] = { { 0x00043003, 0, 4, 7, NOWHERE, NOWHERE, 20, 1 } },
		/* sd to 0..24: offsets 0..31 go in one field */
		[CODE_STORE] = { REGISTERS(0x00043023, 4, NOWHERE, NOWHERE, 20) },
		[CODE_BRANCH] = { REGISTERS(0x00000463, 4, NOWHERE, 15, 20),
				  REGISTERS(0x00001463, 4, NOWHERE, 15, 20),
				  REGISTERS(0x00004463, 4, NOWHERE, 15, 20) },
		/* fadd.d, fsub.d, fmul.d */
		[CODE_FLOAT] = { RV(0x02007053), RV(0x0a007053), RV(0x12007053) },
		/* amoadd.d, amoxor.d */
		[CODE_ATOMIC] = { REGISTERS(0x0004302f, 4, 7, NOWHERE, 20),
				  REGISTERS(0x2004302f, 4, 7, NOWHERE, 20) },
		/* c.add, c.mv; c.addi by 5 */
		[CODE_BYTES_2] = { REGISTERS(0x9002, 2, 7, 2, NOWHERE),
				   REGISTERS(0x8002, 2, 7, 2, NOWHERE),
				   REGISTERS(0x0015, 2, 7, NOWHERE, NOWHERE) },
		/* add, xor, or, sub */
		[CODE_BYTES_4] = { RV(0x33), RV(0x4033), RV(0x6033), RV(0x40000033) },
	} },
	{ .name = "arm64", .first = 0, .longest = 4, .end = PLAIN(0xd65f03c0, 4),
	  .base = 8 * 8, .stack = 8 * 8, .class = {
		/* add, eor, lslv, mul, subs, orr */
		[CODE_ALU] = { A64(0x8b000000), A64(0xca000000), A64(0x9ac02000), A64(0x9b007c00),
			       A64(0xeb000000), A64(0xaa000000) },
		[CODE_LOAD] = { { 0xf9400100, 0, 4, 0, NOWHERE, NOWHERE, 10, 8 } },
		[CODE_STORE] = { { 0xf9000100, 0, 4, 0, NOWHERE, NOWHERE, 10, 8 } },
		/* cbz, cbnz */
		[CODE_BRANCH] = { REGISTERS(0xb4000040, 4, 0, NOWHERE, NOWHERE),
				  REGISTERS(0xb5000040, 4, 0, NOWHERE, NOWHERE) },
		/* fadd, fsub, fmul of doubles */
		[CODE_FLOAT] = { A64(0x1e602800), A64(0x1e603800), A64(0x1e600800) },
		/* ldadd, ldeor */
		[CODE_ATOMIC] = { REGISTERS(0xf8200100, 4, 0, NOWHERE, 16),
				  REGISTERS(0xf8202100, 4, 0, NOWHERE, 16) },
		/* add, mul, sub of 4 words; eor, orr of 16 bytes; fmul of 4 floats */
		[CODE_VECTOR] = { A64(0x4ea08400), A64(0x4ea09c00), A64(0x6ea08400), A64(0x6e201c00),
				  A64(0x4ea01c00), A64(0x6e20dc00) },
		/* add, eor, orr, sub */
		[CODE_BYTES_4] = { A64(0x8b000000), A64(0xca000000), A64(0xaa000000), A64(0xcb000000) },
	} },
	/* The registers are R8 to R15, by way of REX. */
	{ .name = "x86_64", .first = 0, .longest = 15, .skips = true, .end = PLAIN(0xc3, 1),
	  .base = 3 * 8, .stack = 4 * 8, .class = {
		/* add, xor, sub, or; imul; shl by 5 */
		[CODE_ALU] = { X86(0xc0014d, 3, 16, 19), X86(0xc0314d, 3, 16, 19),
			       X86(0xc0294d, 3, 16, 19), X86(0xc0094d, 3, 16, 19),
			       X86(0xc0af0f4d, 4, 27, 24), X86(0x05e0c149, 4, 16, NOWHERE) },
		[CODE_LOAD] = { { 0x00438b4c, 0, 4, 19, NOWHERE, NOWHERE, 24, 1 } },
		[CODE_STORE] = { { 0x0043894c, 0, 4, 19, NOWHERE, NOWHERE, 24, 1 } },
		/* jz, jnz, jl */
		[CODE_BRANCH] = { PLAIN(0x0074, 2), PLAIN(0x0075, 2), PLAIN(0x007c, 2) },
		/* addsd, subsd, mulsd */
		[CODE_FLOAT] = { X86(0xc0580ff2, 4, 27, 24), X86(0xc05c0ff2, 4, 27, 24),
				 X86(0xc0590ff2, 4, 27, 24) },
		/* lock add, lock xor */
		[CODE_ATOMIC] = { X86(0x03014cf0, 4, 27, NOWHERE), X86(0x03314cf0, 4, 27, NOWHERE) },
		/* paddd, pxor, psubd, por; pmulld; mulps */
		[CODE_VECTOR] = { X86(0xc0fe0f4566, 5, 35, 32), X86(0xc0ef0f4566, 5, 35, 32),
				  X86(0xc0fa0f4566, 5, 35, 32), X86(0xc0eb0f4566, 5, 35, 32),
				  X86(0xc040380f4566, 6, 43, 40), X86(0xc0590f45, 4, 27, 24) },
		/* add eax, ecx; xor edx, esi; or ecx, edx; sub edi, eax; shl eax, 1; not esi */
		[CODE_BYTES_2] = { PLAIN(0xc801, 2), PLAIN(0xf231, 2), PLAIN(0xd109, 2),
				   PLAIN(0xc729, 2), PLAIN(0xe0d1, 2), PLAIN(0xd6f7, 2) },
		/* add, xor, or, sub of 5; imul */
		[CODE_BYTES_4] = { X86(0x05c08349, 4, 16, NOWHERE), X86(0x05f08349, 4, 16, NOWHERE),
				   X86(0x05c88349, 4, 16, NOWHERE), X86(0x05e88349, 4, 16, NOWHERE),
				   X86(0xc0af0f4d, 4, 27, 24) },
		/* lea of base, index and 32 bits; imul by memory; mov of 32 bits to memory */
		[CODE_BYTES_8] = { X86(0x1122334403848d4e, 8, 19, 27),
				   X86(0x0000004083af0f4c, 8, 27, NOWHERE),
				   PLAIN(0x112233444043c748, 8) },
		/* with 3 prefixes that say nothing: mov of 32 bits to memory; add, xor, or, sub */
		[CODE_BYTES_15] = { LONG(0x402384c7483e3e3e), LONG(0x40238481483e3e3e),
				    LONG(0x4023b481483e3e3e), LONG(0x40238c81483e3e3e),
				    LONG(0x4023ac81483e3e3e) },
	} },
};

static uint64_t field(uint64_t *seed, const struct guest *g, uint8_t at)
{
	return at == NOWHERE ? 0 : (g->first + (vmb_random(seed) & 7)) << at;
}

static enum code_class pick(uint64_t *seed)
{
	uint64_t percent = vmb_random(seed) % 100;

	return percent < 60 ? CODE_ALU : percent < 78 ? CODE_LOAD : percent < 88 ? CODE_STORE :
								   CODE_BRANCH;
}

static const struct template *one_of(const struct template *t, uint64_t *seed)
{
	unsigned int nr = 1;	/* the class is not empty */

	while (nr < MAX_TEMPLATES && t[nr].bytes)
		nr++;
	return &t[vmb_random(seed) % nr];
}

static void put(const struct guest *g, const struct template *t, uint64_t *seed, struct code *code)
{
	uint64_t word = t->word;

	word |= field(seed, g, t->d) | field(seed, g, t->n) | field(seed, g, t->m);
	if (t->offset != NOWHERE)
		word |= (vmb_random(seed) & 31) * 8 / t->unit << t->offset;
	memcpy(code->bytes + code->nr_bytes, &word, sizeof(word));
	memcpy(code->bytes + code->nr_bytes + sizeof(word), &t->high, sizeof(t->high));
	code->nr_bytes += t->bytes;
	code->nr_insns++;
}

static const struct guest *find(const char *name)
{
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(guests); i++) {
		if (!strcmp(guests[i].name, name))
			return &guests[i];
	}
	return NULL;
}

/* Are there @more instructions to come before the end? */
static bool has_room(const struct guest *g, const struct code *code, uint32_t more)
{
	if (code->max_insns)
		return code->nr_insns + more < code->max_insns;
	return code->nr_bytes + more * g->longest + g->end.bytes <= code->max_bytes;
}

int code_make(const char *guest, enum code_class class, uint64_t seed, struct code *code)
{
	const struct guest *g = find(guest);
	uint32_t before, branch = 0;

	if (!g || (class != CODE_MIX && !g->class[class][0].bytes))
		return -ENOTSUP;
	if (code->max_insns)
		code->max_bytes = (size_t)code->max_insns * g->longest;
	/* Room for whole words behind the last instruction. */
	code->bytes = calloc(1, code->max_bytes + 2 * sizeof(uint64_t));
	if (!code->bytes)
		return -ENOMEM;
	code->nr_bytes = code->nr_insns = 0;
	code->base = g->base;
	code->stack = g->stack;
	while (has_room(g, code, 1)) {
		enum code_class c = class == CODE_MIX ? pick(&seed) : class;

		/* What a branch before the end skips would be the end. */
		if (c == CODE_BRANCH && !has_room(g, code, 2))
			c = CODE_ALU;
		before = code->nr_bytes;
		put(g, one_of(g->class[c], &seed), &seed, code);
		if (branch)
			code->bytes[branch - 1] = (uint8_t)(code->nr_bytes - before);
		branch = c == CODE_BRANCH && g->skips ? code->nr_bytes : 0;
	}
	put(g, &g->end, &seed, code);
	return 0;
}
