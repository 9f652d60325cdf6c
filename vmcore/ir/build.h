/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_BUILD_H
#define VMB_VMCORE_IR_BUILD_H
/*
 * Append instructions to a unit. The error is sticky: after the first one nothing is appended any
 * more, the functions return value 0, and ir_build_end() says what it was. Types and operands are
 * not checked here but by ir_verify().
 */

#include "vmcore/ir/ir.h"

/**
 * struct ir_known - what a part of the guest state holds, in the block that is being built.
 * @value: the value; @what: offset in the state where it begins, and type
 * @block: number of the start of a block, or of a call, since which that is true
 */
struct ir_known {
	uint32_t value, what, block;
};

/* Bytes of the state that one struct ir_known is for. */
#define IR_KNOWN_BYTES 8u

/**
 * struct ir_build - a unit in the making.
 * @unit: borrowed
 * @error: 0 or -errno; sticky
 * @open: block that is being filled, IR_NONE between blocks; its length is set when it ends
 * @room: so many instructions can the unit have before there is something to be looked at
 * @nr_started: number of blocks that have been started
 * @in_order: the blocks were started in the order of their creation
 * @known: [state_bytes / IR_KNOWN_BYTES + 1], zeros, lent: ir_get_state() returns what is known. NULL:
 *	it always loads
 * @now: for @known
 * @head: where the body of the open block begins
 * @pc: what ir_guest_pc() was told last; @pc_due: no instruction says so yet
 */
struct ir_build {
	struct ir_unit *unit;
	int error;
	uint32_t open;
	uint32_t room;
	uint32_t nr_started;
	bool in_order;
	struct ir_known *known;
	uint32_t now;
	uint32_t head;
	bool pc_due;
	uint64_t pc;
};

/**
 * ir_build_begin - start to fill an initialised, empty unit.
 * @unit: borrowed until ir_build_end()
 */
void ir_build_begin(struct ir_build *build, struct ir_unit *unit);

/**
 * ir_build_end - number the blocks in the order in which they were started.
 * Return: 0; -EINVAL if a block has been created but not started or not ended, or something stood
 * outside a block; -E2BIG for a limit; -ENOMEM.
 */
int ir_build_end(struct ir_build *build) VMB_MUST_CHECK;

/**
 * ir_add_helper - declare a helper.
 * @helper: copied
 * Return: its index, for ir_emit_call().
 */
uint32_t ir_add_helper(struct ir_build *build, const struct ir_helper *helper);

/** ir_use_helper - the same of a helper whose name no other has, if it has not been declared yet. */
uint32_t ir_use_helper(struct ir_build *build, const struct ir_helper *helper);

/** ir_new_block - create a block; edges may go to it at once. Return: its index until the end. */
uint32_t ir_new_block(struct ir_build *build);

/** ir_start_block - what follows belongs to @block, until its terminator. */
void ir_start_block(struct ir_build *build, uint32_t block);

/** ir_add_param - the next parameter of the open block, which has nothing else yet. */
uint32_t ir_add_param(struct ir_build *build, unsigned int type);

/**
 * ir_emit - append an instruction that has neither edges nor a list of arguments.
 * @insn: copied
 * Return: its index, which is its value.
 */
uint32_t ir_emit(struct ir_build *build, const struct ir_insn *insn);

/* What ir_put() appends, but for its operands. */
#define IR_WHAT(op, type, aux) ((uint32_t)(op) | (uint32_t)(type) << 8 | (uint32_t)(aux) << 16)

/**
 * ir_put - the same of an instruction that ends no block, faster.
 * @what: IR_WHAT()
 * @a, @b, @imm: as in struct ir_insn, whose c is IR_NONE and aux2 0
 */
uint32_t ir_put(struct ir_build *build, uint32_t what, uint32_t a, uint32_t b, uint64_t imm);

/** ir_put_const - a constant of up to 64 bits, which are zero above the type. */
uint32_t ir_put_const(struct ir_build *build, unsigned int type, uint64_t bits);

/** ir_put_pc - append the guest_pc that is due. */
void ir_put_pc(struct ir_build *build);

/* Who may leave the unit, or call, looks at which instruction of the guest's it belongs to. */
VMB_INLINE void ir_name_pc(struct ir_build *build)
{
	if (build->pc_due)
		ir_put_pc(build);
}

/** ir_take_back - take back what has been appended to the open block from instruction @first on. */
void ir_take_back(struct ir_build *build, uint32_t first);

/**
 * ir_emit_call - call a helper.
 * @arg: as many values as the helper has arguments; copied
 */
uint32_t ir_emit_call(struct ir_build *build, uint32_t helper, const uint32_t *arg);

/**
 * struct ir_target - where an edge goes.
 * @block: of ir_new_block()
 * @nr_args, @arg: for the block's parameters; borrowed for the call
 */
struct ir_target {
	uint32_t block;
	uint32_t nr_args;
	const uint32_t *arg;
};

/**
 * ir_emit_branch - append a terminator with edges.
 * @insn: op, aux and operands; copied
 * @target: @nr of them, in the order of the table of instructions
 */
void ir_emit_branch(struct ir_build *build, const struct ir_insn *insn,
		    const struct ir_target *target, uint32_t nr);

/** ir_get_state - the value of a slot: loaded, or as it was stored or loaded before in the block. */
uint32_t ir_get_state(struct ir_build *build, unsigned int type, uint32_t offset);

/** ir_set_state - store to a slot. */
void ir_set_state(struct ir_build *build, uint32_t offset, uint32_t value);

/* Shorthands. */

/* The fields that operands are in keep the upper bits of a vector. */
VMB_INLINE uint32_t ir_const(struct ir_build *build, unsigned int type, uint64_t bits)
{
	return ir_put_const(build, type, bits & ir_type_mask(type));
}

VMB_INLINE uint32_t ir_unary(struct ir_build *build, unsigned int op, unsigned int type, uint32_t a)
{
	return ir_put(build, IR_WHAT(op, type, 0), a, IR_NONE, 0);
}

VMB_INLINE uint32_t ir_binary(struct ir_build *build, unsigned int op, unsigned int type,
			      uint32_t a, uint32_t b)
{
	return ir_put(build, IR_WHAT(op, type, 0), a, b, 0);
}

VMB_INLINE uint32_t ir_compare(struct ir_build *build, unsigned int cond, unsigned int type,
			       uint32_t a, uint32_t b)
{
	return ir_put(build, IR_WHAT(IR_cmp, type, cond), a, b, 0);
}

/* @mem: log2 of the size in bytes, IR_MEM_SIGNED. */
VMB_INLINE uint32_t ir_load(struct ir_build *build, unsigned int type, unsigned int mem,
			    uint32_t address, int32_t offset)
{
	ir_name_pc(build);
	return ir_put(build, IR_WHAT(IR_ld, type, mem), address, IR_NONE,
		      (uint64_t)(int64_t)offset);
}

VMB_INLINE void ir_store(struct ir_build *build, unsigned int mem, uint32_t address,
			 int32_t offset, uint32_t value)
{
	ir_name_pc(build);
	ir_put(build, IR_WHAT(IR_st, IR_VOID, mem), address, value, (uint64_t)(int64_t)offset);
}

/*
 * What follows belongs to the guest's instruction at @pc. A block may begin so; in its midst nothing is
 * appended before an instruction that asks.
 */
VMB_INLINE void ir_guest_pc(struct ir_build *build, uint64_t pc)
{
	build->pc = pc;
	build->pc_due = true;
	if (build->unit->nr_insns == build->head)
		ir_put_pc(build);
}

VMB_INLINE void ir_exit_to(struct ir_build *build, unsigned int reason, uint64_t pc)
{
	ir_emit(build, &(struct ir_insn){ .op = IR_exit, .aux = (uint8_t)reason, .a = IR_NONE,
					  .b = IR_NONE, .c = IR_NONE, .imm = pc });
}

#endif /* VMB_VMCORE_IR_BUILD_H */
