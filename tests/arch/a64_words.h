/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_A64_WORDS_H
#define VMB_TESTS_ARCH_A64_WORDS_H
/*
 * Random ARM64 instructions, as words that can be executed: operands with the values that matter, and
 * addresses in a case's memory.
 */

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "arch/arm64/guest/decode.h"
#include "arch/arm64/guest/guest.h"
#include "tests/arch/a64_case.h"
#include "tests/arch/operands.h"

#define NOP	0xd503201fu

static inline void random_state(struct a64_case *c)
{
	uint64_t half;
	unsigned int i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < 32; i++)
		c->x[i] = random_x();
	for (i = 0; i < 64; i++) {
		half = random_half();
		memcpy(&c->q[i / 2][i % 2 * 8], &half, 8);
	}
	for (i = 0; i < A64_CASE_MEM_BYTES; i += 8) {
		half = random_half();
		memcpy(&c->memory[i], &half, 8);
	}
	c->tpidr = rng();
	c->nzcv = (uint32_t)rng() & 0xf0000000;
	c->fpcr = rng() % 2 ? 0 : (uint32_t)rng() & 0x00c00000;
	c->fpsr = rng() % 2 ? 0 : (uint32_t)rng() & 0x0800001f;
	for (i = 1; i < A64_CASE_WORDS; i++)
		c->word[i] = NOP;
}

/* Fields of an instruction word. */

static inline uint32_t bits(uint32_t word, unsigned int low, unsigned int nr)
{
	return word >> low & ((1u << nr) - 1);
}

static inline int32_t sbits(uint32_t word, unsigned int low, unsigned int nr)
{
	return (int32_t)(word << (32 - low - nr)) >> (32 - nr);
}

static inline void set_bits(uint32_t *word, unsigned int low, unsigned int nr, uint32_t value)
{
	uint32_t mask = ((1u << nr) - 1) << low;

	*word = (*word & ~mask) | (value << low & mask);
}

static inline bool is_memory(uint32_t word)
{
	return (word & 0x0a000000) == 0x08000000;
}

static inline bool is_literal(uint32_t word)
{
	return (word & 0x3b000000) == 0x18000000;
}

static inline bool is_pair(uint32_t word)
{
	return (word & 0x3a000000) == 0x28000000;
}

static inline bool is_single(uint32_t word)
{
	return (word & 0x3a000000) == 0x38000000;
}

static inline bool is_exclusive(uint32_t word)
{
	return (word & 0x3f000000) == 0x08000000;
}

static inline bool is_vector(uint32_t word)
{
	return word & 1u << 26;
}

static inline bool is_register_offset(uint32_t word)
{
	return is_single(word) && !bits(word, 24, 1) && bits(word, 21, 1) && bits(word, 10, 2) == 2;
}

/* LDADD and its kin, LDAPR. */
static inline bool is_atomic(uint32_t word)
{
	return is_single(word) && !bits(word, 24, 1) && bits(word, 21, 1) && !bits(word, 10, 2);
}

/* The manual leaves open what an instruction does whose registers overlap in some ways. */
static inline bool is_unpredictable(uint32_t word)
{
	uint32_t t = bits(word, 0, 5), n = bits(word, 5, 5), t2 = bits(word, 10, 5);
	uint32_t s = bits(word, 16, 5);
	bool integer = !is_vector(word), writes_back;

	if (is_exclusive(word)) {
		bool store = !bits(word, 22, 1), pair = bits(word, 21, 1);

		if (bits(word, 23, 1))
			return false;
		if (store && (s == t || (s == n && n != 31) || (pair && s == t2)))
			return true;
		return !store && pair && t == t2;
	}
	if (is_pair(word)) {
		writes_back = bits(word, 23, 1);
		if (bits(word, 22, 1) && t == t2)
			return true;
		return integer && writes_back && n != 31 && (t == n || t2 == n);
	}
	if (is_single(word) && !bits(word, 24, 1) && !bits(word, 21, 1))
		return integer && bits(word, 10, 1) && n != 31 && t == n;
	/* This is our restriction: the index is small, the base is not. */
	return is_register_offset(word) && bits(word, 16, 5) == n;
}

/* Bytes that the base register is away from the access, the index register set to suit. */
static inline int64_t offset_of(uint32_t word, struct a64_case *c)
{
	unsigned int scale = bits(word, 30, 2), m = bits(word, 16, 5);
	int64_t index;

	if (is_pair(word)) {
		if (is_vector(word))
			scale += 2;
		else
			scale = 2 + (scale >> 1);
		return bits(word, 23, 2) == 1 ? 0 : sbits(word, 15, 7) * (INT64_C(1) << scale);
	}
	if (!is_single(word))
		return 0;
	if (is_vector(word) && bits(word, 23, 1))
		scale += 4;
	if (bits(word, 24, 1))
		return (int64_t)bits(word, 10, 12) << scale;
	if (!bits(word, 21, 1))
		return bits(word, 10, 2) == 1 ? 0 : sbits(word, 12, 9);
	if (!is_register_offset(word))
		return 0;
	index = (int64_t)(rng() % 64) - (bits(word, 15, 1) || bits(word, 13, 1) ? 32 : 0);
	c->x[m] = (uint64_t)index;
	if (!bits(word, 13, 1))
		c->x[m] = (c->x[m] & 0xffffffff) | rng() << 32;
	if (m == 31)
		return 0;
	return bits(word, 12, 1) ? index * (INT64_C(1) << scale) : index;
}

/* Let the access be in the middle of the memory. */
static inline void place_access(struct a64_case *c)
{
	uint32_t *word = &c->word[0];
	uint64_t address = A64_DATA + 192 + rng() % 64;

	if (is_literal(*word)) {
		address &= ~UINT64_C(3);
		set_bits(word, 5, 19, (uint32_t)((address - (A64_CODE + A64_SLOT_FIRST)) >> 2));
		return;
	}
	if (is_exclusive(*word) || is_atomic(*word))
		address &= ~UINT64_C(15);
	c->x[bits(*word, 5, 5)] = address - (uint64_t)offset_of(*word, c);
}

/* A word that matches a line, with operands that can be executed. Return: false to try again. */
static inline bool random_word(const struct a64_insn *insn, struct a64_case *c)
{
	uint32_t *word = &c->word[0];

	*word = insn->value | ((uint32_t)rng() & ~insn->mask);
	/* Half of the general registers of a line are 31 or equal now and then. */
	if (rng() % 8 == 0 && (~insn->mask & 0x3e0) == 0x3e0)
		set_bits(word, 5, 5, bits(*word, 0, 5));
	if (is_memory(*word)) {
		if (is_unpredictable(*word))
			return false;
		place_access(c);
	}
	return true;
}

/* To the branch behind the case's instructions. */
static inline void place_branch(struct a64_case *c, const char *name, unsigned int slot)
{
	const uint32_t distance = (A64_SLOT_LANDED - A64_SLOT_FIRST) / 4;
	uint32_t *word = &c->word[0];

	if (!strcmp(name, "b") || !strcmp(name, "bl"))
		set_bits(word, bits(*word, 24, 8) == 0x54 ? 5 : 0,
			 bits(*word, 24, 8) == 0x54 ? 19 : 26, distance);
	else if (name[0] == 'c' && name[1] == 'b')
		set_bits(word, 5, 19, distance);
	else if (name[0] == 't' && name[1] == 'b' && (name[2] == 'z' || name[2] == 'n'))
		set_bits(word, 5, 14, distance);
	else if (!strcmp(name, "br") || !strcmp(name, "blr") || !strcmp(name, "ret"))
		c->x[bits(*word, 5, 5)] = A64_CODE + slot * A64_SLOT_BYTES + A64_SLOT_LANDED;
	else if (!strncmp(name, "cbz", 3) && rng() % 2)
		c->x[bits(*word, 0, 5)] = 0;
}

#define MSR_MRS	   0xffdfffe0u
#define NZCV	   0xd51b4200u
#define FPCR	   0xd51b4400u
#define FPSR	   0xd51b4420u
#define TPIDR	   0xd51bd040u
#define TPIDRRO	   0xd51bd060u

/* The registers that can be compared; MRS is MSR with bit 21. */
static inline void place_system(struct a64_case *c, const char *name)
{
	static const uint32_t regs[] = { NZCV, FPCR, FPSR, TPIDR, TPIDRRO };
	uint32_t *word = &c->word[0], t = bits(*word, 0, 5);
	bool read = !strcmp(name, "mrs");

	if (!read && strcmp(name, "msr"))
		return;
	*word = regs[rng() % (read ? 5 : 3)] | (read ? 1u << 21 : 0) | t;
	if ((*word & MSR_MRS) == FPCR)
		c->x[t] &= 0x00c00000;
	if ((*word & MSR_MRS) == FPSR)
		c->x[t] &= 0x0800001f;
}

/* BRK and SVC are exits that no CPU comes back from. */
static inline bool is_left_out(const char *name)
{
	return !strcmp(name, "svc") || !strcmp(name, "brk");
}

#endif /* VMB_TESTS_ARCH_A64_WORDS_H */
