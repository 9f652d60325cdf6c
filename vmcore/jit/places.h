/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_PLACES_H
#define VMB_VMCORE_JIT_PLACES_H
/*
 * Where the values of a unit are while it is lowered. In tier 1 that is a cache of values in registers,
 * which the host looks after (vmcore/jit/regcache.h). In tier 2 values have homes: between blocks a
 * value that others use is in its home; within a block registers are a cache as in tier 1, which
 * takes the one whose value is used last.
 *
 * Context: pure but for the host's functions, which write code.
 */

#include "vmcore/jit/homes.h"
#include "vmcore/jit/regcache.h"

struct jit_places;

/**
 * struct jit_places_ops - what a host writes.
 * @general, @vectors: registers that hold values; vector registers have higher numbers
 * @scratch_general, @scratch_vector: registers that hold none and that none of these functions but
 *	@move needs
 * @end: two general ones that the last instruction of a block can read values in
 * @move: from register to register
 * @load: a value that is in no register to one
 * @store_slot: a register to a slot
 * @const_to_slot: a constant to a slot
 * @copy_slot: from slot to slot
 * @ask: burn @fuel, or with 0 see if there is any; leave for lack of it for block @to, of chained code
 *	by that way. Return: the slow way that does so; NULL in tier 1: it is done here
 */
struct jit_places_ops {
	uint64_t general, vectors;
	uint8_t scratch_general, scratch_vector;
	uint8_t end[2];
	void (*move)(struct jit_places *p, unsigned int type, unsigned int dst, unsigned int src);
	void (*load)(struct jit_places *p, unsigned int reg, uint32_t value);
	void (*store_slot)(struct jit_places *p, unsigned int type, uint32_t slot, unsigned int reg);
	void (*const_to_slot)(struct jit_places *p, uint32_t slot, const struct ir_insn *insn);
	void (*copy_slot)(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from);
	struct jit_slow *(*ask)(struct jit_places *p, uint32_t fuel, uint32_t to);
};

/**
 * struct jit_places - a part of a host's lowering.
 * @unit, @value: of the job
 * @homes: tier 2; NULL: tier 1
 * @at, @block: current instruction and block
 * @pc: the current guest instruction
 * @next_slot: slots in use
 * @read: tier 2: registers that the current instruction reads although they are free
 * @nr_waiting: tier 2: lazy stores of the block so far, in homes->waiting
 * @touched: tier 2: registers that have held a value
 */
struct jit_places {
	const struct jit_places_ops *ops;
	struct jit_job *job;
	const struct ir_unit *unit;
	struct jit_value *value;
	struct jit_homes *homes;
	struct jit_regcache regs;
	uint32_t at, block;
	uint32_t next_slot;
	uint64_t pc;
	uint64_t read;
	uint32_t nr_waiting;
	uint64_t touched;
};

/** jit_places_is_saved - is a value also in its slot, in the state, or a constant? */
VMB_INLINE bool jit_places_is_saved(const struct jit_places *p, uint32_t index)
{
	const struct jit_value *value = &p->value[index];

	if (VMB_UNLIKELY(p->homes) && (value->flags & (JIT_HOME | JIT_IN_STATE)) == JIT_HOME)
		return p->homes->home[index].saved == p->block + 1;
	return value->flags & (JIT_CONST | JIT_STORED | JIT_IN_STATE);
}

/** jit_places_saved - the slot of a value holds it now. */
VMB_INLINE void jit_places_saved(struct jit_places *p, uint32_t index)
{
	struct jit_value *value = &p->value[index];

	if (VMB_UNLIKELY(p->homes) && value->flags & JIT_HOME)
		p->homes->home[index].saved = p->block + 1;
	else
		value->flags |= JIT_STORED;
}

/*
 * Tier 2 alone.
 */

/** jit_places_begin - before the first block. */
void jit_places_begin(struct jit_places *p);

/**
 * jit_places_allocate - a register of @from for @value.
 * Return: JIT_NO_REG: there is none, and the instruction ends a block.
 */
unsigned int jit_places_allocate(struct jit_places *p, uint64_t from, uint32_t value);

/** jit_places_advance - the current instruction is done: what it used may be used later, or not. */
void jit_places_advance(struct jit_places *p);

/** jit_places_vacate - the current instruction computes in a register that may hold a value; locked. */
void jit_places_vacate(struct jit_places *p, unsigned int reg);

/** jit_places_finish - its result, which other blocks use, goes to its home. */
void jit_places_finish(struct jit_places *p);

/** jit_places_enter - at the begin of a block: all homes have their values. */
void jit_places_enter(struct jit_places *p, uint32_t block);

/** jit_places_leave - before its last instruction: the same. */
void jit_places_leave(struct jit_places *p);

/** jit_places_is_last_use - is a value of which this was a use not used again in the block? */
bool jit_places_is_last_use(const struct jit_places *p, uint32_t value);

/** jit_places_pass - give the parameters of an edge's block their values. */
void jit_places_pass(struct jit_places *p, const struct ir_edge *edge);

/** jit_places_is_passed - is there nothing to be done for that? */
bool jit_places_is_passed(const struct jit_places *p, const struct ir_edge *edge);

/** jit_places_changed - the register of a value has: its slot, if that held it, is to hold it again. */
void jit_places_changed(struct jit_places *p, uint32_t value);

/*
 * Edges, in both tiers.
 */

/** jit_is_plain - is a jump all there is to an edge? */
bool jit_is_plain(const struct jit_places *p, const struct ir_edge *edge);

/**
 * jit_follow - all but the jump: pass arguments, by scratch registers only, and ask for fuel.
 * @last: the next block's code follows
 * Return: a jump is needed.
 */
bool jit_follow(struct jit_places *p, const struct ir_edge *edge, bool last);

/** jit_ask_before - tier 2 asks for fuel before the comparison at a block's end: one jump goes back. */
void jit_ask_before(struct jit_places *p, const struct ir_insn *insn);

/** jit_ask_at_entry - ask for fuel where a unit begins, if it is chained. */
void jit_ask_at_entry(struct jit_places *p);

/** jit_ask_at_back_edge - the same where it goes back. */
void jit_ask_at_back_edge(struct jit_places *p, const struct ir_edge *edge);

/*
 * Precise code (pending.c).
 */

/** jit_wait - a store to the state comes. Return: it is lazy, and there is nothing to be done. */
bool jit_wait_home(struct jit_places *p, const struct ir_insn *insn);
VMB_INLINE bool jit_wait(struct jit_places *p, const struct ir_insn *insn)
{
	return VMB_UNLIKELY(p->homes) && jit_wait_home(p, insn);
}

/**
 * jit_point - from here on code belongs to an access of the current guest instruction; in tier 2 it
 * is noted where the values of lazy stores are. The access has an instruction of the host at least.
 * Return: the point's number.
 */
uint32_t jit_point(struct jit_places *p);

#endif /* VMB_VMCORE_JIT_PLACES_H */
