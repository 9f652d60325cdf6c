// SPDX-License-Identifier: MIT
#include "arch/riscv64/host/emit.h"

static void load32(struct code_buf *buf, unsigned int rd, int32_t value)
{
	int32_t low = rv_low12(value);
	uint32_t high = rv_high20(value);

	if (!high) {
		rv_i(buf, RV_ADDI, rd, RV_ZERO, low);
		return;
	}
	rv_u(buf, RV_LUI, rd, high);
	if (low)
		rv_i(buf, RV_ADDIW, rd, rd, low);
}

/* Twelve bits at a time from the low end, past zeros, until what is left is loaded by itself. */
void rv_li(struct code_buf *buf, unsigned int rd, int64_t value)
{
	struct { int32_t low; uint8_t shift; } step[4];
	unsigned int nr = 0;

	while (value != (int32_t)value) {
		int32_t low = rv_low12((int32_t)value);
		uint64_t rest = (uint64_t)value - (uint64_t)(int64_t)low;
		unsigned int shift = (unsigned int)__builtin_ctzll(rest);

		step[nr].low = low;
		step[nr++].shift = (uint8_t)shift;
		value = (int64_t)rest >> shift;
	}
	load32(buf, rd, (int32_t)value);
	while (nr--) {
		rv_i(buf, RV_SLLI, rd, rd, step[nr].shift);
		if (step[nr].low)
			rv_i(buf, RV_ADDI, rd, rd, step[nr].low);
	}
}

static uint32_t read_insn(const struct code_buf *buf, uint32_t offset)
{
	uint32_t insn;

	memcpy(&insn, buf->start + offset, sizeof(insn));
	return insn;
}

static uint32_t opcode(uint32_t insn)
{
	return insn & 0x7f;
}

/* Displacements as branches and jal scatter them. */
static uint32_t branch_bits(uint32_t d)
{
	return (d >> 12 & 1) << 31 | (d >> 5 & 0x3f) << 25 | (d >> 1 & 15) << 8 | (d >> 11 & 1) << 7;
}

static uint32_t jal_bits(uint32_t d)
{
	return (d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 | (d >> 11 & 1) << 20 |
	       (d >> 12 & 0xff) << 12;
}

/* The twelve bits of a branch's displacement, for another use. */
#define BRANCH_FIELDS 0xfe000f80u

static uint32_t branch_chain(uint32_t words)
{
	return (words >> 5) << 25 | (words & 31) << 7;
}

uint32_t rv_jump(struct code_buf *buf, enum rv_reach reach, uint32_t wait)
{
	uint32_t place = rv_place(buf);

	if (reach != RV_FAR) {
		rv_put(buf, RV_JAL | wait << 7);
		return place;
	}
	rv_u(buf, RV_AUIPC, RV_T0, wait);
	rv_i(buf, RV_JALR, RV_ZERO, RV_T0, (int32_t)(wait & 0xfff));
	return place;
}

uint32_t rv_branch(struct code_buf *buf, enum rv_reach reach, uint32_t cond, unsigned int a,
		   unsigned int b, uint32_t wait)
{
	uint32_t place = rv_place(buf);

	if (reach == RV_NEAR) {
		rv_r(buf, cond | branch_chain(wait ? place - wait : 0), 0, a, b);
		return place;
	}
	rv_r(buf, (cond ^ RV_NEGATE) | branch_bits(reach == RV_FAR ? 12 : 8), 0, a, b);
	return rv_jump(buf, reach, wait);
}

uint32_t rv_waiting(const struct code_buf *buf, uint32_t place)
{
	uint32_t offset = rv_place_offset(place), insn = read_insn(buf, offset), words;

	if (opcode(insn) == opcode(RV_JAL))
		return insn >> 7;
	if (opcode(insn) == opcode(RV_AUIPC))
		return (insn & 0xfffff000u) | read_insn(buf, offset + 4) >> 20;
	words = insn >> 25 << 5 | (insn >> 7 & 31);
	return words ? place - words : 0;
}

static bool fits(int32_t distance, int32_t bytes)
{
	return distance >= -bytes - 2 && distance <= bytes;
}

bool rv_link(struct code_buf *buf, uint32_t place, uint32_t to)
{
	uint32_t offset = rv_place_offset(place), insn;
	int32_t distance = (int32_t)(to - offset);

	if (buf->overflow)
		return true;
	insn = read_insn(buf, offset);
	if (opcode(insn) == opcode(RV_JAL)) {
		code_buf_patch32(buf, offset, RV_JAL | jal_bits((uint32_t)distance));
		return fits(distance, RV_MID_BYTES);
	}
	if (opcode(insn) == opcode(RV_AUIPC)) {
		code_buf_patch32(buf, offset, RV_AUIPC | RV_T0 << 7 | rv_high20(distance));
		code_buf_patch32(buf, offset + 4, (uint32_t)RV_JALR | RV_T0 << 15 |
				 (uint32_t)rv_low12(distance) << 20);
		return true;
	}
	code_buf_patch32(buf, offset, (insn & ~BRANCH_FIELDS) | branch_bits((uint32_t)distance));
	return fits(distance, RV_NEAR_BYTES);
}

void rv_negate(struct code_buf *buf, uint32_t place)
{
	uint32_t offset = rv_place_offset(place);

	if (!buf->overflow)
		code_buf_patch32(buf, offset, read_insn(buf, offset) ^ RV_NEGATE);
}

/* Two instructions may come before the one that jumps. */
enum rv_reach rv_reach_of(const struct code_buf *buf, uint32_t to)
{
	int32_t distance = (int32_t)(to - code_buf_at(buf));

	if (fits(distance, RV_NEAR_BYTES))
		return RV_NEAR;
	return fits(distance - 8, RV_MID_BYTES) && fits(distance, RV_MID_BYTES) ? RV_MID : RV_FAR;
}
