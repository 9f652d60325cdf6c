// SPDX-License-Identifier: MIT
/*
 * Flags that are only stored: an instruction of the guest's sets several at once, and each goes to a
 * byte of the state. What computes one is left to its store, which is a setcc to memory, so that one
 * comparison serves all that stand together.
 */
#include "arch/x86_64/host/lower.h"

/* How far behind a flag its store is looked for. */
#define WINDOW 16u

enum kind { NO_KIND, SUBTRACT, ADD, RESULT, FLOATS };

/* What the host can have in its flags for it. */
static enum kind kind_of(const struct ir_insn *insn)
{
	static const uint8_t kinds[IR_NR_OPS] = {
		[IR_flag_sub] = SUBTRACT, [IR_flag_add] = ADD, [IR_flag_res] = RESULT,
		[IR_cmp] = SUBTRACT, [IR_fcmp] = FLOATS,
	};
	static const bool logical[] = { [IR_FLAG_N] = true, [IR_FLAG_Z] = true,
					[IR_FLAG_P] = true, [IR_FLAG_A] = false };
	enum kind kind = kinds[insn->op];

	if (insn->type != IR_I8 || (insn->op == IR_cmp && insn->aux >= IR_TST) ||
	    (ir_ops[insn->op].aux == X_FLAG && insn->aux == IR_FLAG_A) ||
	    (kind == RESULT && !logical[insn->aux]))
		return NO_KIND;
	return kind;
}

/* What neither faults, nor leaves, nor takes long may stand between a flag and its store. */
static bool may_be_between(const struct ir_insn *insn)
{
	return insn->op == IR_st_state || insn->op == IR_const || kind_of(insn) != NO_KIND;
}

/* The store that alone uses the flag at @at; IR_NONE: it is not only stored. */
static uint32_t store_of(const struct x64_lower *l, uint32_t at)
{
	const struct ir_insn *insn = l->unit->insn;
	uint32_t i;

	if (kind_of(&insn[at]) == NO_KIND || l->value[at].uses != 1)
		return IR_NONE;
	for (i = at + 1; i < l->unit->nr_insns && i < at + WINDOW; i++) {
		if (insn[i].op == IR_st_state && insn[i].a == at)
			return insn[i].aux & IR_LAZY ? IR_NONE : i;
		if (!may_be_between(&insn[i]))
			return IR_NONE;
	}
	return IR_NONE;
}

/* The branch that alone uses a comparison of floats, as one jump; IR_NONE: there is none. */
static uint32_t branch_of(const struct x64_lower *l, uint32_t at)
{
	const struct ir_insn *insn = l->unit->insn;
	unsigned int cond = insn[at].aux & IR_FCOND_MASK;
	uint32_t i;

	if (insn[at].op != IR_fcmp || l->value[at].uses != 1 || cond == IR_F_OEQ || cond == IR_F_UNE)
		return IR_NONE;
	for (i = at + 1; i < at + WINDOW; i++) {
		if (insn[i].op == IR_brcmp && insn[i].a == at)
			return insn[i].aux <= IR_NE && insn[insn[i].b].op == IR_const &&
			       !insn[insn[i].b].imm ? i : IR_NONE;
		if (!may_be_between(&insn[i]))
			return IR_NONE;
	}
	return IR_NONE;
}

static void use_until(struct x64_lower *l, uint32_t value, uint32_t at)
{
	if (value != IR_NONE && l->value[value].last < at)
		l->value[value].last = at;
}

bool x64_leave_to_user(struct x64_lower *l, const struct ir_insn *insn)
{
	uint32_t user = store_of(l, l->p.at);

	if (user == IR_NONE)
		user = branch_of(l, l->p.at);
	if (user == IR_NONE)
		return false;
	use_until(l, insn->a, user);
	use_until(l, insn->b, user);
	return true;
}

/* At the end of a block no other register can be taken. */
static unsigned int at_the_end(struct x64_lower *l, uint32_t value, unsigned int scratch)
{
	if (l->value[value].reg != JIT_NO_REG)
		return l->value[value].reg;
	x64_copy_to(l, scratch, value);
	return scratch;
}

bool x64_branches_on_floats(struct x64_lower *l, const struct ir_insn *insn, enum x64_cc *cc)
{
	const struct ir_insn *compare = &l->unit->insn[insn->a];
	unsigned int a, b;
	bool swap;

	if (compare->op != IR_fcmp || branch_of(l, insn->a) != l->p.at)
		return false;
	*cc = x64_float_cc(compare->aux & IR_FCOND_MASK, &swap) ^ (insn->aux == IR_EQ);
	a = at_the_end(l, compare->a, X64_XMM(0));
	b = at_the_end(l, compare->b, X64_XMM(1));
	x64_compare_registers(l, compare, a, b, swap);
	return true;
}

/* Of two floats either order tells whether they are equal, and whether they are ordered. */
static bool is_symmetric(const struct ir_insn *insn)
{
	unsigned int cond = insn->aux & IR_FCOND_MASK;

	return cond == IR_F_OEQ || cond == IR_F_UNE || cond >= IR_F_ORD;
}

static enum x64_cc flag_cc(unsigned int flag)
{
	static const uint8_t cc[] = { [IR_FLAG_N] = CC_S, [IR_FLAG_Z] = CC_E, [IR_FLAG_C] = CC_B,
				      [IR_FLAG_V] = CC_O, [IR_FLAG_P] = CC_P };

	return cc[flag];
}

static void subtract(struct x64_lower *l, const struct ir_insn *flag, unsigned int bytes)
{
	unsigned int a = x64_value(l, flag->a);
	struct x64_operand b = x64_source(l, flag->b);

	if (b.place == IN_MEM)
		x64_alu_rm(l->buf, X64_CMP, bytes, a, b.mem);
	else if (b.place == IN_REG)
		x64_alu_rr(l->buf, X64_CMP, bytes, a, b.reg);
	else
		x64_alu_ri(l->buf, X64_CMP, bytes, a, b.imm);
}

/* Let the host's flags be those that @flag is one of, unless they are. */
static void set_flags(struct x64_lower *l, const struct ir_insn *flag, bool swap)
{
	struct x64_flags now = {
		.kind = kind_of(flag), .a = swap ? flag->b : flag->a, .b = swap ? flag->a : flag->b,
		.signals = flag->op == IR_fcmp && flag->aux & IR_FCOND_SIGNAL,
	};
	unsigned int bytes = ir_type_bytes(x64_type(l, flag->a));

	if (l->flags.at == code_buf_at(l->buf) && l->flags.kind == now.kind &&
	    l->flags.a == now.a && l->flags.b == now.b && l->flags.signals >= now.signals)
		return;
	switch (now.kind) {
	case FLOATS:
		x64_compare_floats(l, flag, swap);
		break;
	case RESULT:
		x64_test_rr(l->buf, bytes, x64_value(l, now.a), x64_value(l, now.a));
		break;
	case ADD:
		x64_copy_to(l, RAX, now.a);
		x64_alu_rr(l->buf, X64_ADD, bytes, RAX, x64_value(l, now.b));
		break;
	default:
		subtract(l, flag, bytes);
		break;
	}
	l->flags = now;
}

/* Equal floats: with unordered ones the host says so, too. */
static void store_equal(struct x64_lower *l, unsigned int cond, struct x64_mem mem)
{
	bool equal = cond == IR_F_OEQ;

	x64_setcc(l->buf, equal ? CC_E : CC_NE, RAX);
	x64_setcc(l->buf, equal ? CC_NP : CC_P, RCX);
	x64_alu_rr(l->buf, equal ? X64_AND : X64_OR, 4, RAX, RCX);
	x64_store(l->buf, 1, mem, RAX);
}

static void store_float(struct x64_lower *l, const struct ir_insn *flag, struct x64_mem mem)
{
	unsigned int cond = flag->aux & IR_FCOND_MASK, cc;
	bool swap;

	cc = x64_float_cc(cond, &swap);
	/* As "less" needs them. */
	set_flags(l, flag, swap || is_symmetric(flag));
	if (cond == IR_F_OEQ || cond == IR_F_UNE) {
		store_equal(l, cond, mem);
		return;
	}
	x64_rm(l->buf, X64_SETCC + cc, 0, mem);
	l->flags.at = code_buf_at(l->buf);
}

bool x64_store_flag(struct x64_lower *l, const struct ir_insn *insn)
{
	const struct ir_insn *flag = &l->unit->insn[insn->a];
	struct x64_mem mem = x64_state(l, insn->imm);

	if (kind_of(flag) == NO_KIND || store_of(l, insn->a) != l->p.at)
		return false;
	if (flag->op == IR_fcmp) {
		store_float(l, flag, mem);
	} else {
		set_flags(l, flag, false);
		x64_rm(l->buf, X64_SETCC + (flag->op == IR_cmp ? x64_cc_of(flag->aux) :
					    flag_cc(flag->aux)), 0, mem);
		l->flags.at = code_buf_at(l->buf);
	}
	if (flag->a != IR_NONE)
		x64_release(l, flag->a);
	if (flag->b != IR_NONE)
		x64_release(l, flag->b);
	return true;
}

/* The carry into bit 4 is where the result differs from a ^ b. */
static void half_carry(struct x64_lower *l, unsigned int a, unsigned int b)
{
	x64_alu_rr(l->buf, X64_XOR, 4, RAX, a);
	x64_alu_rr(l->buf, X64_XOR, 4, RAX, b);
	x64_shift_i(l->buf, X64_SHR, 4, RAX, 4);
	x64_alu_ri(l->buf, X64_AND, 4, RAX, 1);
	x64_mov(l->buf, 4, x64_result(l), RAX);
}

X64_LOWER(flag)
{
	static const uint8_t ops[IR_NR_OPS] = {
		[IR_flag_add] = X64_ADD, [IR_flag_adc] = X64_ADC,
		[IR_flag_sub] = X64_SUB, [IR_flag_sbb] = X64_SBB,
	};
	unsigned int bytes = ir_type_bytes(x64_type(l, insn->a)), a, b;

	if (x64_leave_to_user(l, insn))
		return;
	a = x64_value(l, insn->a);
	b = x64_value(l, insn->b);
	if (jit_nr_operands[insn->op] == 3)
		x64_copy_to(l, RCX, insn->c);
	x64_mov(l->buf, 8, RAX, a);
	if (jit_nr_operands[insn->op] == 3)
		x64_unary(l->buf, X64_NEG, 4, RCX);
	x64_alu_rr(l->buf, ops[insn->op], bytes, RAX, b);
	if (insn->aux == IR_FLAG_A)
		half_carry(l, a, b);
	else
		x64_set(l->buf, flag_cc(insn->aux), x64_result(l));
}

X64_LOWER(flag_res)
{
	unsigned int bytes = ir_type_bytes(x64_type(l, insn->a)), a;

	if (x64_leave_to_user(l, insn))
		return;
	a = x64_value(l, insn->a);
	if (insn->aux == IR_FLAG_C || insn->aux == IR_FLAG_V || insn->aux == IR_FLAG_A) {
		x64_mov_imm(l->buf, x64_result(l), 0);
		return;
	}
	x64_test_rr(l->buf, bytes, a, a);
	x64_set(l->buf, flag_cc(insn->aux), x64_result(l));
}
