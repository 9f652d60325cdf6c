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
 * @value: the value; @offset: where in the state it begins
 * @block: number of the start of a block, or of a call, since which that is true
 */
struct ir_known {
	uint32_t value, offset, block;
};

/* Bytes of the state that one struct ir_known is for. */
#define IR_KNOWN_BYTES 8u

/**
 * struct ir_build - a unit in the making.
 * @unit: borrowed
 * @error: 0 or -errno; sticky
 * @open: block that is being filled, IR_NONE between blocks
 * @nr_started: number of blocks that have been started
 * @in_order: the blocks were started in the order of their creation
 * @known: [state_bytes / IR_KNOWN_BYTES + 1], zeros, lent: ir_get_state() returns what is known. NULL:
 *	it always loads
 * @now: for @known
 */
struct ir_build {
	struct ir_unit *unit;
	int error;
	uint32_t open;
	uint32_t nr_started;
	bool in_order;
	struct ir_known *known;
	uint32_t now;
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

VMB_INLINE uint32_t ir_const(struct ir_build *build, unsigned int type, uint64_t bits)
{
	return ir_emit(build, &(struct ir_insn){ .op = IR_const, .type = (uint8_t)type,
						 .a = IR_NONE, .imm = bits & ir_type_mask(type) });
}

VMB_INLINE uint32_t ir_unary(struct ir_build *build, unsigned int op, unsigned int type, uint32_t a)
{
	return ir_emit(build, &(struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
						 .a = a, .b = IR_NONE, .c = IR_NONE });
}

VMB_INLINE uint32_t ir_binary(struct ir_build *build, unsigned int op, unsigned int type,
			      uint32_t a, uint32_t b)
{
	return ir_emit(build, &(struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
						 .a = a, .b = b, .c = IR_NONE });
}

VMB_INLINE uint32_t ir_compare(struct ir_build *build, unsigned int cond, unsigned int type,
			       uint32_t a, uint32_t b)
{
	return ir_emit(build, &(struct ir_insn){ .op = IR_cmp, .type = (uint8_t)type,
						 .aux = (uint8_t)cond, .a = a, .b = b,
						 .c = IR_NONE });
}

/* @mem: log2 of the size in bytes, IR_MEM_SIGNED. */
VMB_INLINE uint32_t ir_load(struct ir_build *build, unsigned int type, unsigned int mem,
			    uint32_t address, int32_t offset)
{
	return ir_emit(build, &(struct ir_insn){ .op = IR_ld, .type = (uint8_t)type,
						 .aux = (uint8_t)mem, .a = address, .b = IR_NONE,
						 .c = IR_NONE, .imm = (uint64_t)(int64_t)offset });
}

VMB_INLINE void ir_store(struct ir_build *build, unsigned int mem, uint32_t address,
			 int32_t offset, uint32_t value)
{
	ir_emit(build, &(struct ir_insn){ .op = IR_st, .aux = (uint8_t)mem, .a = address,
					  .b = value, .c = IR_NONE,
					  .imm = (uint64_t)(int64_t)offset });
}

VMB_INLINE void ir_exit_to(struct ir_build *build, unsigned int reason, uint64_t pc)
{
	ir_emit(build, &(struct ir_insn){ .op = IR_exit, .aux = (uint8_t)reason, .a = IR_NONE,
					  .b = IR_NONE, .c = IR_NONE, .imm = pc });
}

#endif /* VMB_VMCORE_IR_BUILD_H */
