// SPDX-License-Identifier: MIT
#include "tests/vmcore/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/ir/attr.h"
#include "vmcore/ir/build.h"

#define MAX_PARAMS 4u
#define WINDOW	   4u
#define MAX_LOOPS  3u

/*
 * What is known of a block before and after it is filled.
 * @idom: of its predecessors so far; final when it is started, for all of them come earlier
 * @loops: number of headers that dominate it, itself included
 */
struct plan {
	uint32_t block;
	uint32_t first, end;
	uint32_t idom;
	uint32_t depth;
	uint32_t nr_preds;
	uint32_t loops;
	bool header;
	bool decided;
	uint8_t nr_params;
	uint8_t param[MAX_PARAMS];
};

struct gen {
	struct ir_build build;
	const struct gen_options *options;
	uint64_t random;
	struct plan *plan;
	uint32_t nr_blocks;
	uint32_t at;
	uint32_t helper_mix, helper_swap, helper_peek, helper_bump, helper_quit;
};

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t below(struct gen *g, uint32_t n)
{
	return (uint32_t)((next_random(&g->random) >> 32) * n >> 32);
}

static bool chance(struct gen *g, uint32_t percent)
{
	return below(g, 100) < percent;
}

/* Bits of which many are edges: small, all ones, signs, infinities, NaNs. */
static uint64_t edgy(uint64_t *state)
{
	static const uint64_t edges[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff,
		0x3f800000, 0x7f800000, 0xff800000, 0x7fc00001, 0x7f800001, 0xffc00123, 0x00000001,
		UINT64_C(0x3ff0000000000000), UINT64_C(0x7ff0000000000000),
		UINT64_C(0xfff0000000000000), UINT64_C(0x7ff8000000000001),
		UINT64_C(0xfff4000000000321), UINT64_C(0x8000000000000000),
		UINT64_C(0x7fffffffffffffff), UINT64_C(0xffffffffffffffff),
		UINT64_C(0x3f8000004048f5c3), UINT64_C(0x4059000000000000),
	};
	uint64_t r = next_random(state);

	switch (r & 3) {
	case 0:
		return edges[(r >> 8) % VMB_ARRAY_SIZE(edges)];
	case 1:
		return (r >> 8) % 200;
	default:
		return next_random(state);
	}
}

void gen_world(uint64_t seed, uint8_t *state, uint8_t *memory, uint64_t mem_first)
{
	uint64_t random = ~seed, word;
	size_t i;

	for (i = 0; i < GEN_STATE_BYTES; i += sizeof(word)) {
		word = i ? edgy(&random) : mem_first;
		memcpy(state + i, &word, sizeof(word));
	}
	for (i = 0; i < GEN_MEM_BYTES; i += sizeof(word)) {
		word = edgy(&random);
		memcpy(memory + i, &word, sizeof(word));
	}
}

static struct ir_insn *insn_at(struct gen *g, uint32_t value)
{
	return &g->build.unit->insn[value];
}

static uint32_t constant(struct gen *g, unsigned int type, uint64_t bits)
{
	struct ir_insn insn = { .op = IR_const, .type = (uint8_t)type, .a = IR_NONE };

	if (type == IR_V128) {
		insn.imm = bits;
		insn.b = (uint32_t)edgy(&g->random);
		insn.c = (uint32_t)edgy(&g->random);
		return ir_emit(&g->build, &insn);
	}
	return ir_const(&g->build, type, bits);
}

/* A slot that is not the memory's address. */
static uint32_t slot(struct gen *g, unsigned int type)
{
	uint32_t first = 16 + 16 * ((g->options->nr_registers + 1) / 2);
	uint32_t bytes = ir_type_bytes(type), room = GEN_STATE_BYTES - first;

	if (chance(g, 30)) /* few, so that accesses meet */
		room = 64;
	return first + below(g, room / bytes) * bytes;
}

static uint32_t register_slot(struct gen *g)
{
	return 16 + 8 * below(g, g->options->nr_registers);
}

static uint32_t make_value(struct gen *g, unsigned int type)
{
	if (chance(g, 60))
		return ir_get_state(&g->build, type, slot(g, type));
	return constant(g, type, edgy(&g->random));
}

/* Some value of @type that dominates here, preferring what is near; made if a few tries fail. */
static uint32_t value(struct gen *g, unsigned int type)
{
	uint32_t tries;

	if (g->options->every_op && chance(g, 15))
		return make_value(g, type);
	for (tries = 0; tries < 12 && !g->build.error; tries++) {
		uint32_t b = g->at, end, pick, window;

		while (g->plan[b].idom != IR_NONE && chance(g, 30))
			b = g->plan[b].idom;
		end = b == g->at ? g->build.unit->nr_insns : g->plan[b].end;
		window = end - g->plan[b].first;
		if (window > 24 && !chance(g, 10))
			window = 24;
		if (!window)
			continue;
		pick = end - 1 - below(g, window);
		if (insn_at(g, pick)->type == type)
			return pick;
	}
	return make_value(g, type);
}

/* Another value than @than, if a few tries find one: x - x and branches on x = x say little. */
static uint32_t another(struct gen *g, unsigned int type, uint32_t than)
{
	uint32_t tries, other = than;

	for (tries = 0; tries < 4 && other == than; tries++)
		other = value(g, type);
	return other == than ? make_value(g, type) : other;
}

/* A value that is no constant: long units would be cut off where a branch is decided. */
static uint32_t unknown(struct gen *g, unsigned int type)
{
	uint32_t tries, one;

	for (tries = 0; tries < 8; tries++) {
		one = value(g, type);
		if (insn_at(g, one)->op == IR_ld || insn_at(g, one)->op == IR_ld_state)
			return one;
	}
	return ir_get_state(&g->build, type, slot(g, type));
}

static unsigned int any_int(struct gen *g)
{
	return IR_I8 + below(g, 4);
}

static unsigned int any_type(struct gen *g)
{
	return IR_I8 + below(g, 7);
}

/* A type of a class that needs no other type. */
static unsigned int type_of_class(struct gen *g, unsigned int kind)
{
	switch (kind) {
	case K_INT:
		return any_int(g);
	case K_I8:
		return IR_I8;
	case K_I32:
		return IR_I32;
	case K_I64:
		return IR_I64;
	case K_IW:
		return IR_I32 + below(g, 2);
	case K_F:
		return IR_F32 + below(g, 2);
	case K_V:
		return IR_V128;
	case K_NUM:
		return IR_I8 + below(g, 6);
	case K_INTV:
		return chance(g, 20) ? IR_V128 : any_int(g);
	case K_ANY:
		return any_type(g);
	default:
		return IR_VOID;
	}
}

/* An operand's type. Return: IR_VOID if there is none, as of an integer narrower than i8. */
static unsigned int operand_type(struct gen *g, const struct ir_insn *insn, unsigned int kind)
{
	switch (kind) {
	case K_T:
		return insn->type;
	case K_A:
		return insn_at(g, insn->a)->type;
	case K_LANE:
		return ir_lane_type(insn->aux);
	case K_NARROW:
		return insn->type == IR_I8 ? IR_VOID : IR_I8 + below(g, insn->type - IR_I8);
	case K_WIDE:
		return insn->type == IR_I64 ? IR_VOID :
					      insn->type + 1 + below(g, IR_I64 - insn->type);
	case K_SAMEW:
		if (insn->type < IR_I32)
			return IR_VOID;
		return insn->type <= IR_I64 ? insn->type + 2u : insn->type - 2u;
	case K_OTHERF:
		return insn->type ^ IR_F32 ^ IR_F64;
	default:
		return type_of_class(g, kind);
	}
}

static uint8_t attribute(struct gen *g, unsigned int attr)
{
	uint8_t byte;

	do
		byte = (uint8_t)below(g, attr == X_NONE ? 1 : 256);
	while (!ir_attr_valid(attr, byte));
	return byte;
}

static void bits(struct gen *g, struct ir_insn *insn)
{
	uint32_t width = 8 * ir_type_bytes(insn->type);

	insn->hi = 1 + below(g, width);
	insn->lo = below(g, width - insn->hi + 1);
}

static uint64_t immediate(struct gen *g, struct ir_insn *insn)
{
	uint32_t lane;

	switch (ir_ops[insn->op].imm) {
	case I_OFF:
		return below(g, 64);
	case I_STATE:
		return slot(g, insn->op == IR_st_state ? insn_at(g, insn->a)->type : insn->type);
	case I_BITS:
		bits(g, insn);
		return insn->imm;
	case I_U8:
		return chance(g, 50) ? below(g, 66) : below(g, 256);
	case I_B16:
		return below(g, 16);
	case I_REV:
		lane = ir_lane_bytes(insn->aux);
		return lane * 2u << below(g, lane == 1 ? 4 : lane == 2 ? 3 : lane == 4 ? 2 : 1);
	case I_LANE:
		return below(g, 16 / ir_lane_bytes(insn->aux));
	case I_PC:
		return 0x40000 + 4 * below(g, 0x1000);
	default:
		return 0;
	}
}

/* Inside the memory, now and then anywhere. */
static uint32_t address(struct gen *g, uint32_t mask)
{
	uint32_t base, offset;

	if (chance(g, 1))
		return value(g, IR_I64);
	base = ir_get_state(&g->build, IR_I64, 0);
	if (chance(g, 50))
		return base;
	offset = value(g, IR_I64);
	offset = ir_binary(&g->build, IR_and, IR_I64, offset, ir_const(&g->build, IR_I64, mask));
	return ir_binary(&g->build, IR_add, IR_I64, base, offset);
}

/* Size and order of an access whose types are known. */
static void access(struct gen *g, struct ir_insn *insn)
{
	static const uint8_t load_order[] = { IR_RLX, IR_RLX, IR_RLX, IR_ACQ, IR_SC };
	static const uint8_t store_order[] = { IR_RLX, IR_RLX, IR_RLX, IR_REL, IR_SC };
	unsigned int type = insn->op == IR_st ? insn_at(g, insn->b)->type : insn->type;
	unsigned int size = (unsigned int)__builtin_ctz(ir_type_bytes(type)), less;

	if (insn->op == IR_ld || insn->op == IR_st) {
		less = ir_is_int(type) ? below(g, size + 1) : 0;
		insn->aux = (uint8_t)(size - less);
		if (less && insn->op == IR_ld && chance(g, 50))
			insn->aux |= IR_MEM_SIGNED;
		insn->aux2 = (insn->op == IR_ld ? load_order : store_order)[below(g, 5)];
	} else {
		insn->aux2 = (uint8_t)below(g, 5);
	}
	if (chance(g, 3))
		insn->aux2 |= IR_ORD_ALIGNED;
}

static void call(struct gen *g)
{
	static const uint8_t mix[] = { IR_I8, IR_I16, IR_I32, IR_I64, IR_F32, IR_F64, IR_V128, IR_I64 };
	uint32_t arg[IR_HELPER_ARGS], i;

	switch (below(g, 6)) {
	case 0:
		arg[0] = value(g, IR_V128);
		ir_emit_call(&g->build, g->helper_swap, arg);
		break;
	case 1:
		ir_emit_call(&g->build, g->helper_peek, arg);
		break;
	case 2:
		arg[0] = value(g, IR_I64);
		ir_emit_call(&g->build, g->helper_bump, arg);
		break;
	case 3:
		if (chance(g, 10))
			ir_emit_call(&g->build, g->helper_quit, arg);
		break;
	default:
		for (i = 0; i < IR_HELPER_ARGS; i++)
			arg[i] = value(g, mix[i]);
		ir_emit_call(&g->build, g->helper_mix, arg);
		break;
	}
}

static bool operands(struct gen *g, struct ir_insn *insn)
{
	const struct ir_op_info *info = &ir_ops[insn->op];
	uint32_t *const operand[] = { &insn->a, &insn->b, &insn->c };
	unsigned int i, type;

	for (i = 0; i < info->nr_operands; i++) {
		type = operand_type(g, insn, info->kind[i + 1]);
		if (type == IR_VOID)
			return false;
		if (info->aux2 == X_ORD && !i)
			*operand[i] = address(g, 0x7f8);
		else
			*operand[i] = value(g, type);
	}
	return true;
}

/* One instruction with @op, if its types work out. */
static void any_insn(struct gen *g, unsigned int op)
{
	const struct ir_op_info *info = &ir_ops[op];
	struct ir_insn insn = { .op = (uint8_t)op, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };

	if (op == IR_param || info->effects & E_TERM)
		return;
	/* What the flags are is unspecified in other units. */
	if (op == IR_get_fpflags && !(g->build.unit->flags & IR_UNIT_FPFLAGS))
		return;
	if (op == IR_call) {
		call(g);
		return;
	}
	insn.aux = info->aux2 == X_ORD ? 0 : attribute(g, info->aux);
	insn.aux2 = info->aux2 == X_ORD ? 0 : attribute(g, info->aux2);
	insn.type = (uint8_t)(info->kind[0] == K_LANE ? ir_lane_type(insn.aux) :
							type_of_class(g, info->kind[0]));
	if (op == IR_const) {
		constant(g, insn.type, edgy(&g->random));
		return;
	}
	if (!operands(g, &insn))
		return;
	if (info->aux2 == X_ORD)
		access(g, &insn);
	insn.imm = immediate(g, &insn);
	ir_emit(&g->build, &insn);
}

static void alu(struct gen *g)
{
	static const uint8_t ops[] = {
		IR_add, IR_add, IR_add, IR_sub, IR_sub, IR_and, IR_or, IR_xor, IR_shl, IR_shr,
		IR_sar, IR_mul,
	};
	unsigned int type = chance(g, 75) ? IR_I64 : IR_I32;
	uint32_t a = value(g, type), b;

	if (chance(g, 5)) {
		b = another(g, type, a);
		ir_compare(&g->build, below(g, IR_NR_CONDS), type, a, b);
		return;
	}
	b = chance(g, 25) ? ir_const(&g->build, type, below(g, 4096)) : another(g, type, a);
	ir_binary(&g->build, ops[below(g, sizeof(ops))], type, a, b);
}

/* The mix of the compile-speed workload; the branches are the terminators. */
static void mixed_insn(struct gen *g)
{
	static const uint8_t sizes[] = { 3, 3, 3, 2, 2 | IR_MEM_SIGNED, 1, 0, IR_MEM_SIGNED };
	uint32_t kind = below(g, 88), base = g->plan[0].first;
	unsigned int size = sizes[below(g, sizeof(sizes))];
	int32_t offset = (int32_t)below(g, 256) * 8;

	/* alu() adds constants, leave() stores: the numbers make up for it. */
	if (kind < 58)
		alu(g);
	else if (kind < 76)
		ir_load(&g->build, IR_I64, size, base, offset);
	else
		ir_store(&g->build, size & IR_MEM_SIZE_MASK, base, offset, value(g, IR_I64));
}

/* A guest instruction begins, with what it reads and what the one before has computed. */
static void touch_registers(struct gen *g)
{
	if (chance(g, 60))
		ir_set_state(&g->build, register_slot(g), value(g, IR_I64));
	ir_emit(&g->build, &(struct ir_insn){ .op = IR_guest_pc, .a = IR_NONE, .b = IR_NONE,
					      .c = IR_NONE, .imm = 4 * g->build.unit->nr_insns });
	if (chance(g, 40))
		ir_get_state(&g->build, IR_I64, register_slot(g));
}

static void fill(struct gen *g, uint32_t nr)
{
	while (nr-- && !g->build.error) {
		if (g->options->nr_registers)
			touch_registers(g);
		if (g->options->every_op)
			any_insn(g, below(g, IR_NR_OPS));
		else
			mixed_insn(g);
	}
}

/* Results that nobody stores prove nothing. */
static void store_some(struct gen *g)
{
	uint32_t i;

	for (i = 0; i < 4; i++) {
		unsigned int type = g->options->every_op ? any_type(g) : IR_I64;
		uint32_t stored = value(g, type);

		ir_set_state(&g->build, slot(g, type), stored);
	}
}

/* What a block's parameters are is decided when the first edge goes there. */
static void decide(struct gen *g, uint32_t to)
{
	struct plan *plan = &g->plan[to];
	uint32_t i;

	if (plan->decided)
		return;
	plan->decided = true;
	if (g->options->every_op || chance(g, 12))
		plan->nr_params = (uint8_t)below(g, MAX_PARAMS);
	for (i = 0; i < plan->nr_params; i++)
		plan->param[i] = (uint8_t)(g->options->every_op ? any_type(g) : IR_I64);
	if (plan->header && g->plan[g->at].loops < MAX_LOOPS) {
		plan->nr_params = plan->nr_params ? plan->nr_params : 1;
		plan->param[0] = IR_I32;
	} else {
		plan->header = false;
	}
}

static uint32_t common_dominator(const struct gen *g, uint32_t a, uint32_t b)
{
	while (a != b) {
		if (g->plan[a].depth < g->plan[b].depth)
			b = g->plan[b].idom;
		else
			a = g->plan[a].idom;
	}
	return a;
}

static void arguments(struct gen *g, struct ir_target *target, uint32_t *arg, uint32_t to,
		      uint32_t counter)
{
	uint32_t i;

	for (i = 0; i < g->plan[to].nr_params; i++)
		arg[i] = !i && counter != IR_NONE ? counter : value(g, g->plan[to].param[i]);
	*target = (struct ir_target){ g->plan[to].block, g->plan[to].nr_params, arg };
}

static void forward(struct gen *g, struct ir_target *target, uint32_t *arg, uint32_t to)
{
	struct plan *plan = &g->plan[to];
	uint32_t counter = IR_NONE;

	decide(g, to);
	if (plan->header)
		counter = ir_const(&g->build, IR_I32, 1 + below(g, 4));
	plan->idom = plan->nr_preds++ ? common_dominator(g, plan->idom, g->at) : g->at;
	arguments(g, target, arg, to, counter);
}

static uint32_t some_later(struct gen *g)
{
	uint32_t left = g->nr_blocks - 1 - g->at;

	return g->at + 1 + below(g, left < WINDOW ? left : WINDOW);
}

/* The innermost header that dominates here, IR_NONE without one. */
static uint32_t header(const struct gen *g)
{
	uint32_t b = g->at;

	while (b != IR_NONE && !g->plan[b].header)
		b = g->plan[b].idom;
	return b;
}

static void loop_back(struct gen *g, uint32_t to)
{
	struct ir_target target[2];
	uint32_t arg[2][MAX_PARAMS], counter, zero;
	struct ir_insn insn = { .op = IR_brcmp, .aux = IR_SGT, .c = IR_NONE };

	counter = ir_binary(&g->build, IR_sub, IR_I32, g->plan[to].first,
			    ir_const(&g->build, IR_I32, 1));
	zero = ir_const(&g->build, IR_I32, 0);
	arguments(g, &target[0], arg[0], to, counter);
	forward(g, &target[1], arg[1], g->at + 1);
	insn.a = counter;
	insn.b = zero;
	ir_emit_branch(&g->build, &insn, target, 2);
}

static void leave(struct gen *g)
{
	struct ir_insn insn = { .op = IR_exit, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };

	store_some(g);
	if (g->options->every_op && chance(g, 30)) {
		insn.op = IR_exit_indirect;
		insn.aux = (uint8_t)below(g, 3);
		insn.a = value(g, IR_I64);
	} else {
		if (g->options->every_op && chance(g, 20))
			insn.op = IR_trap;
		insn.aux = (uint8_t)below(g, g->options->every_op ? 10 : 1);
		insn.imm = 0x40000 + 4 * below(g, 0x1000);
	}
	ir_emit(&g->build, &insn);
}

/* To the next block, unless it has been reached already, and to others behind it. */
static void branch(struct gen *g)
{
	struct ir_target target[5];
	uint32_t arg[5][MAX_PARAMS], nr = 2, i, first;
	struct ir_insn insn = { .op = IR_brcmp, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
	unsigned int type = g->options->every_op ? any_int(g) : IR_I64;
	uint32_t kind = below(g, 100);

	if (kind < 20) {
		insn.op = IR_br;
		nr = 1;
	} else if (g->options->every_op && kind < 30) {
		insn.op = IR_switch;
		nr = 1 + below(g, 5);
		type = IR_I32 + below(g, 2);
	} else if (kind < 50) {
		insn.op = IR_brcond;
	} else {
		insn.aux = (uint8_t)below(g, IR_NR_CONDS);
	}
	if (insn.op != IR_br)
		insn.a = g->options->every_op ? value(g, type) : unknown(g, type);
	if (insn.op == IR_brcmp)
		insn.b = another(g, type, insn.a);
	first = g->plan[g->at + 1].nr_preds ? some_later(g) : g->at + 1;
	for (i = 0; i < nr; i++)
		forward(g, &target[i], arg[i], i ? some_later(g) : first);
	ir_emit_branch(&g->build, &insn, target, nr);
}

static void start(struct gen *g)
{
	struct plan *plan = &g->plan[g->at];
	uint32_t i;

	if (g->at) {
		plan->depth = g->plan[plan->idom].depth + 1;
		plan->loops = g->plan[plan->idom].loops + plan->header;
	}
	ir_start_block(&g->build, plan->block);
	plan->first = g->build.unit->nr_insns;
	for (i = 0; i < plan->nr_params; i++)
		ir_add_param(&g->build, plan->param[i]);
	if (!g->at)
		ir_get_state(&g->build, IR_I64, 0);
}

static void block(struct gen *g, uint32_t nr_insns)
{
	uint32_t to;

	start(g);
	fill(g, nr_insns);
	to = header(g);
	if (g->at == g->nr_blocks - 1 || (g->plan[g->at + 1].nr_preds && chance(g, 5)))
		leave(g);
	else if (to != IR_NONE && chance(g, 40))
		loop_back(g, to);
	else
		branch(g);
	g->plan[g->at].end = g->build.unit->nr_insns;
}

static uint32_t declare(struct gen *g, const char *name, unsigned int type, uint32_t nr_args,
			const uint8_t *arg, uint16_t effects)
{
	struct ir_helper helper = { .type = (uint8_t)type, .nr_args = (uint8_t)nr_args,
				    .effects = effects };

	snprintf(helper.name, sizeof(helper.name), "%s", name);
	memcpy(helper.arg, arg, nr_args);
	return ir_add_helper(&g->build, &helper);
}

static void declare_helpers(struct gen *g)
{
	static const uint8_t mix[] = { IR_I8, IR_I16, IR_I32, IR_I64, IR_F32, IR_F64, IR_V128, IR_I64 };
	static const uint8_t vector[] = { IR_V128 }, word[] = { IR_I64 };

	g->helper_mix = declare(g, "mix", IR_I64, 8, mix, 0);
	g->helper_swap = declare(g, "swap", IR_V128, 1, vector, 0);
	g->helper_peek = declare(g, "peek", IR_I64, 0, mix, E_RDS);
	g->helper_bump = declare(g, "bump", IR_VOID, 1, word, E_RDS | E_WRS);
	g->helper_quit = declare(g, "quit", IR_VOID, 0, mix, E_FAULT);
}

int gen_unit(struct ir_unit *unit, const struct gen_options *options)
{
	struct gen g = { .options = options, .random = options->seed };
	uint32_t left = options->nr_insns, i;

	/* Of the terminators' share; a block is as long as the average, from half to twice that. */
	g.nr_blocks = options->nr_insns * 12 / 100 + 1;
	g.plan = calloc(g.nr_blocks, sizeof(*g.plan));
	if (!g.plan)
		return -ENOMEM;
	unit->state_bytes = GEN_STATE_BYTES;
	snprintf(unit->name, sizeof(unit->name), "random_%llu", (unsigned long long)options->seed);
	ir_build_begin(&g.build, unit);
	if (options->every_op) {
		declare_helpers(&g);
		unit->flags = chance(&g, 50) ? IR_UNIT_FPFLAGS : 0;
	}
	for (i = 0; i < g.nr_blocks; i++) {
		g.plan[i].block = ir_new_block(&g.build);
		g.plan[i].idom = IR_NONE;
		g.plan[i].header = i && chance(&g, 12);
	}
	g.plan[0].decided = true;
	for (g.at = 0; g.at < g.nr_blocks && !g.build.error; g.at++) {
		uint32_t average = left / (g.nr_blocks - g.at);
		uint32_t nr = average ? average / 2 + below(&g, average) : 0;

		if (nr)
			nr--;
		i = unit->nr_insns;
		block(&g, nr);
		i = unit->nr_insns - i;
		left = left > i ? left - i : 0;
	}
	free(g.plan);
	return ir_build_end(&g.build);
}
