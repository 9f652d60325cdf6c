// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/ir/eval.h"
#include "vmcore/opt/algebra.h"

/*
 * Evaluation is the interpreter's. Floating point is folded only when it is exact: then it raises no
 * flag and is the same in every rounding mode, except for the sign of a zero sum.
 */
static bool depends_on_mode(const struct ir_insn *insn, const union ir_val *out)
{
	switch (insn->op) {
	case IR_fadd:
	case IR_fsub:
	case IR_ffma:
		return !(out->d[0] << 1 << (insn->type == IR_F32 ? 32 : 0));
	case IR_fround:
	case IR_f2si:
	case IR_f2ui:
		return (insn->aux2 & IR_RND_MASK) == IR_DYN;
	default:
		return ir_ops[insn->op].kind[0] == K_V;
	}
}

static bool constant_operands(const struct ir_unit *unit, const struct ir_insn *insn)
{
	unsigned int i;

	for (i = 0; i < ir_ops[insn->op].nr_operands; i++) {
		if (unit->insn[ir_operand(insn, i)].op != IR_const)
			return false;
	}
	return i > 0;
}

static void load_operand(const struct ir_unit *unit, uint32_t value, union ir_val *out)
{
	struct ir_eval eval = { .insn = &unit->insn[value] };

	ir_eval(&eval, out);
}

static bool fold_insn(const struct ir_unit *unit, struct ir_insn *insn)
{
	const struct ir_op_info *info = &ir_ops[insn->op];
	union ir_val operand[3], out;
	struct ir_fpenv fp = { 0 };
	struct ir_eval eval = { .insn = insn, .fp = &fp, .atype = unit->insn[insn->a].type,
				.a = &operand[0] };

	load_operand(unit, insn->a, &operand[0]);
	if (info->nr_operands > 1) {
		load_operand(unit, insn->b, &operand[1]);
		eval.b = &operand[1];
	}
	if (info->nr_operands > 2) {
		load_operand(unit, insn->c, &operand[2]);
		eval.c = &operand[2];
	}
	ir_eval(&eval, &out);
	if (info->effects & E_FP && (fp.flags || depends_on_mode(insn, &out)))
		return false;
	*insn = (struct ir_insn){ .op = IR_const, .type = insn->type, .a = IR_NONE,
				  .b = (uint32_t)out.d[1], .c = (uint32_t)(out.d[1] >> 32),
				  .imm = out.d[0] };
	return true;
}

static void become_jump(struct ir_insn *insn, uint32_t edge)
{
	*insn = (struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE,
				  .lo = edge, .hi = 1 };
}

/* A branch on a comparison, or on a comparison of one with 0, compares itself. */
static void fuse(const struct ir_unit *unit, struct ir_insn *insn)
{
	const struct ir_insn *cmp = &unit->insn[insn->a];

	if (insn->op == IR_brcmp)
		algebra_compare(unit, insn);
	if (insn->op != IR_brcond || cmp->op != IR_cmp)
		return;
	insn->op = IR_brcmp;
	insn->aux = cmp->aux;
	insn->a = cmp->a;
	insn->b = cmp->b;
}

/* Do all edges lead to one block with the same arguments? */
static bool edges_agree(const struct algebra *algebra, const struct ir_insn *insn)
{
	const struct ir_unit *unit = algebra->unit;
	const struct ir_edge *first = &unit->edge[insn->lo];
	uint32_t i, k;

	for (i = 1; i < insn->hi; i++) {
		if (first[i].block != first->block)
			return false;
		for (k = 0; k < first->nr_args; k++) {
			uint32_t arg = unit->arg[first->first_arg + k];

			if (opt_value(algebra->edit, unit->arg[first[i].first_arg + k]) !=
			    opt_value(algebra->edit, arg))
				return false;
		}
	}
	return true;
}

static void decide(const struct algebra *algebra, struct ir_insn *insn)
{
	const struct ir_unit *unit = algebra->unit;
	unsigned int type = unit->insn[insn->a].type;
	uint64_t a, b;

	if (edges_agree(algebra, insn)) {
		become_jump(insn, insn->lo);
		return;
	}
	if (!opt_is_const(unit, insn->a, &a))
		return;
	if (insn->op == IR_brcond)
		become_jump(insn, insn->lo + !a);
	else if (insn->op == IR_switch)
		become_jump(insn, insn->lo + (a < insn->hi - 1 ? (uint32_t)a + 1 : 0));
	else if (opt_is_const(unit, insn->b, &b))
		become_jump(insn, insn->lo + !ir_cond_holds(insn->aux, type, a, b));
}

static void fold(const struct algebra *algebra, uint32_t at)
{
	struct ir_unit *unit = algebra->unit;
	struct ir_insn *insn = &unit->insn[at];

	opt_rename(algebra->edit, insn);
	if (insn->op == IR_brcond || insn->op == IR_brcmp || insn->op == IR_switch) {
		fuse(unit, insn);
		decide(algebra, insn);
		return;
	}
	if (ir_ops[insn->op].pure && constant_operands(unit, insn) && fold_insn(unit, insn))
		return;
	algebra_simplify(algebra, at);
}

int opt_fold(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct algebra algebra = { .unit = unit };
	struct opt_edit edit;
	uint32_t i;
	int status = opt_edit_init(&edit, unit, scratch);

	if (status)
		return status;
	algebra.edit = &edit;
	algebra.uses = opt_count_uses(unit, scratch, &status);
	if (status)
		return status;
	for (i = 0; i < unit->nr_insns; i++)
		fold(&algebra, i);
	return opt_apply(&edit, unit, scratch);
}
