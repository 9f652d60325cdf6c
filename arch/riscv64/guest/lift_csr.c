// SPDX-License-Identifier: MIT
/*
 * Control and status registers: the floating-point environment, and the counters.
 */
#include "arch/riscv64/guest/lift.h"

#define FFLAGS	0x001
#define FRM	0x002
#define FCSR	0x003
#define CYCLE	0xc00
#define TIME	0xc01
#define INSTRET 0xc02

bool rv_csr_known(const struct rv_insn *i)
{
	bool writes;

	writes = i->id == RV_csrrw || i->id == RV_csrrwi || i->rs1;
	return (i->imm >= FFLAGS && i->imm <= FCSR) ||
	       (i->imm >= CYCLE && i->imm <= INSTRET && !writes);
}

static uint32_t environment(struct rv_lift *l, unsigned int op)
{
	uint32_t value = ir_emit(l->b, &(struct ir_insn){ .op = (uint8_t)op, .type = IR_I32,
							  .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });

	return ir_unary(l->b, IR_zext, IR_I64, value);
}

static uint32_t rounding(struct rv_lift *l)
{
	return ir_unary(l->b, IR_zext, IR_I64, ir_get_state(l->b, IR_I32, RV_FRM));
}

/* All counters are the clock. */
static uint32_t clock_value(struct rv_lift *l)
{
	static const struct ir_helper helper = { .name = "guest_clock", .type = IR_I64,
						 .effects = E_RDM };

	return ir_emit_call(l->b, ir_add_helper(l->b, &helper), NULL);
}

static uint32_t read_csr(struct rv_lift *l)
{
	switch (l->i->imm) {
	case FFLAGS:
		return environment(l, IR_get_fpflags);
	case FRM:
		return rounding(l);
	case FCSR:
		return rv_op(l, IR_or, environment(l, IR_get_fpflags),
			     rv_op(l, IR_shl, rounding(l), rv_const(l, 5)));
	default:
		return clock_value(l);
	}
}

static void to_environment(struct rv_lift *l, unsigned int op, uint32_t value)
{
	ir_emit(l->b, &(struct ir_insn){ .op = (uint8_t)op, .a = value, .b = IR_NONE, .c = IR_NONE });
}

/*
 * Rounding to nearest with ties away, which hosts do not have as a mode, and modes that are reserved
 * are remembered; computing goes on with the two low bits of them.
 */
static void set_rounding(struct rv_lift *l, uint32_t value)
{
	uint32_t mode = ir_unary(l->b, IR_trunc, IR_I32, rv_op(l, IR_and, value, rv_const(l, 7)));

	ir_set_state(l->b, RV_FRM, mode);
	to_environment(l, IR_set_rm, mode);
}

static void write_csr(struct rv_lift *l, uint32_t value)
{
	if (l->i->imm != FRM)
		to_environment(l, IR_set_fpflags, ir_unary(l->b, IR_trunc, IR_I32, value));
	if (l->i->imm == FRM)
		set_rounding(l, value);
	if (l->i->imm == FCSR)
		set_rounding(l, rv_op(l, IR_shr, value, rv_const(l, 5)));
}

static void access_csr(struct rv_lift *l, uint32_t operand, unsigned int op, bool writes)
{
	uint32_t old = read_csr(l);

	if (writes)
		write_csr(l, op == IR_copy ? operand : rv_op(l, op, old, operand));
	rv_set(l, old);
}

#define CSR(name, op, always)                                                                      \
	RV_LIFT(name) { access_csr(l, rv_get(l, l->i->rs1), op, always || l->i->rs1); }            \
	RV_LIFT(name##i) { access_csr(l, rv_const(l, l->i->rs1), op, always || l->i->rs1); }

CSR(csrrw, IR_copy, true)
CSR(csrrs, IR_or, false)
CSR(csrrc, IR_andn, false)
