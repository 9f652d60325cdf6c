// SPDX-License-Identifier: MIT
/*
 * Vectors without vector registers: by halves, or lane by lane, from slots to slots. What would be
 * long that way is left to the interpreter.
 */
#include "arch/riscv64/host/lower.h"

void rv_copy_vector(struct rv_lower *l, struct rv_mem to, struct rv_mem from)
{
	if (to.base == from.base && to.disp == from.disp)
		return;
	rv_load(l->buf, RV_LD, RV_T1, from);
	rv_load(l->buf, RV_LD, RV_T2, rv_plus(from, 8));
	rv_store(l->buf, RV_SD, RV_T1, to);
	rv_store(l->buf, RV_SD, RV_T2, rv_plus(to, 8));
}

/* Operands and result of an instruction on vectors. */
struct vectors {
	struct rv_mem a, b, c, to;
};

/* Those of the instruction that are vectors. */
static struct vectors vectors_of(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int nr = jit_nr_operands[insn->op];
	struct vectors v = { 0 };

	if (nr > 0 && rv_type(l, insn->a) == IR_V128)
		v.a = rv_vector(l, insn->a, 0);
	if (nr > 1 && rv_type(l, insn->b) == IR_V128)
		v.b = rv_vector(l, insn->b, 1);
	if (nr > 2)
		v.c = rv_vector(l, insn->c, 2);
	v.to = rv_vector_result(l);
	return v;
}

/* (a & b) | (~a & c) is c where a is 0, and where b and c differ and a is 1, b. */
static void blend_half(struct rv_lower *l, const struct vectors *v, int32_t at)
{
	rv_load(l->buf, RV_LD, RV_T1, rv_plus(v->b, at));
	rv_load(l->buf, RV_LD, RV_T2, rv_plus(v->c, at));
	rv_load(l->buf, RV_LD, RV_A6, rv_plus(v->a, at));
	rv_r(l->buf, RV_XOR, RV_T1, RV_T1, RV_T2);
	rv_r(l->buf, RV_AND, RV_T1, RV_T1, RV_A6);
	rv_r(l->buf, RV_XOR, RV_T1, RV_T1, RV_T2);
	rv_store(l->buf, RV_SD, RV_T1, rv_plus(v->to, at));
}

static void bitwise_half(struct rv_lower *l, const struct ir_insn *insn, const struct vectors *v,
			 int32_t at)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vand] = RV_AND, [IR_vor] = RV_OR, [IR_vxor] = RV_XOR, [IR_vandn] = RV_AND,
	};

	rv_load(l->buf, RV_LD, RV_T1, rv_plus(v->a, at));
	if (insn->op == IR_vnot) {
		rv_i(l->buf, RV_XORI, RV_T1, RV_T1, -1);
	} else {
		rv_load(l->buf, RV_LD, RV_T2, rv_plus(v->b, at));
		if (insn->op == IR_vandn)
			rv_i(l->buf, RV_XORI, RV_T2, RV_T2, -1);
		rv_r(l->buf, ops[insn->op], RV_T1, RV_T1, RV_T2);
	}
	rv_store(l->buf, RV_SD, RV_T1, rv_plus(v->to, at));
}

RV_LOWER(vbitwise)
{
	struct vectors v = vectors_of(l, insn);
	int32_t at;

	for (at = 0; at < 16; at += 8) {
		if (insn->op == IR_vbsl)
			blend_half(l, &v, at);
		else
			bitwise_half(l, insn, &v, at);
	}
	rv_vector_done(l, v.to);
}

static void load_lane(struct rv_lower *l, unsigned int reg, const struct ir_insn *insn,
		      struct rv_mem mem)
{
	static const uint32_t zeros[IR_NR_LANES] = { RV_LBU, RV_LHU, RV_LWU, RV_LD };

	if (insn->op == IR_vshri)
		rv_load(l->buf, zeros[insn->aux], reg, mem);
	else
		rv_load_typed(l->buf, ir_lane_type(insn->aux), reg, mem);
}

static void shift_lane(struct rv_lower *l, const struct ir_insn *insn)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vshli] = RV_SLLI, [IR_vshri] = RV_SRLI, [IR_vsari] = RV_SRAI,
	};
	uint32_t bits = 8 * ir_lane_bytes(insn->aux), count = (uint32_t)insn->imm;

	if (count >= bits && insn->op != IR_vsari)
		rv_li(l->buf, RV_T1, 0);
	else
		rv_i(l->buf, ops[insn->op], RV_T1, RV_T1,
		     (int32_t)(count < bits ? count : bits - 1));
}

static void limit_lane(struct rv_lower *l, const struct ir_insn *insn)
{
	/* When a is kept. */
	static const uint32_t keep[IR_NR_OPS] = {
		[IR_vsmin] = RV_BLT, [IR_vsmax] = RV_BGE,
		[IR_vumin] = RV_BLTU, [IR_vumax] = RV_BGEU,
	};
	uint32_t over = rv_over(l, (struct rv_test){ keep[insn->op], RV_T1, RV_T2 }, 4);

	rv_mv(l->buf, RV_T1, RV_T2);
	rv_bind(l, over);
}

/* All ones if the condition holds: 0 less a truth, or the contrary's truth less 1. */
static void compare_lane(struct rv_lower *l, unsigned int cond)
{
	bool tests = cond >= IR_TST, is_unsigned = cond >= IR_ULT;
	bool swap = cond == IR_SLE || cond == IR_SGT || cond == IR_ULE || cond == IR_UGT;
	/* What is computed is "differ", "less", or "have bits in common". */
	bool contrary = cond == IR_EQ || cond == IR_SGE || cond == IR_SLE || cond == IR_UGE ||
			cond == IR_ULE || cond == IR_TSN;

	if (cond <= IR_NE || tests) {
		rv_r(l->buf, tests ? RV_AND : RV_XOR, RV_T1, RV_T1, RV_T2);
		rv_r(l->buf, RV_SLTU, RV_T1, RV_ZERO, RV_T1);
	} else {
		rv_r(l->buf, is_unsigned ? RV_SLTU : RV_SLT, RV_T1, swap ? RV_T2 : RV_T1,
		     swap ? RV_T1 : RV_T2);
	}
	if (contrary)
		rv_i(l->buf, RV_ADDI, RV_T1, RV_T1, -1);
	else
		rv_r(l->buf, RV_SUB, RV_T1, RV_ZERO, RV_T1);
}

/* t1 = t1 op t2, right in the lane's low bits. */
static void integer_lane(struct rv_lower *l, const struct ir_insn *insn)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vadd] = RV_ADD, [IR_vsub] = RV_SUB, [IR_vmul] = RV_MUL,
	};

	if (ops[insn->op])
		rv_r(l->buf, ops[insn->op], RV_T1, RV_T1, RV_T2);
	else if (insn->op == IR_vneg)
		rv_r(l->buf, RV_SUB, RV_T1, RV_ZERO, RV_T1);
	else if (insn->op == IR_vcmp)
		compare_lane(l, insn->aux2);
	else if (insn->op == IR_vshli || insn->op == IR_vshri || insn->op == IR_vsari)
		shift_lane(l, insn);
	else
		limit_lane(l, insn);
}

static void float_lane(struct rv_lower *l, const struct ir_insn *insn)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vfadd] = RV_FADD, [IR_vfsub] = RV_FSUB, [IR_vfmul] = RV_FMUL,
		[IR_vfdiv] = RV_FDIV, [IR_vfsqrt] = RV_FSQRT,
	};
	unsigned int b = insn->op == IR_vfsqrt ? 0 : RV_F(1);

	rv_r(l->buf, ops[insn->op] | (insn->aux == IR_F64X2 ? RV_DOUBLE : 0), RV_F(0), RV_F(0), b);
}

/* Bytes are too many; and NaNs of other rules than the host's are the interpreter's. */
static bool by_lanes(const struct ir_insn *insn)
{
	return insn->aux != IR_I8X16 &&
	       (ir_ops[insn->op].aux2 != X_NAN || !(insn->aux2 & IR_NAN_MASK));
}

RV_LOWER(vlanes)
{
	unsigned int type = ir_lane_type(insn->aux), nr = jit_nr_operands[insn->op];
	unsigned int a = type < IR_F32 ? RV_T1 : RV_F(0), b = type < IR_F32 ? RV_T2 : RV_F(1);
	int32_t bytes = (int32_t)ir_type_bytes(type), at;
	struct vectors v;

	if (!by_lanes(insn)) {
		rv_lower_eval(l, insn);
		return;
	}
	v = vectors_of(l, insn);
	for (at = 0; at < 16; at += bytes) {
		load_lane(l, a, insn, rv_plus(v.a, at));
		if (nr > 1)
			load_lane(l, b, insn, rv_plus(v.b, at));
		if (type < IR_F32)
			integer_lane(l, insn);
		else
			float_lane(l, insn);
		rv_store_typed(l->buf, type, a, rv_plus(v.to, at));
	}
	rv_vector_done(l, v.to);
}

/* The sign bits of floats, by a mask. */
RV_LOWER(vfsign)
{
	struct vectors v = vectors_of(l, insn);
	bool neg = insn->op == IR_vfneg;
	int32_t at;

	rv_li(l->buf, RV_T2, insn->aux == IR_F64X2 ? INT64_MIN : INT64_C(-0x7fffffff80000000));
	if (!neg)
		rv_i(l->buf, RV_XORI, RV_T2, RV_T2, -1);
	for (at = 0; at < 16; at += 8) {
		rv_load(l->buf, RV_LD, RV_T1, rv_plus(v.a, at));
		rv_r(l->buf, neg ? RV_XOR : RV_AND, RV_T1, RV_T1, RV_T2);
		rv_store(l->buf, RV_SD, RV_T1, rv_plus(v.to, at));
	}
	rv_vector_done(l, v.to);
}

/* A lane's bits in @reg, zero-extended. */
static void lane_bits(struct rv_lower *l, unsigned int reg, uint32_t value)
{
	unsigned int type = rv_type(l, value), src = rv_value(l, value);

	if (type == IR_F64 || type == IR_F32)
		rv_r(l->buf, RV_FMV_X | (type == IR_F64 ? RV_DOUBLE : 0), reg, src, 0);
	else
		rv_zext(l, type, reg, src);
	if (type == IR_F32)
		rv_zext(l, IR_I32, reg, reg);
}

static void store_halves(struct rv_lower *l, struct rv_mem to, unsigned int low, unsigned int high)
{
	rv_store(l->buf, RV_SD, low, to);
	rv_store(l->buf, RV_SD, high, rv_plus(to, 8));
}

/* A lane is doubled until it fills a register. */
RV_LOWER(vsplat)
{
	uint32_t bits = 8 * ir_lane_bytes(insn->aux);
	struct rv_mem to;

	lane_bits(l, RV_T1, insn->a);
	to = rv_vector_result(l);
	for (; bits < 64; bits *= 2) {
		rv_i(l->buf, RV_SLLI, RV_T2, RV_T1, (int32_t)bits);
		rv_r(l->buf, RV_OR, RV_T1, RV_T1, RV_T2);
	}
	store_halves(l, to, RV_T1, RV_T1);
	rv_vector_done(l, to);
}

RV_LOWER(vmov0)
{
	struct rv_mem to;

	lane_bits(l, RV_T1, insn->a);
	to = rv_vector_result(l);
	store_halves(l, to, RV_T1, RV_ZERO);
	rv_vector_done(l, to);
}

RV_LOWER(vpair)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b);
	struct rv_mem to = rv_vector_result(l);

	store_halves(l, to, a, b);
	rv_vector_done(l, to);
}

static int32_t lane_at(const struct ir_insn *insn)
{
	return (int32_t)(insn->imm * ir_lane_bytes(insn->aux));
}

RV_LOWER(vextr)
{
	struct rv_mem a = rv_vector(l, insn->a, 0);

	rv_load_typed(l->buf, insn->type, rv_result(l), rv_plus(a, lane_at(insn)));
}

RV_LOWER(vins)
{
	unsigned int b = rv_value(l, insn->b);
	struct vectors v = vectors_of(l, insn);

	rv_copy_vector(l, v.to, v.a);
	rv_store_typed(l->buf, rv_type(l, insn->b), b, rv_plus(v.to, lane_at(insn)));
	rv_vector_done(l, v.to);
}

RV_LOWER(vshuf4)
{
	struct vectors v = vectors_of(l, insn);
	int32_t i;

	for (i = 0; i < 4; i++) {
		int32_t from = (int32_t)(insn->imm >> (2 * i) & 3);

		rv_load(l->buf, RV_LW, RV_T1, rv_plus(i < 2 ? v.a : v.b, 4 * from));
		rv_store(l->buf, RV_SW, RV_T1, rv_plus(v.to, 4 * i));
	}
	rv_vector_done(l, v.to);
}

/* Eight bytes of b:a from byte @at on, in t1. */
static void bytes_from(struct rv_lower *l, const struct vectors *v, int32_t at)
{
	int32_t word = at / 8 * 8, bits = at % 8 * 8;

	rv_load(l->buf, RV_LD, RV_T1, rv_plus(word < 16 ? v->a : v->b, word % 16));
	if (!bits)
		return;
	word += 8;
	rv_load(l->buf, RV_LD, RV_T2, rv_plus(word < 16 ? v->a : v->b, word % 16));
	rv_i(l->buf, RV_SRLI, RV_T1, RV_T1, bits);
	rv_i(l->buf, RV_SLLI, RV_T2, RV_T2, 64 - bits);
	rv_r(l->buf, RV_OR, RV_T1, RV_T1, RV_T2);
}

RV_LOWER(vext)
{
	struct vectors v = vectors_of(l, insn);
	int32_t at;

	for (at = 0; at < 16; at += 8) {
		bytes_from(l, &v, (int32_t)insn->imm + at);
		rv_store(l->buf, RV_SD, RV_T1, rv_plus(v.to, at));
	}
	rv_vector_done(l, v.to);
}
