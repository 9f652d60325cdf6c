// SPDX-License-Identifier: MIT
/*
 * Which floats are no NaN but the default one: results by the default rule, integers as floats,
 * constants, and what is one or the other of these. Where invalid operations trap
 * (jit_target.traps), what comes out of such operands is one again.
 *
 * What a unit with a loop finds in the guest's state is hardly ever another NaN, and a loop's parameters
 * begin with it. It is taken for one of these where something is computed from it, and compared at the
 * unit's entry (jit_target.chained: who serves the trap can throw the unit away).
 */
#include "vmcore/ir/dom.h"
#include "vmcore/jit/lower.h"

/* Loops in loops take as many rounds; more are rare, and nothing is known then. */
#define MAX_ROUNDS 8u

static bool is_float(unsigned int type)
{
	return type == IR_F32 || type == IR_F64;
}

static bool const_is_canonical(const struct ir_insn *insn)
{
	bool wide = insn->type == IR_F64;
	uint64_t infinity = wide ? UINT64_C(0x7ff0000000000000) : 0x7f800000;
	uint64_t nan = wide ? UINT64_C(0x7ff8000000000000) : 0x7fc00000;

	return (insn->imm & (wide ? INT64_MAX : INT32_MAX)) <= infinity || insn->imm == nan;
}

/* By the instruction alone. */
static bool makes_canonical(const struct ir_insn *insn)
{
	unsigned int attr = ir_ops[insn->op].aux2;

	if (attr == X_NAN || attr == X_RNDNAN)
		return (insn->aux2 & IR_NAN_MASK) >> IR_NAN_SHIFT == IR_NAN_DEF;
	if (insn->op == IR_const)
		return const_is_canonical(insn);
	return insn->op == IR_si2f || insn->op == IR_ui2f;
}

bool jit_is_canonical(const struct jit_job *job, uint32_t value)
{
	return job->scratch->value[value].flags & JIT_CANONICAL ||
	       makes_canonical(&job->unit->insn[value]);
}

/* Do @visit for what each edge of a block gives to a parameter. Return: has one done anything? */
static bool each_arg(struct jit_job *job, uint32_t b,
		     bool (*visit)(struct jit_job *job, uint32_t param, uint32_t arg))
{
	const struct ir_unit *unit = job->unit;
	const struct ir_insn *term = ir_terminator(unit, b);
	bool found = false;
	uint32_t i, k;

	for (i = 0; i < ir_nr_edges(term); i++) {
		const struct ir_edge *edge = &unit->edge[term->lo + i];
		const struct ir_block *to = &unit->block[edge->block];

		for (k = 0; k < to->nr_params; k++)
			found |= visit(job, to->first + k, unit->arg[edge->first_arg + k]);
	}
	return found;
}

/* A parameter that is something else on an edge. */
static bool drop_param(struct jit_job *job, uint32_t param, uint32_t arg)
{
	struct jit_value *value = &job->scratch->value[param];
	bool drops = value->flags & JIT_CANONICAL && !jit_is_canonical(job, arg);

	if (drops)
		value->flags &= (uint8_t)~JIT_CANONICAL;
	return drops;
}

static bool drop_selects(struct jit_job *job)
{
	const struct ir_unit *unit = job->unit;
	struct jit_value *value = job->scratch->value;
	bool found = false;
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		if (insn->op != IR_select || !(value[i].flags & JIT_CANONICAL) ||
		    (jit_is_canonical(job, insn->b) && jit_is_canonical(job, insn->c)))
			continue;
		value[i].flags &= (uint8_t)~JIT_CANONICAL;
		found = true;
	}
	return found;
}

static bool has_loop(const struct ir_unit *unit)
{
	uint32_t b, i;

	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			if (unit->edge[term->lo + i].block <= b)
				return true;
		}
	}
	return false;
}

/* What the entry loads from the state before anything is stored there. */
static void assume_entry(struct jit_job *job)
{
	const struct ir_block *entry = &job->unit->block[0];
	uint32_t nr = 0, i;

	for (i = entry->first; i < entry->first + entry->nr && nr < JIT_MAX_ASSUMED; i++) {
		const struct ir_insn *insn = &job->unit->insn[i];

		if (insn->op == IR_st_state || insn->op == IR_call)
			return;
		if (insn->op != IR_ld_state || insn->type != IR_F64)
			continue;
		job->scratch->value[i].flags |= JIT_CANONICAL;
		nr++;
	}
}

static bool want(struct jit_job *job, uint32_t value)
{
	struct jit_value *v = &job->scratch->value[value];
	bool is_new = v->flags & JIT_CANONICAL && !(v->flags & JIT_WANTED);

	if (is_new)
		v->flags |= JIT_WANTED;
	return is_new;
}

/* Operands of what is computed by the default rule. */
static void want_operands(struct jit_job *job)
{
	const struct ir_unit *unit = job->unit;
	uint32_t i, k;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];
		uint32_t operand[3] = { 0 };

		if (insn->op == IR_const || !makes_canonical(insn))
			continue;
		jit_operands(insn, unit->nr_insns, operand);
		for (k = 0; k < jit_nr_operands[insn->op]; k++)
			want(job, operand[k]);
	}
}

static bool want_arg(struct jit_job *job, uint32_t param, uint32_t arg)
{
	return job->scratch->value[param].flags & JIT_WANTED && want(job, arg);
}

static bool want_selected(struct jit_job *job)
{
	const struct ir_unit *unit = job->unit;
	bool found = false;
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		if (insn->op != IR_select || !(job->scratch->value[i].flags & JIT_WANTED))
			continue;
		found |= want(job, insn->b);
		found |= want(job, insn->c);
	}
	return found;
}

/* Of what is assumed only that is compared which something is computed from. */
static void drop_unwanted(struct jit_job *job)
{
	const struct ir_block *entry = &job->unit->block[0];
	bool changed = true;
	uint32_t b, i;

	want_operands(job);
	while (changed) {
		changed = want_selected(job);
		for (b = 0; b < job->unit->nr_blocks; b++)
			changed |= each_arg(job, b, want_arg);
	}
	for (i = entry->first; i < entry->first + entry->nr; i++) {
		struct jit_value *v = &job->scratch->value[i];

		if (job->unit->insn[i].op == IR_ld_state && !(v->flags & JIT_WANTED))
			v->flags &= (uint8_t)~JIT_CANONICAL;
	}
}

static void set_all(struct jit_job *job, bool canonical)
{
	const struct ir_unit *unit = job->unit;
	struct jit_value *value = job->scratch->value;
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		value[i].flags &= (uint8_t)~(JIT_CANONICAL | JIT_WANTED);
		if (canonical && is_float(insn->type) &&
		    (insn->op == IR_param || insn->op == IR_select))
			value[i].flags |= JIT_CANONICAL;
	}
}

void jit_find_canonical(struct jit_job *job)
{
	uint32_t rounds, b;
	bool changed = true;

	set_all(job, true);
	if (job->target->chained && has_loop(job->unit))
		assume_entry(job);
	for (rounds = 0; changed && rounds < MAX_ROUNDS; rounds++) {
		changed = drop_selects(job);
		for (b = 0; b < job->unit->nr_blocks; b++)
			changed |= each_arg(job, b, drop_param);
	}
	if (changed)
		set_all(job, false);
	else
		drop_unwanted(job);
}
