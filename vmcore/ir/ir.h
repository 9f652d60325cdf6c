/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_IR_H
#define VMB_VMCORE_IR_IR_H
/*
 * The intermediate representation: one flat array of 24-byte instructions in SSA form. A value is
 * the index of the instruction that defines it; blocks are contiguous ranges of the array and have
 * parameters. README.md is the specification.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "arch/base/attr.h"
#include "vmcore/ir/arena.h"

/* No value; what an operand field that an instruction does not use holds. */
#define IR_NONE UINT32_MAX

#define IR_MAX_INSNS   (1u << 26)
#define IR_MAX_ARGS    (1u << 26)
#define IR_MAX_PARAMS  4096u
#define IR_MAX_HELPERS 256u
#define IR_MAX_STATE   (1u << 20)
#define IR_HELPER_ARGS 8
#define IR_NAME_BYTES  40

enum ir_type {
	IR_VOID,
	IR_I8,
	IR_I16,
	IR_I32,
	IR_I64,
	IR_F32,
	IR_F64,
	IR_V128,
	IR_NR_TYPES,
};

enum ir_op {
#define IR_OP(name, ...) IR_##name,
#include "vmcore/ir/ops.def"
#undef IR_OP
	IR_NR_OPS,
};

static_assert(IR_NR_OPS <= 256, "struct ir_insn keeps the op in a byte");

/* What an instruction may do besides computing its result. */
enum ir_effect {
	E_FP = 1 << 0,    /* reads the rounding mode, accrues exception flags */
	E_FPENV = 1 << 1, /* reads or writes the floating-point environment itself */
	E_RDS = 1 << 2,   /* reads guest state */
	E_WRS = 1 << 3,   /* writes guest state */
	E_RDM = 1 << 4,   /* reads guest memory */
	E_WRM = 1 << 5,   /* writes guest memory */
	E_FAULT = 1 << 6, /* may leave the unit with a memory fault: guest state is observed */
	E_PC = 1 << 7,    /* names the guest instruction that what follows belongs to */
	E_CALL = 1 << 8,  /* effects are those of the helper's declaration */
	E_TERM = 1 << 9,  /* ends a block */
};

/* Classes of types that the table of instructions speaks of. */
enum ir_class {
	K_NONE,   /* no operand */
	K_VOID,   /* no result */
	K_INT,    /* i8 .. i64 */
	K_I8,
	K_I32,
	K_I64,
	K_IW,     /* i32, i64 */
	K_F,      /* f32, f64 */
	K_V,      /* v128 */
	K_NUM,    /* i8 .. i64, f32, f64 */
	K_INTV,   /* i8 .. i64, v128 */
	K_ANY,
	K_T,      /* the result's type */
	K_A,      /* operand a's type */
	K_LANE,   /* the type of a lane of aux */
	K_NARROW, /* an integer narrower than the result */
	K_WIDE,   /* an integer wider than the result */
	K_SAMEW,  /* a number as wide as the result, of another type */
	K_OTHERF, /* the float type that the result is not */
	K_CALL,   /* the helper's */
};

/* What the bytes aux and aux2 of an instruction hold. */
enum ir_attr {
	X_NONE,
	X_COND,   /* enum ir_cond */
	X_FCOND,  /* enum ir_fcond, IR_FCOND_SIGNAL */
	X_MEM,    /* log2 of the size in bytes, IR_MEM_SIGNED */
	X_ORD,    /* enum ir_order, IR_ORD_ALIGNED */
	X_FENCE,  /* enum ir_fence */
	X_FLAG,   /* enum ir_flag */
	X_NAN,    /* enum ir_nan at IR_NAN_SHIFT */
	X_RNDNAN, /* enum ir_round, enum ir_nan at IR_NAN_SHIFT */
	X_CVT,    /* enum ir_round, enum ir_sat at IR_SAT_SHIFT */
	X_LANE,   /* enum ir_lane: any */
	X_LI,     /* integer lanes */
	X_LBHW,   /* integer lanes up to 32 bits */
	X_LHWD,   /* integer lanes from 16 bits on */
	X_LF,     /* float lanes */
	X_EXIT,   /* enum ir_exit_reason, or any number to 255 */
	X_JUMP,   /* enum ir_jump */
	X_TRAP,   /* enum ir_trap_code, or any number to 255 */
	X_NR,
};

/* What the immediate of an instruction holds. */
enum ir_imm {
	I_NONE,
	I_CONST,  /* the bits of a constant, zero-extended */
	I_OFF,    /* signed 32-bit displacement, sign-extended */
	I_STATE,  /* offset in guest state, a multiple of the width */
	I_BITS,   /* lo: position, hi: length in bits, at least 1 */
	I_U8,     /* 0..255 */
	I_B16,    /* 0..15 */
	I_REV,    /* 2, 4, 8, 16 */
	I_LANE,   /* number of a lane */
	I_PC,     /* a guest address */
	I_CALL,   /* lo: helper, hi: first argument */
	I_EDGE,   /* lo: first edge, hi: number of edges, for this and the next two */
	I_EDGE2,
	I_SWITCH,
};

/* tst: a & b != 0; tsn: a & b == 0. A condition and its negation differ in bit 0. */
enum ir_cond {
	IR_EQ, IR_NE, IR_SLT, IR_SGE, IR_SLE, IR_SGT, IR_ULT, IR_UGE, IR_ULE, IR_UGT, IR_TST, IR_TSN,
	IR_NR_CONDS,
};

/* o: false if unordered; u: true if unordered. A condition and its negation differ in bit 0. */
enum ir_fcond {
	IR_F_OEQ, IR_F_UNE, IR_F_OLT, IR_F_UGE, IR_F_OLE, IR_F_UGT, IR_F_OGT, IR_F_ULE, IR_F_OGE,
	IR_F_ULT, IR_F_ORD, IR_F_UNO, IR_F_ONE, IR_F_UEQ,
	IR_NR_FCONDS,
};

#define IR_FCOND_MASK	0x0fu
#define IR_FCOND_SIGNAL 0x10u /* a quiet NaN raises the invalid flag, too */

enum ir_lane {
	IR_I8X16, IR_I16X8, IR_I32X4, IR_I64X2, IR_F32X4, IR_F64X2,
	IR_NR_LANES,
};

#define IR_MEM_SIZE_MASK 0x07u
#define IR_MEM_SIGNED	 0x08u

enum ir_order { IR_RLX, IR_ACQ, IR_REL, IR_ACQREL, IR_SC };

/*
 * In aux of a st_state, between opt_lazy() and a compiler; no verified unit has it. A fault in the same
 * block must find the value in the state, unless another store comes first; nothing else does.
 */
#define IR_LAZY 0x01u

#define IR_ORD_MASK    0x07u
#define IR_ORD_ALIGNED 0x08u /* an address that is no multiple of the size is a fault */

/* Earlier accesses of the first kind are seen before later ones of the second. */
enum ir_fence { IR_FENCE_RR = 1, IR_FENCE_RW = 2, IR_FENCE_WR = 4, IR_FENCE_WW = 8 };

/* n sign, z zero, c carry or borrow, v signed overflow, p even parity of the low byte, a carry or
 * borrow of bit 3.
 */
enum ir_flag { IR_FLAG_N, IR_FLAG_Z, IR_FLAG_C, IR_FLAG_V, IR_FLAG_P, IR_FLAG_A };

/* Numbered as RISC-V does; dyn is the mode that set_rm set. */
enum ir_round { IR_RNE, IR_RTZ, IR_RDN, IR_RUP, IR_RMM, IR_DYN };

#define IR_RND_MASK 0x07u

/* Which NaN an operation returns: README.md, "NaNs". */
enum ir_nan { IR_NAN_DEF, IR_NAN_X86, IR_NAN_A64 };

#define IR_NAN_SHIFT 3
#define IR_NAN_MASK  0x18u

/* What a float that no integer of the type equals after rounding becomes. */
enum ir_sat {
	IR_SAT0,   /* the nearest limit; NaN: 0 */
	IR_SATMAX, /* the nearest limit; NaN: the upper limit */
	IR_SATIND, /* signed: the least integer; unsigned: all ones */
};

#define IR_SAT_SHIFT 5
#define IR_SAT_MASK  0x60u

/* Accrued exception flags, numbered as RISC-V does. */
enum ir_fpflag {
	IR_FP_INEXACT = 1,
	IR_FP_UNDERFLOW = 2,
	IR_FP_OVERFLOW = 4,
	IR_FP_DIVZERO = 8,
	IR_FP_INVALID = 16,
};

enum ir_exit_reason {
	IR_EXIT_JUMP,
	IR_EXIT_CALL,
	IR_EXIT_SYSCALL,
	IR_EXIT_BREAK,
	IR_EXIT_ICACHE, /* guest code may have changed */
	IR_EXIT_YIELD,
	IR_EXIT_HALT,
	IR_EXIT_STEP,
};

/* What an indirect exit is in the guest: a hint for return prediction. */
enum ir_jump { IR_JUMP, IR_JUMP_CALL, IR_JUMP_RET };

enum ir_trap_code {
	IR_TRAP_ILLEGAL,
	IR_TRAP_DIVIDE,
	IR_TRAP_OVERFLOW,
	IR_TRAP_BOUNDS,
	IR_TRAP_PRIVILEGE,
	IR_TRAP_UNALIGNED,
	IR_TRAP_FP,
};

/**
 * struct ir_insn - one instruction.
 * @op: enum ir_op
 * @type: enum ir_type of the result, IR_VOID without one
 * @aux, @aux2: as the table of instructions says
 * @a, @b, @c: operands, each the index of an earlier instruction, or IR_NONE; a v128 constant keeps
 *	its bits 64..95 and 96..127 in @b and @c, any other constant 0
 * @imm, @lo, @hi: as the table of instructions says; 0 if it is not used
 */
struct ir_insn {
	uint8_t op;
	uint8_t type;
	uint8_t aux;
	uint8_t aux2;
	uint32_t a;
	uint32_t b;
	uint32_t c;
	union {
		uint64_t imm;
		struct {
			uint32_t lo;
			uint32_t hi;
		};
	};
};

static_assert(sizeof(struct ir_insn) == 24, "the size that compile speed is planned with");

/**
 * struct ir_block - insn[first .. first + nr): parameters, a body, one terminator.
 * @nr_params: number of param instructions at its head
 * @order: scratch of the builder
 */
struct ir_block {
	uint32_t first;
	uint32_t nr;
	uint32_t nr_params;
	uint32_t order;
};

/** struct ir_edge - a way to @block with arg[first_arg .. first_arg + nr_args) for its parameters. */
struct ir_edge {
	uint32_t block;
	uint32_t first_arg;
	uint32_t nr_args;
};

/**
 * struct ir_helper - a function outside that a unit calls.
 * @name: unique in the unit; how the embedder finds the function
 * @type: of its result, IR_VOID without one
 * @arg: types of its arguments
 * @effects: of E_FPENV, E_RDS, E_WRS, E_RDM, E_WRM, E_FAULT; 0: a function of its arguments
 */
struct ir_helper {
	char name[IR_NAME_BYTES];
	uint8_t type;
	uint8_t nr_args;
	uint8_t arg[IR_HELPER_ARGS];
	uint16_t effects;
};

/* Reading the accrued exception flags sees those of every instruction, also of one whose result is
 * not used. Without it instructions with E_FP may be removed, and what the flags hold is
 * unspecified.
 */
#define IR_UNIT_FPFLAGS 1u

/**
 * struct ir_unit - what is translated at once. Block 0 is the entry.
 * @arena: where the arrays live; borrowed
 * @state_bytes: size of the guest state
 * @flags: IR_UNIT_*
 *
 * The arrays belong to the arena: its reset ends the unit's life.
 */
struct ir_unit {
	struct ir_arena *arena;
	struct ir_insn *insn;
	struct ir_block *block;
	struct ir_edge *edge;
	uint32_t *arg;
	struct ir_helper *helper;
	uint32_t nr_insns, nr_blocks, nr_edges, nr_args, nr_helpers;
	uint32_t cap_insns, cap_blocks, cap_edges, cap_args, cap_helpers;
	uint32_t state_bytes;
	uint32_t flags;
	char name[IR_NAME_BYTES];
};

/**
 * struct ir_op_info - a line of ops.def.
 * @kind: classes of the result, a, b, c
 * @nr_operands: how many of a, b, c are operands
 */
struct ir_op_info {
	const char *name;
	const char *doc;
	uint8_t kind[4];
	uint8_t aux;
	uint8_t aux2;
	uint8_t imm;
	uint8_t nr_operands;
	uint16_t effects;
	bool pure;
};

extern const struct ir_op_info ir_ops[IR_NR_OPS];

/**
 * struct ir_error - why something was refused.
 * @line, @column: in the text, from 1; 0 if it did not come from a text
 * @block, @insn: index in the unit, IR_NONE if it is not about one
 */
struct ir_error {
	uint32_t line;
	uint32_t column;
	uint32_t block;
	uint32_t insn;
	char text[160];
};

/** ir_unit_init - an empty unit whose arrays will come from @arena (borrowed). */
void ir_unit_init(struct ir_unit *unit, struct ir_arena *arena);

/**
 * ir_unit_copy - make @dst a deep copy of @src in another or the same arena.
 * Return: 0, or -ENOMEM.
 */
int ir_unit_copy(struct ir_unit *dst, const struct ir_unit *src, struct ir_arena *arena);

/** ir_type_name - "i8" .. "v128", "void"; NULL if @type is none. */
const char *ir_type_name(unsigned int type);

/**
 * ir_verify - is the unit well-formed? What this accepts, every consumer of the IR must handle.
 * @unit: any contents, as long as its arrays have the sizes that it says
 * @scratch: for the dominator tree; what is taken is not given back
 * @error: says what is wrong
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int ir_verify(const struct ir_unit *unit, struct ir_arena *scratch, struct ir_error *error);

/**
 * ir_print - write the text form, of a unit that need not be well-formed.
 * Return: 0, or -EIO if the stream has failed.
 */
int ir_print(const struct ir_unit *unit, FILE *out);

/**
 * struct ir_text - a text and a place between two of its units.
 * @text, @bytes: any bytes; borrowed
 * @at, @line: bytes and lines that have been read; 0 at first
 */
struct ir_text {
	const char *text;
	size_t bytes;
	size_t at;
	uint32_t line;
};

/**
 * ir_parse - read the next unit of a text.
 * @text: moved behind the unit, or to where the error is
 * @unit: initialised; gets the unit, which is not yet verified
 * @error: says what is wrong and where
 * Return: 1, 0 at the end of the text, -EINVAL, -E2BIG for a limit, -ENOMEM.
 */
int ir_parse(struct ir_text *text, struct ir_unit *unit, struct ir_error *error);

/* Width of a type in bytes. */
VMB_INLINE uint32_t ir_type_bytes(unsigned int type)
{
	static const uint8_t bytes[IR_NR_TYPES] = { 0, 1, 2, 4, 8, 4, 8, 16 };

	return bytes[type];
}

VMB_INLINE bool ir_is_int(unsigned int type)
{
	return type - IR_I8 <= IR_I64 - IR_I8;
}

/* All ones of an integer or float type. */
VMB_INLINE uint64_t ir_type_mask(unsigned int type)
{
	return ~UINT64_C(0) >> (64 - 8 * ir_type_bytes(type));
}

/* Shape of a vector, lane by lane. */
VMB_INLINE uint32_t ir_lane_type(unsigned int lane)
{
	static const uint8_t type[IR_NR_LANES] = { IR_I8, IR_I16, IR_I32, IR_I64, IR_F32, IR_F64 };

	return type[lane];
}

VMB_INLINE uint32_t ir_lane_bytes(unsigned int lane)
{
	return ir_type_bytes(ir_lane_type(lane));
}

VMB_INLINE bool ir_is_term(const struct ir_insn *insn)
{
	return ir_ops[insn->op].effects & E_TERM;
}

/* Operand a, b or c for @n = 0, 1, 2. */
VMB_INLINE uint32_t ir_operand(const struct ir_insn *insn, unsigned int n)
{
	return n == 0 ? insn->a : n == 1 ? insn->b : insn->c;
}

/* Number of edges of an instruction; they are edge[insn->lo ..]. */
VMB_INLINE uint32_t ir_nr_edges(const struct ir_insn *insn)
{
	return ir_ops[insn->op].imm >= I_EDGE ? insn->hi : 0;
}

/* What the instruction does, calls included. */
VMB_INLINE uint32_t ir_effects(const struct ir_unit *unit, const struct ir_insn *insn)
{
	uint32_t effects = ir_ops[insn->op].effects;

	return effects & E_CALL ? effects | unit->helper[insn->lo].effects : effects;
}

#endif /* VMB_VMCORE_IR_IR_H */
