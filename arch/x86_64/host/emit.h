/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_HOST_EMIT_H
#define VMB_ARCH_X86_64_HOST_EMIT_H
/*
 * Writes x86_64 instructions as bytes; portable. An instruction is an opcode with its operands: the
 * opcode says prefix, map and byte, the functions say which form the operands have.
 *
 * Source: Intel SDM Vol. 2, chapter 2 (formats), appendix A (opcode maps).
 */

#include "arch/base/assert.h"
#include "arch/x86_64/host/regs.h"
#include "vmcore/jit/buffer.h"

/* Opcode: byte, map (0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A), mandatory prefix, what else it needs. */
#define X64_MAP(n)   ((n) << 8)
#define X64_66	     (1u << 10)
#define X64_F3	     (2u << 10)
#define X64_F2	     (3u << 10)
#define X64_W	     (1u << 12) /* 64-bit operands */
#define X64_BYTE_REG (1u << 13) /* the register field names a byte register */
#define X64_BYTE_RM  (1u << 14) /* the r/m field does */
#define X64_BYTES    (X64_BYTE_REG | X64_BYTE_RM)
#define X64_LOCK     (1u << 15)

#define X64_0F(byte)   (X64_MAP(1u) | (byte))
#define X64_0F38(byte) (X64_MAP(2u) | (byte))
#define X64_0F3A(byte) (X64_MAP(3u) | (byte))

enum x64_op {
	X64_MOV = 0x8b,	      /* register from r/m */
	X64_MOV_STORE = 0x89, /* r/m from register */
	X64_CALL = 0xff, /* extension 2 */
	X64_JMP = 0xe9,
	X64_CALL_NEAR = 0xe8,
	X64_MOVSXD = 0x63 | X64_W,
	X64_MOVZX8 = X64_0F(0xb6) | X64_BYTE_RM,
	X64_MOVZX16 = X64_0F(0xb7),
	X64_MOVSX8 = X64_0F(0xbe) | X64_BYTE_RM,
	X64_MOVSX16 = X64_0F(0xbf),
	X64_LEA = 0x8d,
	X64_TEST = 0x85,
	X64_IMUL = X64_0F(0xaf),
	X64_IMUL_IMM = 0x69,
	X64_CMOV = X64_0F(0x40), /* + condition */
	X64_SETCC = X64_0F(0x90), /* + condition; extension 0 */
	X64_XADD = X64_0F(0xc1),
	X64_CMPXCHG = X64_0F(0xb1),
	X64_XCHG = 0x87,
	X64_LZCNT = X64_0F(0xbd) | X64_F3,
	X64_TZCNT = X64_0F(0xbc) | X64_F3,
	X64_POPCNT = X64_0F(0xb8) | X64_F3,
	X64_SHLD_CL = X64_0F(0xa5),
	X64_SHRD_CL = X64_0F(0xad),
	/* by VEX */
	X64_SHLX = X64_0F38(0xf7) | X64_66,
	X64_SHRX = X64_0F38(0xf7) | X64_F2,
	X64_SARX = X64_0F38(0xf7) | X64_F3,
	X64_ANDN = X64_0F38(0xf2),
	X64_PDEP = X64_0F38(0xf5) | X64_F2,
	X64_PEXT = X64_0F38(0xf5) | X64_F3,
	X64_VFMADD213SS = X64_0F38(0xa9) | X64_66,
	X64_VFMADD213SD = X64_0F38(0xa9) | X64_66 | X64_W,
	/* vector registers */
	X64_MOVAPS = X64_0F(0x28),
	X64_MOVUPS = X64_0F(0x10),
	X64_MOVUPS_STORE = X64_0F(0x11),
	X64_MOVSS = X64_0F(0x10) | X64_F3,
	X64_MOVSS_STORE = X64_0F(0x11) | X64_F3,
	X64_MOVSD = X64_0F(0x10) | X64_F2,
	X64_MOVSD_STORE = X64_0F(0x11) | X64_F2,
	X64_MOVD = X64_0F(0x6e) | X64_66,	/* vector from general; 64 bits with X64_W */
	X64_MOVD_STORE = X64_0F(0x7e) | X64_66, /* general from vector */
	X64_MOVQ = X64_0F(0x7e) | X64_F3,	/* low half from vector, zeros above */
	X64_UCOMI = X64_0F(0x2e),		/* f64 with X64_66 */
	X64_COMI = X64_0F(0x2f),
	X64_CVTSI2F = X64_0F(0x2a),  /* with X64_F3 or X64_F2 */
	X64_CVTF2SI = X64_0F(0x2d),
	X64_CVTTF2SI = X64_0F(0x2c),
	X64_CVTF2F = X64_0F(0x5a), /* from the format of the prefix to the other */
	X64_SQRT = X64_0F(0x51),
	X64_FADD = X64_0F(0x58),
	X64_FMUL = X64_0F(0x59),
	X64_FSUB = X64_0F(0x5c),
	X64_FMIN = X64_0F(0x5d),
	X64_FDIV = X64_0F(0x5e),
	X64_FMAX = X64_0F(0x5f),
	X64_ANDPS = X64_0F(0x54),
	X64_ANDNPS = X64_0F(0x55),
	X64_ORPS = X64_0F(0x56),
	X64_XORPS = X64_0F(0x57),
	X64_PUNPCKLQDQ = X64_0F(0x6c) | X64_66,
	X64_ROUNDSS = X64_0F3A(0x0a) | X64_66, /* takes an immediate */
	X64_ROUNDSD = X64_0F3A(0x0b) | X64_66,
};

/* The eight operations that have every form of operands; also the extension of their opcode. */
enum x64_alu { X64_ADD, X64_OR, X64_ADC, X64_SBB, X64_AND, X64_SUB, X64_XOR, X64_CMP };

/* Extensions of the shifts, and of group 3 (F7). */
enum x64_shift { X64_ROL, X64_ROR, X64_SHL = 4, X64_SHR, X64_SAR = 7 };
enum x64_unary { X64_NOT = 2, X64_NEG, X64_MUL, X64_IMUL1, X64_DIV, X64_IDIV };

/* Conditions, as instructions encode them; bit 0 negates. */
enum x64_cc { CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L,
	      CC_GE, CC_LE, CC_G };

/* What cannot be an index stands for none. */
#define X64_NO_INDEX RSP

/** struct x64_mem - [base + index << scale + disp]; @index X64_NO_INDEX: none. */
struct x64_mem {
	uint8_t base;
	uint8_t index;
	uint8_t scale;
	int32_t disp;
};

VMB_INLINE struct x64_mem x64_at(unsigned int base, int32_t disp)
{
	return (struct x64_mem){ (uint8_t)base, X64_NO_INDEX, 0, disp };
}

/*
 * The encoder is inline: most opcodes are constants, and most of the work goes with them.
 */

#define X64_REX   0x40u
#define X64_REX_W 0x08u

VMB_INLINE uint8_t *x64_put32(uint8_t *p, uint32_t value)
{
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

/*
 * Which parts an instruction has is as random as the program that is compiled, and a mispredicted
 * branch costs more than all of this: each part is written, and kept by moving on or not.
 */
VMB_INLINE uint8_t *x64_put_if(uint8_t *p, uint32_t byte, bool keep)
{
	*p = (uint8_t)byte;
	return p + keep;
}

/* spl, bpl, sil and dil are bytes of their registers only behind a X64_REX prefix. */
VMB_INLINE uint32_t x64_rex_for_byte(uint32_t is_byte, unsigned int reg)
{
	return is_byte && (reg & 15) - 4 < 4 ? X64_REX : 0;
}

/* The registers' high bits as X64_REX has them. */
VMB_INLINE uint32_t x64_rex_of(unsigned int reg, unsigned int index, unsigned int rm)
{
	return (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (rm >> 3 & 1);
}

/* Prefixes and opcode. @rex: its low bits, and X64_REX itself if it must be there. */
VMB_INLINE uint8_t *x64_put_opcode(uint8_t *p, uint32_t op, uint32_t rex)
{
	static const uint8_t prefix[] = { 0, 0x66, 0xf3, 0xf2 };
	static const uint8_t escape[] = { 0, 0, 0x38, 0x3a };
	uint32_t map = op >> 8 & 3, pp = op >> 10 & 3;

	rex |= op / X64_W % 2 * X64_REX_W;
	p = x64_put_if(p, 0xf0, op & X64_LOCK);
	p = x64_put_if(p, prefix[pp], pp);
	p = x64_put_if(p, X64_REX | rex, rex);
	p = x64_put_if(p, 0x0f, map);
	p = x64_put_if(p, escape[map], map > 1);
	*p = (uint8_t)op;
	return p + 1;
}

VMB_INLINE uint8_t *x64_put_rr(uint8_t *p, uint32_t op, unsigned int reg, unsigned int rm)
{
	p = x64_put_opcode(p, op, x64_rex_of(reg, 0, rm) | x64_rex_for_byte(op & X64_BYTE_REG, reg) |
			      x64_rex_for_byte(op & X64_BYTE_RM, rm));
	*p = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
	return p + 1;
}

/*
 * ModRM, SIB, displacement: rbp and r13 as a base have always one, rsp and r12 always a SIB. The
 * displacement takes 0, 1 or 4 bytes in the modes 0, 1 and 2.
 */
VMB_INLINE uint8_t *x64_put_mem(uint8_t *p, unsigned int reg, struct x64_mem mem)
{
	uint32_t base = mem.base & 7, is_small = mem.disp == (int8_t)mem.disp;
	uint32_t has_disp = (mem.disp != 0) | (base == RBP);
	uint32_t sib = (mem.index != X64_NO_INDEX) | (base == RSP), mode = has_disp * (2 - is_small);

	p[0] = (uint8_t)(mode << 6 | (reg & 7) << 3 | (sib ? RSP : base));
	p[1] = (uint8_t)(mem.scale << 6 | (mem.index & 7u) << 3 | base);
	p += 1 + sib;
	x64_put32(p, (uint32_t)mem.disp);
	return p + (0x410 >> 4 * mode & 15);
}

VMB_INLINE uint8_t *x64_put_rm(uint8_t *p, uint32_t op, unsigned int reg, struct x64_mem mem)
{
	p = x64_put_opcode(p, op, x64_rex_of(reg, mem.index, mem.base) |
			      x64_rex_for_byte(op & X64_BYTE_REG, reg));
	return x64_put_mem(p, reg, mem);
}

/** x64_rr - register field @reg, r/m field the register @rm. */
VMB_INLINE void x64_rr(struct code_buf *buf, uint32_t op, unsigned int reg, unsigned int rm)
{
	buf->at = x64_put_rr(code_buf_room(buf), op, reg, rm);
}

/** x64_rm - register field @reg, r/m field memory. */
VMB_INLINE void x64_rm(struct code_buf *buf, uint32_t op, unsigned int reg, struct x64_mem mem)
{
	buf->at = x64_put_rm(code_buf_room(buf), op, reg, mem);
}

/* The opcode for operands of a width: one less is the form for bytes, a prefix that for words. */
VMB_INLINE uint32_t x64_sized(uint32_t op, unsigned int bytes)
{
	static const uint32_t also[] = { [1] = X64_BYTES, [2] = X64_66, [4] = 0, [8] = X64_W };

	VMB_ASSERT(bytes < VMB_ARRAY_SIZE(also));
	return (op - (bytes == 1)) | also[bytes];
}

/* The same where the register field is not a register but a part of the opcode. */
VMB_INLINE uint32_t x64_sized_group(uint32_t op, unsigned int bytes)
{
	return x64_sized(op, bytes) & ~X64_BYTE_REG;
}

VMB_INLINE void x64_alu_rr(struct code_buf *buf, enum x64_alu op, unsigned int bytes, unsigned int dst,
		unsigned int src)
{
	x64_rr(buf, x64_sized(op * 8u + 3, bytes), dst, src);
}

VMB_INLINE void x64_alu_rm(struct code_buf *buf, enum x64_alu op, unsigned int bytes, unsigned int dst,
		struct x64_mem mem)
{
	x64_rm(buf, x64_sized(op * 8u + 3, bytes), dst, mem);
}

VMB_INLINE uint8_t *x64_put_imm(uint8_t *p, unsigned int bytes, uint32_t imm)
{
	*p++ = (uint8_t)imm;
	if (bytes > 1)
		*p++ = (uint8_t)(imm >> 8);
	if (bytes > 2) {
		*p++ = (uint8_t)(imm >> 16);
		*p++ = (uint8_t)(imm >> 24);
	}
	return p;
}

/* @imm is sign-extended. */
VMB_INLINE void x64_alu_ri(struct code_buf *buf, enum x64_alu op, unsigned int bytes, unsigned int dst,
		int32_t imm)
{
	bool small = bytes > 1 && imm == (int8_t)imm;
	uint8_t *p = x64_put_rr(code_buf_room(buf), x64_sized_group(small ? 0x83 : 0x81, bytes),
			    op, dst);

	buf->at = x64_put_imm(p, small ? 1 : bytes, (uint32_t)imm);
}

/* dst = src, of 4 bytes (zeros above) or 8. */
VMB_INLINE void x64_mov(struct code_buf *buf, unsigned int bytes, unsigned int dst, unsigned int src)
{
	x64_rr(buf, X64_MOV | (bytes == 8 ? X64_W : 0), dst, src);
}

/* Store of @bytes to memory. */
VMB_INLINE void x64_store(struct code_buf *buf, unsigned int bytes, struct x64_mem mem,
			  unsigned int src)
{
	x64_rm(buf, x64_sized(X64_MOV_STORE, bytes), src, mem);
}

/* Zero-extending load of @bytes. */
VMB_INLINE void x64_load(struct code_buf *buf, unsigned int bytes, unsigned int dst,
			 struct x64_mem mem)
{
	static const uint32_t op[] = { [1] = X64_MOVZX8, [2] = X64_MOVZX16, [4] = X64_MOV,
				       [8] = X64_MOV | X64_W };

	VMB_ASSERT(bytes < VMB_ARRAY_SIZE(op));
	x64_rm(buf, op[bytes], dst, mem);
}

/** x64_rr_imm8 - as x64_rr(), with a byte behind. */
void x64_rr_imm8(struct code_buf *buf, uint32_t op, unsigned int reg, unsigned int rm, uint8_t imm);

/** x64_vex - VEX form: @reg, @vvvv, and the register @rm. */
void x64_vex(struct code_buf *buf, uint32_t op, unsigned int reg, unsigned int vvvv,
	     unsigned int rm);

/*
 * Operations on integers of @bytes (1, 2, 4, 8).
 */
void x64_alu_mi(struct code_buf *buf, enum x64_alu op, unsigned int bytes, struct x64_mem mem,
		int32_t imm);
void x64_test_rr(struct code_buf *buf, unsigned int bytes, unsigned int a, unsigned int b);
void x64_test_ri(struct code_buf *buf, unsigned int bytes, unsigned int a, uint32_t imm);
void x64_shift_cl(struct code_buf *buf, enum x64_shift op, unsigned int bytes, unsigned int dst);
void x64_shift_i(struct code_buf *buf, enum x64_shift op, unsigned int bytes, unsigned int dst,
		 uint8_t count);
void x64_unary(struct code_buf *buf, enum x64_unary op, unsigned int bytes, unsigned int dst);
void x64_imul_rri(struct code_buf *buf, unsigned int bytes, unsigned int dst, unsigned int src,
		  int32_t imm);
/* The shortest that leaves the flags alone. */
void x64_mov_imm(struct code_buf *buf, unsigned int dst, uint64_t imm);
/* Store of @imm, sign-extended to 8 bytes. */
void x64_store_imm(struct code_buf *buf, struct x64_mem mem, int32_t imm);
/* Of one byte. */
void x64_store_imm8(struct code_buf *buf, struct x64_mem mem, uint8_t imm);
void x64_bswap(struct code_buf *buf, unsigned int bytes, unsigned int dst);
/* dst = condition, 0 or 1 in 32 bits; two instructions. */
void x64_set(struct code_buf *buf, enum x64_cc cc, unsigned int dst);
/* dst's low byte only. */
void x64_setcc(struct code_buf *buf, enum x64_cc cc, unsigned int dst);
void x64_cdq(struct code_buf *buf, unsigned int bytes);

/*
 * Control. Jumps have 32-bit displacements unless they say so. Return: where the displacement is.
 */
uint32_t x64_jcc(struct code_buf *buf, enum x64_cc cc);
uint32_t x64_jmp(struct code_buf *buf);
uint32_t x64_call(struct code_buf *buf);
uint32_t x64_lea_rip(struct code_buf *buf, unsigned int dst);
uint32_t x64_jcc_short(struct code_buf *buf, enum x64_cc cc);
uint32_t x64_jmp_short(struct code_buf *buf);
void x64_jmp_reg(struct code_buf *buf, unsigned int reg);
void x64_call_mem(struct code_buf *buf, struct x64_mem mem);
void x64_push(struct code_buf *buf, unsigned int reg);
void x64_pop(struct code_buf *buf, unsigned int reg);
void x64_ret(struct code_buf *buf);

/** x64_bind - let the displacement at @at lead to here. */
void x64_bind(struct code_buf *buf, uint32_t at);
/** x64_bind_short - the same of a short jump. */
void x64_bind_short(struct code_buf *buf, uint32_t at);
/** x64_link - let the displacement at @at lead to offset @to. */
VMB_INLINE void x64_link(struct code_buf *buf, uint32_t at, uint32_t to)
{
	code_buf_patch32(buf, at, to - (at + 4));
}

/** x64_data - bytes that are no instruction, at most CODE_BUF_SLACK. */
void x64_data(struct code_buf *buf, const void *data, uint32_t bytes);

#endif /* VMB_ARCH_X86_64_HOST_EMIT_H */
