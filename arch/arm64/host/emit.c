// SPDX-License-Identifier: MIT
#include "arch/arm64/host/emit.h"

static uint64_t low_bits(unsigned int nr)
{
	return ~UINT64_C(0) >> (64 - nr);
}

/* Width of the element that @imm repeats. */
static unsigned int element(uint64_t imm)
{
	unsigned int size = 64;

	while (size > 2 && (imm & low_bits(size / 2)) == (imm >> size / 2 & low_bits(size / 2)))
		size /= 2;
	return size;
}

/*
 * An element repeated to the width, in which the ones are next to each other in the ring of its
 * bits. Rotated to the left by immr they are the low ones, of which there are imms + 1.
 */
bool a64_mask_imm(uint64_t imm, unsigned int bytes, uint32_t *field)
{
	unsigned int size, left, ones;
	uint64_t e;

	if (bytes == 4)
		imm = (uint32_t)imm | imm << 32;
	if (!imm || !~imm)
		return false;
	size = element(imm);
	e = imm & low_bits(size);
	if (e & 1)
		left = (unsigned int)__builtin_clzll(~(e << (64 - size))) & (size - 1);
	else
		left = size - (unsigned int)__builtin_ctzll(e);
	if (left)
		e = (e << left | e >> (size - left)) & low_bits(size);
	ones = (unsigned int)__builtin_popcountll(e);
	*field = (size == 64 ? 1u << 22 : 0) | left << 16 |
		 ((~(2 * size - 1) & 63) | (ones - 1)) << 10;
	return e == low_bits(ones);
}

static unsigned int half_of(uint64_t imm, unsigned int n)
{
	return (unsigned int)(imm >> 16 * n) & 0xffff;
}

static void move_half(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int n,
		      unsigned int half)
{
	a64_put(buf, op | n << 21 | half << 5 | a64_rd(rd));
}

/* Halves of which all bits are those of the first instruction need none of their own. */
static void move_halves(struct code_buf *buf, unsigned int rd, uint64_t imm, unsigned int nr,
			unsigned int other)
{
	uint32_t wide = nr == 4 ? A64_X : 0;
	bool begun = false;
	unsigned int n;

	for (n = 0; n < nr; n++) {
		unsigned int half = half_of(imm, n);

		if (half == other)
			continue;
		if (begun)
			move_half(buf, A64_MOVK | wide, rd, n, half);
		else if (other)
			move_half(buf, A64_MOVN | wide, rd, n, half ^ 0xffff);
		else
			move_half(buf, A64_MOVZ | wide, rd, n, half);
		begun = true;
	}
	if (!begun)
		move_half(buf, (other ? A64_MOVN : A64_MOVZ) | wide, rd, 0, 0);
}

void a64_mov_imm(struct code_buf *buf, unsigned int rd, uint64_t imm)
{
	unsigned int nr = imm >> 32 ? 4 : 2, zeros = 0, ones = 0, n, bytes = 2 * nr;
	uint32_t field;

	if (VMB_LIKELY(imm < 0x10000)) {
		move_half(buf, A64_MOVZ, rd, 0, (unsigned int)imm);
		return;
	}
	for (n = 0; n < nr; n++) {
		zeros += half_of(imm, n) == 0;
		ones += half_of(imm, n) == 0xffff;
	}
	if (zeros < nr - 1 && ones < nr - 1 && a64_mask_imm(imm, bytes, &field))
		a64_rr(buf, A64_ORR_IMM | (bytes == 8 ? A64_X : 0) | field, rd, A64_ZR);
	else
		move_halves(buf, rd, imm, nr, ones > zeros ? 0xffff : 0);
}

void a64_add_const(struct code_buf *buf, unsigned int rd, unsigned int rn, int64_t imm)
{
	uint32_t field;

	if (a64_arith_imm((uint64_t)imm, &field)) {
		a64_rr(buf, A64_ADD_IMM | A64_X | field, rd, rn);
	} else if (a64_arith_imm(-(uint64_t)imm, &field)) {
		a64_rr(buf, A64_SUB_IMM | A64_X | field, rd, rn);
	} else {
		a64_mov_imm(buf, A64_ADDRESS, (uint64_t)imm);
		a64_rrr(buf, A64_ADD | A64_X, rd, rn, A64_ADDRESS);
	}
}

void a64_access(struct code_buf *buf, uint32_t op, unsigned int rt, unsigned int base, int64_t disp)
{
	unsigned int scale = a64_scale_of(op);
	uint64_t scaled = (uint64_t)disp >> scale;

	if (scaled < 4096 && !((uint64_t)disp & low_bits(scale + 1) >> 1)) {
		a64_rr(buf, op | (uint32_t)scaled << 10, rt, base);
	} else if (disp >= -256 && disp < 256) {
		a64_rr(buf, (op & ~0x01000000u) | ((uint32_t)disp & 0x1ff) << 12, rt, base);
	} else {
		a64_mov_imm(buf, A64_ADDRESS, (uint64_t)disp);
		a64_access_index(buf, op, rt, base, A64_ADDRESS);
	}
}

/* The field for the target: its width and where it begins. */
struct field {
	unsigned int bits, shift;
};

static struct field field_of(uint32_t word)
{
	return (word & 0x7c000000) == A64_B ? (struct field){ 26, 0 } : (struct field){ 19, 5 };
}

static uint32_t word_at(const struct code_buf *buf, uint32_t at)
{
	uint32_t word;

	memcpy(&word, buf->start + at, sizeof(word));
	return word;
}

static void put_field(struct code_buf *buf, uint32_t at, uint32_t value)
{
	uint32_t word = word_at(buf, at), mask;
	struct field f = field_of(word);

	mask = ((1u << f.bits) - 1) << f.shift;
	code_buf_patch32(buf, at, (word & ~mask) | (value << f.shift & mask));
}

bool a64_link(struct code_buf *buf, uint32_t at, uint32_t to)
{
	int64_t words = (int32_t)(to - at) / 4, reach;

	if (buf->overflow)
		return true;
	reach = (int64_t)1 << (field_of(word_at(buf, at)).bits - 1);
	if (words < -reach || words >= reach)
		return false;
	put_field(buf, at, (uint32_t)words);
	return true;
}

bool a64_keep(struct code_buf *buf, uint32_t at, uint32_t number)
{
	if (buf->overflow)
		return true;
	if (number >> field_of(word_at(buf, at)).bits)
		return false;
	put_field(buf, at, number);
	return true;
}

uint32_t a64_kept(const struct code_buf *buf, uint32_t at)
{
	uint32_t word = word_at(buf, at);
	struct field f = field_of(word);

	return word >> f.shift & ((1u << f.bits) - 1);
}
