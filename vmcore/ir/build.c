// SPDX-License-Identifier: MIT
#include "vmcore/ir/build.h"

#include <errno.h>
#include <string.h>

#define FIRST_CAP 64u
#define UNPLACED  UINT32_MAX

static bool fail(struct ir_build *build, int error)
{
	if (!build->error)
		build->error = error;
	build->room = 0;
	return false;
}

/* Room for @more elements behind the @nr in use. */
static bool enlarge(struct ir_build *build, void **array, uint32_t *cap, uint32_t nr,
		    uint32_t more, size_t size, uint32_t max)
{
	uint32_t want = *cap ? *cap : FIRST_CAP;
	void *grown;

	if (build->error)
		return false;
	if (more > max || nr > max - more)
		return fail(build, -E2BIG);
	while (want < nr + more)
		want *= 2;
	grown = ir_arena_grow(build->unit->arena, *array, nr * size, want * size);
	if (!grown)
		return fail(build, -ENOMEM);
	*array = grown;
	*cap = want;
	return true;
}

VMB_INLINE bool reserve(struct ir_build *build, void **array, uint32_t *cap, uint32_t nr,
			uint32_t more, size_t size, uint32_t max)
{
	return (VMB_LIKELY(nr + more <= *cap) && !build->error) ||
	       enlarge(build, array, cap, nr, more, size, max);
}

#define RESERVE(build, what, more, max)                                                            \
	reserve(build, (void **)&(build)->unit->what, &(build)->unit->cap_##what##s,               \
		(build)->unit->nr_##what##s, more, sizeof(*(build)->unit->what), max)

void ir_build_begin(struct ir_build *build, struct ir_unit *unit)
{
	*build = (struct ir_build){ .unit = unit, .open = IR_NONE, .in_order = true, .now = 1 };
}

uint32_t ir_add_helper(struct ir_build *build, const struct ir_helper *helper)
{
	struct ir_unit *unit = build->unit;

	if (!RESERVE(build, helper, 1, IR_MAX_HELPERS))
		return 0;
	unit->helper[unit->nr_helpers] = *helper;
	return unit->nr_helpers++;
}

uint32_t ir_use_helper(struct ir_build *build, const struct ir_helper *helper)
{
	const struct ir_unit *unit = build->unit;
	uint32_t i = 0;

	while (i < unit->nr_helpers && strcmp(unit->helper[i].name, helper->name))
		i++;
	return i < unit->nr_helpers ? i : ir_add_helper(build, helper);
}

uint32_t ir_new_block(struct ir_build *build)
{
	struct ir_unit *unit = build->unit;

	if (!RESERVE(build, block, 1, IR_MAX_INSNS))
		return 0;
	unit->block[unit->nr_blocks] = (struct ir_block){ .first = UNPLACED };
	return unit->nr_blocks++;
}

void ir_start_block(struct ir_build *build, uint32_t block)
{
	struct ir_unit *unit = build->unit;

	if (build->error)
		return;
	if (build->open != IR_NONE || block >= unit->nr_blocks ||
	    unit->block[block].first != UNPLACED) {
		fail(build, -EINVAL);
		return;
	}
	unit->block[block].first = unit->nr_insns;
	unit->block[block].order = build->nr_started;
	build->in_order &= block == build->nr_started;
	build->nr_started++;
	build->open = block;
	build->now++;
	build->head = unit->nr_insns;
	build->pc_due = false;
	build->room = unit->cap_insns;
}

/* There is an error, or no open block, or no room for an instruction, which is made. */
static bool look(struct ir_build *build)
{
	if (!RESERVE(build, insn, 1, IR_MAX_INSNS))
		return false;
	if (build->open == IR_NONE)
		return fail(build, -EINVAL);
	build->room = build->unit->cap_insns;
	return true;
}

/* Room for an instruction behind the others. */
VMB_INLINE bool has_room(struct ir_build *build)
{
	return VMB_LIKELY(build->unit->nr_insns < build->room) || look(build);
}

static uint32_t append(struct ir_build *build, const struct ir_insn *insn)
{
	struct ir_unit *unit = build->unit;

	if (!has_room(build))
		return 0;
	unit->insn[unit->nr_insns] = *insn;
	return unit->nr_insns++;
}

VMB_INLINE uint32_t put(struct ir_build *build, uint32_t what, uint32_t a, uint32_t b, uint32_t c,
			uint64_t imm)
{
	struct ir_unit *unit = build->unit;
	uint32_t at = unit->nr_insns;
	struct ir_insn *insn;

	if (!has_room(build))
		return 0;
	insn = &unit->insn[at];
	/* Four bytes at once. */
	static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the order of IR_WHAT()");
	memcpy(insn, &what, sizeof(what));
	insn->a = a;
	insn->b = b;
	insn->c = c;
	insn->imm = imm;
	unit->nr_insns = at + 1;
	return at;
}

uint32_t ir_put(struct ir_build *build, uint32_t what, uint32_t a, uint32_t b, uint64_t imm)
{
	return put(build, what, a, b, IR_NONE, imm);
}

uint32_t ir_put_const(struct ir_build *build, unsigned int type, uint64_t bits)
{
	return put(build, IR_WHAT(IR_const, type, 0), IR_NONE, 0, 0, bits);
}

void ir_put_pc(struct ir_build *build)
{
	build->pc_due = false;
	put(build, IR_WHAT(IR_guest_pc, IR_VOID, 0), IR_NONE, IR_NONE, IR_NONE, build->pc);
}

void ir_take_back(struct ir_build *build, uint32_t first)
{
	if (build->error || build->open == IR_NONE)
		return;
	build->unit->nr_insns = first;
	build->pc_due = true;
}

uint32_t ir_add_param(struct ir_build *build, unsigned int type)
{
	struct ir_insn insn = { .op = IR_param, .type = (uint8_t)type, .a = IR_NONE, .b = IR_NONE,
				.c = IR_NONE };
	uint32_t value = append(build, &insn);
	struct ir_block *block;

	if (build->error)
		return 0;
	block = &build->unit->block[build->open];
	if (block->first + block->nr_params++ != value)
		fail(build, -EINVAL);
	build->head = value + 1;
	return value;
}

/* Instructions that are to know their guest_pc; a jump out of the unit is none, a call is. */
static const bool asks_for_pc[IR_NR_OPS] = {
#define IR_OP(name, result, a, b, c, aux, aux2, imm, effects, doc)                                 \
	[IR_##name] = ((effects) & (E_FAULT | E_CALL)) || IR_##name == IR_exit ||                  \
		      IR_##name == IR_exit_indirect,
#include "vmcore/ir/ops.def"
#undef IR_OP
};

uint32_t ir_emit(struct ir_build *build, const struct ir_insn *insn)
{
	struct ir_block *block;
	uint32_t value;

	if (asks_for_pc[insn->op] && (insn->op != IR_exit || insn->aux == IR_EXIT_CALL))
		ir_name_pc(build);
	value = append(build, insn);
	if (!ir_is_term(insn) || build->error)
		return value;
	block = &build->unit->block[build->open];
	block->nr = build->unit->nr_insns - block->first;
	build->open = IR_NONE;
	build->room = 0;
	return value;
}

/* Offsets are below IR_MAX_STATE. */
static uint32_t what_is(unsigned int type, uint32_t offset)
{
	static_assert(IR_MAX_STATE <= UINT32_MAX / IR_NR_TYPES, "both in a word");
	return offset * IR_NR_TYPES + type;
}

/* Slots are multiples of their width: only a vector lies in two parts. */
static void know(struct ir_build *build, unsigned int type, uint32_t offset, uint32_t value)
{
	struct ir_known *known = &build->known[offset / IR_KNOWN_BYTES];

	static_assert(IR_KNOWN_BYTES == 8, "half a vector");
	known[0] = (struct ir_known){ value, what_is(type, offset), build->now };
	if (VMB_UNLIKELY(type == IR_V128))
		known[1] = known[0];
}

/* All that the value lies in must say so. */
static bool is_known(const struct ir_build *build, unsigned int type, uint32_t offset)
{
	const struct ir_known *known = &build->known[offset / IR_KNOWN_BYTES];
	uint32_t what = what_is(type, offset);

	return known->what == what && known->block == build->now &&
	       (type != IR_V128 || (known[1].block == build->now && known[1].what == what &&
				    known[1].value == known->value));
}

uint32_t ir_get_state(struct ir_build *build, unsigned int type, uint32_t offset)
{
	uint32_t value;

	if (VMB_LIKELY(build->known) && is_known(build, type, offset))
		return build->known[offset / IR_KNOWN_BYTES].value;
	value = put(build, IR_WHAT(IR_ld_state, type, 0), IR_NONE, IR_NONE, IR_NONE, offset);
	if (VMB_LIKELY(build->known && !build->error))
		know(build, type, offset, value);
	return value;
}

void ir_set_state(struct ir_build *build, uint32_t offset, uint32_t value)
{
	put(build, IR_WHAT(IR_st_state, IR_VOID, 0), value, IR_NONE, IR_NONE, offset);
	if (VMB_LIKELY(build->known && !build->error))
		know(build, build->unit->insn[value].type, offset, value);
}

/* Copy a list of values to the unit. Return: where it begins. */
static uint32_t add_args(struct ir_build *build, const uint32_t *arg, uint32_t nr)
{
	struct ir_unit *unit = build->unit;
	uint32_t first = unit->nr_args;

	if (!RESERVE(build, arg, nr, IR_MAX_ARGS))
		return 0;
	if (nr)
		memcpy(&unit->arg[first], arg, nr * sizeof(*arg));
	unit->nr_args += nr;
	return first;
}

uint32_t ir_emit_call(struct ir_build *build, uint32_t helper, const uint32_t *arg)
{
	struct ir_insn insn = { .op = IR_call, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE,
				.lo = helper };

	if (build->error)
		return 0;
	if (helper >= build->unit->nr_helpers) {
		fail(build, -EINVAL);
		return 0;
	}
	insn.type = build->unit->helper[helper].type;
	insn.hi = add_args(build, arg, build->unit->helper[helper].nr_args);
	build->now++;
	ir_name_pc(build);
	return append(build, &insn);
}

static void add_edge(struct ir_build *build, const struct ir_target *target)
{
	struct ir_unit *unit = build->unit;
	uint32_t first = add_args(build, target->arg, target->nr_args);

	if (!RESERVE(build, edge, 1, IR_MAX_ARGS))
		return;
	unit->edge[unit->nr_edges++] = (struct ir_edge){
		.block = target->block, .first_arg = first, .nr_args = target->nr_args,
	};
}

void ir_emit_branch(struct ir_build *build, const struct ir_insn *insn,
		    const struct ir_target *target, uint32_t nr)
{
	struct ir_insn branch = *insn;
	uint32_t i;

	branch.lo = build->unit->nr_edges;
	branch.hi = nr;
	for (i = 0; i < nr; i++)
		add_edge(build, &target[i]);
	ir_emit(build, &branch);
}

/* Blocks are numbered as they stand in the array of instructions. */
static int renumber(struct ir_build *build)
{
	struct ir_unit *unit = build->unit;
	struct ir_block *sorted = ir_arena_alloc(unit->arena, unit->nr_blocks * sizeof(*sorted));
	uint32_t i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < unit->nr_blocks; i++)
		sorted[unit->block[i].order] = unit->block[i];
	for (i = 0; i < unit->nr_edges; i++)
		unit->edge[i].block = unit->block[unit->edge[i].block].order;
	memcpy(unit->block, sorted, unit->nr_blocks * sizeof(*sorted));
	return 0;
}

static bool edges_in_range(const struct ir_unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_edges; i++) {
		if (unit->edge[i].block >= unit->nr_blocks)
			return false;
	}
	return true;
}

int ir_build_end(struct ir_build *build)
{
	struct ir_unit *unit = build->unit;

	if (build->error)
		return build->error;
	if (build->open != IR_NONE || build->nr_started != unit->nr_blocks || !unit->nr_blocks ||
	    !edges_in_range(unit))
		return build->error = -EINVAL;
	if (!build->in_order)
		build->error = renumber(build);
	return build->error;
}
