/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_DECODE_H
#define VMB_ARCH_X86_64_GUEST_DECODE_H
/*
 * From bytes to a line of insn.def and the fields of the encoding. Source of the formats: Intel SDM,
 * volume 2, chapter 2 and appendix A.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define X86_MAX_BYTES 15
#define X86_NO_REG    0xffu

/* Flags, as the lines of insn.def name them: bits of a mask. */
enum x86_flag { X86_C, X86_P, X86_A, X86_Z, X86_S, X86_O, X86_NR_FLAGS };

#define X86_ALL_FLAGS 0x3fu

/* Maps of opcodes: of one byte, behind 0F, 0F 38, 0F 3A; the same behind VEX. */
enum x86_map { X86_M1, X86_M0F, X86_M38, X86_M3A, X86_V0F, X86_V38, X86_V3A, X86_NR_MAPS };

/* A line's prefix: NX any, where 66 is the operand's size; NP none of 66, F3, F2; else that one. */
enum x86_prefix { X86_NX, X86_NP, X86_P66, X86_PF3, X86_PF2 };

/*
 * Operands: where they are, and their size in bytes: b 1, w 2, d 4, q 8, o 16, v by the operand's
 * size, y 8 with REX.W, else 4.
 *
 * E modrm.rm, a register or memory; G modrm.reg; M memory; Z the opcode's low bits; A rAX; B VEX.vvvv;
 * I an immediate as long as that, sign-extended; U one, zero-extended; Iz as long as v, 4 at most;
 * J a distance from the next instruction; O an address in the instruction; V modrm.reg, W modrm.rm
 * of vectors; P and Q the same of MMX; N modrm.rm, a register (general), X (vector), Y (MMX); CL, ONE.
 */
#define X86_OPERANDS(K)                                                                            \
	K(__) K(Eb) K(Ew) K(Ed) K(Eq) K(Ev) K(Ey) K(Gb) K(Gw) K(Gd) K(Gq) K(Gv) K(Gy)               \
	K(M) K(Mv) K(My) K(Mb) K(Mw) K(Md) K(Mq) K(Mo) K(Zb) K(Zv) K(Ab) K(Av) K(By)                \
	K(Ib) K(Iz) K(Iv) K(Ub) K(Uw) K(Jb) K(Jz) K(Ob) K(Ov) K(CL) K(ONE)                          \
	K(Vo) K(Wo) K(Wq) K(Wd) K(Ww) K(Xo) K(Nd) K(Nq) K(Ny) K(Pq) K(Qq) K(Qd) K(Yq)

enum x86_operand {
#define K(name) X86_##name,
	X86_OPERANDS(K)
#undef K
};

/* Attributes of a line besides its flags: flags that are overwritten or left undefined at bit 0, read
 * at bit 6, undefined at bit 12.
 */
enum x86_attr {
	X86_D64 = 1 << 18,  /* the operand's size is 8, or 2 */
	X86_F64 = 1 << 19,  /* the operand's size is 8 */
	X86_MEM = 1 << 20,  /* modrm.rm must be memory */
	X86_REG = 1 << 21,  /* modrm.rm must be a register */
	X86_LOCK = 1 << 22, /* LOCK is allowed before a destination in memory */
	X86_W0 = 1 << 23,   /* REX.W must be 0 */
	X86_W1 = 1 << 24,   /* REX.W must be 1 */
	X86_COND = 1 << 25, /* reads the flags that the condition in its opcode needs */
	X86_JUMP = 1 << 26, /* what follows is not reached */
	X86_STOP = 1 << 27, /* goes elsewhere: nothing is known of what comes next */
	X86_SHIFT = 1 << 28, /* flags are overwritten if the immediate, modulo the size, is not 0 */
	X86_L0 = 1 << 29,   /* VEX.L must be 0 */
};

#define X86_KILLS(mask)	  ((uint32_t)(mask))
#define X86_READS(mask)	  ((uint32_t)(mask) << 6)
#define X86_UNDEF(mask)	  ((uint32_t)(mask) << 12)

struct x86;

/**
 * struct x86_line - a line of insn.def.
 * @name: the mnemonic; without the condition of the opcode where @attr has X86_COND
 * @lift: append its IR. Return: false if the instruction is not supported after all
 * @attr: enum x86_attr and flags
 * @map, @opcode, @nr: [@opcode, @opcode + @nr) in a map
 * @prefix: enum x86_prefix
 * @ext: modrm.reg; modrm.reg and modrm.rm with 0x40; -1: any
 * @operand: enum x86_operand
 * @arg: for @lift
 */
struct x86_line {
	const char *name;
	bool (*lift)(struct x86 *t);
	uint32_t attr;
	uint8_t map, opcode, nr, prefix;
	int8_t ext;
	uint8_t operand[3];
	uint16_t arg;
};

/**
 * struct x86_insn - an instruction.
 * @bytes: its length
 * @size: the operand's size in bytes: 2, 4, 8
 * @rex: 0x40 | WRXB, 0 without one (with VEX: what stands for it)
 * @repeat: 0xf2, 0xf3 or 0
 * @segment: 0x64 (FS), 0x65 (GS) or 0
 * @lock, @address32: prefixes
 * @mod, @reg, @rm: of modrm; @reg and @rm with their bit of REX
 * @base, @index: registers of the address, X86_NO_REG: none
 * @scale: of the index, as a shift
 * @relative: the address is relative to the next instruction
 * @vvvv: of VEX
 * @disp: displacement; @imm: the immediate, extended as the operand says
 */
struct x86_insn {
	const struct x86_line *line;
	uint8_t bytes, size, rex, repeat, segment, lock, address32;
	uint8_t opcode, mod, reg, rm;
	uint8_t base, index, scale, relative, vvvv;
	bool size16, has_modrm;
	int32_t disp;
	int64_t imm;
};

/**
 * x86_decode - decode the instruction at @bytes.
 * Return: its length; 0 if more bytes are needed to know; -EILSEQ if no line of insn.def matches.
 */
int x86_decode(const uint8_t *bytes, size_t nr, struct x86_insn *insn);

/** x86_lines - the whole table. Return: [*@nr] borrowed. */
const struct x86_line *x86_lines(size_t *nr);

/** x86_cond_reads - the flags that condition @cond, modulo 16, needs, as a mask of enum x86_flag. */
uint32_t x86_cond_reads(unsigned int cond);

/** x86_reads - the flags that it reads, as a mask of enum x86_flag. */
uint32_t x86_reads(const struct x86_insn *insn);

/** x86_kills - the flags that it overwrites or leaves undefined, whatever happens. */
uint32_t x86_kills(const struct x86_insn *insn);

/** x86_imm_bytes - length of the immediate of an @operand, 0 without one, if the operand's size is @size. */
unsigned int x86_imm_bytes(unsigned int operand, unsigned int size);

#endif /* VMB_ARCH_X86_64_GUEST_DECODE_H */
