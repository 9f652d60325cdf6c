/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_HOST_EMIT_H
#define VMB_ARCH_RISCV64_HOST_EMIT_H
/*
 * Writes RISC-V instructions as bytes; portable. An opcode is the instruction with zeros for its
 * operands; a function per format puts them in. All instructions have four bytes: the compressed
 * ones are not used.
 *
 * Source: The RISC-V Instruction Set Manual, Volume I, 20191213: chapter 24 "RV32/64G Instruction
 * Set Listings"; RISC-V Bit-Manipulation ISA-extensions 1.0.0.
 */

#include "arch/base/assert.h"
#include "arch/riscv64/host/regs.h"
#include "vmcore/jit/buffer.h"

#define RV_OP(opcode, funct3, funct7) ((funct7##u) << 25 | (funct3##u) << 12 | (opcode##u))
#define RV_UNARY(opcode, funct3, imm) ((imm##u) << 20 | (funct3##u) << 12 | (opcode##u))

enum rv_opcode {
	/* rv_r: rd, rs1, rs2 */
	RV_ADD = RV_OP(0x33, 0, 0),
	RV_SUB = RV_OP(0x33, 0, 0x20),
	RV_SLL = RV_OP(0x33, 1, 0),
	RV_SLT = RV_OP(0x33, 2, 0),
	RV_SLTU = RV_OP(0x33, 3, 0),
	RV_XOR = RV_OP(0x33, 4, 0),
	RV_SRL = RV_OP(0x33, 5, 0),
	RV_SRA = RV_OP(0x33, 5, 0x20),
	RV_OR = RV_OP(0x33, 6, 0),
	RV_AND = RV_OP(0x33, 7, 0),
	RV_MUL = RV_OP(0x33, 0, 1),
	RV_MULH = RV_OP(0x33, 1, 1),
	RV_MULHSU = RV_OP(0x33, 2, 1),
	RV_MULHU = RV_OP(0x33, 3, 1),
	RV_DIV = RV_OP(0x33, 4, 1),
	RV_DIVU = RV_OP(0x33, 5, 1),
	RV_REM = RV_OP(0x33, 6, 1),
	RV_REMU = RV_OP(0x33, 7, 1),
	RV_ADDW = RV_OP(0x3b, 0, 0),
	RV_SUBW = RV_OP(0x3b, 0, 0x20),
	RV_SLLW = RV_OP(0x3b, 1, 0),
	RV_SRLW = RV_OP(0x3b, 5, 0),
	RV_SRAW = RV_OP(0x3b, 5, 0x20),
	RV_MULW = RV_OP(0x3b, 0, 1),
	RV_DIVW = RV_OP(0x3b, 4, 1),
	RV_DIVUW = RV_OP(0x3b, 5, 1),
	RV_REMW = RV_OP(0x3b, 6, 1),
	RV_REMUW = RV_OP(0x3b, 7, 1),
	RV_ADD_UW = RV_OP(0x3b, 0, 4),	/* Zba */
	RV_SH1ADD = RV_OP(0x33, 2, 0x10),
	RV_SH2ADD = RV_OP(0x33, 4, 0x10),
	RV_SH3ADD = RV_OP(0x33, 6, 0x10),
	RV_SH1ADD_UW = RV_OP(0x3b, 2, 0x10),
	RV_SH2ADD_UW = RV_OP(0x3b, 4, 0x10),
	RV_SH3ADD_UW = RV_OP(0x3b, 6, 0x10),
	RV_ANDN = RV_OP(0x33, 7, 0x20), /* Zbb */
	RV_MIN = RV_OP(0x33, 4, 5),
	RV_MINU = RV_OP(0x33, 5, 5),
	RV_MAX = RV_OP(0x33, 6, 5),
	RV_MAXU = RV_OP(0x33, 7, 5),
	RV_ROL = RV_OP(0x33, 1, 0x30),
	RV_ROR = RV_OP(0x33, 5, 0x30),
	RV_ROLW = RV_OP(0x3b, 1, 0x30),
	RV_RORW = RV_OP(0x3b, 5, 0x30),
	/* rv_i: rd, rs1, immediate of twelve bits, or a shift's count */
	RV_ADDI = RV_OP(0x13, 0, 0),
	RV_SLTI = RV_OP(0x13, 2, 0),
	RV_SLTIU = RV_OP(0x13, 3, 0),
	RV_XORI = RV_OP(0x13, 4, 0),
	RV_ORI = RV_OP(0x13, 6, 0),
	RV_ANDI = RV_OP(0x13, 7, 0),
	RV_SLLI = RV_OP(0x13, 1, 0),
	RV_SRLI = RV_OP(0x13, 5, 0),
	RV_SRAI = RV_OP(0x13, 5, 0x20),
	RV_RORI = RV_OP(0x13, 5, 0x30), /* Zbb */
	RV_ADDIW = RV_OP(0x1b, 0, 0),
	RV_SLLIW = RV_OP(0x1b, 1, 0),
	RV_SRLIW = RV_OP(0x1b, 5, 0),
	RV_SRAIW = RV_OP(0x1b, 5, 0x20),
	RV_RORIW = RV_OP(0x1b, 5, 0x30), /* Zbb */
	RV_JALR = RV_OP(0x67, 0, 0),
	/* rv_i with an immediate of 0: rd, rs1 (Zbb) */
	RV_CLZ = RV_UNARY(0x13, 1, 0x600),
	RV_CTZ = RV_UNARY(0x13, 1, 0x601),
	RV_CPOP = RV_UNARY(0x13, 1, 0x602),
	RV_SEXT_B = RV_UNARY(0x13, 1, 0x604),
	RV_SEXT_H = RV_UNARY(0x13, 1, 0x605),
	RV_CLZW = RV_UNARY(0x1b, 1, 0x600),
	RV_CTZW = RV_UNARY(0x1b, 1, 0x601),
	RV_CPOPW = RV_UNARY(0x1b, 1, 0x602),
	RV_REV8 = RV_UNARY(0x13, 5, 0x6b8),
	RV_ZEXT_H = RV_OP(0x3b, 4, 4),
	/* rv_i: loads; rv_s: stores */
	RV_LB = RV_OP(0x03, 0, 0),
	RV_LH = RV_OP(0x03, 1, 0),
	RV_LW = RV_OP(0x03, 2, 0),
	RV_LD = RV_OP(0x03, 3, 0),
	RV_LBU = RV_OP(0x03, 4, 0),
	RV_LHU = RV_OP(0x03, 5, 0),
	RV_LWU = RV_OP(0x03, 6, 0),
	RV_FLW = RV_OP(0x07, 2, 0),
	RV_FLD = RV_OP(0x07, 3, 0),
	RV_SB = RV_OP(0x23, 0, 0),
	RV_SH = RV_OP(0x23, 1, 0),
	RV_SW = RV_OP(0x23, 2, 0),
	RV_SD = RV_OP(0x23, 3, 0),
	RV_FSW = RV_OP(0x27, 2, 0),
	RV_FSD = RV_OP(0x27, 3, 0),
	/* rv_u: rd, the upper 20 bits */
	RV_LUI = 0x37,
	RV_AUIPC = 0x17,
	/* rv_branch; the condition's negation differs in bit 12 */
	RV_BEQ = RV_OP(0x63, 0, 0),
	RV_BNE = RV_OP(0x63, 1, 0),
	RV_BLT = RV_OP(0x63, 4, 0),
	RV_BGE = RV_OP(0x63, 5, 0),
	RV_BLTU = RV_OP(0x63, 6, 0),
	RV_BGEU = RV_OP(0x63, 7, 0),
	RV_JAL = 0x6f,
	/* rv_r: rd, address, source; with RV_AQ, RV_RL, and RV_D for 64 bits */
	RV_AMOADD = RV_OP(0x2f, 2, 0),
	RV_AMOSWAP = RV_OP(0x2f, 2, 0x04),
	RV_LR = RV_OP(0x2f, 2, 0x08),
	RV_SC = RV_OP(0x2f, 2, 0x0c),
	RV_AMOXOR = RV_OP(0x2f, 2, 0x10),
	RV_AMOOR = RV_OP(0x2f, 2, 0x20),
	RV_AMOAND = RV_OP(0x2f, 2, 0x30),
	RV_AMOMIN = RV_OP(0x2f, 2, 0x40),
	RV_AMOMAX = RV_OP(0x2f, 2, 0x50),
	RV_AMOMINU = RV_OP(0x2f, 2, 0x60),
	RV_AMOMAXU = RV_OP(0x2f, 2, 0x70),
	/* rv_r: floating point; with RV_DOUBLE. Those that round do so in the current mode. */
	RV_FADD = RV_OP(0x53, 7, 0),
	RV_FSUB = RV_OP(0x53, 7, 0x04),
	RV_FMUL = RV_OP(0x53, 7, 0x08),
	RV_FDIV = RV_OP(0x53, 7, 0x0c),
	RV_FSQRT = RV_OP(0x53, 7, 0x2c),
	RV_FSGNJ = RV_OP(0x53, 0, 0x10),
	RV_FSGNJN = RV_OP(0x53, 1, 0x10),
	RV_FSGNJX = RV_OP(0x53, 2, 0x10),
	RV_FMIN = RV_OP(0x53, 0, 0x14),
	RV_FMAX = RV_OP(0x53, 1, 0x14),
	RV_FLE = RV_OP(0x53, 0, 0x50),
	RV_FLT = RV_OP(0x53, 1, 0x50),
	RV_FEQ = RV_OP(0x53, 2, 0x50),
	RV_FMV_X = RV_OP(0x53, 0, 0x70),
	RV_FMV_F = RV_OP(0x53, 0, 0x78),
	RV_FCVT_S_D = RV_UNARY(0x53, 7, 0x401),
	RV_FCVT_D_S = RV_UNARY(0x53, 7, 0x420),
	/* rv_fcvt: to and from integers, whose kind takes the place of rs2 */
	RV_FCVT_X = RV_OP(0x53, 0, 0x60),
	RV_FCVT_F = RV_OP(0x53, 0, 0x68),
	/* rv_r4 */
	RV_FMADD = RV_OP(0x43, 7, 0),
	/* rv_put: whatever extensions there are */
	RV_ILLEGAL = 0,
	/* rv_i with an immediate of 0: rd; and the same with rs1 */
	RV_FRFLAGS = RV_UNARY(0x73, 2, 1),
	RV_FSFLAGS = RV_UNARY(0x73, 1, 1),
};

#define RV_DOUBLE (1u << 25)
#define RV_RL	  (1u << 25)
#define RV_AQ	  (1u << 26)
#define RV_D	  (1u << 12)
#define RV_NEGATE (1u << 12)

/* Kinds of integers that rv_fcvt converts. */
enum rv_int { RV_INT_W, RV_INT_WU, RV_INT_L, RV_INT_LU };

/* Rounding mode of an instruction: that of the control register. Others are as enum ir_round. */
#define RV_RM_DYN 7u

/* What a fence orders. */
enum rv_fence { RV_FENCE_W = 1, RV_FENCE_R = 2, RV_FENCE_RW = 3 };

VMB_INLINE void rv_put(struct code_buf *buf, uint32_t insn)
{
	uint8_t *p = code_buf_room(buf);

	memcpy(p, &insn, sizeof(insn));
	buf->at = p + sizeof(insn);
}

VMB_INLINE void rv_r(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rs1,
		     unsigned int rs2)
{
	rv_put(buf, op | (rs2 & 31) << 20 | (rs1 & 31) << 15 | (rd & 31) << 7);
}

VMB_INLINE void rv_i(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rs1,
		     int32_t imm)
{
	rv_put(buf, op | (uint32_t)imm << 20 | (rs1 & 31) << 15 | (rd & 31) << 7);
}

VMB_INLINE void rv_s(struct code_buf *buf, uint32_t op, unsigned int rs2, unsigned int rs1,
		     int32_t imm)
{
	uint32_t bits = (uint32_t)imm;

	rv_put(buf, op | (bits >> 5 & 127) << 25 | (rs2 & 31) << 20 | (rs1 & 31) << 15 |
		    (bits & 31) << 7);
}

/* @upper: bits 12..31 of the immediate, in place. */
VMB_INLINE void rv_u(struct code_buf *buf, uint32_t op, unsigned int rd, uint32_t upper)
{
	rv_put(buf, op | (upper & 0xfffff000u) | (rd & 31) << 7);
}

VMB_INLINE void rv_r4(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rs1,
		      unsigned int rs2, unsigned int rs3)
{
	rv_r(buf, op | (rs3 & 31) << 27, rd, rs1, rs2);
}

/* Convert, rounding by @rm (enum ir_round, or RV_RM_DYN). */
VMB_INLINE void rv_fcvt(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rs1,
			enum rv_int kind, unsigned int rm)
{
	rv_r(buf, op | rm << 12, rd, rs1, kind);
}

/* Accesses of the kinds in @before precede those in @after. */
VMB_INLINE void rv_fence(struct code_buf *buf, enum rv_fence before, enum rv_fence after)
{
	rv_put(buf, 0x0fu | (uint32_t)after << 20 | (uint32_t)before << 24);
}

VMB_INLINE void rv_mv(struct code_buf *buf, unsigned int rd, unsigned int rs)
{
	if (rd != rs)
		rv_i(buf, RV_ADDI, rd, rs, 0);
}

VMB_INLINE bool rv_fits12(int64_t imm)
{
	return imm >= -2048 && imm < 2048;
}

/* The part of a displacement that a load or store adds itself, and what is left for lui. */
VMB_INLINE int32_t rv_low12(int32_t disp)
{
	return (int32_t)((uint32_t)disp << 20) >> 20;
}

VMB_INLINE uint32_t rv_high20(int32_t disp)
{
	return ((uint32_t)disp + 0x800u) & 0xfffff000u;
}

/** rv_li - load any constant, in one to eight instructions. */
void rv_li(struct code_buf *buf, unsigned int rd, int64_t value);

/*
 * Jumps whose target is not known yet. A place is the offset of a jump, by words and from 1 on, so
 * that 0 is none; waiting jumps keep a place in their displacement.
 */

/* What a jump can reach. */
enum rv_reach {
	RV_NEAR, /* one conditional branch: 4 KiB */
	RV_MID,	 /* jal: 1 MiB */
	RV_FAR,	 /* auipc and jalr: 2 GiB */
};

#define RV_NEAR_BYTES 4094
#define RV_MID_BYTES  0xffffe

/* Words between a branch and the one that waits with it. */
#define RV_NEAR_CHAIN 0xfffu

VMB_INLINE uint32_t rv_place(const struct code_buf *buf)
{
	return code_buf_at(buf) / 4 + 1;
}

VMB_INLINE uint32_t rv_place_offset(uint32_t place)
{
	return (place - 1) * 4;
}

/**
 * rv_branch - branch, or jump by two instructions if it must go farther.
 * @cond: RV_BEQ .. RV_BGEU
 * @wait: a place to be kept; within RV_NEAR_CHAIN words of this one for RV_NEAR
 * Return: the place of the jump.
 */
uint32_t rv_branch(struct code_buf *buf, enum rv_reach reach, uint32_t cond, unsigned int a,
		   unsigned int b, uint32_t wait);

/** rv_jump - the same without a condition; RV_NEAR is as RV_MID. Scratch: t0. */
uint32_t rv_jump(struct code_buf *buf, enum rv_reach reach, uint32_t wait);

/** rv_waiting - the place that the jump at @place keeps. */
uint32_t rv_waiting(const struct code_buf *buf, uint32_t place);

/** rv_link - let the jump at @place lead to offset @to. Return: can it reach so far? */
bool rv_link(struct code_buf *buf, uint32_t place, uint32_t to);

/** rv_negate - let the branch of RV_NEAR at @place be taken if its condition does not hold. */
void rv_negate(struct code_buf *buf, uint32_t place);

/** rv_reach_of - what is needed for a jump from here to the known offset @to. */
enum rv_reach rv_reach_of(const struct code_buf *buf, uint32_t to);

#endif /* VMB_ARCH_RISCV64_HOST_EMIT_H */
