/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_INTERP_INTERP_H
#define VMB_VMCORE_INTERP_INTERP_H
/*
 * Tier 0: executes a unit as it is written. What this does is what the IR means.
 */

#include "vmcore/ir/eval.h"

/**
 * struct ir_memory - guest memory, as a port.
 * @priv: for @map
 * @map: (NULL: every access faults) host address of guest bytes [address, address + bytes), which
 *       lie in one page; NULL: fault.
 *	What it returns stays valid until the instruction is done
 * @page_bytes: accesses are split where they cross a multiple of this, a power of two; 0: never
 * @lock16: guards atomic accesses of 16 bytes against each other; shared by the threads of a guest;
 *	NULL if there is one thread
 */
struct ir_memory {
	void *priv;
	void *(*map)(void *priv, uint64_t address, uint32_t bytes, bool write);
	uint32_t page_bytes;
	int *lock16;
};

/** struct ir_flat - guest memory that is one array: @bytes at guest address @first. */
struct ir_flat {
	uint8_t *host;
	uint64_t first;
	uint64_t bytes;
};

/** ir_flat_map - the map of struct ir_memory for a @priv that is a struct ir_flat. */
void *ir_flat_map(void *priv, uint64_t address, uint32_t bytes, bool write);

/** enum ir_leave_kind - why execution left a unit. */
enum ir_leave_kind {
	IR_LEAVE_EXIT,	   /* exit: code is its reason */
	IR_LEAVE_INDIRECT, /* exit_indirect: code is enum ir_jump */
	IR_LEAVE_TRAP,	   /* trap: code is its code */
	IR_LEAVE_FAULT,	   /* a memory access failed: code is enum ir_fault */
	IR_LEAVE_HELPER,   /* a helper said so */
	IR_LEAVE_FUEL,	   /* before a block that the fuel does not suffice for */
};

enum ir_fault { IR_FAULT_READ, IR_FAULT_WRITE, IR_FAULT_UNALIGNED };

/**
 * struct ir_leave - how execution left a unit.
 * @kind: enum ir_leave_kind
 * @pc: the guest address that it goes on with; of a fault or a helper, that of the instruction
 * @address: of a fault
 * @block: of IR_LEAVE_FUEL, which block would have been next
 */
struct ir_leave {
	uint32_t kind;
	uint32_t code;
	uint64_t pc;
	uint64_t address;
	uint32_t block;
};

/**
 * struct ir_context - a guest's side of an execution.
 * @state, @state_bytes: guest state, aligned to 16
 * @memory: guest memory
 * @call: (NULL: no helpers) a helper is called: reads @arg, sets *@result if it has one (a scalar
 *        zero-extended).
 *	Return: false to leave the unit
 * @call_priv: for @call
 * @fp: floating-point environment
 * @fuel: instructions that may still be executed; counted by block
 */
struct ir_context {
	void *state;
	uint32_t state_bytes;
	struct ir_memory memory;
	bool (*call)(void *call_priv, const struct ir_helper *helper, const union ir_val *arg,
		     union ir_val *result);
	void *call_priv;
	struct ir_fpenv fp;
	uint64_t fuel;
};

/** struct ir_frame - the values of a unit; reused from run to run. Zero-initialised it is empty. */
struct ir_frame {
	union ir_val *val;
	size_t nr;
};

/** ir_frame_fini - free it. */
void ir_frame_fini(struct ir_frame *frame);

/** ir_frame_reserve - make room for a unit's values, which are lost if it grows. Return: 0 or -ENOMEM. */
int ir_frame_reserve(struct ir_frame *frame, const struct ir_unit *unit);

/**
 * ir_interpret - execute a verified unit.
 * @frame: grown as needed
 * @leave: gets how it ended
 * Return: 0; -EINVAL if @context has less state than the unit asks for, -ENOMEM.
 */
int ir_interpret(const struct ir_unit *unit, struct ir_context *context, struct ir_frame *frame,
		 struct ir_leave *leave);

/**
 * ir_resume - go on with a unit at the beginning of a block.
 * @frame: of this unit; holds what is used there: the values as they were when the unit was left before
 *	this block for lack of fuel, or what somebody else has computed
 * @block: its number
 * Return: as ir_interpret().
 */
int ir_resume(const struct ir_unit *unit, struct ir_context *context, struct ir_frame *frame,
	      uint32_t block, struct ir_leave *leave);

#endif /* VMB_VMCORE_INTERP_INTERP_H */
