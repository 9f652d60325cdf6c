// SPDX-License-Identifier: MIT
/*
 * Running units. A run goes in steps: a step enters code, or the interpreter, and ends where the unit
 * is left or, in the tiers 0 and 1, where a slice of the fuel is used up. There, at the head of a loop,
 * a run can change to other code: the values that are live are in the slots of the code that was
 * left, or in the interpreter's frame.
 */
#include "vmcore/jit/tiers_inside.h"

#include <errno.h>
#include <string.h>

/**
 * struct run - a run between two steps.
 * @left: fuel
 * @begun: it goes on at @block; otherwise with the unit's entry
 * @point: that @block is, NULL
 * @held: the code in whose slots the values are, NULL: they are in the frame of the interpreter
 * @done: @leave says how
 */
struct run {
	struct tiers *tiers;
	struct tier_thread *thread;
	struct tier_unit *unit;
	struct ir_context *context;
	struct ir_leave *leave;
	uint64_t left;
	bool begun;
	uint32_t block;
	struct tier_point *point;
	const struct tier_code *held;
	bool done;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Values at a point.
 */

/* Number of a point. */
static uint32_t number(const struct run *r)
{
	return (uint32_t)(r->point - tier_load(&r->unit->points)->point);
}

static const uint32_t *slots_at(const struct run *r, const struct tier_code *code)
{
	return code->slot + code->first_slot[number(r)];
}

static union ir_val constant(const struct ir_insn *insn)
{
	union ir_val value = { .d = { insn->imm } };

	if (insn->type == IR_V128)
		value.d[1] = (uint64_t)insn->c << 32 | insn->b;
	return value;
}

/* An integer as the host has it in a slot, which is more than its own bytes. */
static union ir_val as_in_slot(const struct host_ops *host, unsigned int type, union ir_val value)
{
	unsigned int unused = 64 - 8 * ir_type_bytes(type);

	if (host->extends_signs)
		value.d[0] = (uint64_t)((int64_t)(value.d[0] << unused) >> unused);
	return value;
}

/* The values are in the frame of the interpreter now. */
static int take_values(struct run *r)
{
	const struct ir_insn *insn = r->unit->unit.insn;
	const struct jit_frame *frame = r->thread->runner.frame;
	const uint32_t *slot;
	union ir_val *val;
	uint32_t i;

	if (!r->held)
		return 0;
	if (ir_frame_reserve(&r->thread->values, &r->unit->unit))
		return -ENOMEM;
	slot = slots_at(r, r->held);
	val = r->thread->values.val;
	for (i = 0; i < r->point->at.nr; i++) {
		uint32_t value = r->point->at.value[i];

		val[value] = (union ir_val){ .d = { 0 } };
		if (slot[i] == TIER_NO_SLOT)
			val[value] = constant(&insn[value]);
		else
			memcpy(&val[value], &frame->slot[slot[i]],
			       ir_type_bytes(insn[value].type));
	}
	r->held = NULL;
	return 0;
}

/* They are in the slots of @code, too. */
static int put_values(struct run *r, const struct tier_code *code)
{
	const struct ir_insn *insn = r->unit->unit.insn;
	const union ir_val *val = r->thread->values.val;
	const uint32_t *slot = slots_at(r, code);
	uint32_t i;

	if (jit_runner_reserve(&r->thread->runner, code->code.nr_slots))
		return -ENOMEM;
	for (i = 0; i < r->point->at.nr; i++) {
		uint32_t value = r->point->at.value[i];
		unsigned int type = insn[value].type;
		union ir_val in_slot = val[value];

		if (ir_is_int(type))
			in_slot = as_in_slot(code->code.host, type, in_slot);
		if (slot[i] != TIER_NO_SLOT)
			memcpy(&r->thread->runner.frame->slot[slot[i]], &in_slot,
			       ir_is_int(type) ? 8 : ir_type_bytes(type));
	}
	return 0;
}

/* By the interpreter's frame: index of the point's values to value. */
static bool give_value(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		       union ir_val *result)
{
	const struct tier_thread *thread = priv;

	if ((uintptr_t)helper - (uintptr_t)thread->point_helpers <
	    thread->nr_point_helpers * sizeof(*helper)) {
		*result = thread->values.val[thread->point->at.value[arg[0].d[0]]];
		return true;
	}
	return thread->call && thread->call(thread->call_priv, helper, arg, result);
}

static struct tier_point *find_point(struct tier_unit *unit, uint32_t block)
{
	struct tier_points *points = tier_load(&unit->points);
	uint32_t low = 0, high = points ? points->nr : 0;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (points->point[middle].at.block == block)
			return &points->point[middle];
		if (points->point[middle].at.block < block)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * Becoming faster.
 */

/* Two threads may count as one: that costs a little time, and a locked instruction would, too. */
static uint64_t count(struct tier_unit *unit, uint64_t insns)
{
	uint64_t now = __atomic_load_n(&unit->executed, __ATOMIC_RELAXED) + insns;

	__atomic_store_n(&unit->executed, now, __ATOMIC_RELAXED);
	return now;
}

/* While this thread compiles, it holds nothing that would have to be thrown away. */
static int ask(struct run *r, const struct tier_request *request)
{
	int status = 0;

	r->thread->stats.asked++;
	if (r->tiers->options.background) {
		if (!tier_ask(r->tiers, request))
			tier_give_up(request);
		return 0;
	}
	status = take_values(r);
	tier_publish(&r->thread->inside, r->unit);
	reclaim_leave(&r->thread->reader);
	if (!tier_ask(r->tiers, request))
		tier_give_up(request);
	reclaim_enter(&r->tiers->reclaim, &r->thread->reader);
	return status;
}

static unsigned int deserved(const struct run *r, uint64_t executed)
{
	const struct tiers_options *o = &r->tiers->options;
	uint64_t times = executed / r->unit->unit.nr_insns;
	unsigned int tier = times >= o->tier2_after ? 2 : times >= o->tier1_after ? 1 : 0;

	return tier < o->max_tier ? tier : o->max_tier;
}

/* So many instructions of a unit have been executed: does it deserve more? */
static int consider_unit(struct run *r, uint64_t executed)
{
	uint32_t wanted = __atomic_load_n(&r->unit->wanted, __ATOMIC_RELAXED);
	const struct tier_request request = { .unit = r->unit,
					      .tier = deserved(r, executed) };

	if (request.tier <= wanted ||
	    !__atomic_compare_exchange_n(&r->unit->wanted, &wanted, request.tier, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return 0;
	return ask(r, &request);
}

/* So many entries are looked at together, and of those so many may fall back on tier 1. */
#define LOOK_AFTER 1024u
#define MAY_MISS   128u

/* Do guards fail so often that code of tier 2 without them would be better? */
static int consider_guards(struct run *r, struct tier_code *code)
{
	const struct tier_request request = { .unit = r->unit, .tier = 2 };
	uint32_t looked = __atomic_load_n(&code->looked, __ATOMIC_RELAXED) + 1, misses;

	__atomic_store_n(&code->looked, looked < LOOK_AFTER ? looked : 0, __ATOMIC_RELAXED);
	if (looked < LOOK_AFTER)
		return 0;
	misses = __atomic_exchange_n(&code->code.misses, 0, __ATOMIC_RELAXED);
	if (misses <= MAY_MISS)
		return 0;
	__atomic_store_n(&r->unit->plain, true, __ATOMIC_RELAXED);
	return ask(r, &request);
}

/* And the loop that it is in? */
static int consider_point(struct run *r, uint64_t executed)
{
	const struct tier_request request = { .unit = r->unit, .point = r->point, .tier = 2 };

	if (!r->point || deserved(r, executed) < 2 ||
	    __atomic_load_n(&r->point->wanted, __ATOMIC_RELAXED) ||
	    __atomic_exchange_n(&r->point->wanted, true, __ATOMIC_RELAXED))
		return 0;
	return ask(r, &request);
}

/*
 * Steps.
 */

/* After a slice in a loop. */
static int after_slice(struct run *r, const struct tier_code *code, uint64_t used)
{
	uint64_t executed = count(r->unit, used);
	int status;

	r->thread->stats.sliced++;
	r->begun = true;
	r->block = r->leave->block;
	r->point = find_point(r->unit, r->block);
	r->held = code;
	VMB_ASSERT(!code || r->point);
	status = consider_point(r, executed);
	return status ? status : consider_unit(r, executed);
}

/* After @code (NULL: the interpreter), which had @given of the fuel. */
static int after(struct run *r, const struct tier_code *code, uint64_t given)
{
	uint64_t used = given - r->context->fuel, had = r->left;
	struct tier_unit *next;

	if (code)
		r->unit = code->unit;
	r->left -= used;
	r->held = NULL;
	if (r->leave->kind == IR_LEAVE_FUEL && given < had)
		return after_slice(r, code, used);
	r->done = true;
	if (r->leave->kind != IR_LEAVE_EXIT || r->leave->code > IR_EXIT_CALL || !r->left)
		return 0;
	/* Without fuel an exit is one although it is linked: in tier 1 that was a slice. */
	if (!r->context->fuel && given < had)
		count(r->unit, used);
	next = tier_edge_to(r->unit, r->leave->pc);
	if (!next)
		return 0;
	r->unit = next;
	r->begun = r->done = false;
	return 0;
}

static int run_code(struct run *r, const struct tier_code *code, const void *at)
{
	uint64_t given = code->label ? least(r->left, r->tiers->options.slice) : r->left;
	int status;

	r->context->fuel = given;
	status = jit_enter(&r->tiers->jit, &code->code, at, r->context, &r->thread->runner,
			   r->leave);
	if (status)
		return status;
	/*
	 * Links lead to code by loads that no compiler and no analyser sees. They are ordered by the
	 * dependency; this tells the analyser so.
	 */
	(void)tier_load(&r->tiers->nr_published);
	return after(r, (const struct tier_code *)r->thread->runner.frame->code, given);
}

/* While code runs that was made for a point, calls of helpers come to us first. */
static int run_at_point(struct run *r, const struct tier_code *code)
{
	struct tier_thread *thread = r->thread;
	int status = take_values(r);

	if (status)
		return status;
	thread->stats.replaced[2]++;
	thread->point = r->point;
	thread->point_helpers = code->code.helper + r->unit->unit.nr_helpers;
	thread->nr_point_helpers = code->nr_helpers - r->unit->unit.nr_helpers;
	thread->call = r->context->call;
	thread->call_priv = r->context->call_priv;
	r->context->call = give_value;
	r->context->call_priv = thread;
	status = run_code(r, code, code->at + (code->code.entry - code->code.start));
	r->context->call = thread->call;
	r->context->call_priv = thread->call_priv;
	return status;
}

/* In the interpreter fuel ends before any block: is there something to go on with at the next point? */
static bool has_better(const struct run *r)
{
	const struct tier_points *points = tier_load(&r->unit->points);
	const struct tier_code *code = tier_load(&r->unit->code[1]);
	uint32_t p;

	for (p = 0; points && p < points->nr; p++) {
		if ((code && code->label) || tier_load(&points->point[p].code))
			return true;
	}
	return false;
}

static int interpret(struct run *r, uint32_t block)
{
	uint64_t needed = r->unit->unit.block[block].nr, given = r->tiers->options.slice / 16;
	int status = take_values(r);

	if (r->begun && !r->point && has_better(r))
		given = needed;
	given = least(r->left, given < needed ? needed : given);
	r->context->fuel = given;
	if (!status)
		status = ir_resume(&r->unit->unit, r->context, &r->thread->values, block, r->leave);
	return status ? status : after(r, NULL, given);
}

static struct tier_code *best(const struct tier_unit *unit)
{
	struct tier_code *code = tier_load(&unit->code[2]);

	return code ? code : tier_load(&unit->code[1]);
}

/* Is there, or is there to be, something better than @code to enter the unit by? */
static int consider_entry(struct run *r, struct tier_code *code)
{
	if (!code || code->tier < r->tiers->options.max_tier)
		return consider_unit(r, count(r->unit, r->unit->unit.nr_insns));
	return code->code.guarded ? consider_guards(r, code) : 0;
}

static int step_entry(struct run *r)
{
	int status = consider_entry(r, best(r->unit));
	struct tier_code *code;

	if (status)
		return status;
	code = best(r->unit);
	r->thread->stats.entered[code ? code->tier : 0]++;
	if (!code)
		return interpret(r, 0);
	return run_code(r, code, code->at + (code->code.entry - code->code.start));
}

static int step_point(struct run *r)
{
	const struct tier_code *code = tier_load(&r->point->code), *held = r->held;
	int status;

	if (code)
		return run_at_point(r, code);
	code = tier_load(&r->unit->code[1]);
	if (!code || !code->label) {
		r->thread->stats.replaced[0] += !!held;
		return interpret(r, r->block);
	}
	if (code != held) {
		status = take_values(r);
		if (!status)
			status = put_values(r, code);
		if (status)
			return status;
		r->thread->stats.replaced[1]++;
	}
	return run_code(r, code, code->at + code->label[number(r)]);
}

static int step(struct run *r)
{
	if (!r->begun)
		return step_entry(r);
	return r->point ? step_point(r) : interpret(r, r->block);
}

/*
 * Something has been taken away since we looked: say that we do not hold it, having saved from the
 * code what is needed of it.
 */
static int renew(struct run *r)
{
	int status;

	if (reclaim_is_current(&r->tiers->reclaim, &r->thread->reader))
		return 0;
	status = take_values(r);
	tier_publish(&r->thread->inside, r->unit);
	reclaim_enter(&r->tiers->reclaim, &r->thread->reader);
	return status;
}

int tiers_run(struct tier_thread *thread, struct tier_unit **unit, struct ir_context *context,
	      struct ir_leave *leave)
{
	struct run r = { .tiers = thread->tiers, .thread = thread, .unit = *unit,
			 .context = context, .leave = leave, .left = context->fuel };
	int status;

	tier_publish(&thread->inside, *unit);
	reclaim_enter(&r.tiers->reclaim, &thread->reader);
	do {
		status = renew(&r);
		if (!status)
			status = step(&r);
	} while (!status && !r.done);
	*unit = r.unit;
	tier_publish(&thread->inside, NULL);
	reclaim_leave(&thread->reader);
	context->fuel = r.left;
	return status;
}
