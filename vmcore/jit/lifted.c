// SPDX-License-Identifier: MIT
/*
 * What tier 1 is to know of a unit whose lifter left to others to find what is in vain: one walk
 * from the back finds the last use of each value before it comes to what computes it, and so what
 * nobody uses. That becomes a constant, which is no code. Stores to the state that are overwritten
 * in their block before anything sees them do so, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/jit/lower.h"

/* Widest slot in bytes. */
#define WIDEST 16u
/* Widths of stores have the low bits of a note; above them is the number of when it was made. */
#define NOTE   32u

/*
 * What is to be known of an instruction. OPERANDS: how many; SKIPPED: it uses nothing and stays;
 * DROPS: it is in vain if nobody uses it; SEES: all of the state; MORE: a call or a terminator, which
 * can have arguments; FP: floating point; CONST: a constant
 */
enum { OPERANDS = 3, SKIPPED = 4, DROPS = 8, SEES = 16, MORE = 32, FP = 64, CONST = 128 };

#define NR(a, b, c) (((a) != K_NONE) + ((b) != K_NONE) + ((c) != K_NONE))
#define STAYS(name) (IR_##name == IR_param || IR_##name == IR_const || IR_##name == IR_guest_pc)
#define KIND(name, a, b, c, effects)                                                               \
	(NR(a, b, c) | (STAYS(name) ? SKIPPED : 0) | (IR_##name == IR_const ? CONST : 0) |         \
	 ((effects) & (E_FP | E_FPENV) ? FP : 0))

static const uint8_t kinds[IR_NR_OPS] = {
#define IR_OP(name, result, a, b, c, aux, aux2, imm, effects, doc)                                 \
	[IR_##name] = KIND(name, a, b, c, effects) | (IR_##name == IR_ld_state ? DROPS : 0) |      \
		      ((effects) & (E_FAULT | E_CALL | E_TERM) ? SEES : 0) |                       \
		      ((effects) & (E_CALL | E_TERM) ? MORE : 0),
#define IR_PURE(name, result, a, b, c, aux, aux2, imm, effects, doc)                               \
	[IR_##name] = KIND(name, a, b, c, effects) | ((effects) & E_FP ? 0 : DROPS),
#include "vmcore/ir/ops.def"
#undef IR_OP
#undef IR_PURE
};

/*
 * @first: where the block begins
 * @over: per byte of the state, and WIDEST before it: the width of a store to come that begins there
 *	before anything sees the state, if it was noted @now
 * @noted: something has been, since the state was seen last
 * @all: the kinds of all instructions
 */
struct walk {
	struct jit_job *job;
	struct ir_unit *unit;
	struct jit_value *value;
	uint32_t *over;
	uint32_t first, now, all;
	bool noted;
};

int jit_reserve_notes(struct jit_scratch *scratch, uint32_t state_bytes)
{
	uint32_t nr = state_bytes + WIDEST;
	uint32_t *note;

	if (nr <= scratch->cap_notes)
		return 0;
	note = realloc(scratch->note, nr * sizeof(*note));
	if (!note)
		return -ENOMEM;
	memset(note, 0, nr * sizeof(*note));
	scratch->note = note;
	scratch->cap_notes = nr;
	scratch->now = NOTE;
	return 0;
}

static void see_state(struct walk *w)
{
	w->now += w->noted ? NOTE : 0;
	w->noted = false;
}

/* Stores that overlap what is loaded here are needed. */
static void see_slot(struct walk *w, const struct ir_insn *insn)
{
	if (w->noted)
		memset(w->over + insn->imm + 1, 0,
		       (WIDEST - 1 + ir_type_bytes(insn->type)) * sizeof(*w->over));
}

/* Return: is it overwritten before anything sees it? */
static bool is_overwritten(struct walk *w, const struct ir_insn *insn)
{
	uint32_t bytes = ir_type_bytes(w->unit->insn[insn->a].type);
	uint32_t *over = &w->over[insn->imm + WIDEST];

	if (*over >= w->now + bytes)
		return true;
	*over = w->now + bytes;
	w->noted = true;
	return false;
}

/* From the back the first use that is met is the last one. */
VMB_INLINE void use(struct jit_value *values, uint32_t used, uint32_t at, uint32_t first)
{
	struct jit_value *value = &values[used];
	uint32_t uses = value->uses;

	if (!uses)
		value->last = at;
	value->uses = uses + 1;
	if (VMB_UNLIKELY(used < first))
		value->flags |= JIT_GLOBAL;
}

static void use_args(struct walk *w, uint32_t from, uint32_t nr, uint32_t at)
{
	while (nr--)
		use(w->value, w->unit->arg[from++], at, w->first);
}

static void use_more(struct walk *w, const struct ir_insn *insn, uint32_t at)
{
	uint32_t nr = ir_nr_edges(insn), i;

	for (i = 0; i < nr; i++) {
		const struct ir_edge *edge = &w->unit->edge[insn->lo + i];

		w->job->scratch->label[edge->block].preds++;
		use_args(w, edge->first_arg, edge->nr_args, at);
	}
	if (insn->op == IR_call) {
		const struct ir_helper *helper = &w->unit->helper[insn->lo];

		use_args(w, insn->hi, helper->nr_args, at);
		w->all |= helper->effects & E_FPENV ? FP : 0;
	}
}

/* What has effects, or is in vain. @kind: of the instruction at @at. Return: it stays. */
static bool stays(struct walk *w, struct ir_insn *insn, uint32_t kind, uint32_t at)
{
	if (insn->op == IR_st_state ? is_overwritten(w, insn) : kind & DROPS && !w->value[at].uses) {
		*insn = (struct ir_insn){ .op = IR_const, .type = IR_I64, .a = IR_NONE };
		w->value[at].flags |= JIT_CONST;
		return false;
	}
	if (kind & MORE)
		use_more(w, insn, at);
	if (kind & SEES)
		see_state(w);
	else if (insn->op == IR_ld_state)
		see_slot(w, insn);
	return true;
}

/* The body of a block. */
static void visit(struct walk *w, uint32_t from, uint32_t to)
{
	struct ir_insn *const insns = w->unit->insn;
	struct jit_value *const values = w->value;
	uint32_t first = w->first, all = 0, at;

	for (at = to; at-- > from;) {
		struct ir_insn *insn = &insns[at];
		struct jit_value *value = &values[at];
		uint32_t kind = kinds[insn->op], nr = kind & OPERANDS, uses = value->uses;

		value->reg = JIT_NO_REG;
		if (!uses)
			value->last = at;
		if (kind & SKIPPED) {
			value->flags |= kind & CONST ? JIT_CONST : 0;
			continue;
		}
		if ((!(kind & DROPS) || !uses || insn->op == IR_ld_state) &&
		    !stays(w, insn, kind, at))
			continue;
		all |= kind;
		if (!nr)
			continue;
		use(values, insn->a, at, first);
		if (nr == 1)
			continue;
		use(values, insn->b, at, first);
		if (nr == 3)
			use(values, insn->c, at, first);
	}
	w->all |= all;
}

static void use_params(struct walk *w, const struct ir_block *block)
{
	uint32_t i;

	for (i = block->first; i < block->first + block->nr_params; i++) {
		struct jit_value *value = &w->value[i];

		value->reg = JIT_NO_REG;
		if (!value->uses)
			value->last = i;
		jit_scan_param(w->job, i);
	}
}

void jit_scan_lifted(struct jit_job *job)
{
	struct ir_unit *unit = job->lifted;
	struct jit_scratch *s = job->scratch;
	struct walk w = { .job = job, .unit = unit, .value = s->value, .over = s->note,
			  .now = s->now };
	uint32_t b;

	jit_scan_begin(job);
	memset(s->value, 0, unit->nr_insns * sizeof(*s->value));
	for (b = unit->nr_blocks; b-- > 0;) {
		const struct ir_block *block = &unit->block[b];

		w.first = block->first;
		visit(&w, block->first + block->nr_params, block->first + block->nr);
		use_params(&w, block);
	}
	/* Notes of units to come are greater than all of this one. */
	s->now = w.now + NOTE;
	if (s->now > UINT32_MAX / 2) {
		memset(s->note, 0, s->cap_notes * sizeof(*s->note));
		s->now = NOTE;
	}
	job->uses_fp |= w.all & FP || job->below_fp;
}
