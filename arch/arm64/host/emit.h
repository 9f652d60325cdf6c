/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_HOST_EMIT_H
#define VMB_ARCH_ARM64_HOST_EMIT_H
/*
 * Writes A64 instructions as bytes; portable. An instruction is an opcode, that is, its word with
 * zeros for the operands, and the functions put those where their form has them.
 *
 * Source: Arm Architecture Reference Manual for A-profile (DDI 0487), C4.1 (encodings by class).
 */

#include "arch/arm64/host/regs.h"
#include "arch/base/assert.h"
#include "vmcore/jit/buffer.h"

/* 64-bit operands, for the general registers' operations. */
#define A64_X (1u << 31)
/* f64, for scalar floating point and for lanes. */
#define A64_D (1u << 22)
/* Integer lanes of 1 << n bytes. */
#define A64_LANES(n) ((uint32_t)(n) << 22)

enum a64_op {
	/* rd, rn, rm */
	A64_ADD = 0x0b000000,
	A64_ADDS = 0x2b000000,
	A64_SUB = 0x4b000000,
	A64_SUBS = 0x6b000000,
	A64_AND = 0x0a000000,
	A64_BIC = 0x0a200000,
	A64_ORR = 0x2a000000,
	A64_ORN = 0x2a200000,
	A64_EOR = 0x4a000000,
	A64_ANDS = 0x6a000000,
	A64_ADC = 0x1a000000,
	A64_ADCS = 0x3a000000,
	A64_SBC = 0x5a000000,
	A64_SBCS = 0x7a000000,
	A64_UDIV = 0x1ac00800,
	A64_SDIV = 0x1ac00c00,
	A64_LSLV = 0x1ac02000,
	A64_LSRV = 0x1ac02400,
	A64_ASRV = 0x1ac02800,
	A64_RORV = 0x1ac02c00,
	A64_MUL = 0x1b007c00,
	A64_SMULL = 0x9b207c00,
	A64_UMULL = 0x9ba07c00,
	A64_SMULH = 0x9b407c00,
	A64_UMULH = 0x9bc07c00,
	/* with a fourth register */
	A64_MADD = 0x1b000000,
	A64_MSUB = 0x1b008000,
	/* with a condition */
	A64_CSEL = 0x1a800000,
	A64_CSINC = 0x1a800400,
	A64_CSINV = 0x5a800000,
	/* rd, rn */
	A64_RBIT = 0x5ac00000,
	A64_REV16 = 0x5ac00400,
	A64_REV_W = 0x5ac00800,
	A64_REV_X = 0xdac00c00,
	A64_CLZ = 0x5ac01000,
	/* rd, rn, an immediate */
	A64_ADD_IMM = 0x11000000,
	A64_SUB_IMM = 0x51000000,
	A64_ADDS_IMM = 0x31000000,
	A64_SUBS_IMM = 0x71000000,
	A64_AND_IMM = 0x12000000,
	A64_ORR_IMM = 0x32000000,
	A64_EOR_IMM = 0x52000000,
	A64_ANDS_IMM = 0x72000000,
	A64_MOVN = 0x12800000,
	A64_MOVZ = 0x52800000,
	A64_MOVK = 0x72800000,
	A64_SBFM = 0x13000000,
	A64_BFM = 0x33000000,
	A64_UBFM = 0x53000000,
	A64_EXTR = 0x13800000,
	A64_ADR = 0x10000000,
	/* control */
	A64_UDF = 0x00000000,
	A64_LDR_LITERAL_X = 0x58000000,
	A64_B = 0x14000000,
	A64_B_COND = 0x54000000,
	A64_CBZ = 0x34000000,
	A64_CBNZ = 0x35000000,
	A64_BR = 0xd61f0000,
	A64_BLR = 0xd63f0000,
	A64_RET = 0xd65f0000,
	A64_DMB_ISHLD = 0xd50339bf,
	A64_DMB_ISHST = 0xd5033abf,
	A64_DMB_ISH = 0xd5033bbf,
	/* memory by a scaled displacement */
	A64_STRB = 0x39000000,
	A64_STRH = 0x79000000,
	A64_STR_W = 0xb9000000,
	A64_STR_X = 0xf9000000,
	A64_LDRB = 0x39400000,
	A64_LDRH = 0x79400000,
	A64_LDR_W = 0xb9400000,
	A64_LDR_X = 0xf9400000,
	A64_LDRSB_X = 0x39800000,
	A64_LDRSH_X = 0x79800000,
	A64_LDRSW_X = 0xb9800000,
	A64_LDRSB_W = 0x39c00000,
	A64_LDRSH_W = 0x79c00000,
	A64_STR_S = 0xbd000000,
	A64_STR_D = 0xfd000000,
	A64_STR_Q = 0x3d800000,
	A64_LDR_S = 0xbd400000,
	A64_LDR_D = 0xfd400000,
	A64_LDR_Q = 0x3dc00000,
	/* memory at a register, of 1 << n bytes by A64_SIZE(n) */
	A64_LDAR = 0x08dffc00,
	A64_STLR = 0x089ffc00,
	A64_LDXR = 0x085f7c00,
	A64_LDAXR = 0x085ffc00,
	A64_STXR = 0x08007c00,
	A64_STLXR = 0x0800fc00,
	A64_CAS = 0x08a07c00,
	A64_LDADD = 0x38200000,
	A64_LDCLR = 0x38201000,
	A64_LDEOR = 0x38202000,
	A64_LDSET = 0x38203000,
	A64_LDSMAX = 0x38204000,
	A64_LDSMIN = 0x38205000,
	A64_LDUMAX = 0x38206000,
	A64_LDUMIN = 0x38207000,
	A64_SWP = 0x38208000,
	/* scalar floating point, f64 with A64_D */
	A64_FMUL = 0x1e200800,
	A64_FDIV = 0x1e201800,
	A64_FADD = 0x1e202800,
	A64_FSUB = 0x1e203800,
	A64_FMAX = 0x1e204800,
	A64_FMIN = 0x1e205800,
	A64_FMAXNM = 0x1e206800,
	A64_FMINNM = 0x1e207800,
	A64_FMADD = 0x1f000000,
	A64_FMOV = 0x1e204000,
	A64_FABS = 0x1e20c000,
	A64_FNEG = 0x1e214000,
	A64_FSQRT = 0x1e21c000,
	A64_FCVT_D_S = 0x1e22c000, /* f64 from f32 */
	A64_FCVT_S_D = 0x1e624000,
	A64_FRINTN = 0x1e244000,
	A64_FRINTP = 0x1e24c000,
	A64_FRINTM = 0x1e254000,
	A64_FRINTZ = 0x1e25c000,
	A64_FRINTA = 0x1e264000,
	A64_FRINTI = 0x1e27c000,
	A64_FCMP = 0x1e202000,
	A64_FCMPE = 0x1e202010,
	A64_FCMP_0 = 0x1e202008,
	A64_FCSEL = 0x1e200c00,
	/* between the kinds of registers: integers of 64 bits with A64_X */
	A64_FCVTNS = 0x1e200000,
	A64_FCVTPS = 0x1e280000,
	A64_FCVTMS = 0x1e300000,
	A64_FCVTZS = 0x1e380000,
	A64_FCVTAS = 0x1e240000,
	A64_UNSIGNED = 0x00010000, /* added to a conversion */
	A64_SCVTF = 0x1e220000,
	A64_UCVTF = 0x1e230000,
	A64_FMOV_W_S = 0x1e260000,
	A64_FMOV_S_W = 0x1e270000,
	A64_FMOV_X_D = 0x9e660000,
	A64_FMOV_D_X = 0x9e670000,
	/* vectors of 16 bytes: A64_LANES(n) for integer lanes, A64_D for f64 */
	A64_VADD = 0x4e208400,
	A64_VSUB = 0x6e208400,
	A64_VMUL = 0x4e209c00,
	A64_VSMAX = 0x4e206400,
	A64_VSMIN = 0x4e206c00,
	A64_VUMAX = 0x6e206400,
	A64_VUMIN = 0x6e206c00,
	A64_VSQADD = 0x4e200c00,
	A64_VUQADD = 0x6e200c00,
	A64_VSQSUB = 0x4e202c00,
	A64_VUQSUB = 0x6e202c00,
	A64_VURHADD = 0x6e201400,
	A64_VCMGT = 0x4e203400,
	A64_VCMHI = 0x6e203400,
	A64_VCMGE = 0x4e203c00,
	A64_VCMHS = 0x6e203c00,
	A64_VCMTST = 0x4e208c00,
	A64_VCMEQ = 0x6e208c00,
	A64_VSSHL = 0x4e204400,
	A64_VUSHL = 0x6e204400,
	A64_VADDP = 0x4e20bc00,
	A64_VUABD = 0x6e207400,
	A64_VAND = 0x4e201c00,
	A64_VBIC = 0x4e601c00,
	A64_VORR = 0x4ea01c00,
	A64_VEOR = 0x6e201c00,
	A64_VBSL = 0x6e601c00,
	A64_VBIT = 0x6ea01c00,
	A64_VBIF = 0x6ee01c00,
	A64_VFADD = 0x4e20d400,
	A64_VFSUB = 0x4ea0d400,
	A64_VFMUL = 0x6e20dc00,
	A64_VFDIV = 0x6e20fc00,
	A64_VFMAX = 0x4e20f400,
	A64_VFMIN = 0x4ea0f400,
	A64_VFMAXNM = 0x4e20c400,
	A64_VFMINNM = 0x4ea0c400,
	A64_VFMLA = 0x4e20cc00,
	A64_VFADDP = 0x6e20d400,
	A64_VFCMEQ = 0x4e20e400,
	A64_VFCMGE = 0x6e20e400,
	A64_VFCMGT = 0x6ea0e400,
	A64_VUZP1 = 0x4e001800,
	A64_VUZP2 = 0x4e005800,
	A64_VTRN1 = 0x4e002800,
	A64_VTRN2 = 0x4e006800,
	A64_VZIP1 = 0x4e003800,
	A64_VZIP2 = 0x4e007800,
	A64_VEXT = 0x6e000000, /* byte at bit 11 */
	A64_VTBL = 0x4e000000,
	A64_VTBL2 = 0x4e002000,
	A64_VSMULL = 0x0e20c000,
	A64_VUMULL = 0x2e20c000,
	A64_HIGH = 0x40000000, /* added to an instruction of low halves: of the high ones */
	A64_VREV64 = 0x4e200800,
	A64_VREV32 = 0x6e200800,
	A64_VREV16 = 0x4e201800,
	A64_VCNT = 0x4e205800,
	A64_VCLZ = 0x6e204800,
	A64_VNOT = 0x6e205800,
	A64_VABS = 0x4e20b800,
	A64_VNEG = 0x6e20b800,
	A64_VUADDLP = 0x6e202800,
	A64_VSQXTN = 0x0e214800, /* lanes of the result */
	A64_VUQXTN = 0x2e214800,
	A64_VSQXTUN = 0x2e212800,
	A64_VFABS = 0x4ea0f800,
	A64_VFNEG = 0x6ea0f800,
	A64_VFSQRT = 0x6ea1f800,
	A64_VFRINTN = 0x4e218800,
	A64_VFRINTM = 0x4e219800,
	A64_VFRINTP = 0x4ea18800,
	A64_VFRINTZ = 0x4ea19800,
	A64_VFRINTA = 0x6e218800,
	A64_VFRINTI = 0x6ea19800,
	A64_VFCVTNS = 0x4e21a800,
	A64_VFCVTMS = 0x4e21b800,
	A64_VFCVTPS = 0x4ea1a800,
	A64_VFCVTZS = 0x4ea1b800,
	A64_VFCVTAS = 0x4e21c800,
	A64_VUNSIGNED = 0x20000000, /* added to a conversion */
	A64_VSCVTF = 0x4e21d800,
	A64_VFCVTL = 0x0e617800,
	A64_VFCVTN = 0x0e616800,
	A64_VADDV = 0x4e31b800,
	A64_VSMAXV = 0x4e30a800,
	A64_VSMINV = 0x4e31a800,
	A64_VUMAXV = 0x6e30a800,
	A64_VUMINV = 0x6e31a800,
	A64_VADDP_D = 0x5ef1b800,
	/* vectors with an immediate */
	A64_VSHL = 0x4f005400, /* a64_vshift() */
	A64_VSSHR = 0x4f000400,
	A64_VUSHR = 0x6f000400,
	A64_VSSHLL = 0x0f00a400,
	A64_VUSHLL = 0x2f00a400,
	A64_VSHRN = 0x0f008400,
	A64_VDUP = 0x4e000400, /* a64_lane() */
	A64_VDUP_SCALAR = 0x5e000400,
	A64_VDUP_GENERAL = 0x4e000c00,
	A64_VINS_GENERAL = 0x4e001c00,
	A64_VUMOV = 0x0e003c00,
	A64_VINS = 0x6e000400,
	A64_VZERO = 0x6f00e400,
};

#define A64_SIZE(n) ((uint32_t)(n) << 30)

/* Conditions as instructions encode them; bit 0 negates. */
enum a64_cc { A64_EQ, A64_NE, A64_CS, A64_CC, A64_MI, A64_PL, A64_VS, A64_VC, A64_HI, A64_LS, A64_GE,
	      A64_LT, A64_GT, A64_LE };

enum a64_shift { A64_LSL, A64_LSR, A64_ASR };

/* Extensions of an operand. */
enum a64_extend { A64_UXTB, A64_UXTH, A64_UXTW, A64_UXTX, A64_SXTB, A64_SXTH, A64_SXTW, A64_SXTX };

/** a64_put - write an instruction. */
VMB_INLINE void a64_put(struct code_buf *buf, uint32_t word)
{
	uint8_t *p = code_buf_room(buf);

	memcpy(p, &word, sizeof(word));
	buf->at = p + sizeof(word);
}

VMB_INLINE uint32_t a64_rd(unsigned int reg)
{
	return reg & 31;
}

VMB_INLINE uint32_t a64_rn(unsigned int reg)
{
	return (reg & 31) << 5;
}

VMB_INLINE uint32_t a64_rm(unsigned int reg)
{
	return (reg & 31) << 16;
}

VMB_INLINE void a64_rr(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rn)
{
	a64_put(buf, op | a64_rn(rn) | a64_rd(rd));
}

VMB_INLINE void a64_rrr(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rn,
			unsigned int rm)
{
	a64_put(buf, op | a64_rm(rm) | a64_rn(rn) | a64_rd(rd));
}

/** a64_rrrr - madd, msub, fmadd: @ra is what is added to. */
VMB_INLINE void a64_rrrr(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rn,
			 unsigned int rm, unsigned int ra)
{
	a64_rrr(buf, op | (ra & 31) << 10, rd, rn, rm);
}

/** a64_shifted - the last operand is shifted first. */
VMB_INLINE void a64_shifted(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rn,
			    unsigned int rm, enum a64_shift shift, unsigned int amount)
{
	a64_rrr(buf, op | (uint32_t)shift << 22 | amount << 10, rd, rn, rm);
}

/** a64_extended - add, adds, sub, subs with the last operand extended. @rn 31 is sp. */
VMB_INLINE void a64_extended(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rn,
			     unsigned int rm, enum a64_extend extend)
{
	a64_rrr(buf, op | 1u << 21 | (uint32_t)extend << 13, rd, rn, rm);
}

/** a64_select - csel, csinc, csinv, fcsel: @rn if @cc, else (something of) @rm. */
VMB_INLINE void a64_select(struct code_buf *buf, uint32_t op, unsigned int rd, unsigned int rn,
			   unsigned int rm, enum a64_cc cc)
{
	a64_rrr(buf, op | (uint32_t)cc << 12, rd, rn, rm);
}

/** a64_set - rd = condition, 0 or 1. */
VMB_INLINE void a64_set(struct code_buf *buf, enum a64_cc cc, unsigned int rd)
{
	a64_select(buf, A64_CSINC, rd, A64_ZR, A64_ZR, cc ^ 1);
}

/** a64_mov - rd = rn, of 4 bytes (zeros above) or 8. */
VMB_INLINE void a64_mov(struct code_buf *buf, unsigned int bytes, unsigned int rd, unsigned int rn)
{
	a64_rrr(buf, A64_ORR | (bytes == 8 ? A64_X : 0), rd, A64_ZR, rn);
}

/** a64_vmov - all 16 bytes of a vector register. */
VMB_INLINE void a64_vmov(struct code_buf *buf, unsigned int rd, unsigned int rn)
{
	a64_rrr(buf, A64_VORR, rd, rn, rn);
}

/** a64_bitfield - sbfm, bfm, ubfm of @bytes. */
VMB_INLINE void a64_bitfield(struct code_buf *buf, uint32_t op, unsigned int bytes, unsigned int rd,
			     unsigned int rn, unsigned int immr, unsigned int imms)
{
	op |= bytes == 8 ? A64_X | 1u << 22 : 0;
	a64_put(buf, op | immr << 16 | imms << 10 | a64_rn(rn) | a64_rd(rd));
}

/** a64_extract - @rd = the low bits of @rn:@rm (rn high) >> @lsb. */
VMB_INLINE void a64_extract(struct code_buf *buf, unsigned int bytes, unsigned int rd, unsigned int rn,
			    unsigned int rm, unsigned int lsb)
{
	a64_rrr(buf, A64_EXTR | (bytes == 8 ? A64_X | 1u << 22 : 0) | lsb << 10, rd, rn, rm);
}

/* Shifts by @n, less than the width of @bytes (4 or 8). */
VMB_INLINE void a64_lsl(struct code_buf *buf, unsigned int bytes, unsigned int rd, unsigned int rn,
			unsigned int n)
{
	unsigned int top = 8 * bytes - 1;

	a64_bitfield(buf, A64_UBFM, bytes, rd, rn, -n & top, top - n);
}

VMB_INLINE void a64_lsr(struct code_buf *buf, unsigned int bytes, unsigned int rd, unsigned int rn,
			unsigned int n)
{
	a64_bitfield(buf, A64_UBFM, bytes, rd, rn, n, 8 * bytes - 1);
}

VMB_INLINE void a64_asr(struct code_buf *buf, unsigned int bytes, unsigned int rd, unsigned int rn,
			unsigned int n)
{
	a64_bitfield(buf, A64_SBFM, bytes, rd, rn, n, 8 * bytes - 1);
}

/** a64_arith_imm - can @imm be an operand of add and sub? @field: gets the instruction's bits. */
VMB_INLINE bool a64_arith_imm(uint64_t imm, uint32_t *field)
{
	if (imm < 4096) {
		*field = (uint32_t)imm << 10;
		return true;
	}
	*field = 1u << 22 | (uint32_t)(imm >> 12) << 10;
	return imm < 1u << 24 && !(imm & 4095);
}

/** a64_mask_imm - the same of and, orr, eor, ands of @bytes (4 or 8). */
bool a64_mask_imm(uint64_t imm, unsigned int bytes, uint32_t *field);

/** a64_mov_imm - the shortest that leaves the flags alone, at most four instructions. */
void a64_mov_imm(struct code_buf *buf, unsigned int rd, uint64_t imm);

/** a64_add_const - @rd = @rn + @imm in 64 bits, by way of x16 if it must be; @rn is not that. */
void a64_add_const(struct code_buf *buf, unsigned int rd, unsigned int rn, int64_t imm);

/** a64_scale_of - logarithm of the bytes that a load or store of a64_access() accesses. */
VMB_INLINE unsigned int a64_scale_of(uint32_t op)
{
	/* 16 bytes have the bits of 1 but for one. */
	return (op & 0x3c800000) == 0x3c800000 ? 4 : op >> 30;
}

/** a64_access - load or store at [@base + @disp], by way of x16 if it is far. */
void a64_access(struct code_buf *buf, uint32_t op, unsigned int rt, unsigned int base, int64_t disp);

/* Added to the opcode of a64_access_index(): the index counts in units of what is accessed. */
#define A64_SCALED 0x1000u

/** a64_access_index - load or store at [@base + @index]. */
VMB_INLINE void a64_access_index(struct code_buf *buf, uint32_t op, unsigned int rt,
				 unsigned int base, unsigned int index)
{
	a64_rrr(buf, (op & ~0x01000000u) | 0x00206800u, rt, base, index);
}

/** a64_exclusive - stxr, stlxr: @status gets 0 if @rt was stored at [@rn]. cas: compare @status. */
VMB_INLINE void a64_exclusive(struct code_buf *buf, uint32_t op, unsigned int status, unsigned int rt,
			      unsigned int rn)
{
	a64_rrr(buf, op, rt, rn, status);
}

/** a64_lane - dup, ins, umov: lane @lane of 1 << @size bytes. */
VMB_INLINE void a64_lane(struct code_buf *buf, uint32_t op, unsigned int size, unsigned int lane,
			 unsigned int rd, unsigned int rn)
{
	a64_rr(buf, op | (lane << (size + 1) | 1u << size) << 16, rd, rn);
}

/** a64_ins - lane @to of @rd = lane @from of @rn. */
VMB_INLINE void a64_ins(struct code_buf *buf, unsigned int size, unsigned int rd, unsigned int to,
			unsigned int rn, unsigned int from)
{
	a64_lane(buf, A64_VINS | from << size << 11, size, to, rd, rn);
}

/** a64_vshl - shl, sshll, ushll of lanes of 1 << @size bytes by @n, less than their width. */
VMB_INLINE void a64_vshl(struct code_buf *buf, uint32_t op, unsigned int size, unsigned int rd,
			 unsigned int rn, unsigned int n)
{
	a64_rr(buf, op | ((8u << size) + n) << 16, rd, rn);
}

/** a64_vshr - sshr, ushr, shrn (to lanes of 1 << @size bytes) by @n, 1 to their width. */
VMB_INLINE void a64_vshr(struct code_buf *buf, uint32_t op, unsigned int size, unsigned int rd,
			 unsigned int rn, unsigned int n)
{
	a64_rr(buf, op | ((16u << size) - n) << 16, rd, rn);
}

/*
 * Branches. They are written before it is known where they lead. Return: the offset of the branch,
 * for a64_link().
 */
VMB_INLINE uint32_t a64_b(struct code_buf *buf)
{
	uint32_t at;

	code_buf_room(buf);
	at = code_buf_at(buf);
	a64_put(buf, A64_B);
	return at;
}

VMB_INLINE uint32_t a64_b_cond(struct code_buf *buf, enum a64_cc cc)
{
	uint32_t at;

	code_buf_room(buf);
	at = code_buf_at(buf);
	a64_put(buf, A64_B_COND | (uint32_t)cc);
	return at;
}

/** a64_cb - cbz or cbnz, of @bytes (4 or 8). */
VMB_INLINE uint32_t a64_cb(struct code_buf *buf, uint32_t op, unsigned int bytes, unsigned int rt)
{
	uint32_t at;

	code_buf_room(buf);
	at = code_buf_at(buf);
	a64_put(buf, op | (bytes == 8 ? A64_X : 0) | a64_rd(rt));
	return at;
}

/** a64_load_literal - load eight bytes of the code; a64_link() says which. */
VMB_INLINE uint32_t a64_load_literal(struct code_buf *buf, unsigned int rt)
{
	uint32_t at;

	code_buf_room(buf);
	at = code_buf_at(buf);
	a64_put(buf, A64_LDR_LITERAL_X | a64_rd(rt));
	return at;
}

/**
 * a64_link - let the branch at @at lead to offset @to.
 * Return: false if it does not reach so far: 128 MiB for b, 1 MiB for the others.
 */
bool a64_link(struct code_buf *buf, uint32_t at, uint32_t to);

/** a64_keep - keep a number in a branch's field for its target. Return: false if it does not fit. */
bool a64_keep(struct code_buf *buf, uint32_t at, uint32_t number);

/** a64_kept - the number. */
uint32_t a64_kept(const struct code_buf *buf, uint32_t at);

/** a64_bind - let the branch at @at, which is near, lead to here. */
VMB_INLINE void a64_bind(struct code_buf *buf, uint32_t at)
{
	bool near = a64_link(buf, at, code_buf_at(buf));

	VMB_ASSERT(near);
}

#endif /* VMB_ARCH_ARM64_HOST_EMIT_H */
