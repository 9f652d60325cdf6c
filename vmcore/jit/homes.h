/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_HOMES_H
#define VMB_VMCORE_JIT_HOMES_H
/*
 * Tier 2's register allocation: which register is a value's home. A value of several blocks is in
 * its home, if it has one, whenever control passes from block to block, and a value without one in
 * its slot; so blocks need to agree on nothing else. For a value of one block its home is a wish.
 * Within a block a host may keep values wherever it likes.
 */

#include "vmcore/jit/lower.h"

/**
 * struct jit_home - what tier 2 knows of a value.
 * @end: the last instruction before which it must not be lost; beyond its last use in a loop
 * @next: the value of several blocks that has the same home after this one, IR_NONE: none
 * @use: the next instruction of the block being lowered that uses it; less than the current: none
 * @saved: 1 + the block in which its slot holds it since, of a value with a home
 * @hint: the value whose home it would like to have, IR_NONE: none
 * @heir: of a parameter: the first argument that comes behind it and wishes for its home; 0: none
 * @weight: uses, each by how often it is executed
 * @reg: home, JIT_NO_HOME: none
 */
struct jit_home {
	uint32_t end;
	uint32_t next;
	uint32_t use;
	uint32_t saved;
	uint32_t hint;
	uint32_t heir;
	float weight;
	uint8_t reg;
};

#define JIT_NO_HOME 0xffu

/* Registers of both kinds, numbered in one space. */
#define JIT_HOME_REGS 64u

/** jit_home_class - the registers that can be homes of values of @type; 0: there are none. */
VMB_INLINE uint64_t jit_home_class(const struct jit_job *job, unsigned int type)
{
	if (type < IR_F32)
		return job->home_general;
	return type == IR_V128 ? job->home_vector : job->home_float;
}

/**
 * struct jit_homes - homes of a unit, with memory that is reused from unit to unit.
 * @home: [nr_insns]
 * @first: the first value of several blocks with that home, IR_NONE
 * @now: while lowering: the last of them that is defined before here, IR_NONE
 * @use_after: [3 * nr_insns] the next use in the block of operands a, b, c; if less than this: none
 * @arg_after: [nr_args] the same of arguments
 * @block: [nr_blocks]
 * @late: instructions whose values may be needed in a block that comes before them in the array
 * @waiting: while lowering: values that are to be in the state at @offset (vmcore/jit/places.h)
 */
struct jit_homes {
	struct jit_home *home;
	uint32_t first[JIT_HOME_REGS];
	uint32_t now[JIT_HOME_REGS];
	uint32_t *use_after;
	uint32_t *arg_after;
	struct jit_home_block {
		uint32_t loop_end; /* last instruction of the loop that begins here; 0: none */
		int32_t depth;	   /* number of loops around */
		uint32_t at;	   /* where its code began when jumps were long */
		bool early;	   /* control can get there by edges that lead forward alone */
	} *block;
	struct jit_span {
		uint32_t first, last;
	} *span, late;
	struct jit_jump {
		uint32_t to;	   /* block */
		uint32_t at;	   /* where it ended when jumps were long */
		uint32_t short_at; /* the displacement of one byte that it has become; 0: it has not */
	} *jump; /* [nr_edges] in the order of their code */
	struct jit_waiting {
		uint32_t offset, value;
	} waiting[JIT_MAX_WAITING];
	uint32_t cap_insns, cap_args, cap_blocks, cap_edges;
};

/** jit_homes_reserve - make room for a unit. Return: 0 or -ENOMEM. */
int jit_homes_reserve(struct jit_homes *homes, const struct ir_unit *unit);

/** jit_homes_fini - free it. */
void jit_homes_fini(struct jit_homes *homes);

/**
 * jit_homes_find - give homes to the values of a job that has been scanned.
 * @job: job->homes is filled; job->target says which registers there are
 */
void jit_homes_find(struct jit_job *job);

/**
 * jit_homes_apply - let what jit_scan() found of each value agree with its home: a value with one
 * has no slot yet, and dies at jit_home.end. Called after each jit_scan().
 */
void jit_homes_apply(struct jit_job *job);

/** jit_homes_look_ahead - fill jit_home.use, use_after, arg_after for the instructions of a block. */
void jit_homes_look_ahead(struct jit_job *job, uint32_t block);

#endif /* VMB_VMCORE_JIT_HOMES_H */
