/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_HOST_LOWER_H
#define VMB_ARCH_ARM64_HOST_LOWER_H
/*
 * Lowering for arm64: one walk over the instructions of a unit, with the registers as a cache of the
 * frame's slots. README.md says how it works.
 */

#include "arch/arm64/host/emit.h"
#include "arch/base/assert.h"
#include "vmcore/jit/checks.h"
#include "vmcore/jit/frame.h"
#include "vmcore/jit/guards.h"

extern const struct host_ops a64_host_ops;

/* Bits of jit_target.features: what may be used. */
enum a64_feature {
	A64_HAS_LSE = 1, /* atomics in one instruction */
};

/**
 * struct a64_lower - a unit on its way.
 * @p: where values are; the first member
 * @nr_slow: slow ways of accesses to be written behind the unit
 * @miss: [@nr_misses] branches that are taken where a guard does not hold
 * @far: conditional branches reach too little for this unit: they skip an unconditional one
 * @too_far: a branch did not reach its target; the buffer has been made to overflow
 */
struct a64_lower {
	struct jit_places p;
	struct code_buf *buf;
	const struct ir_unit *unit;
	struct jit_value *value;
	struct jit_job *job;
	uint64_t features;
	uint32_t nr_slow;
	struct jit_checks checks;
	uint32_t miss[JIT_GUARD_MISSES * JIT_MAX_GUARDS];
	uint32_t nr_misses;
	bool far, too_far;
};

VMB_INLINE struct a64_lower *a64_lower_of(struct jit_places *p)
{
	static_assert(offsetof(struct a64_lower, p) == 0, "the first member");
	return (struct a64_lower *)(void *)p;
}

/* A host address: @base + (@index << @shift) + @disp; @index JIT_NO_REG: none. */
struct a64_place {
	uint8_t base, index, shift;
	int64_t disp;
};

/* A condition: of the flags, or whether a register of @bytes is 0 (A64_EQ) or not (A64_NE). */
struct a64_test {
	uint8_t cc;
	uint8_t reg; /* JIT_NO_REG: of the flags */
	uint8_t bytes;
};

#define A64_IF(condition) ((struct a64_test){ .cc = (condition), .reg = JIT_NO_REG })

/*
 * values.c: where values are.
 */

/* The register of a value, which is loaded if need be; locked. */
unsigned int a64_value(struct a64_lower *l, uint32_t value);
/* The same, but A64_ZR for the integer 0. */
unsigned int a64_source(struct a64_lower *l, uint32_t value);
/* A register for the result of the current instruction; locked, and none of its operands'. */
unsigned int a64_result(struct a64_lower *l);
/* The same where the operands are read no later than it is written: it may be one of theirs. */
unsigned int a64_result_last(struct a64_lower *l, const struct ir_insn *insn);
/* A register of its own with a copy of @value in it: the value's if this is its last use. */
unsigned int a64_result_from(struct a64_lower *l, uint32_t value);
/* Copy a value to @reg, which is scratch. */
void a64_copy_to(struct a64_lower *l, unsigned int reg, uint32_t value);
/* The current instruction has its result in its register. */
void a64_finish(struct a64_lower *l);

/* What vmcore/jit/values.h and tier 2 ask for. */
extern const struct jit_places_ops a64_places_ops;

/* Loads and stores of a type: integers are zero-extended. */
extern const uint32_t a64_load_of[IR_NR_TYPES], a64_store_of[IR_NR_TYPES];

VMB_INLINE unsigned int a64_type(const struct a64_lower *l, uint32_t value)
{
	return l->unit->insn[value].type;
}

VMB_INLINE bool a64_is_const(const struct a64_lower *l, uint32_t value)
{
	return l->value[value].flags & JIT_CONST;
}

/* If the current instruction is the last use of @value, its register is free. */
VMB_INLINE void a64_release(struct a64_lower *l, uint32_t value)
{
	jit_regcache_release(&l->p.regs, &l->value[value], l->p.at);
}

/* Width of the operation for a type: integers below 32 bits are computed in 32. */
VMB_INLINE unsigned int a64_width(unsigned int type)
{
	return type == IR_I64 ? 8 : 4;
}

/* The bit of an opcode that says so. */
VMB_INLINE uint32_t a64_wide(unsigned int type)
{
	return type == IR_I64 ? A64_X : 0;
}

VMB_INLINE unsigned int a64_bits(unsigned int type)
{
	return 8 * ir_type_bytes(type);
}

/* Zero what is above the type in a register whose low 32 bits are right. */
VMB_INLINE void a64_narrow(struct a64_lower *l, unsigned int type, unsigned int rd, unsigned int rn)
{
	if (type < IR_I32)
		a64_bitfield(l->buf, A64_UBFM, 4, rd, rn, 0, a64_bits(type) - 1);
	else if (rd != rn)
		a64_mov(l->buf, a64_width(type), rd, rn);
}

/* Extend a register that holds a value of @type to @bytes (4 or 8) by its sign. */
VMB_INLINE void a64_sign_extend(struct a64_lower *l, unsigned int type, unsigned int bytes,
				unsigned int rd, unsigned int rn)
{
	a64_bitfield(l->buf, A64_SBFM, bytes, rd, rn, 0, a64_bits(type) - 1);
}

/* lower.c: the branch at @at leads to offset @to; code that does not reach is given up. */
void a64_lead(struct a64_lower *l, uint32_t at, uint32_t to);
void a64_lead_here(struct a64_lower *l, uint32_t at);
/* A branch to anywhere in the unit. */
uint32_t a64_branch_if(struct a64_lower *l, struct a64_test test);
/* Call what the frame has at @offset. */
void a64_call_stub(struct a64_lower *l, unsigned int stub);

/*
 * Functions that lower one instruction each.
 */
#define A64_LOWER(name) void a64_lower_##name(struct a64_lower *l, const struct ir_insn *insn)

/* lower_int.c */
A64_LOWER(arith);
A64_LOWER(logic);
A64_LOWER(carry);
A64_LOWER(unary);
A64_LOWER(mul);
A64_LOWER(mulh);
A64_LOWER(div);
A64_LOWER(div2);
A64_LOWER(andn);
A64_LOWER(copy);
A64_LOWER(sext);
A64_LOWER(trunc);

/* lower_bits.c */
A64_LOWER(shift);
A64_LOWER(rotate);
A64_LOWER(funnel);
A64_LOWER(clz);
A64_LOWER(ctz);
A64_LOWER(popcnt);
A64_LOWER(bswap);
A64_LOWER(bitrev);
A64_LOWER(ubfx);
A64_LOWER(sbfx);
A64_LOWER(bfi);

/* lower_cmp.c */
A64_LOWER(cmp);
A64_LOWER(select);
A64_LOWER(minmax);
A64_LOWER(flag);
A64_LOWER(flag_res);
/* Compare as @insn (cmp, brcmp) says. */
struct a64_test a64_compare(struct a64_lower *l, const struct ir_insn *insn);
/* Compare a register, all of it or the low half, with a number. */
void a64_compare_number(struct a64_lower *l, unsigned int bytes, unsigned int reg, uint64_t nr);
/* The truth in operand a: the comparison before if that is left to us. */
struct a64_test a64_truth(struct a64_lower *l, const struct ir_insn *insn);

/* lower_float.c */
A64_LOWER(bitcast);
A64_LOWER(fbinary);
A64_LOWER(fselect);
A64_LOWER(fsqrt);
A64_LOWER(ffma);
A64_LOWER(fsign);
A64_LOWER(fcopysign);
A64_LOWER(fround);
A64_LOWER(fcmp);
A64_LOWER(fcvt);
A64_LOWER(int_to_f);
A64_LOWER(f_to_int);

/* lower_vec.c */
A64_LOWER(vbitwise);
A64_LOWER(vlanes);
A64_LOWER(vhalves);
A64_LOWER(vunary);
A64_LOWER(vminmax);
A64_LOWER(vmulh);
A64_LOWER(vcmp);
A64_LOWER(vshift);
A64_LOWER(vshifti);
A64_LOWER(vpopcnt);
A64_LOWER(vreduce);
A64_LOWER(vmovmsk);
A64_LOWER(vmuleven);
A64_LOWER(vsdot2);
A64_LOWER(vusad);
A64_LOWER(vnarrow);
A64_LOWER(vsaturate);

/* lower_lanes.c */
A64_LOWER(vext);
A64_LOWER(vrev);
A64_LOWER(vshuf4);
A64_LOWER(vtbl);
A64_LOWER(vtbl2);
A64_LOWER(vsplat);
A64_LOWER(vmov0);
A64_LOWER(vextr);
A64_LOWER(vins);
A64_LOWER(vpair);
A64_LOWER(vextend);

/* lower_vecfloat.c */
A64_LOWER(vfbinary);
A64_LOWER(vfunary);
A64_LOWER(vffma);
A64_LOWER(vfsign);
A64_LOWER(vfselect);
A64_LOWER(vfround);
A64_LOWER(vfcmp);
A64_LOWER(vint_to_f);
A64_LOWER(vf_to_int);
A64_LOWER(vfcvtl);
A64_LOWER(vfcvtn);

/* lower_memory.c */
A64_LOWER(ld_state);
A64_LOWER(st_state);
A64_LOWER(ld);
A64_LOWER(st);
A64_LOWER(rmw);
A64_LOWER(cas);
A64_LOWER(fence);
A64_LOWER(guest_pc);
/* The slow ways, behind the unit. */
void a64_write_slow(struct a64_lower *l);
/* Burn fuel (jit_places_ops.ask). */
struct jit_slow *a64_ask(struct jit_places *p, uint32_t fuel, uint32_t to);

/* guards.c */
/* Compare ranges, and set the registers of bases. Uses scratch registers only. */
void a64_guards(struct a64_lower *l);
/* Other code comes: the registers of guest memory and its limit are these again. */
void a64_restore_memory(struct a64_lower *l);
/* Behind the unit: go on with other code of it. */
void a64_write_misses(struct a64_lower *l);
/* Where an access with JIT_COVERED is; its registers are locked. */
struct a64_place a64_covered(struct a64_lower *l, const struct ir_insn *insn);

/* lower_flow.c */
A64_LOWER(br);
A64_LOWER(brcond);
A64_LOWER(brcmp);
A64_LOWER(switch);
A64_LOWER(exit);
A64_LOWER(exit_indirect);
A64_LOWER(trap);
A64_LOWER(call);
/* Leave the unit for the address in x0. */
void a64_leave_unit(struct a64_lower *l, uint32_t kind, uint32_t code);
/* Burn fuel. */
void a64_burn(struct a64_lower *l, uint32_t nr);

/* link.c: how units follow each other. */

/* Bytes of the beginning by which links enter a unit. */
#define A64_LINK_BYTES 4u

void a64_enter_by_link(struct a64_lower *l);
/* Leave the unit for the address in x0, or go on with the unit that is linked there. */
void a64_leave_by_link(struct a64_lower *l, const struct ir_insn *exit);
/* Chained code: leave by a way. Return: was it done? */
bool a64_chain_exit(struct a64_lower *l, const struct ir_insn *insn);
/* Chained code: go on with what the frame's table has for the address in x0. */
void a64_look_up(struct a64_lower *l);

/* lower.c */
A64_LOWER(nothing);
/* Let the interpreter compute @insn; the result is in x0 or v0. */
void a64_eval(struct a64_lower *l, const struct ir_insn *insn);
/* The same, and the result to where it belongs. */
A64_LOWER(eval);

#endif /* VMB_ARCH_ARM64_HOST_LOWER_H */
