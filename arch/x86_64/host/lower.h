/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_HOST_LOWER_H
#define VMB_ARCH_X86_64_HOST_LOWER_H
/*
 * Lowering for x86_64: one walk over the instructions of a unit, with the registers as a cache of the
 * frame's slots. README.md says how it works.
 */

#include "arch/base/assert.h"
#include "arch/x86_64/host/emit.h"
#include "vmcore/jit/checks.h"
#include "vmcore/jit/frame.h"
#include "vmcore/jit/guards.h"

extern const struct host_ops x64_host_ops;

/* Bits of jit_target.features: what may be used. */
enum x64_feature {
	X64_HAS_BMI2 = 1,   /* BMI1 and BMI2 */
	X64_HAS_LZCNT = 2,  /* LZCNT and TZCNT */
	X64_HAS_POPCNT = 4,
	X64_HAS_SSE41 = 8,  /* and SSSE3 */
	X64_HAS_FMA = 16,
};

/*
 * What the host's flags are of: of @kind (flags.c) with @a and @b, if no code has been written since @at.
 * @signals: quiet NaNs have raised the invalid flag
 */
struct x64_flags {
	uint8_t kind;
	bool signals;
	uint32_t a, b, at;
};

/**
 * struct x64_lower - a unit on its way.
 * @p: where values are; the first member
 * @general: registers that hold integers
 * @saved: of a function, registers that it saves
 * @nr_slow: slow ways of accesses to be written behind the unit
 * @flags: what the host's flags are of
 * @nr_jumps: tier 2: jumps to blocks so far
 * @short_jumps: tier 2: it is known how far they lead
 * @folded: a load that is an operand of the next instruction, IR_NONE
 * @miss: [@nr_misses] jumps that are taken where a guard does not hold
 */
struct x64_lower {
	struct jit_places p;
	struct code_buf *buf;
	const struct ir_unit *unit;
	struct jit_value *value;
	struct jit_job *job;
	uint64_t features;
	uint64_t general;
	uint32_t saved;
	uint32_t nr_slow;
	struct jit_checks checks;
	struct x64_flags flags;
	uint32_t nr_jumps;
	bool short_jumps;
	uint32_t folded;
	uint32_t miss[JIT_GUARD_MISSES * JIT_MAX_GUARDS];
	uint32_t nr_misses;
};

VMB_INLINE struct x64_lower *x64_lower_of(struct jit_places *p)
{
	static_assert(offsetof(struct x64_lower, p) == 0, "the first member");
	return (struct x64_lower *)(void *)p;
}

/* An operand where it is: a register, memory, or an immediate that is sign-extended. */
enum x64_place { IN_REG, IN_MEM, IN_IMM };

struct x64_operand {
	enum x64_place place;
	uint8_t reg;
	int32_t imm;
	struct x64_mem mem;
};

/*
 * values.c: where values are.
 */

/* The register of a value, which is loaded if need be; locked. */
unsigned int x64_value(struct x64_lower *l, uint32_t value);
/* An integer as a source operand; locked if it is in a register. */
struct x64_operand x64_source(struct x64_lower *l, uint32_t value);
/* Is it loaded by the current instruction, which has it as an operand in memory? */
VMB_INLINE bool x64_is_folded(const struct x64_lower *l, uint32_t value)
{
	return VMB_UNLIKELY(l->p.homes) && value == l->folded;
}

/* A register for the result of the current instruction; locked. */
unsigned int x64_result(struct x64_lower *l);
/* The same where one instruction reads all operands and writes the result: it may be a dying operand's. */
unsigned int x64_result_last(struct x64_lower *l, const struct ir_insn *insn);
/* The same as x64_result(), with a copy of @value in it: the value's own register if this is its last use. */
unsigned int x64_result_from(struct x64_lower *l, uint32_t value);
/* Copy a value to @reg, which is scratch. */
void x64_copy_to(struct x64_lower *l, unsigned int reg, uint32_t value);
/* Make the bits of a constant of any type in @reg. */
void x64_make_const(struct x64_lower *l, const struct ir_insn *insn, unsigned int reg);
/* The current instruction has its result in its register. */
void x64_finish(struct x64_lower *l);
/* Loads and stores of a value of @type, zero-extended in a register. */
void x64_load_typed(struct code_buf *buf, unsigned int type, unsigned int reg, struct x64_mem mem);
void x64_store_typed(struct code_buf *buf, unsigned int type, struct x64_mem mem, unsigned int reg);

/* What vmcore/jit/values.h and tier 2 ask for. */
extern const struct jit_places_ops x64_places_ops;

VMB_INLINE struct x64_mem x64_slot(uint32_t slot)
{
	return x64_at(X64_FRAME, (int32_t)(slot * 8));
}

VMB_INLINE struct x64_mem x64_frame(uint32_t offset)
{
	return x64_at(X64_FRAME, (int32_t)offset - JIT_FRAME_SLOT);
}

/* The displacement of a part of the guest's state: functions, which set the register, do not move it. */
VMB_INLINE int32_t x64_state_disp(const struct x64_lower *l, uint64_t offset)
{
	return (int32_t)offset - (l->job->function ? 0 : X64_STATE_BIAS);
}

VMB_INLINE struct x64_mem x64_state(const struct x64_lower *l, uint64_t offset)
{
	return x64_at(X64_STATE, x64_state_disp(l, offset));
}

VMB_INLINE unsigned int x64_type(const struct x64_lower *l, uint32_t value)
{
	return l->unit->insn[value].type;
}

VMB_INLINE bool x64_is_const(const struct x64_lower *l, uint32_t value)
{
	return l->value[value].flags & JIT_CONST;
}

VMB_INLINE bool x64_dies(const struct x64_lower *l, uint32_t value)
{
	return l->value[value].last == l->p.at;
}

/* If the current instruction is the last use of @value, its register is free. */
VMB_INLINE void x64_release(struct x64_lower *l, uint32_t value)
{
	jit_regcache_release(&l->p.regs, &l->value[value], l->p.at);
}

/* Width of the operation for a type: integers below 32 bits are computed in 32. */
VMB_INLINE unsigned int x64_width(unsigned int type)
{
	return type == IR_I64 ? 8 : 4;
}

/* Zero what is above the type in a register whose low 32 bits are right. */
VMB_INLINE void x64_narrow(struct x64_lower *l, unsigned int type, unsigned int dst,
			   unsigned int src)
{
	if (type == IR_I8)
		x64_rr(l->buf, X64_MOVZX8, dst, src);
	else if (type == IR_I16)
		x64_rr(l->buf, X64_MOVZX16, dst, src);
	else if (dst != src)
		x64_mov(l->buf, x64_width(type), dst, src);
}

/*
 * Functions that lower one instruction each.
 */
#define X64_LOWER(name) void x64_lower_##name(struct x64_lower *l, const struct ir_insn *insn)

/*
 * lower_memory.c: the check of an address of precise code that is in a register; and whether a
 * displacement is of no matter to it, since whoever is outside of memory fails there, too.
 */
void x64_trap_if_above(struct x64_lower *l, unsigned int reg);
bool x64_is_in_margin(const struct jit_target *target, int64_t disp);

/*
 * quick.c: the same of instructions of tier 1 that are as usual. Return: false if one is not, and
 * nothing has been done. NULL: none of them is.
 */
#define X64_QUICK(name) static bool quick_##name(struct x64_lower *l, const struct ir_insn *insn)

extern bool (*const x64_quick[IR_NR_OPS])(struct x64_lower *l, const struct ir_insn *insn);

/* lower_int.c */
X64_LOWER(alu);
X64_LOWER(carry);
X64_LOWER(unary);
X64_LOWER(mul);
X64_LOWER(mulh);
X64_LOWER(div);
X64_LOWER(andn);
X64_LOWER(shift);
X64_LOWER(rotate);
X64_LOWER(funnel);
X64_LOWER(count);
X64_LOWER(bswap);
X64_LOWER(minmax);
X64_LOWER(deposit);
X64_LOWER(copy);
X64_LOWER(sext);
X64_LOWER(trunc);
X64_LOWER(ubfx);
X64_LOWER(sbfx);
X64_LOWER(bfi);

/* lower_cmp.c */
X64_LOWER(cmp);
X64_LOWER(select);
/* Compare as @insn (cmp, brcmp) says. Return: the condition that then holds. */
enum x64_cc x64_compare(struct x64_lower *l, const struct ir_insn *insn);
/* The condition of a truth in operand a: of the comparison before if that is left to us. */
enum x64_cc x64_truth(struct x64_lower *l, const struct ir_insn *insn);

/* The host's condition. */
enum x64_cc x64_cc_of(unsigned int cond);

/* flags.c */
X64_LOWER(flag);
X64_LOWER(flag_res);
/*
 * Is the current instruction, a flag, left to the store, or a comparison of floats to the branch, that
 * alone uses it? Then it is lowered.
 */
bool x64_leave_to_user(struct x64_lower *l, const struct ir_insn *insn);
/* A brcmp, of a comparison that was left to it: compare. Return: false if it is another one. */
bool x64_branches_on_floats(struct x64_lower *l, const struct ir_insn *insn, enum x64_cc *cc);
/* A store to the state, of a flag that was left to it. Return: false if it is another one. */
bool x64_store_flag(struct x64_lower *l, const struct ir_insn *insn);

/* lower_float.c */
/*
 * If @cc holds, @dst is a NaN: behind the unit it becomes what the interpreter says, the operands being
 * in registers, or if it is not to be asked the default one.
 */
void x64_if_nan(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst, enum x64_cc cc,
		bool ask);
void x64_write_nan(struct x64_lower *l, const struct jit_slow *slow);
/*
 * What has been written since @at may trap (jit_target.traps). Its operands are in the registers @dst,
 * which gets the result, and @b.
 */
void x64_may_trap(struct x64_lower *l, const struct ir_insn *insn, uint32_t at, unsigned int dst,
		  unsigned int b);
/* At the entry: is what is taken for no NaN but the default one (jit_find_canonical()) none? */
void x64_compare_assumed(struct x64_lower *l);
/* Compare the operands of a fcmp, or the second with the first. */
void x64_compare_floats(struct x64_lower *l, const struct ir_insn *insn, bool swap);
/* The same where they are in these registers. */
void x64_compare_registers(struct x64_lower *l, const struct ir_insn *insn, unsigned int a,
			   unsigned int b, bool swap);
/* Which condition, of the operands in which order, it is; equality asks for the parity, too. */
enum x64_cc x64_float_cc(unsigned int cond, bool *swap);
X64_LOWER(bitcast);
X64_LOWER(fbinary);
X64_LOWER(fsqrt);
X64_LOWER(ffma);
X64_LOWER(fsign);
X64_LOWER(fcopysign);
X64_LOWER(fround);
X64_LOWER(fcmp);
X64_LOWER(fcvt);
X64_LOWER(int_to_f);
X64_LOWER(f2si);

/* lower_vec.c */
X64_LOWER(vbitwise);
X64_LOWER(vlanes);
X64_LOWER(vshifti);
X64_LOWER(vneg);
X64_LOWER(vcmp);
X64_LOWER(vsplat);
X64_LOWER(vmov0);
X64_LOWER(vpair);
X64_LOWER(vextr);
X64_LOWER(vins);
X64_LOWER(vmovmsk);
X64_LOWER(vfsign);
X64_LOWER(vsi2f);
X64_LOWER(vabs);
X64_LOWER(vshuf4);
X64_LOWER(vextend);
X64_LOWER(vext);

/* lower_pack.c */
X64_LOWER(vnarrow);
X64_LOWER(vuzp);
X64_LOWER(vtrn);
X64_LOWER(vextend_high);
X64_LOWER(vmull);
X64_LOWER(bitrev);

/* lower_memory.c */
/* No code at all, whatever surrounds it. */
VMB_INLINE bool x64_is_nothing(const struct ir_insn *insn)
{
	return insn->op == IR_const || (insn->op == IR_fence && !insn->aux);
}
X64_LOWER(ld_state);
X64_LOWER(st_state);
X64_LOWER(ld);
X64_LOWER(st);
X64_LOWER(rmw);
X64_LOWER(cas);
X64_LOWER(fence);
X64_LOWER(guest_pc);
/* The slow ways, behind the unit. */
void x64_write_slow(struct x64_lower *l);
/* Burn fuel (jit_places_ops.ask). */
struct jit_slow *x64_ask(struct jit_places *p, uint32_t fuel, uint32_t to);

/* guards.c */
/* Compare ranges, and set the registers of bases. Uses scratch registers only. */
void x64_guards(struct x64_lower *l);
/* The registers of guest memory and its limit, of these, are that again. */
void x64_restore(struct x64_lower *l, uint64_t regs);
/* Other code comes: all of them are. */
void x64_restore_memory(struct x64_lower *l);
/* Behind the unit: go on with other code of it. */
void x64_write_misses(struct x64_lower *l);
/* The registers of bases, as bits. */
uint64_t x64_guard_registers(const struct jit_select *select);
/* The register of memory that an access with JIT_COVERED needs, as a bit; 0: none. */
uint64_t x64_covered_register(const struct ir_insn *insn);
/* Where an access with JIT_COVERED is; its index is locked. */
struct x64_mem x64_covered(struct x64_lower *l, const struct ir_insn *insn);

/* lower_flow.c */
X64_LOWER(br);
X64_LOWER(brcond);
X64_LOWER(brcmp);
X64_LOWER(switch);
X64_LOWER(exit);
X64_LOWER(exit_indirect);
X64_LOWER(trap);
X64_LOWER(call);
/* If @cc holds go by the first edge of @insn, else by the second. */
void x64_branch(struct x64_lower *l, const struct ir_insn *insn, enum x64_cc cc);
/* Tier 2: jumps lead where they should. */
void x64_link_short(struct x64_lower *l);
/* Leave the unit for the address in rax. */
void x64_leave(struct x64_lower *l, uint32_t kind, uint32_t code);

/* function.c: units that are functions; of others these do nothing or what is usual. */

/* Does all of the unit's code know how to return from one? */
bool x64_can_be_function(const struct jit_job *job);
/* Save registers, of those @touched, and set those that are fixed. */
void x64_enter_function(struct x64_lower *l, uint64_t touched);
/* Leave; rax and rdx say how. */
void x64_return(struct x64_lower *l);
/* Go on with the code below. */
void x64_go_below(struct x64_lower *l);
/* Before and behind a call of a stub that may leave. */
void x64_begin_leaving_call(struct x64_lower *l);
void x64_end_leaving_call(struct x64_lower *l);

/* link.c: how units follow each other. */

/* Bytes of the beginning by which links enter a unit. */
#define X64_LINK_BYTES 4u

void x64_enter_by_link(struct x64_lower *l);
/* Leave the unit for the address in rax, or go on with the unit that is linked there. */
void x64_leave_by_link(struct x64_lower *l, const struct ir_insn *exit);
/* The words of the links, behind the unit. */
void x64_write_links(struct x64_lower *l);
/* chain.c: chained code */
bool x64_chain_exit(struct x64_lower *l, const struct ir_insn *insn);
void x64_chain_indirect(struct x64_lower *l, const struct ir_insn *insn);
/* Go on at a stub, which does not come back. */
void x64_jmp_stub(struct x64_lower *l, unsigned int stub);
/* Ask where the unit begins: for fuel, or in tier 2 for room on the host's stack. */
void x64_ask_at_entry(struct x64_lower *l);
/* Behind the slow ways: the code that leaves by each way. */
void x64_write_chain(struct x64_lower *l);

/* lower.c */
X64_LOWER(nothing);
/* Let the interpreter compute @insn; the result is in rax or xmm0. */
void x64_eval(struct x64_lower *l, const struct ir_insn *insn);
/* The same, and the result to where it belongs. */
X64_LOWER(eval);

#endif /* VMB_ARCH_X86_64_HOST_LOWER_H */
