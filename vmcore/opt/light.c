// SPDX-License-Identifier: MIT
/*
 * What is not used goes, in one walk from the back and without moving anything: an instruction that
 * computes nothing of use becomes a constant that nobody uses, which is no code.
 */
#include <errno.h>
#include <string.h>

#include "vmcore/opt/pass.h"
#include "vmcore/opt/pipeline.h"

/* Widest slot in bytes. */
#define WIDEST 16u

/*
 * @used: per value, is it used by what stays?
 * @over: per byte of the state, and WIDEST before it: the width of a store to come that begins there
 *	before anything sees the state
 * @clean: nothing has been noted in @over since it was cleared
 */
struct work {
	struct ir_unit *unit;
	uint8_t *used;
	uint8_t *over;
	bool clean;
};

static void see_state(struct work *w)
{
	if (!w->clean)
		memset(w->over, 0, w->unit->state_bytes + WIDEST);
	w->clean = true;
}

/* Stores that overlap what is loaded here are needed. */
static void see_slot(struct work *w, const struct ir_insn *insn)
{
	if (!w->clean)
		memset(w->over + insn->imm + 1, 0, WIDEST - 1 + ir_type_bytes(insn->type));
}

/* Return: is it overwritten before anything sees it? */
static bool store(struct work *w, const struct ir_insn *insn)
{
	uint8_t bytes = (uint8_t)ir_type_bytes(w->unit->insn[insn->a].type);
	uint8_t *over = &w->over[insn->imm + WIDEST];

	if (*over >= bytes)
		return true;
	*over = bytes;
	w->clean = false;
	return false;
}

/* What is to be known of an instruction: low bits: number of operands. */
enum { OPERANDS = 3, SKIPPED = 4, DROPS = 8, SEES = 16, MORE = 32 };

#define PLAIN(name) (IR_##name == IR_param || IR_##name == IR_const || IR_##name == IR_guest_pc)

/*
 * SKIPPED: nothing to be done; DROPS: it is dead if nobody uses it; SEES: all of the state; MORE: a
 * call or a terminator, which can have arguments.
 */
static const uint8_t kinds[IR_NR_OPS] = {
#define IR_OP(name, result, a, b, c, aux, aux2, imm, effects, doc)                                 \
	[IR_##name] = (((a) != K_NONE) + ((b) != K_NONE) + ((c) != K_NONE)) |                      \
		      (PLAIN(name) ? SKIPPED : 0) | (IR_##name == IR_ld_state ? DROPS : 0) |       \
		      ((effects) & (E_FAULT | E_CALL | E_TERM) ? SEES : 0) |                       \
		      ((effects) & (E_CALL | E_TERM) ? MORE : 0),
#define IR_PURE(name, result, a, b, c, aux, aux2, imm, effects, doc)                               \
	[IR_##name] = (((a) != K_NONE) + ((b) != K_NONE) + ((c) != K_NONE)) |                      \
		      (PLAIN(name) ? SKIPPED : 0) | ((effects) & E_FP ? 0 : DROPS),
#include "vmcore/ir/ops.def"
#undef IR_OP
#undef IR_PURE
};

static void use_args(struct work *w, uint32_t first, uint32_t nr)
{
	while (nr--)
		w->used[w->unit->arg[first++]] = 1;
}

static void use_more(struct work *w, const struct ir_insn *insn)
{
	uint32_t i;

	if (insn->op == IR_call)
		use_args(w, insn->hi, w->unit->helper[insn->lo].nr_args);
	for (i = 0; i < ir_nr_edges(insn); i++) {
		const struct ir_edge *edge = &w->unit->edge[insn->lo + i];

		use_args(w, edge->first_arg, edge->nr_args);
	}
}

static void visit(struct work *w, uint32_t at)
{
	struct ir_insn *insn = &w->unit->insn[at];
	uint32_t kind = kinds[insn->op];

	if (kind & SKIPPED)
		return;
	if (insn->op == IR_st_state ? store(w, insn) : kind & DROPS && !w->used[at]) {
		*insn = (struct ir_insn){ .op = IR_const, .type = IR_I64, .a = IR_NONE };
		return;
	}
	if (kind & OPERANDS)
		w->used[insn->a] = 1;
	if ((kind & OPERANDS) > 1)
		w->used[insn->b] = 1;
	if ((kind & OPERANDS) > 2)
		w->used[insn->c] = 1;
	if (kind & MORE)
		use_more(w, insn);
	if (kind & SEES)
		see_state(w);
	else if (insn->op == IR_ld_state)
		see_slot(w, insn);
}

int opt_light(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	uint32_t i;

	w.used = ir_arena_alloc(scratch, unit->nr_insns);
	w.over = ir_arena_alloc(scratch, unit->state_bytes + WIDEST);
	if (!w.used || !w.over)
		return -ENOMEM;
	memset(w.used, 0, unit->nr_insns);
	for (i = unit->nr_insns; i-- > 0;)
		visit(&w, i);
	return 0;
}
