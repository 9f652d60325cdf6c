// SPDX-License-Identifier: MIT
#include "arch/x86_64/host/lower.h"

static const uint8_t cc_of[IR_NR_CONDS] = {
	[IR_EQ] = CC_E,	  [IR_NE] = CC_NE,   [IR_SLT] = CC_L,  [IR_SGE] = CC_GE, [IR_SLE] = CC_LE,
	[IR_SGT] = CC_G,  [IR_ULT] = CC_B,   [IR_UGE] = CC_AE, [IR_ULE] = CC_BE, [IR_UGT] = CC_A,
	[IR_TST] = CC_NE, [IR_TSN] = CC_E,
};

/* The condition between b and a that holds when the given one holds between a and b. */
static const uint8_t swapped[IR_NR_CONDS] = {
	[IR_EQ] = IR_EQ,   [IR_NE] = IR_NE,   [IR_SLT] = IR_SGT, [IR_SGE] = IR_SLE,
	[IR_SLE] = IR_SGE, [IR_SGT] = IR_SLT, [IR_ULT] = IR_UGT, [IR_UGE] = IR_ULE,
	[IR_ULE] = IR_UGE, [IR_UGT] = IR_ULT, [IR_TST] = IR_TST, [IR_TSN] = IR_TSN,
};

static void test(struct x64_lower *l, unsigned int bytes, unsigned int a, struct x64_operand b)
{
	if (b.place == IN_IMM)
		x64_test_ri(l->buf, bytes, a, (uint32_t)b.imm);
	else if (b.place == IN_MEM)
		x64_rm(l->buf, x64_sized(X64_TEST, bytes), a, b.mem);
	else
		x64_test_rr(l->buf, bytes, a, b.reg);
}

enum x64_cc x64_cc_of(unsigned int cond)
{
	return cc_of[cond];
}

enum x64_cc x64_compare(struct x64_lower *l, const struct ir_insn *insn)
{
	unsigned int bytes = ir_type_bytes(x64_type(l, insn->a)), cond = insn->aux, a;
	uint32_t left = insn->a, right = insn->b;
	struct x64_operand b;

	if (x64_is_const(l, left)) {
		left = insn->b;
		right = insn->a;
		cond = swapped[cond];
	}
	a = x64_value(l, left);
	b = x64_source(l, right);
	if (cond >= IR_TST)
		test(l, bytes, a, b);
	else if (b.place == IN_MEM)
		x64_alu_rm(l->buf, X64_CMP, bytes, a, b.mem);
	else if (b.place == IN_REG)
		x64_alu_rr(l->buf, X64_CMP, bytes, a, b.reg);
	else if (b.imm)
		x64_alu_ri(l->buf, X64_CMP, bytes, a, b.imm);
	else
		x64_test_rr(l->buf, bytes, a, a);
	return cc_of[cond];
}

/* May the comparison at @at be left to the next instruction, which alone uses it as a truth? */
static bool left_to_next(const struct x64_lower *l, uint32_t at)
{
	const struct ir_insn *next = &l->unit->insn[at + 1];

	return l->unit->insn[at].op == IR_cmp && l->value[at].uses == 1 && next->a == at &&
	       (next->op == IR_brcond || next->op == IR_select);
}

enum x64_cc x64_truth(struct x64_lower *l, const struct ir_insn *insn)
{
	unsigned int a;

	if (insn->a + 1 == l->p.at && left_to_next(l, insn->a))
		return x64_compare(l, &l->unit->insn[insn->a]);
	a = x64_value(l, insn->a);
	x64_test_rr(l->buf, ir_type_bytes(x64_type(l, insn->a)), a, a);
	return CC_NE;
}

static void use_in_next(struct x64_lower *l, uint32_t value)
{
	if (l->value[value].last == l->p.at)
		l->value[value].last = l->p.at + 1;
}

X64_LOWER(cmp)
{
	enum x64_cc cc;

	if (left_to_next(l, l->p.at)) {
		use_in_next(l, insn->a);
		use_in_next(l, insn->b);
		return;
	}
	if (x64_leave_to_user(l, insn))
		return;
	cc = x64_compare(l, insn);
	x64_release(l, insn->a);
	x64_release(l, insn->b);
	l->p.regs.locked = 0;
	x64_set(l->buf, cc, x64_result(l));
}

/* The operands of a comparison that was left to a select. */
static void release_compared(struct x64_lower *l, const struct ir_insn *insn)
{
	const struct ir_insn *cmp = &l->unit->insn[insn->a];

	if (insn->a + 1 != l->p.at || !left_to_next(l, insn->a))
		return;
	x64_release(l, cmp->a);
	x64_release(l, cmp->b);
}

/* Instructions that load and copy leave the flags alone, so the comparison may come first. */
X64_LOWER(select)
{
	unsigned int b = x64_value(l, insn->b), dst;
	enum x64_cc cc = x64_truth(l, insn);
	uint32_t over;

	dst = x64_result_from(l, insn->c);
	if (dst < 16) {
		x64_rr(l->buf, (X64_CMOV | X64_W) + cc, dst, b);
	} else {
		over = x64_jcc_short(l->buf, cc ^ 1);
		x64_rr(l->buf, X64_MOVAPS, dst, b);
		x64_bind_short(l->buf, over);
	}
	release_compared(l, insn);
}
