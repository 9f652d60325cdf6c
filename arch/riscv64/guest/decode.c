// SPDX-License-Identifier: MIT
#include "arch/riscv64/guest/decode.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

/* What fields an instruction has besides its registers. */
enum rv_format {
	F_NONE, F_R, F_R1, F_R4, F_RM, F_RM1, F_I, F_S, F_B, F_U, F_J, F_SHAMT, F_SHAMTW, F_FENCE,
	F_CSR, F_AMO,
};

struct encoding {
	uint32_t mask, match;
	uint8_t id, format;
};

static_assert(RV_NR_INSNS < 256, "an id is a byte here");

/* The groups of insn.def, and where they are by bits 6..2. */
#define RV_GROUP(opcode) static const struct encoding group_##opcode[] = {
#define RV_INSN(name, mask, match, format) { mask, match, RV_##name, F_##format },
#define RV_END(opcode) };
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END

struct group {
	const struct encoding *encoding;
	size_t nr;
};

enum opcode {
	LOAD, LOAD_FP, MISC_MEM = 3, OP_IMM, AUIPC, OP_IMM_32, STORE = 8, STORE_FP, AMO = 11, OP,
	LUI, OP_32, MADD = 16, MSUB, NMSUB, NMADD, OP_FP, BRANCH = 24, JALR, JAL = 27, SYSTEM,
};

static const struct group groups[32] = {
#define RV_GROUP(opcode) [opcode] = { group_##opcode, VMB_ARRAY_SIZE(group_##opcode) },
#define RV_INSN(name, mask, match, format)
#define RV_END(opcode)
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END
};

/* Bits @high..@low of a word. */
VMB_INLINE uint32_t bits(uint32_t word, unsigned int high, unsigned int low)
{
	return word >> low & ((2u << (high - low)) - 1);
}

/* The same as a signed number. */
VMB_INLINE int64_t sbits(uint32_t word, unsigned int high, unsigned int low)
{
	return (int32_t)(word << (31 - high)) >> (31 - high + low);
}

static int64_t immediate(uint32_t w, unsigned int format)
{
	switch (format) {
	case F_I:
		return sbits(w, 31, 20);
	case F_S:
		return sbits(w, 31, 25) * 32 | bits(w, 11, 7);
	case F_B:
		return sbits(w, 31, 31) * 4096 | bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 |
		       bits(w, 11, 8) << 1;
	case F_U:
		return (int32_t)(w & 0xfffff000);
	case F_J:
		return sbits(w, 31, 31) * (1 << 20) | bits(w, 19, 12) << 12 | bits(w, 20, 20) << 11 |
		       bits(w, 30, 21) << 1;
	case F_SHAMT:
		return bits(w, 25, 20);
	case F_SHAMTW:
		return bits(w, 24, 20);
	case F_FENCE:
	case F_CSR:
		return bits(w, 31, 20);
	default:
		return 0;
	}
}

/* Rounding modes 5 and 6 are reserved. */
static bool rounds_well(uint32_t word, unsigned int format)
{
	uint32_t rm = bits(word, 14, 12);

	return (format != F_RM && format != F_RM1 && format != F_R4) || rm < 5 || rm == 7;
}

/* Return: NULL if there is none. */
static const struct encoding *find(const struct group *group, uint32_t word)
{
	size_t i;

	for (i = 0; i < group->nr; i++) {
		if ((word & group->encoding[i].mask) == group->encoding[i].match)
			return &group->encoding[i];
	}
	return NULL;
}

static int decode32(uint32_t word, struct rv_insn *insn)
{
	const struct group *group = &groups[bits(word, 6, 2)];
	const struct encoding *e = find(group, word);

	if (!e || !rounds_well(word, e->format))
		return -EILSEQ;
	*insn = (struct rv_insn){
		.id = e->id, .bytes = 4, .rd = (uint8_t)bits(word, 11, 7),
		.rs1 = (uint8_t)bits(word, 19, 15), .rs2 = (uint8_t)bits(word, 24, 20),
		.rs3 = (uint8_t)bits(word, 31, 27), .rm = (uint8_t)bits(word, 14, 12),
		.aq = (uint8_t)bits(word, 26, 26), .rl = (uint8_t)bits(word, 25, 25),
		.imm = immediate(word, e->format),
	};
	return 4;
}

/* How the fields of a compressed instruction become those of the one that it stands for. */
enum rvc_format {
	F_NONE16, F_CIW, F_CLW, F_CLD, F_CSW, F_CSD, F_CI, F_CI_RD, F_CLI, F_CI16SP, F_CLUI,
	F_CBSHIFT, F_CBIMM, F_CA, F_CJ, F_CB, F_CISHIFT, F_CIWSP_RD, F_CIDSP, F_CIDSP_RD, F_CJR,
	F_CJALR, F_CMV, F_CADD, F_CSWSP, F_CSDSP,
};

#define RVC_GROUP(quadrant, funct3) static const struct encoding rvc_##quadrant##_##funct3[] = {
#define RVC_INSN(name, base, mask, match, format) { mask, match, RV_##base, F_##format },
#define RVC_END(quadrant, funct3) };
#include "arch/riscv64/guest/insn16.def"
#undef RVC_GROUP
#undef RVC_INSN
#undef RVC_END

static const struct group rvc_groups[3][8] = {
#define RVC_GROUP(quadrant, funct3)                                                                \
	[quadrant][funct3] = { rvc_##quadrant##_##funct3,                                          \
			       VMB_ARRAY_SIZE(rvc_##quadrant##_##funct3) },
#define RVC_INSN(name, base, mask, match, format)
#define RVC_END(quadrant, funct3)
#include "arch/riscv64/guest/insn16.def"
#undef RVC_GROUP
#undef RVC_INSN
#undef RVC_END
};

#define RA 1
#define SP 2

/* rd or rs1 of the short and the long fields. */
VMB_INLINE uint8_t high3(uint32_t w)
{
	return (uint8_t)(8 + bits(w, 9, 7));
}

VMB_INLINE uint8_t low3(uint32_t w)
{
	return (uint8_t)(8 + bits(w, 4, 2));
}

VMB_INLINE int64_t ci_imm(uint32_t w)
{
	return sbits(w, 12, 12) * 32 | bits(w, 6, 2);
}

VMB_INLINE int64_t ci_shamt(uint32_t w)
{
	return bits(w, 12, 12) << 5 | bits(w, 6, 2);
}

static int64_t cj_imm(uint32_t w)
{
	return sbits(w, 12, 12) * 2048 | bits(w, 11, 11) << 4 | bits(w, 10, 9) << 8 |
	       bits(w, 8, 8) << 10 | bits(w, 7, 7) << 6 | bits(w, 6, 6) << 7 | bits(w, 5, 3) << 1 |
	       bits(w, 2, 2) << 5;
}

static int64_t cb_imm(uint32_t w)
{
	return sbits(w, 12, 12) * 256 | bits(w, 11, 10) << 3 | bits(w, 6, 5) << 6 |
	       bits(w, 4, 3) << 1 | bits(w, 2, 2) << 5;
}

static int64_t ci16sp_imm(uint32_t w)
{
	return sbits(w, 12, 12) * 512 | bits(w, 6, 6) << 4 | bits(w, 5, 5) << 6 |
	       bits(w, 4, 3) << 7 | bits(w, 2, 2) << 5;
}

static int64_t ciw_imm(uint32_t w)
{
	return bits(w, 12, 11) << 4 | bits(w, 10, 7) << 6 | bits(w, 6, 6) << 2 | bits(w, 5, 5) << 3;
}

VMB_INLINE int64_t word_imm(uint32_t w)
{
	return bits(w, 12, 10) << 3 | bits(w, 6, 6) << 2 | bits(w, 5, 5) << 6;
}

VMB_INLINE int64_t double_imm(uint32_t w)
{
	return bits(w, 12, 10) << 3 | bits(w, 6, 5) << 6;
}

static void set3(struct rv_insn *i, unsigned int rd, unsigned int rs1, unsigned int rs2,
		 int64_t imm)
{
	i->rd = (uint8_t)rd;
	i->rs1 = (uint8_t)rs1;
	i->rs2 = (uint8_t)rs2;
	i->imm = imm;
}

/* Loads and stores by a register or the stack pointer. Return: false if it is none of them. */
static bool expand_access(uint32_t w, unsigned int format, struct rv_insn *i)
{
	unsigned int rd = bits(w, 11, 7), rs2 = bits(w, 6, 2);

	switch (format) {
	case F_CLW:
		set3(i, low3(w), high3(w), 0, word_imm(w));
		return true;
	case F_CLD:
		set3(i, low3(w), high3(w), 0, double_imm(w));
		return true;
	case F_CSW:
		set3(i, 0, high3(w), low3(w), word_imm(w));
		return true;
	case F_CSD:
		set3(i, 0, high3(w), low3(w), double_imm(w));
		return true;
	case F_CIWSP_RD:
		set3(i, rd, SP, 0, bits(w, 12, 12) << 5 | bits(w, 6, 4) << 2 | bits(w, 3, 2) << 6);
		return true;
	case F_CIDSP:
	case F_CIDSP_RD:
		set3(i, rd, SP, 0, bits(w, 12, 12) << 5 | bits(w, 6, 5) << 3 | bits(w, 4, 2) << 6);
		return true;
	case F_CSWSP:
		set3(i, 0, SP, rs2, bits(w, 12, 9) << 2 | bits(w, 8, 7) << 6);
		return true;
	case F_CSDSP:
		set3(i, 0, SP, rs2, bits(w, 12, 10) << 3 | bits(w, 9, 7) << 6);
		return true;
	default:
		return false;
	}
}

static void expand_other(uint32_t w, unsigned int format, struct rv_insn *i)
{
	unsigned int rd = bits(w, 11, 7), rs2 = bits(w, 6, 2);

	switch (format) {
	case F_CIW:
		set3(i, low3(w), SP, 0, ciw_imm(w));
		break;
	case F_CI:
	case F_CI_RD:
		set3(i, rd, rd, 0, ci_imm(w));
		break;
	case F_CLI:
		set3(i, rd, 0, 0, ci_imm(w));
		break;
	case F_CI16SP:
		set3(i, SP, SP, 0, ci16sp_imm(w));
		break;
	case F_CLUI:
		set3(i, rd, 0, 0, ci_imm(w) * 4096);
		break;
	case F_CBSHIFT:
		set3(i, high3(w), high3(w), 0, ci_shamt(w));
		break;
	case F_CBIMM:
		set3(i, high3(w), high3(w), 0, ci_imm(w));
		break;
	case F_CA:
		set3(i, high3(w), high3(w), low3(w), 0);
		break;
	case F_CJ:
		set3(i, 0, 0, 0, cj_imm(w));
		break;
	case F_CB:
		set3(i, 0, high3(w), 0, cb_imm(w));
		break;
	case F_CISHIFT:
		set3(i, rd, rd, 0, ci_shamt(w));
		break;
	case F_CJR:
		set3(i, 0, rd, 0, 0);
		break;
	case F_CJALR:
		set3(i, RA, rd, 0, 0);
		break;
	case F_CMV:
		set3(i, rd, 0, rs2, 0);
		break;
	case F_CADD:
		set3(i, rd, rd, rs2, 0);
		break;
	default:
		break;
	}
}

/* Encodings that are reserved: what must not be 0 is. */
static bool is_reserved(unsigned int format, const struct rv_insn *i)
{
	switch (format) {
	case F_CIW:
	case F_CI16SP:
	case F_CLUI:
		return !i->imm;
	case F_CI_RD:
	case F_CIWSP_RD:
	case F_CIDSP_RD:
		return !i->rd;
	case F_CJR:
		return !i->rs1;
	default:
		return false;
	}
}

static int decode16(uint32_t word, struct rv_insn *insn)
{
	const struct group *group = &rvc_groups[word & 3][bits(word, 15, 13)];
	const struct encoding *e = find(group, word);

	if (!e)
		return -EILSEQ;
	*insn = (struct rv_insn){ .id = e->id, .bytes = 2 };
	if (!expand_access(word, e->format, insn))
		expand_other(word, e->format, insn);
	return is_reserved(e->format, insn) ? -EILSEQ : 2;
}

int rv_decode(const uint8_t *bytes, size_t nr, struct rv_insn *insn)
{
	uint32_t low;

	if (nr < 2)
		return 0;
	low = bytes[0] | (uint32_t)bytes[1] << 8;
	if ((low & 3) != 3)
		return decode16(low, insn);
	if ((low & 0x1c) == 0x1c)
		return -EILSEQ;
	if (nr < 4)
		return 0;
	return decode32(low | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24, insn);
}

const char *rv_name(unsigned int id, char *buf, size_t bytes)
{
	static const char *const names[] = {
#define RV_GROUP(opcode)
#define RV_INSN(name, mask, match, format) [RV_##name] = #name,
#define RV_END(opcode)
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END
	};
	size_t i;

	if (id >= RV_NR_INSNS || !bytes)
		return NULL;
	for (i = 0; i + 1 < bytes && names[id][i]; i++)
		buf[i] = names[id][i] == '_' ? '.' : names[id][i];
	buf[i] = 0;
	return buf;
}
