/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_LOWER_H
#define VMB_VMCORE_JIT_LOWER_H
/*
 * What tier 1 knows before it lowers a unit, and what a host's lowering gives back.
 */

#include "vmcore/ir/ir.h"
#include "vmcore/jit/buffer.h"
#include "vmcore/jit/frame.h"

/**
 * struct jit_target - what code is made for.
 * @features: bits of the host, host_native.features
 * @flat: guest memory is one array [@first, @first + @bytes) with a fixed place in the host
 * @chained: exits for constant addresses are ways, computed ones look into the frame's table, and
 *	units ask for fuel where they begin and go back, leaving by a way as well
 * @precise: what a fault finds out by the host's address (vmcore/jit/recover.h) is noted; an access
 *	that fails its check traps, so that there is no slow way but that of atomic ones. Memory has
 *	JIT_GUARD bytes before and behind it that the host faults on
 * @traps: precise code runs with a floating-point control register that lets invalid operations trap:
 *	those of NaNs that signal, and those whose result is a NaN that no operand is. Such an
 *	instruction is noted (jit_add_trap()), and who handles the trap computes it (jit_compute()) and
 *	goes on behind it. So the host itself never makes a NaN
 * @margin: of precise code: the first and the last so many bytes of memory are nobody's, so that an
 *	address outside of memory fails even if a displacement of no more leads back into it
 */
struct jit_target {
	uint64_t features;
	bool flat;
	bool chained;
	bool precise;
	bool traps;
	uint64_t first;
	uint64_t bytes;
	uint64_t margin;
};

#define JIT_GUARD (UINT64_C(1) << 20)

/** jit_limit - the last offset at which an access may begin for all that is compared with it. */
VMB_INLINE uint64_t jit_limit(const struct jit_target *target)
{
	return target->bytes - (target->precise ? 1 : 16);
}

enum jit_value_flag {
	JIT_GLOBAL = 1,	 /* used in another block than its own: its slot holds it once it is defined */
	JIT_CONST = 2,	 /* can be made again anywhere */
	JIT_STORED = 4,	 /* its slot holds it */
	JIT_SLOTTED = 8, /* has a slot */
	JIT_HOME = 16,	 /* used in another block than its own, and there it is in its home */
	JIT_IN_STATE = 32, /* tier 2: the guest's state has it as long as the unit runs */
	JIT_CANONICAL = 64, /* tier 2: jit_is_canonical() */
	JIT_WANTED = 128,   /* tier 2: of one that is: something is computed from it */
};

/**
 * struct jit_value - where a value is.
 * @last: the instruction that uses it last, in the order of the array; its own without one
 * @slot: index of its first 8 bytes in the frame's slots
 * @uses: number of uses
 * @reg: register, 0xff: none
 * @flags: enum jit_value_flag
 */
struct jit_value {
	uint32_t last;
	uint32_t slot;
	uint32_t uses;
	uint8_t reg;
	uint8_t flags;
};

#define JIT_UNBOUND UINT32_MAX

/**
 * struct jit_label - a block as a target.
 * @at: offset of its code, JIT_UNBOUND before it is known
 * @chain: displacement that waits for it, of which each holds the one before; 0: none
 * @preds: number of edges that go there
 * @link: offset of the word that its exit goes by (vmcore/jit/link.h); 0: none
 */
struct jit_label {
	uint32_t at;
	uint32_t chain;
	uint32_t preds;
	uint32_t link;
};

/**
 * struct jit_slow - the slow way of an access, written behind the unit.
 * @jump, @jump2: displacements that lead there; 0: none
 * @back: offset at which the code goes on
 * @point: of precise code: number of its point
 */
struct jit_slow {
	uint32_t jump, jump2;
	uint32_t back;
	uint32_t point;
	struct jit_access_desc desc;
};

/**
 * struct jit_way - where chained code leaves for a constant address.
 * @pc: the address
 * @word: offset in the unit of eight bytes, a multiple of 8: the host address at which the code goes
 *	on, which may be changed at any time; or, with host_ops.relative_ways, of four bytes: the
 *	distance from behind them. 0: the code always leaves, since it has no fuel
 * @stub: offset of the code that leaves, to which @word leads at first
 */
struct jit_way {
	uint64_t pc;
	uint32_t word;
	uint32_t stub;
};

enum jit_place { JIT_IN_REG, JIT_IN_SLOT, JIT_IN_CONST };

/**
 * struct jit_pending - a value that is to be in the guest's state.
 * @offset: there; @type: enum ir_type
 * @place: enum jit_place; @where: register or slot; @bits: of a constant
 */
struct jit_pending {
	uint32_t offset;
	uint8_t type;
	uint8_t place;
	uint32_t where;
	uint64_t bits[2];
};

/**
 * struct jit_point - from where on code belongs to an access.
 * @at: offset in the unit; they are in ascending order
 * @pc: guest address
 * @first, @nr: values that wait there
 */
struct jit_point {
	uint64_t pc;
	uint32_t at;
	uint32_t first, nr;
};

/**
 * struct jit_trap - an instruction of the host's that may trap, since it is invalid.
 * @at: offset of it in the unit; they are in ascending order
 * @bytes: its length
 * @dst: register of the result; JIT_NO_REG: it is a comparison, of which at least one operand is a NaN
 * @desc: what it computes; its operands are in their registers when it traps. IR_guest_pc: nothing, but
 *	what the unit takes for granted does not hold: it can be left for its beginning, and not entered
 */
struct jit_trap {
	uint32_t at;
	uint8_t bytes;
	uint8_t dst;
	struct jit_eval_desc desc;
};

/**
 * struct jit_scratch - memory of the compiler, reused from unit to unit.
 * @value: [nr_insns + 1] by instruction, and one that stands for operands that are none
 * @label: [nr_blocks]
 * @way: [nr_ways] of the unit compiled last, if it is chained
 * @point: [nr_points] of it, if it is precise; @pending: [nr_pending] of its points
 * @trap: [nr_traps] of it
 * @note: [cap_notes] of jit_scan_lifted(), all less than @now
 */
struct jit_scratch {
	struct jit_value *value;
	struct jit_label *label;
	struct jit_slow *slow;
	struct jit_way *way;
	struct jit_point *point;
	struct jit_pending *pending;
	struct jit_trap *trap;
	uint32_t cap_values, cap_labels, cap_ways, cap_points, cap_pending, cap_traps;
	uint32_t nr_ways, nr_points, nr_pending, nr_traps;
	uint32_t *note;
	uint32_t cap_notes, now;
};

struct jit_homes;
struct jit_select;

/**
 * struct jit_job - a unit to be lowered.
 * @unit: verified; borrowed
 * @lifted: the same unit, of which what is in vain may go; NULL: it stays as it is
 * @homes: tier 2: where values are between blocks (vmcore/jit/homes.h); NULL: tier 1
 * @home_general, @home_float, @home_vector: tier 2: registers that can be homes, as in host_ops
 * @scratch: filled by jit_scan(); slow has room for an entry per instruction
 * @nr_slots: 8-byte slots that parameters take; the lowering adds its own
 * @uses_fp: the unit has an effect E_FP or E_FPENV
 * @select: tier 2: guards of a unit that is its copy (vmcore/jit/select.h); NULL: there are none
 * @below: with guards: where in the cache the code begins that runs instead; @below_at: counted from
 *	the buffer's start
 * @below_fp: that code uses floating point
 * @links: the unit can be entered by links, and its exits to a constant address can be linked
 * @function: set by the lowering: the code is entered by a call of the host's, as host_enter
 * @unsupported: set with -ENOTSUP: the instruction
 * @no_memory: for points
 * @first_way: number of the unit's first way
 */
struct jit_job {
	const struct ir_unit *unit;
	struct ir_unit *lifted;
	const struct jit_target *target;
	struct jit_scratch *scratch;
	struct jit_homes *homes;
	uint64_t home_general, home_float, home_vector;
	const struct jit_select *select;
	size_t below;
	uint32_t below_at;
	bool below_fp;
	struct code_buf *buf;
	uint32_t nr_slots;
	bool uses_fp;
	bool links;
	bool function;
	uint32_t unsupported;
	bool no_memory;
	uint32_t first_way;
};

/** jit_scratch_reserve - make room for a unit. Return: 0 or -ENOMEM. */
int jit_scratch_reserve(struct jit_scratch *scratch, const struct ir_unit *unit);

/** jit_scratch_fini - free it. */
void jit_scratch_fini(struct jit_scratch *scratch);

/** jit_scan - fill @job->scratch, nr_slots and uses_fp in one walk over the unit. */
void jit_scan(struct jit_job *job);

/** jit_scan_begin, jit_scan_param - parts of it: before the first block; of a parameter. */
void jit_scan_begin(struct jit_job *job);
void jit_scan_param(struct jit_job *job, uint32_t param);

/** jit_reserve_notes - make room for a unit with so much guest state. Return: 0 or -ENOMEM. */
int jit_reserve_notes(struct jit_scratch *scratch, uint32_t state_bytes);

/**
 * jit_scan_lifted - the same of job->lifted, in which what nobody uses, and stores to the state that
 * are overwritten unseen in their block, become constants that are no code. Not for tier 2.
 */
void jit_scan_lifted(struct jit_job *job);

/**
 * jit_find_in_state - set JIT_IN_STATE of what is loaded from places in the guest's state that nothing in
 * the unit writes: such a value needs no slot. For a host that loads it again where it has no register.
 */
void jit_find_in_state(struct jit_job *job);

/**
 * jit_find_canonical - set JIT_CANONICAL of floats that are parameters or selected and are no NaN but
 * the default one. For a host that need not look at what it computes from them. In the entry block of
 * chained code it may be set of loads of the state, at most JIT_MAX_ASSUMED: what they load is to be
 * compared before they are reached, with a trap (jit_trap.desc IR_guest_pc) if it is another NaN.
 */
#define JIT_MAX_ASSUMED 16u
void jit_find_canonical(struct jit_job *job);

/** jit_is_canonical - is a float known to be no NaN but the default one? */
bool jit_is_canonical(const struct jit_job *job, uint32_t value);

/**
 * jit_resume_pc - may a guest be left where a block begins, and go on from a guest address?
 * @pc: gets the address
 * Return: nothing is done in the block before its guest_pc; for the entry, in what it leads to.
 */
bool jit_resume_pc(const struct ir_unit *unit, uint32_t block, uint64_t *pc);

/** jit_add_way - the next way of the unit, which leads to @pc. Return: its number. */
uint32_t jit_add_way(struct jit_job *job, uint64_t pc);

/** jit_add_point - from @at on code belongs to the guest instruction at @pc; no value waits yet. */
void jit_add_point(struct jit_job *job, uint32_t at, uint64_t pc);

/** jit_add_pending - another value waits at the point that was added last. */
void jit_add_pending(struct jit_job *job, const struct jit_pending *pending);

/** jit_repeat_point - at @at as many values wait, in the same places, as at point number @as. */
void jit_repeat_point(struct jit_job *job, uint32_t at, uint32_t as);

/** jit_add_trap - an instruction that may trap; behind all that were added before. */
void jit_add_trap(struct jit_job *job, const struct jit_trap *trap);

/**
 * jit_compute - what an instruction of the host's has to do that has trapped.
 * @frame: with the code's registers; gets the result as from jit_eval(), and the floating-point flags
 */
void jit_compute(struct jit_frame *frame, const struct jit_trap *trap);

/**
 * jit_follows_only - is a block entered only from the one before it, so that what the registers hold
 * there is still true in it?
 */
bool jit_follows_only(const struct jit_job *job, uint32_t block);

/** jit_edge_back - of @term's edges back from @block the one that leads furthest, or NULL. */
const struct ir_edge *jit_edge_back(const struct ir_unit *unit, const struct ir_insn *term,
				    uint32_t block);

/* Lazy stores (IR_LAZY) that can wait at once in a block; others are stores. */
#define JIT_MAX_WAITING 64u

/* Number of operands per instruction, next to each other. */
extern const uint8_t jit_nr_operands[IR_NR_OPS];

/* All ones for a constant, which keeps bits where others have operands. */
extern const int8_t jit_keeps_bits[IR_NR_OPS];

/**
 * jit_operands - the values that an instruction uses as a, b, c: always three, of which those that
 * it does not have are @nr_insns. No branch depends on the instruction.
 */
VMB_INLINE void jit_operands(const struct ir_insn *insn, uint32_t nr_insns, uint32_t operand[3])
{
	uint32_t none = (uint32_t)jit_keeps_bits[insn->op];
	uint32_t b = insn->b | none, c = insn->c | none;

	static_assert(IR_NONE == UINT32_MAX, "greater than any value");
	operand[0] = insn->a < nr_insns ? insn->a : nr_insns;
	operand[1] = b < nr_insns ? b : nr_insns;
	operand[2] = c < nr_insns ? c : nr_insns;
}

#endif /* VMB_VMCORE_JIT_LOWER_H */
