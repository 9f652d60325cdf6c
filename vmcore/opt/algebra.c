// SPDX-License-Identifier: MIT
#include "vmcore/opt/algebra.h"

/* Constants that a rule speaks of, and what the instruction then is. */
enum constant { ZERO, ONE, ONES, MULTIPLE_OF_WIDTH };
enum outcome { IS_A, IS_ZERO, IS_ONES };

struct rule {
	uint8_t op;
	uint8_t b;
	uint8_t result;
};

static const struct rule constant_rules[] = {
	{ IR_add, ZERO, IS_A },	     { IR_sub, ZERO, IS_A },   { IR_or, ZERO, IS_A },
	{ IR_xor, ZERO, IS_A },	     { IR_andn, ZERO, IS_A },  { IR_and, ONES, IS_A },
	{ IR_mul, ONE, IS_A },	     { IR_udiv, ONE, IS_A },   { IR_sdiv, ONE, IS_A },
	{ IR_umin, ONES, IS_A },  { IR_umax, ZERO, IS_A },
	{ IR_and, ZERO, IS_ZERO },   { IR_mul, ZERO, IS_ZERO }, { IR_mulhu, ZERO, IS_ZERO },
	{ IR_mulhs, ZERO, IS_ZERO }, { IR_urem, ONE, IS_ZERO }, { IR_srem, ONE, IS_ZERO },
	{ IR_umin, ZERO, IS_ZERO },  { IR_or, ONES, IS_ONES }, { IR_umax, ONES, IS_ONES },
	{ IR_andn, ONES, IS_ZERO },  { IR_udiv, ZERO, IS_ONES }, { IR_sdiv, ZERO, IS_ONES },
	{ IR_urem, ZERO, IS_A },     { IR_srem, ZERO, IS_A },
	{ IR_shl, MULTIPLE_OF_WIDTH, IS_A },  { IR_shr, MULTIPLE_OF_WIDTH, IS_A },
	{ IR_sar, MULTIPLE_OF_WIDTH, IS_A },  { IR_rotl, MULTIPLE_OF_WIDTH, IS_A },
	{ IR_rotr, MULTIPLE_OF_WIDTH, IS_A },
};

/* Both operands are one value; @b is not read. */
static const struct rule same_rules[] = {
	{ IR_sub, 0, IS_ZERO }, { IR_xor, 0, IS_ZERO }, { IR_andn, 0, IS_ZERO },
	{ IR_and, 0, IS_A },	{ IR_or, 0, IS_A },	{ IR_smin, 0, IS_A },
	{ IR_smax, 0, IS_A },	{ IR_umin, 0, IS_A },	{ IR_umax, 0, IS_A },
};

static uint32_t width(const struct ir_insn *insn)
{
	return 8 * ir_type_bytes(insn->type);
}

static bool matches(unsigned int constant, uint64_t bits, const struct ir_insn *insn)
{
	switch (constant) {
	case ZERO:
		return !bits;
	case ONE:
		return bits == 1;
	case ONES:
		return bits == ir_type_mask(insn->type);
	default:
		return bits % width(insn) == 0;
	}
}

void algebra_set_const(struct ir_insn *insn, uint64_t bits)
{
	*insn = (struct ir_insn){ .op = IR_const, .type = insn->type, .a = IR_NONE,
				  .imm = bits & ir_type_mask(insn->type) };
}

static void conclude(const struct algebra *algebra, uint32_t at, unsigned int result)
{
	struct ir_insn *insn = &algebra->unit->insn[at];

	if (result == IS_A)
		algebra->edit->same_as[at] = insn->a;
	else
		algebra_set_const(insn, result == IS_ZERO ? 0 : ~UINT64_C(0));
}

static bool apply_rules(const struct algebra *algebra, uint32_t at, bool b_known, uint64_t b)
{
	const struct ir_insn *insn = &algebra->unit->insn[at];
	size_t i;

	for (i = 0; b_known && i < VMB_ARRAY_SIZE(constant_rules); i++) {
		const struct rule *rule = &constant_rules[i];

		if (rule->op == insn->op && matches(rule->b, b, insn)) {
			conclude(algebra, at, rule->result);
			return true;
		}
	}
	for (i = 0; insn->a == insn->b && i < VMB_ARRAY_SIZE(same_rules); i++) {
		if (same_rules[i].op == insn->op) {
			conclude(algebra, at, same_rules[i].result);
			return true;
		}
	}
	return false;
}

/* Constants go to the right, so that rules need to look at one side only. */
static void constant_to_the_right(const struct ir_unit *unit, struct ir_insn *insn)
{
	uint32_t a = insn->a;
	uint64_t bits;

	if (insn->op != IR_add && insn->op != IR_mul && insn->op != IR_and && insn->op != IR_or &&
	    insn->op != IR_xor && insn->op != IR_umin && insn->op != IR_umax)
		return;
	if (opt_is_const(unit, insn->a, &bits) && !opt_is_const(unit, insn->b, &bits)) {
		insn->a = insn->b;
		insn->b = a;
	}
}

static void become_extract(struct ir_insn *insn, uint32_t pos, uint32_t len)
{
	insn->op = IR_ubfx;
	insn->b = IR_NONE;
	insn->lo = pos;
	insn->hi = len;
}

/* By a power of two above one: a remainder and a quotient are fields, a product is a shift. */
static void power_of_two(const struct algebra *algebra, struct ir_insn *insn, uint64_t b)
{
	uint32_t log2 = (uint32_t)__builtin_ctzll(b);

	if (insn->op == IR_urem) {
		become_extract(insn, 0, log2);
	} else if (insn->op == IR_udiv) {
		become_extract(insn, log2, width(insn) - log2);
	} else if (insn->op == IR_mul && algebra->uses[insn->b] == 1) {
		insn->op = IR_shl;
		algebra->unit->insn[insn->b].imm = log2;
	}
}

/* (x + c) + d, the constants being used here only: x + (c + d). */
static void reassociate(const struct algebra *algebra, struct ir_insn *insn, uint64_t d)
{
	const struct ir_insn *inner = &algebra->unit->insn[insn->a];
	uint64_t c;

	if (insn->op != IR_add || inner->op != IR_add || algebra->uses[insn->b] != 1 ||
	    !opt_is_const(algebra->unit, inner->b, &c))
		return;
	algebra->unit->insn[insn->b].imm = (c + d) & ir_type_mask(insn->type);
	algebra->uses[insn->a]--;
	algebra->uses[inner->a]++;
	insn->a = inner->a;
}

/* The address of an access: x + c with displacement d is x with c + d, if that fits. */
static void displace(const struct algebra *algebra, struct ir_insn *insn)
{
	const struct ir_insn *sum = &algebra->unit->insn[insn->a];
	uint64_t c, offset;

	if (sum->op != IR_add || !opt_is_const(algebra->unit, sum->b, &c))
		return;
	offset = c + insn->imm;
	if (offset != (uint64_t)(int64_t)(int32_t)offset)
		return;
	insn->a = sum->a;
	insn->imm = offset;
}

static void compare_with_itself(struct ir_insn *insn)
{
	if (insn->aux < IR_TST)
		algebra_set_const(insn, insn->aux == IR_EQ || insn->aux == IR_SLE ||
						insn->aux == IR_SGE || insn->aux == IR_ULE ||
						insn->aux == IR_UGE);
}

static bool is_flag(const struct ir_insn *insn, unsigned int op, unsigned int aux)
{
	return insn->op == op && insn->aux == aux;
}

static void order(struct ir_insn *insn, unsigned int cond, const struct ir_insn *of)
{
	insn->aux = (uint8_t)cond;
	insn->a = of->a;
	insn->b = of->b;
}

/* Of @n, @v, both of one difference: the number is not less if they are equal. */
static bool is_order(const struct ir_insn *n, const struct ir_insn *v)
{
	return is_flag(n, IR_flag_sub, IR_FLAG_N) && is_flag(v, IR_flag_sub, IR_FLAG_V) &&
	       n->a == v->a && n->b == v->b;
}

/* (n ^ v) | z is 0 if the number is greater. */
static bool is_strict(const struct ir_unit *unit, const struct ir_insn *insn,
		      const struct ir_insn **n)
{
	const struct ir_insn *differ = &unit->insn[insn->a], *z;

	if (insn->op != IR_or || differ->op != IR_xor)
		return false;
	*n = &unit->insn[differ->a];
	z = &unit->insn[insn->b];
	return is_order(*n, &unit->insn[differ->b]) && is_flag(z, IR_cmp, IR_EQ) &&
	       z->a == (*n)->a && z->b == (*n)->b;
}

/* Less, or equal, of the same numbers. */
static bool is_less_or_equal(const struct ir_unit *unit, const struct ir_insn *insn)
{
	const struct ir_insn *less = &unit->insn[insn->a], *equal = &unit->insn[insn->b];

	return insn->op == IR_or && is_flag(less, IR_cmp, IR_SLT) && is_flag(equal, IR_cmp, IR_EQ) &&
	       less->a == equal->a && less->b == equal->b;
}

static void compare_with_zero(const struct ir_unit *unit, struct ir_insn *insn,
			      const struct ir_insn *truth)
{
	unsigned int negate = insn->aux == IR_EQ;
	const struct ir_insn *n;

	if (truth->op == IR_cmp) {
		order(insn, truth->aux ^ negate, truth);
	} else if (is_flag(truth, IR_flag_res, IR_FLAG_Z)) {
		order(insn, IR_TSN ^ negate, truth);
		insn->b = insn->a;
	} else if (is_strict(unit, truth, &n)) {
		order(insn, IR_SLE ^ negate, n);
	} else if (is_less_or_equal(unit, truth)) {
		order(insn, IR_SLE ^ negate, &unit->insn[truth->a]);
	}
}

void algebra_compare(const struct ir_unit *unit, struct ir_insn *insn)
{
	const struct ir_insn *a = &unit->insn[insn->a], *b = &unit->insn[insn->b];
	bool equality = insn->aux == IR_EQ || insn->aux == IR_NE;
	uint64_t bits;

	if (equality && opt_is_const(unit, insn->b, &bits) && !bits)
		compare_with_zero(unit, insn, a);
	else if (equality && is_order(a, b))
		order(insn, insn->aux == IR_EQ ? IR_SGE : IR_SLT, a);
	else if ((insn->aux == IR_UGT || insn->aux == IR_ULE) && is_flag(a, IR_cmp, IR_UGE) &&
		 is_flag(b, IR_cmp, IR_EQ) && a->a == b->a && a->b == b->b)
		order(insn, insn->aux, a);
}

/* An extension of an extension, a truncation of one. */
static void extension(const struct algebra *algebra, uint32_t at)
{
	struct ir_insn *insn = &algebra->unit->insn[at];
	const struct ir_insn *inner = &algebra->unit->insn[insn->a];

	if (insn->op != IR_trunc && insn->op == inner->op)
		insn->a = inner->a;
	else if (insn->op == IR_sext && inner->op == IR_zext)
		*insn = (struct ir_insn){ .op = IR_zext, .type = insn->type, .a = inner->a,
					  .b = IR_NONE, .c = IR_NONE };
	else if (insn->op == IR_trunc && (inner->op == IR_zext || inner->op == IR_sext) &&
		 algebra->unit->insn[inner->a].type == insn->type)
		algebra->edit->same_as[at] = inner->a;
	else if (insn->op == IR_trunc && inner->op == IR_trunc)
		insn->a = inner->a;
}

/* A lane of a vector that has just been made of scalars, or of what is around one that was put in. */
static void extract(const struct algebra *algebra, uint32_t at)
{
	struct ir_insn *insn = &algebra->unit->insn[at];
	const struct ir_insn *vector = &algebra->unit->insn[insn->a];

	while (vector->op == IR_vins && vector->aux == insn->aux && vector->imm != insn->imm) {
		insn->a = vector->a;
		vector = &algebra->unit->insn[insn->a];
	}
	if (vector->op == IR_vpair && insn->aux == IR_I64X2)
		algebra->edit->same_as[at] = insn->imm ? vector->b : vector->a;
	else if (vector->aux != insn->aux)
		return;
	else if (vector->op == IR_vins)
		algebra->edit->same_as[at] = vector->b;
	else if (vector->op == IR_vsplat || (vector->op == IR_vmov0 && !insn->imm))
		algebra->edit->same_as[at] = vector->a;
	else if (vector->op == IR_vmov0)
		algebra_set_const(insn, 0);
}

/* Zeros at the one end are those at the other of what is turned round. */
static void count_zeros(const struct ir_unit *unit, struct ir_insn *insn)
{
	const struct ir_insn *turned = &unit->insn[insn->a];

	if (turned->op != IR_bitrev)
		return;
	insn->op = insn->op == IR_clz ? IR_ctz : IR_clz;
	insn->a = turned->a;
}

/* Is it 0 or 1, of that type? */
static bool is_truth(const struct ir_unit *unit, uint32_t value, unsigned int type)
{
	const struct ir_insn *insn = &unit->insn[value];

	return insn->type == type && (insn->op == IR_cmp || insn->op == IR_fcmp ||
				      (insn->op >= IR_flag_add && insn->op <= IR_flag_res));
}

static void choose(const struct algebra *algebra, uint32_t at)
{
	struct ir_insn *insn = &algebra->unit->insn[at];
	uint64_t a, b, c;

	if (opt_is_const(algebra->unit, insn->a, &a))
		algebra->edit->same_as[at] = a ? insn->b : insn->c;
	else if (insn->b == insn->c)
		algebra->edit->same_as[at] = insn->b;
	else if (is_truth(algebra->unit, insn->a, insn->type) &&
		 opt_is_const(algebra->unit, insn->b, &b) &&
		 opt_is_const(algebra->unit, insn->c, &c) && b == 1 && !c)
		algebra->edit->same_as[at] = insn->a;
}

/* A difference from 0 borrows nothing and does not overflow; its sign is that of what it is from. */
static void flag_of_difference(const struct ir_unit *unit, struct ir_insn *insn)
{
	uint64_t b;

	if (!opt_is_const(unit, insn->b, &b) || b)
		return;
	if (insn->aux == IR_FLAG_C || insn->aux == IR_FLAG_V)
		algebra_set_const(insn, 0);
	else if (insn->aux == IR_FLAG_N)
		*insn = (struct ir_insn){ .op = IR_cmp, .type = insn->type, .aux = IR_SLT,
					  .a = insn->a, .b = insn->b, .c = IR_NONE };
}

static void two_operands(const struct algebra *algebra, uint32_t at)
{
	struct ir_insn *insn = &algebra->unit->insn[at];
	uint64_t b;
	bool b_known;

	constant_to_the_right(algebra->unit, insn);
	b_known = opt_is_const(algebra->unit, insn->b, &b);
	if (apply_rules(algebra, at, b_known, b) || !b_known)
		return;
	if (b > 1 && !(b & (b - 1)))
		power_of_two(algebra, insn, b);
	else
		reassociate(algebra, insn, b);
}

static void compare(const struct algebra *algebra, struct ir_insn *insn)
{
	uint64_t b;

	algebra_compare(algebra->unit, insn);
	if (insn->a == insn->b)
		compare_with_itself(insn);
	else if ((insn->aux == IR_UGE || insn->aux == IR_ULT) &&
		 opt_is_const(algebra->unit, insn->b, &b) && !b)
		algebra_set_const(insn, insn->aux == IR_UGE);
}

void algebra_simplify(const struct algebra *algebra, uint32_t at)
{
	struct ir_insn *insn = &algebra->unit->insn[at];
	const struct ir_op_info *info = &ir_ops[insn->op];

	if (info->imm == I_OFF)
		displace(algebra, insn);
	else if (insn->op == IR_select)
		choose(algebra, at);
	else if (insn->op == IR_cmp)
		compare(algebra, insn);
	else if (insn->op == IR_flag_sub)
		flag_of_difference(algebra->unit, insn);
	else if (insn->op == IR_vextr)
		extract(algebra, at);
	else if (insn->op == IR_zext || insn->op == IR_sext || insn->op == IR_trunc)
		extension(algebra, at);
	else if (insn->op == IR_clz || insn->op == IR_ctz)
		count_zeros(algebra->unit, insn);
	else if (info->pure && info->nr_operands == 2 && info->kind[0] == K_INT &&
		 info->kind[2] == K_T)
		two_operands(algebra, at);
}
