/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_VALUES_H
#define VMB_VMCORE_JIT_VALUES_H
/*
 * The registers as a cache of the frame's slots, for the values.c of any host. A value of several
 * blocks is written to its slot where it is defined, so that forgetting a register is always allowed
 * at the end of a block; a value of one block gets a slot only when its register is needed for another.
 *
 * Context: inline, with @ops as a constant that is known where they are called: tier 1 asks for a value
 * at every operand.
 */

#include "vmcore/jit/places.h"

VMB_INLINE uint64_t jit_registers_for(const struct jit_places_ops *ops, unsigned int type)
{
	return type >= IR_F32 ? ops->vectors : ops->general;
}

/** jit_save - let the slot of a value that is in a register hold it, too. */
VMB_INLINE void jit_save(struct jit_places *p, const struct jit_places_ops *ops, uint32_t index)
{
	unsigned int type = p->unit->insn[index].type, wide = type == IR_V128;
	struct jit_value *value = &p->value[index];

	if (jit_places_is_saved(p, index))
		return;
	if (!(value->flags & JIT_SLOTTED)) {
		value->slot = p->next_slot + (p->next_slot & wide);
		value->flags |= JIT_SLOTTED;
		p->next_slot = value->slot + 1 + wide;
	}
	ops->store_slot(p, type, value->slot, value->reg);
	jit_places_saved(p, index);
}

/** jit_take - a register for @value. Return: as jit_places_allocate(). */
VMB_INLINE unsigned int jit_take(struct jit_places *p, const struct jit_places_ops *ops,
				 uint32_t value)
{
	unsigned int type = p->unit->insn[value].type, reg;
	uint64_t from = jit_registers_for(ops, type);

	if (VMB_UNLIKELY(p->homes))
		return jit_places_allocate(p, type < IR_F32 ? p->job->home_general : from, value);
	reg = jit_regcache_free(&p->regs, from);
	if (VMB_LIKELY(reg != JIT_NO_REG))
		return reg;
	reg = jit_regcache_victim(&p->regs, p->value, from);
	jit_save(p, ops, p->regs.owner[reg]);
	jit_regcache_forget(&p->regs, p->value, reg);
	return reg;
}

/* The last instruction of a block computes nothing: of scratch registers it needs none but two. */
VMB_INLINE unsigned int jit_value_at_the_end(struct jit_places *p, const struct jit_places_ops *ops,
					     uint32_t value)
{
	unsigned int reg = ops->end[p->regs.locked >> ops->end[0] & 1];

	VMB_ASSERT(ir_is_term(&p->unit->insn[p->at]) && p->unit->insn[value].type < IR_F32);
	ops->load(p, reg, value);
	jit_regcache_lock(&p->regs, reg);
	return reg;
}

/** jit_register_of - the register of a value, which is loaded if need be; locked. */
VMB_INLINE unsigned int jit_register_of(struct jit_places *p, const struct jit_places_ops *ops,
					uint32_t value)
{
	unsigned int reg = p->value[value].reg;

	if (reg == JIT_NO_REG) {
		reg = jit_take(p, ops, value);
		if (VMB_UNLIKELY(reg == JIT_NO_REG))
			return jit_value_at_the_end(p, ops, value);
		ops->load(p, reg, value);
		jit_regcache_own(&p->regs, p->value, reg, value);
	}
	jit_regcache_lock(&p->regs, reg);
	return reg;
}

/** jit_result - a register for the result of the current instruction; locked. */
VMB_INLINE unsigned int jit_result(struct jit_places *p, const struct jit_places_ops *ops)
{
	unsigned int reg = jit_take(p, ops, p->at);

	jit_regcache_own(&p->regs, p->value, reg, p->at);
	return reg;
}

/** jit_result_last - the same where the operands are read no later: it may be one of theirs. */
VMB_INLINE unsigned int jit_result_last(struct jit_places *p, const struct jit_places_ops *ops,
					const struct ir_insn *insn)
{
	uint32_t operand[3];

	jit_operands(insn, p->unit->nr_insns, operand);
	jit_regcache_release(&p->regs, &p->value[operand[0]], p->at);
	jit_regcache_release(&p->regs, &p->value[operand[1]], p->at);
	jit_regcache_release(&p->regs, &p->value[operand[2]], p->at);
	p->read = p->regs.locked;
	p->regs.locked = 0;
	return jit_result(p, ops);
}

/** jit_copy_to - copy a value to a register that holds none. */
VMB_INLINE void jit_copy_to(struct jit_places *p, const struct jit_places_ops *ops,
			    unsigned int reg, uint32_t value)
{
	if (p->value[value].reg != JIT_NO_REG)
		ops->move(p, p->unit->insn[value].type, reg, p->value[value].reg);
	else
		ops->load(p, reg, value);
}

/** jit_result_from - a register for the result with a copy of @value: its own if it is used last. */
VMB_INLINE unsigned int jit_result_from(struct jit_places *p, const struct jit_places_ops *ops,
					uint32_t value)
{
	struct jit_value *v = &p->value[value];
	unsigned int reg = v->reg;

	if (reg != JIT_NO_REG && v->last == p->at) {
		v->reg = JIT_NO_REG;
		jit_regcache_own(&p->regs, p->value, reg, p->at);
		return reg;
	}
	if (reg != JIT_NO_REG)
		jit_regcache_lock(&p->regs, reg);
	reg = jit_result(p, ops);
	jit_copy_to(p, ops, reg, value);
	return reg;
}

/** jit_finish - the current instruction has its result, if it has one, in its register. */
VMB_INLINE void jit_finish(struct jit_places *p, const struct jit_places_ops *ops)
{
	struct jit_value *value = &p->value[p->at];

	if (value->reg == JIT_NO_REG)
		return;
	if (VMB_UNLIKELY(value->flags & JIT_HOME))
		jit_places_finish(p);
	else if (value->flags & JIT_GLOBAL)
		jit_save(p, ops, p->at);
	jit_regcache_release(&p->regs, value, p->at);
}

/* By way of a scratch register. */
VMB_INLINE void jit_load_to_slot(struct jit_places *p, const struct jit_places_ops *ops,
				 uint32_t slot, uint32_t value)
{
	unsigned int type = p->unit->insn[value].type;
	unsigned int reg = type < IR_F32 ? ops->scratch_general : ops->scratch_vector;

	ops->load(p, reg, value);
	ops->store_slot(p, type, slot, reg);
}

/** jit_to_slot - move a value to a slot of its type. */
VMB_INLINE void jit_to_slot(struct jit_places *p, const struct jit_places_ops *ops, uint32_t slot,
			    uint32_t value)
{
	const struct ir_insn *insn = &p->unit->insn[value];
	const struct jit_value *v = &p->value[value];

	if (v->reg != JIT_NO_REG)
		ops->store_slot(p, insn->type, slot, v->reg);
	else if (v->flags & JIT_CONST)
		ops->const_to_slot(p, slot, insn);
	else if (v->flags & JIT_IN_STATE)
		jit_load_to_slot(p, ops, slot, value);
	else
		ops->copy_slot(p, insn->type, slot, v->slot);
}

#endif /* VMB_VMCORE_JIT_VALUES_H */
