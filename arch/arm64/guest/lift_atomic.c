// SPDX-License-Identifier: MIT
/*
 * Exclusives, ordered accesses and LSE atomics. Source: Arm ARM (DDI 0487), C4.1, "Loads and
 * Stores"; B2.12 "Synchronization and semaphores".
 *
 * A load-exclusive notes address and value; a store-exclusive is a compare-and-swap that expects the
 * value. So it may succeed where another observer wrote the same value in between, which the
 * algorithms that compilers make of it cannot tell.
 */
#include "arch/arm64/guest/insns.h"

static uint32_t load(const struct a64 *t, unsigned int type, unsigned int size, unsigned int order,
		     uint32_t address)
{
	return a64_emit(t, (struct ir_insn){ .op = IR_ld, .type = (uint8_t)type,
					     .aux = (uint8_t)size, .aux2 = (uint8_t)order,
					     .a = address, .b = IR_NONE, .c = IR_NONE });
}

static uint32_t atomic(const struct a64 *t, unsigned int op, unsigned int type, unsigned int order,
		       uint32_t address, uint32_t b, uint32_t c)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
					     .aux2 = (uint8_t)(order | IR_ORD_ALIGNED),
					     .a = address, .b = b, .c = c });
}

static unsigned int memory_type(unsigned int size)
{
	return IR_I8 + size;
}

static uint32_t narrow(const struct a64 *t, unsigned int type, uint32_t value)
{
	return type == IR_I64 ? value : a64_op1(t, IR_trunc, type, value);
}

static uint32_t widen(const struct a64 *t, unsigned int type, uint32_t value)
{
	return type == IR_I64 ? value : a64_op1(t, IR_zext, IR_I64, value);
}

/* The low 2^size bytes of a general register; and zero-extended to one. */
static uint32_t part(const struct a64 *t, unsigned int size, uint32_t n)
{
	return narrow(t, memory_type(size), a64_x(t, IR_I64, n));
}

static void set_part(const struct a64 *t, unsigned int size, uint32_t n, uint32_t value)
{
	a64_set_x(t, IR_I64, n, widen(t, memory_type(size), value));
}

static uint32_t base(const struct a64 *t)
{
	return a64_xsp(t, IR_I64, a64_rn(t));
}

/* LDAR and STLR are sequentially consistent among each other, LDAPR is not; arg: enum ir_order. */
bool a64_ldar(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 30, 2);
	unsigned int type = size == 3 ? IR_I64 : IR_I32;

	a64_set_x(t, type, a64_rd(t), load(t, type, size, t->arg | IR_ORD_ALIGNED, base(t)));
	return true;
}

bool a64_stlr(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 30, 2);

	a64_emit(t, (struct ir_insn){ .op = IR_st, .aux = (uint8_t)size,
				      .aux2 = IR_SC | IR_ORD_ALIGNED, .a = base(t),
				      .b = part(t, size, a64_rd(t)), .c = IR_NONE });
	return true;
}

static void note(const struct a64 *t, uint32_t address, uint32_t low, uint32_t high)
{
	ir_set_state(t->build, A64_STATE(monitor), a64_op1(t, IR_not, IR_I64, address));
	ir_set_state(t->build, A64_STATE(monitor_lo), low);
	ir_set_state(t->build, A64_STATE(monitor_hi), high);
}

static unsigned int load_order(const struct a64 *t)
{
	return (a64_bit(t, 15) ? IR_SC : IR_RLX) | IR_ORD_ALIGNED;
}

bool a64_ldxr(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 30, 2);
	uint32_t address = base(t);
	uint32_t value = load(t, IR_I64, size, load_order(t), address);

	note(t, address, value, a64_const(t, IR_I64, 0));
	a64_set_x(t, IR_I64, a64_rd(t), value);
	return true;
}

/* Two words are one access of 8 bytes, two doublewords one of 16. */
bool a64_ldxp(const struct a64 *t)
{
	uint32_t address = base(t), value, low, high;

	if (!a64_bit(t, 30)) {
		value = load(t, IR_I64, 3, load_order(t), address);
		note(t, address, value, a64_const(t, IR_I64, 0));
		low = a64_bfx(t, IR_ubfx, IR_I64, value, 0, 32);
		high = a64_bfx(t, IR_ubfx, IR_I64, value, 32, 32);
	} else {
		value = load(t, IR_V128, 4, load_order(t), address);
		low = a64_extract(t, IR_I64X2, value, 0);
		high = a64_extract(t, IR_I64X2, value, 1);
		note(t, address, low, high);
	}
	a64_set_x(t, IR_I64, a64_rd(t), low);
	a64_set_x(t, IR_I64, a64_ra(t), high);
	return true;
}

/*
 * Without the monitor the value that is expected is also the one that would be written, so that
 * memory stays as it is and the store fails. Rs gets 0 or 1.
 */
static void store_exclusive(const struct a64 *t, unsigned int type, uint32_t expected,
			    uint32_t desired)
{
	uint32_t address = base(t);
	uint32_t monitor = ir_get_state(t->build, IR_I64, A64_STATE(monitor));
	uint32_t held = a64_cmp(t, IR_EQ, monitor, a64_op1(t, IR_not, IR_I64, address));
	uint32_t old = atomic(t, IR_cas, type, a64_bit(t, 15) ? IR_SC : IR_RLX, address, expected,
			      a64_select(t, type, held, desired, expected));
	uint32_t same, status;

	if (type == IR_V128) {
		old = a64_vec(t, IR_vxor, 0, 0, old, expected, IR_NONE);
		old = a64_op2(t, IR_or, IR_I64, a64_extract(t, IR_I64X2, old, 0),
			      a64_extract(t, IR_I64X2, old, 1));
		same = a64_cmp(t, IR_EQ, old, a64_const(t, IR_I64, 0));
	} else {
		same = a64_cmp(t, IR_EQ, old, expected);
	}
	status = a64_op2(t, IR_xor, IR_I8, a64_op2(t, IR_and, IR_I8, held, same),
			 a64_const(t, IR_I8, 1));
	ir_set_state(t->build, A64_STATE(monitor), a64_const(t, IR_I64, 0));
	a64_set_x(t, IR_I64, a64_rm(t), a64_op1(t, IR_zext, IR_I64, status));
}

bool a64_stxr(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 30, 2);
	uint32_t expected = ir_get_state(t->build, IR_I64, A64_STATE(monitor_lo));

	store_exclusive(t, memory_type(size), narrow(t, memory_type(size), expected),
			part(t, size, a64_rd(t)));
	return true;
}

bool a64_stxp(const struct a64 *t)
{
	uint32_t expected = ir_get_state(t->build, IR_I64, A64_STATE(monitor_lo));
	uint32_t low = a64_x(t, IR_I64, a64_rd(t)), high = a64_x(t, IR_I64, a64_ra(t));

	if (!a64_bit(t, 30)) {
		low = a64_emit(t, (struct ir_insn){ .op = IR_bfi, .type = IR_I64, .a = low,
						    .b = high, .c = IR_NONE, .lo = 32, .hi = 32 });
		store_exclusive(t, IR_I64, expected, low);
		return true;
	}
	expected = a64_op2(t, IR_vpair, IR_V128, expected,
			   ir_get_state(t->build, IR_I64, A64_STATE(monitor_hi)));
	store_exclusive(t, IR_V128, expected, a64_op2(t, IR_vpair, IR_V128, low, high));
	return true;
}

/* Acquire and release by two bits of the encoding. */
static unsigned int order_of(bool acquire, bool release)
{
	static const uint8_t order[] = { IR_RLX, IR_ACQ, IR_REL, IR_SC };

	return order[acquire + 2 * release];
}

/* LDADD and its kin, SWP; arg: the instruction of the IR. */
bool a64_lse(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 30, 2), type = memory_type(size);
	unsigned int order = order_of(a64_bit(t, 23), a64_bit(t, 22));
	uint32_t operand = part(t, size, a64_rm(t)), old;

	if (t->arg == IR_rmw_and)
		operand = a64_op1(t, IR_not, type, operand);
	old = atomic(t, t->arg, type, order, base(t), operand, IR_NONE);
	set_part(t, size, a64_rd(t), old);
	return true;
}

bool a64_cas(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 30, 2);
	uint32_t expected = part(t, size, a64_rm(t)), desired = part(t, size, a64_rd(t));
	uint32_t old = atomic(t, IR_cas, memory_type(size),
			      order_of(a64_bit(t, 22), a64_bit(t, 15)), base(t), expected, desired);

	set_part(t, size, a64_rm(t), old);
	return true;
}

/* Rn and Rn + 1 as one value: a doubleword of two words, or a quadword. */
static uint32_t pair(const struct a64 *t, uint32_t n)
{
	uint32_t low = a64_x(t, IR_I64, n), high = a64_x(t, IR_I64, n + 1);

	if (a64_bit(t, 30))
		return a64_op2(t, IR_vpair, IR_V128, low, high);
	return a64_emit(t, (struct ir_insn){ .op = IR_bfi, .type = IR_I64, .a = low, .b = high,
					     .c = IR_NONE, .lo = 32, .hi = 32 });
}

bool a64_casp(const struct a64 *t)
{
	unsigned int order = order_of(a64_bit(t, 22), a64_bit(t, 15));
	uint32_t expected, desired, old;

	if (a64_rm(t) & 1 || a64_rd(t) & 1)
		return false;
	expected = pair(t, a64_rm(t));
	desired = pair(t, a64_rd(t));
	if (a64_bit(t, 30)) {
		old = atomic(t, IR_cas, IR_V128, order, base(t), expected, desired);
		a64_set_x(t, IR_I64, a64_rm(t), a64_extract(t, IR_I64X2, old, 0));
		a64_set_x(t, IR_I64, a64_rm(t) + 1, a64_extract(t, IR_I64X2, old, 1));
		return true;
	}
	old = atomic(t, IR_cas, IR_I64, order, base(t), expected, desired);
	a64_set_x(t, IR_I64, a64_rm(t), a64_bfx(t, IR_ubfx, IR_I64, old, 0, 32));
	a64_set_x(t, IR_I64, a64_rm(t) + 1, a64_bfx(t, IR_ubfx, IR_I64, old, 32, 32));
	return true;
}
