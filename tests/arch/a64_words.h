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

#define NOP	0xd503201fu

static uint64_t rng_state = 1;

static inline uint64_t rng(void)
{
	uint64_t z = (rng_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Operands. */

static inline uint64_t special_int(void)
{
	static const uint64_t values[] = {
		0, 1, 2, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, UINT64_C(0x7fffffffffffffff),
		UINT64_C(0x8000000000000000), UINT64_C(0xffffffffffffffff),
		UINT64_C(0x8000000080000000), UINT64_C(0x7fffffff7fffffff),
	};

	return values[rng() % VMB_ARRAY_SIZE(values)];
}

static inline uint64_t special_f64(void)
{
	static const uint64_t values[] = {
		0, 0x7ff0000000000000, 0x7ff8000000000000, 0x7ff8000000001234, 0x7ff0000000000001,
		0x7ff4000000000000, 1, 0x000fffffffffffff, 0x0010000000000000, 0x0010000000000001,
		0x7fefffffffffffff, 0x3ff0000000000000, 0x3fefffffffffffff, 0x3fe0000000000000,
		0x3ff8000000000000, 0x4004000000000000, 0x41dfffffffc00000, 0x41e0000000000000,
		0x43e0000000000000, 0x43f0000000000000, 0x43dfffffffffffff, 0x47efffffe0000000,
		0x47effffff0000000, 0x36a0000000000000, 0x3810000000000000, 0x380fffffffffffff,
	};

	return values[rng() % VMB_ARRAY_SIZE(values)] ^ rng() << 63;
}

static inline uint32_t special_f32(void)
{
	static const uint32_t values[] = {
		0, 0x7f800000, 0x7fc00000, 0x7fc01234, 0x7f800001, 0x7fa00000, 1, 0x007fffff,
		0x00800000, 0x00800001, 0x7f7fffff, 0x3f800000, 0x3f7fffff, 0x3f000000, 0x3fc00000,
		0x40200000, 0x4effffff, 0x4f000000, 0x5f000000, 0x5f800000, 0x5effffff, 0x4f7fffff,
	};

	return values[rng() % VMB_ARRAY_SIZE(values)] ^ (uint32_t)rng() << 31;
}

/* A float of moderate size, so that sums and products stay in range. */
static inline uint64_t moderate_f64(void)
{
	return (rng() & UINT64_C(0x800fffffffffffff)) | (1023 - 20 + rng() % 40) << 52;
}

static inline uint32_t moderate_f32(void)
{
	return ((uint32_t)rng() & 0x807fffff) | (uint32_t)(127 - 20 + rng() % 40) << 23;
}

static inline uint64_t two(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

static inline uint64_t random_x(void)
{
	switch (rng() % 4) {
	case 0:
		return special_int();
	case 1:
		return rng() % 128;
	default:
		return rng();
	}
}

static inline uint64_t random_half(void)
{
	switch (rng() % 8) {
	case 0:
		return special_int();
	case 1:
		return special_f64();
	case 2:
		return two(special_f32(), special_f32());
	case 3:
		return moderate_f64();
	case 4:
		return two(moderate_f32(), moderate_f32());
	case 5:
		return two(special_f32(), moderate_f32());
	case 6: /* bytes at the ends of their range */
		return rng() & rng() & UINT64_C(0x8080808080808080) * (rng() % 2 * 254 / 2 + 1);
	default:
		return rng();
	}
}

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
