/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_HOST_LOWER_H
#define VMB_ARCH_RISCV64_HOST_LOWER_H
/*
 * Lowering for riscv64: one walk over the instructions of a unit, with the registers as a cache of the
 * frame's slots. README.md says how it works.
 */

#include "arch/base/assert.h"
#include "arch/riscv64/host/emit.h"
#include "vmcore/jit/checks.h"
#include "vmcore/jit/frame.h"
#include "vmcore/jit/guards.h"

extern const struct host_ops rv_host_ops;

/* Bits of jit_target.features: extensions that may be used beyond RV64G. */
enum rv_feature {
	RV_HAS_ZBA = 1,
	RV_HAS_ZBB = 2,
};

#define RV_NR_FREE_PAIRS 16u

/**
 * struct rv_lower - a unit on its way.
 * @p: where values are; the first member
 * @free_pair: pairs of slots whose vectors are dead
 * @nr_slow, @written_slow: slow ways of accesses, and those that have been written
 * @bytes_per_insn: estimate by which jumps forward are given their reach
 * @miss: [@nr_misses] branches that are taken where a guard does not hold
 * @too_far: one did not reach: the unit is lowered again with another estimate
 */
struct rv_lower {
	struct jit_places p;
	struct code_buf *buf;
	const struct ir_unit *unit;
	struct jit_value *value;
	struct jit_job *job;
	uint64_t features;
	uint32_t nr_free_pairs;
	uint32_t free_pair[RV_NR_FREE_PAIRS];
	uint32_t nr_slow, written_slow;
	uint32_t bytes_per_insn;
	bool too_far;
	struct jit_checks checks;
	uint32_t miss[JIT_GUARD_MISSES * JIT_MAX_GUARDS];
	uint32_t nr_misses;
};

VMB_INLINE struct rv_lower *rv_lower_of(struct jit_places *p)
{
	static_assert(offsetof(struct rv_lower, p) == 0, "the first member");
	return (struct rv_lower *)(void *)p;
}

/* [base + disp], with a displacement that loads and stores can have. */
struct rv_mem {
	uint8_t base;
	int32_t disp;
};

/*
 * values.c: where values are. Integers are extended by their sign to 64 bits, in registers and in
 * slots. Vectors are in no register: they are computed in their slots.
 */

/* The register of a scalar, which is loaded if need be; locked. 0 is in zero. */
unsigned int rv_value(struct rv_lower *l, uint32_t value);
/* A register for the result of the current instruction, other than the operands'; locked. */
unsigned int rv_result(struct rv_lower *l);
/* The same for a result that is written when the operands have all been read: maybe one of theirs. */
unsigned int rv_result_last(struct rv_lower *l, const struct ir_insn *insn);
/* A register with a copy of @value: its own if this is its last use. */
unsigned int rv_result_from(struct rv_lower *l, uint32_t value);
/* Copy a scalar to @reg, which is scratch. */
void rv_copy_to(struct rv_lower *l, unsigned int reg, uint32_t value);
/* Is it a constant that an instruction can have as an immediate? */
bool rv_is_imm12(const struct rv_lower *l, uint32_t value, int32_t *imm);
/* The current instruction has its result in its register. */
void rv_finish(struct rv_lower *l);
/* What vmcore/jit/values.h and tier 2 ask for. */
extern const struct jit_places_ops rv_places_ops;

/* Loads and stores of a scalar of @type. */
void rv_load_typed(struct code_buf *buf, unsigned int type, unsigned int reg, struct rv_mem mem);
void rv_store_typed(struct code_buf *buf, unsigned int type, unsigned int reg, struct rv_mem mem);
/* [base + disp] for any displacement. Scratch: t0. */
struct rv_mem rv_far_mem(struct code_buf *buf, unsigned int base, int32_t disp);
/* A vector in memory; @place: where a constant, or one that is far away, is put: 0, 1, 2. */
struct rv_mem rv_vector(struct rv_lower *l, uint32_t value, unsigned int place);
/* Where the vector that is the current instruction's result is to be written. */
struct rv_mem rv_vector_result(struct rv_lower *l);
/* It has been written there. */
void rv_vector_done(struct rv_lower *l, struct rv_mem mem);

VMB_INLINE int32_t rv_slot_disp(uint32_t slot)
{
	return (int32_t)(slot * 8);
}

/* A field of the frame, or vector register @n. */
VMB_INLINE struct rv_mem rv_frame(uint32_t offset)
{
	return (struct rv_mem){ RV_FRAME, (int32_t)offset - JIT_FRAME_SLOT };
}

VMB_INLINE struct rv_mem rv_frame_vec(unsigned int n)
{
	return rv_frame(16 * n);
}

/* Where the runtime leaves a result: in the place of the first register of either kind. */
#define RV_RESULT_GENERAL rv_frame(JIT_FRAME_GPR)
#define RV_RESULT_VECTOR  rv_frame_vec(0)

VMB_INLINE struct rv_mem rv_plus(struct rv_mem mem, int32_t bytes)
{
	mem.disp += bytes;
	return mem;
}

VMB_INLINE void rv_load(struct code_buf *buf, uint32_t op, unsigned int reg, struct rv_mem mem)
{
	rv_i(buf, op, reg, mem.base, mem.disp);
}

VMB_INLINE void rv_store(struct code_buf *buf, uint32_t op, unsigned int reg, struct rv_mem mem)
{
	rv_s(buf, op, reg, mem.base, mem.disp);
}

VMB_INLINE unsigned int rv_type(const struct rv_lower *l, uint32_t value)
{
	return l->unit->insn[value].type;
}

VMB_INLINE bool rv_is_const(const struct rv_lower *l, uint32_t value)
{
	return l->value[value].flags & JIT_CONST;
}

VMB_INLINE bool rv_dies(const struct rv_lower *l, uint32_t value)
{
	return l->value[value].last == l->p.at;
}

/* If the current instruction is the last use of @value, its register is free. */
VMB_INLINE void rv_release(struct rv_lower *l, uint32_t value)
{
	jit_regcache_release(&l->p.regs, &l->value[value], l->p.at);
}

/* The number of a constant integer as registers have it. */
VMB_INLINE int64_t rv_const(const struct ir_insn *insn)
{
	uint32_t unused = 64 - 8 * ir_type_bytes(insn->type);

	return (int64_t)(insn->imm << unused) >> unused;
}

/* Extend a value of @type in @src by its sign, or by zeros. */
void rv_sext(struct rv_lower *l, unsigned int type, unsigned int dst, unsigned int src);
void rv_zext(struct rv_lower *l, unsigned int type, unsigned int dst, unsigned int src);

/*
 * Functions that lower one instruction each.
 */
#define RV_LOWER(name) void rv_lower_##name(struct rv_lower *l, const struct ir_insn *insn)

/* lower_int.c */
RV_LOWER(alu);
RV_LOWER(carry);
RV_LOWER(unary);
RV_LOWER(mul);
RV_LOWER(mulh);
RV_LOWER(div);
RV_LOWER(andn);
RV_LOWER(minmax);
RV_LOWER(copy);
RV_LOWER(zext);
RV_LOWER(trunc);

/* lower_bits.c */
RV_LOWER(shift);
RV_LOWER(rotate);
RV_LOWER(funnel);
RV_LOWER(count);
RV_LOWER(bswap);
RV_LOWER(ubfx);
RV_LOWER(sbfx);
RV_LOWER(bfi);

/* lower_cmp.c */
RV_LOWER(cmp);
RV_LOWER(select);
RV_LOWER(flag);
RV_LOWER(flag_res);

/* A branch that is taken if a condition holds. */
struct rv_test {
	uint32_t cond;
	unsigned int a, b;
};

/* Compare as @insn (cmp, brcmp) says. */
struct rv_test rv_compare(struct rv_lower *l, const struct ir_insn *insn);
/* The truth in operand a: of the comparison before if that is left to us. */
struct rv_test rv_truth(struct rv_lower *l, const struct ir_insn *insn);

/* lower_float.c */
RV_LOWER(bitcast);
RV_LOWER(fbinary);
RV_LOWER(fsqrt);
RV_LOWER(ffma);
RV_LOWER(fsign);
RV_LOWER(fminnum);
RV_LOWER(fminimum);
RV_LOWER(fminsel);
RV_LOWER(fcmp);
RV_LOWER(fround);
RV_LOWER(fcvt);
RV_LOWER(int_to_f);
RV_LOWER(f_to_int);

/* lower_vec.c */
RV_LOWER(vbitwise);
RV_LOWER(vlanes);
RV_LOWER(vfsign);
RV_LOWER(vsplat);
RV_LOWER(vmov0);
RV_LOWER(vpair);
RV_LOWER(vextr);
RV_LOWER(vins);
RV_LOWER(vshuf4);
RV_LOWER(vext);
/* Copy a vector. Scratch: t1, t2. */
void rv_copy_vector(struct rv_lower *l, struct rv_mem to, struct rv_mem from);

/* lower_memory.c */
RV_LOWER(ld_state);
RV_LOWER(st_state);
RV_LOWER(ld);
RV_LOWER(st);
RV_LOWER(rmw);
RV_LOWER(cas);
RV_LOWER(fence);
RV_LOWER(guest_pc);
/* Write the slow ways that wait; what comes before goes on behind them if they are @in_the_way. */
void rv_write_slow(struct rv_lower *l, bool in_the_way);
/* Will the oldest soon be out of its branch's reach? */
bool rv_slow_is_due(const struct rv_lower *l);
/* Burn fuel (jit_places_ops.ask). */
struct jit_slow *rv_ask(struct jit_places *p, uint32_t fuel, uint32_t to);

/* guards.c */
/* Compare ranges, and set the registers of bases. Uses scratch registers only. */
void rv_guards(struct rv_lower *l);
/* Other code comes: the registers of guest memory and its limit are these again. */
void rv_restore_memory(struct rv_lower *l);
/* Where an access with JIT_COVERED is, by way of t1 and t2; its registers are locked. */
struct rv_mem rv_covered(struct rv_lower *l, const struct ir_insn *insn, unsigned int bytes);

/* lower_flow.c */
RV_LOWER(br);
RV_LOWER(brcond);
RV_LOWER(brcmp);
RV_LOWER(switch);
RV_LOWER(exit);
RV_LOWER(exit_indirect);
RV_LOWER(trap);
RV_LOWER(call);
/* The code of a block begins here. */
void rv_bind_label(struct rv_lower *l, struct jit_label *label);
/* Leave the unit for the address in a0. */
void rv_leave_unit(struct rv_lower *l, uint32_t kind, uint32_t code);
/* Leave it because there is no fuel for block @to (chained code: by that way). */
void rv_leave_for_fuel(struct rv_lower *l, uint32_t to);
/* t1: the fuel, less @nr. */
void rv_burn(struct rv_lower *l, uint32_t nr);
/* A branch over what follows, which has about @bytes. Return: its place, for rv_bind(). */
uint32_t rv_over(struct rv_lower *l, struct rv_test test, uint32_t bytes);
void rv_bind(struct rv_lower *l, uint32_t place);

/* link.c: how units follow each other. */

/* Bytes of the beginning by which links enter a unit. */
#define RV_LINK_BYTES 4u

void rv_enter_by_link(struct rv_lower *l);
/* Leave the unit for the address in a0, or go on with the unit that is linked there. */
void rv_leave_by_link(struct rv_lower *l, const struct ir_insn *exit);
/* Chained code: leave by a way. Return: was it done? */
bool rv_chain_exit(struct rv_lower *l, const struct ir_insn *insn);
/* Chained code: go on with what the frame's table has for the address in a0. */
void rv_look_up(struct rv_lower *l);

/* lower.c */
RV_LOWER(nothing);
/* Call @stub with the 16 bytes of @data behind the call. */
void rv_call_stub(struct rv_lower *l, unsigned int stub, const void *data);
/* Let the interpreter compute @insn; the result is in RV_RESULT_GENERAL or RV_RESULT_VECTOR. */
void rv_eval(struct rv_lower *l, const struct ir_insn *insn);
/* The runtime's result, a scalar, to @reg. */
void rv_take_result(struct rv_lower *l, unsigned int type, unsigned int reg);
/* The same, to the result of the current instruction. */
void rv_take_as_result(struct rv_lower *l, const struct ir_insn *insn);
/* rv_eval(), and the result to where it belongs. */
RV_LOWER(eval);

#endif /* VMB_ARCH_RISCV64_HOST_LOWER_H */
