// SPDX-License-Identifier: MIT
/*
 * Branches, edges, exits and calls. How far a jump forward has to reach is estimated; one that does
 * not reach makes the unit be lowered again with another estimate.
 */
#include "arch/riscv64/host/lower.h"

static enum rv_reach reach_for(const struct rv_lower *l, uint64_t insns, uint64_t bytes)
{
	bytes += insns * l->bytes_per_insn;
	if (bytes < RV_NEAR_BYTES)
		return RV_NEAR;
	return bytes < RV_MID_BYTES ? RV_MID : RV_FAR;
}

void rv_bind(struct rv_lower *l, uint32_t place)
{
	l->too_far |= !rv_link(l->buf, place, code_buf_at(l->buf));
}

uint32_t rv_over(struct rv_lower *l, struct rv_test test, uint32_t bytes)
{
	return rv_branch(l->buf, reach_for(l, 0, bytes), test.cond, test.a, test.b, 0);
}

void rv_bind_label(struct rv_lower *l, struct jit_label *label)
{
	uint32_t place = label->chain, next;

	label->at = code_buf_at(l->buf);
	while (place && !l->buf->overflow && !l->too_far) {
		next = rv_waiting(l->buf, place);
		rv_bind(l, place);
		place = next;
	}
}

/* What a jump to a block needs that lies behind this one. */
static enum rv_reach reach_of_block(const struct rv_lower *l, uint32_t block)
{
	return reach_for(l, l->unit->block[block].first - l->p.at, 0);
}

/* The jump at @place waits for the block. */
static void wait_for(struct jit_label *label, uint32_t place)
{
	label->chain = place;
}

static void jump_to(struct rv_lower *l, uint32_t block)
{
	struct jit_label *label = &l->job->scratch->label[block];

	if (label->at != JIT_UNBOUND)
		rv_link(l->buf, rv_jump(l->buf, rv_reach_of(l->buf, label->at), 0), label->at);
	else
		wait_for(label, rv_jump(l->buf, reach_of_block(l, block), label->chain));
}

/* A branch keeps the place of the one before if that is near, too. */
static void branch_to(struct rv_lower *l, struct rv_test test, uint32_t block)
{
	struct jit_label *label = &l->job->scratch->label[block];
	enum rv_reach reach;

	if (label->at != JIT_UNBOUND) {
		reach = rv_reach_of(l->buf, label->at);
		rv_link(l->buf, rv_branch(l->buf, reach, test.cond, test.a, test.b, 0), label->at);
		return;
	}
	reach = reach_of_block(l, block);
	if (reach == RV_NEAR && label->chain &&
	    rv_place(l->buf) - label->chain > RV_NEAR_CHAIN)
		reach = RV_MID;
	wait_for(label, rv_branch(l->buf, reach, test.cond, test.a, test.b, label->chain));
}

void rv_leave_unit(struct rv_lower *l, uint32_t kind, uint32_t code)
{
	rv_li(l->buf, RV_A1, jit_exit_word(kind, code));
	rv_i(l->buf, RV_JALR, RV_ZERO, RV_RA, 0);
}

void rv_leave_for_fuel(struct rv_lower *l, uint32_t to)
{
	if (l->job->target->chained) {
		rv_leave_unit(l, JIT_LEAVE_WAY, to);
		return;
	}
	rv_li(l->buf, RV_A0, to);
	rv_leave_unit(l, IR_LEAVE_FUEL, 0);
}

void rv_burn(struct rv_lower *l, uint32_t nr)
{
	rv_load(l->buf, RV_LD, RV_T1, rv_frame(JIT_FRAME_FUEL));
	if (!nr)
		return;
	if (rv_fits12(-(int64_t)nr)) {
		rv_i(l->buf, RV_ADDI, RV_T1, RV_T1, -(int32_t)nr);
	} else {
		rv_li(l->buf, RV_T2, nr);
		rv_r(l->buf, RV_SUB, RV_T1, RV_T1, RV_T2);
	}
	rv_store(l->buf, RV_SD, RV_T1, rv_frame(JIT_FRAME_FUEL));
}

#define LEAVE_BYTES 48

struct jit_slow *rv_ask(struct jit_places *p, uint32_t fuel, uint32_t to)
{
	struct rv_lower *l = rv_lower_of(p);
	struct jit_slow *slow;
	uint32_t over;

	rv_burn(l, fuel);
	if (p->homes) {
		slow = &l->job->scratch->slow[l->nr_slow++];
		*slow = (struct jit_slow){
			.jump = rv_branch(l->buf, RV_NEAR, RV_BLT, RV_T1, RV_ZERO, 0),
			.back = to, .desc = { .op = IR_br },
		};
		return slow;
	}
	over = rv_over(l, (struct rv_test){ RV_BGE, RV_T1, RV_ZERO }, LEAVE_BYTES);
	rv_leave_for_fuel(l, to);
	rv_bind(l, over);
	return NULL;
}

/* @last: the next block's code follows. */
static void follow(struct rv_lower *l, const struct ir_edge *edge, bool last)
{
	if (jit_follow(&l->p, edge, last))
		jump_to(l, edge->block);
}

/* Bytes of the code of an edge, at most: a constant of 64 bits for each argument, twice. */
#define EDGE_BYTES  96
#define ARG_BYTES   144
#define SMALL_EDGES 4

/* Before the code of edges that may be long, what waits for a place within reach gets one. */
static void begin_edges(struct rv_lower *l, const struct ir_insn *insn)
{
	const struct ir_edge *edge = &l->unit->edge[insn->lo];
	uint32_t nr = insn->hi, i;

	jit_ask_before(&l->p, insn);
	for (i = 0; i < insn->hi; i++)
		nr += edge[i].nr_args;
	if (nr > SMALL_EDGES)
		rv_write_slow(l, true);
}

RV_LOWER(br)
{
	begin_edges(l, insn);
	follow(l, &l->unit->edge[insn->lo], true);
}

static struct rv_test negated(struct rv_test test)
{
	test.cond ^= RV_NEGATE;
	return test;
}

/* If the test holds the first edge, else the second. */
static void branch(struct rv_lower *l, const struct ir_insn *insn, struct rv_test test)
{
	const struct ir_edge *yes = &l->unit->edge[insn->lo], *no = yes + 1;
	uint32_t over;

	if (jit_is_plain(&l->p, no) && (!jit_is_plain(&l->p, yes) || yes->block == l->p.block + 1)) {
		branch_to(l, negated(test), no->block);
		follow(l, yes, true);
	} else if (jit_is_plain(&l->p, yes)) {
		branch_to(l, test, yes->block);
		follow(l, no, true);
	} else {
		over = rv_over(l, negated(test), EDGE_BYTES + ARG_BYTES * yes->nr_args);
		follow(l, yes, false);
		rv_bind(l, over);
		follow(l, no, true);
	}
}

RV_LOWER(brcond)
{
	begin_edges(l, insn);
	branch(l, insn, rv_truth(l, insn));
}

RV_LOWER(brcmp)
{
	begin_edges(l, insn);
	branch(l, insn, rv_compare(l, insn));
}

/* What the entries of a table of jumps need: the most that one of them does. */
static enum rv_reach reach_of_edges(const struct rv_lower *l, const struct ir_edge *edge,
				    uint32_t nr)
{
	enum rv_reach reach = RV_MID;
	uint64_t args = 0;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		args += edge[i].nr_args;
		if (jit_is_plain(&l->p, &edge[i]) && reach_of_block(l, edge[i].block) == RV_FAR)
			reach = RV_FAR;
	}
	return reach_for(l, 0, nr * (EDGE_BYTES + 8ull) + args * ARG_BYTES) == RV_FAR ? RV_FAR :
											reach;
}

/* An entry of the table: to the block, or to what comes behind the table. Return: its place. */
static uint32_t entry(struct rv_lower *l, const struct ir_edge *edge, enum rv_reach reach)
{
	struct jit_label *label = &l->job->scratch->label[edge->block];
	uint32_t place;

	if (!jit_is_plain(&l->p, edge))
		return rv_jump(l->buf, reach, 0);
	if (label->at != JIT_UNBOUND) {
		place = rv_jump(l->buf, reach, 0);
		l->too_far |= !rv_link(l->buf, place, label->at);
		return place;
	}
	place = rv_jump(l->buf, reach, label->chain);
	wait_for(label, place);
	return place;
}

/*
 * A table of jumps, one for each number. Edges that are more than a jump come behind the table, and
 * their entries lead there.
 */
RV_LOWER(switch)
{
	const struct ir_edge *edge = &l->unit->edge[insn->lo];
	enum rv_reach reach = reach_of_edges(l, edge, insn->hi);
	uint32_t nr = insn->hi - 1, i, past, first, size = reach == RV_FAR ? 2 : 1;
	unsigned int a;

	begin_edges(l, insn);
	a = rv_value(l, insn->a);
	rv_li(l->buf, RV_T1, nr);
	past = rv_branch(l->buf, reach, RV_BGEU, a, RV_T1, 0);
	rv_i(l->buf, RV_SLLI, RV_T1, a, (int32_t)(size + 1));
	rv_u(l->buf, RV_AUIPC, RV_T2, 0);
	rv_r(l->buf, RV_ADD, RV_T2, RV_T2, RV_T1);
	rv_i(l->buf, RV_JALR, RV_ZERO, RV_T2, 12);
	first = rv_place(l->buf);
	for (i = 0; i < nr && !l->buf->overflow; i++)
		entry(l, &edge[i + 1], reach);
	for (i = 0; i < nr && !l->buf->overflow; i++) {
		if (jit_is_plain(&l->p, &edge[i + 1]))
			continue;
		rv_bind(l, first + i * size);
		follow(l, &edge[i + 1], false);
	}
	rv_bind(l, past);
	follow(l, edge, true);
}

RV_LOWER(exit)
{
	if (l->job->target->chained && rv_chain_exit(l, insn))
		return;
	rv_li(l->buf, RV_A0, (int64_t)insn->imm);
	if (l->job->links && insn->aux <= IR_EXIT_CALL)
		rv_leave_by_link(l, insn);
	else
		rv_leave_unit(l, IR_LEAVE_EXIT, insn->aux);
}

RV_LOWER(exit_indirect)
{
	rv_copy_to(l, RV_A0, insn->a);
	if (l->job->target->chained)
		rv_look_up(l);
	rv_leave_unit(l, IR_LEAVE_INDIRECT, insn->aux);
}

RV_LOWER(trap)
{
	rv_li(l->buf, RV_A0, (int64_t)insn->imm);
	rv_leave_unit(l, IR_LEAVE_TRAP, insn->aux);
}

/* Arguments are sixteen bytes each, a scalar zero-extended. */
static void put_argument(struct rv_lower *l, uint32_t index, uint32_t arg)
{
	struct rv_mem to = rv_frame((uint32_t)offsetof(struct jit_frame, arg) + 16 * index);
	unsigned int type = rv_type(l, arg), reg;

	if (type == IR_V128) {
		rv_copy_vector(l, to, rv_vector(l, arg, 0));
		return;
	}
	reg = rv_value(l, arg);
	if (ir_type_bytes(type) < 8)
		rv_store(l->buf, RV_SD, RV_ZERO, to);
	rv_store(l->buf, RV_SD, RV_ZERO, rv_plus(to, 8));
	rv_store_typed(l->buf, type, reg, to);
	l->p.regs.locked = 0;
}

/* What follows the call of JIT_STUB_CALL. */
struct call_data {
	uint64_t helper;
	uint64_t pc;
};

RV_LOWER(call)
{
	const struct ir_helper *helper = &l->unit->helper[insn->lo];
	const struct call_data data = { insn->lo, l->p.pc };
	uint32_t i;

	for (i = 0; i < helper->nr_args; i++)
		put_argument(l, i, l->unit->arg[insn->hi + i]);
	rv_call_stub(l, JIT_STUB_CALL + (l->job->uses_fp ? JIT_STUB_FP : 0), &data);
	for (i = 0; i < helper->nr_args; i++)
		rv_release(l, l->unit->arg[insn->hi + i]);
	rv_take_as_result(l, insn);
}
