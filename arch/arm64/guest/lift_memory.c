// SPDX-License-Identifier: MIT
/*
 * Loads and stores of one register and of pairs. Source: Arm ARM (DDI 0487), C4.1, "Loads and
 * Stores".
 *
 * Everything that may fault comes before the first write to the state.
 */
#include "arch/arm64/guest/insns.h"

/**
 * struct access - a memory access.
 * @size: log2 of its bytes
 * @base, @offset: the address
 * @new_base: what is written back, IR_NONE if nothing is
 */
struct access {
	unsigned int size;
	uint32_t base;
	int32_t offset;
	uint32_t new_base;
};

static uint32_t plus(const struct a64 *t, uint32_t base, int64_t offset)
{
	return a64_op2(t, IR_add, IR_I64, base, a64_const(t, IR_I64, (uint64_t)offset));
}

/* Size of the register of a load or store of a vector register: opc<1> makes bytes quadwords. */
static unsigned int vector_size(const struct a64 *t)
{
	return (a64_bit(t, 23) ? 4 : 0) + a64_bits(t, 30, 2);
}

static struct access access_of(const struct a64 *t, unsigned int size, unsigned int form)
{
	struct access access = { .size = size, .base = a64_xsp(t, IR_I64, a64_rn(t)),
				 .new_base = IR_NONE };
	int32_t simm = (int32_t)a64_sbits(t, 12, 9);
	uint32_t index;

	switch (form) {
	case A64_ADDR_UIMM:
		access.offset = (int32_t)(a64_bits(t, 10, 12) << size);
		break;
	case A64_ADDR_SIMM:
		access.offset = simm;
		break;
	case A64_ADDR_POST:
		access.new_base = plus(t, access.base, simm);
		break;
	case A64_ADDR_PRE:
		access.new_base = plus(t, access.base, simm);
		access.offset = simm;
		break;
	default:
		index = a64_extended(t, IR_I64, a64_x(t, IR_I64, a64_rm(t)), a64_bits(t, 13, 3),
				     a64_bit(t, 12) ? size : 0);
		access.base = a64_op2(t, IR_add, IR_I64, access.base, index);
	}
	return access;
}

static void write_back(const struct a64 *t, const struct access *access)
{
	if (access->new_base != IR_NONE)
		a64_set_xsp(t, IR_I64, a64_rn(t), access->new_base);
}

/* Register offsets extend words or take doublewords. */
static bool form_allowed(const struct a64 *t, unsigned int form)
{
	return form != A64_ADDR_REG || a64_bit(t, 14);
}

/* Integer stores: size is bits 31..30. */
bool a64_str(const struct a64 *t)
{
	struct access access;
	uint32_t value;

	if (!form_allowed(t, t->arg))
		return false;
	access = access_of(t, a64_bits(t, 30, 2), t->arg);
	value = a64_x(t, access.size == 3 ? IR_I64 : IR_I32, a64_rd(t));
	ir_store(t->build, access.size, access.base, access.offset, value);
	write_back(t, &access);
	return true;
}

/* Integer loads: opc (bits 23..22) 1 extends zeros, 2 the sign to 64 bits, 3 to 32 bits. */
bool a64_ldr(const struct a64 *t)
{
	unsigned int opc = a64_bits(t, 22, 2), size = a64_bits(t, 30, 2);
	unsigned int type = opc == 2 || size == 3 ? IR_I64 : IR_I32;
	struct access access;
	uint32_t value;

	if (!form_allowed(t, t->arg))
		return false;
	access = access_of(t, size, t->arg);
	value = ir_load(t->build, type, size | (opc > 1 ? IR_MEM_SIGNED : 0), access.base,
			access.offset);
	write_back(t, &access);
	a64_set_x(t, type, a64_rd(t), value);
	return true;
}

/* Type of a scalar of 2^@size bytes that goes to the low end of a vector register. */
static unsigned int scalar_type(unsigned int size)
{
	static const uint8_t type[] = { IR_I8, IR_I16, IR_F32, IR_F64, IR_V128 };

	return type[size];
}

static uint32_t vector_part(const struct a64 *t, unsigned int size, uint32_t n)
{
	return size == 4 ? a64_q(t, n) : a64_f(t, scalar_type(size), n);
}

static void set_vector_part(const struct a64 *t, unsigned int size, uint32_t n, uint32_t value)
{
	if (size == 4)
		a64_set_q(t, n, value);
	else
		a64_set_f(t, scalar_type(size), n, value);
}

bool a64_str_v(const struct a64 *t)
{
	unsigned int size = vector_size(t);
	struct access access;

	if (size > 4 || !form_allowed(t, t->arg))
		return false;
	access = access_of(t, size, t->arg);
	ir_store(t->build, size, access.base, access.offset, vector_part(t, size, a64_rd(t)));
	write_back(t, &access);
	return true;
}

bool a64_ldr_v(const struct a64 *t)
{
	unsigned int size = vector_size(t);
	struct access access;
	uint32_t value;

	if (size > 4 || !form_allowed(t, t->arg))
		return false;
	access = access_of(t, size, t->arg);
	value = ir_load(t->build, scalar_type(size), size, access.base, access.offset);
	write_back(t, &access);
	set_vector_part(t, size, a64_rd(t), value);
	return true;
}

/* A prefetch has no effect. */
bool a64_prfm(const struct a64 *t)
{
	return form_allowed(t, t->arg);
}

static uint32_t literal(const struct a64 *t)
{
	return a64_const(t, IR_I64, t->pc + ((uint64_t)a64_sbits(t, 5, 19) << 2));
}

/* arg: log2 of the size, IR_MEM_SIGNED. */
bool a64_ldr_literal(const struct a64 *t)
{
	unsigned int type = t->arg == 2 ? IR_I32 : IR_I64;

	a64_set_x(t, type, a64_rd(t), ir_load(t->build, type, t->arg, literal(t), 0));
	return true;
}

bool a64_ldr_literal_v(const struct a64 *t)
{
	uint32_t value = ir_load(t->build, scalar_type(t->arg), t->arg, literal(t), 0);

	set_vector_part(t, t->arg, a64_rd(t), value);
	return true;
}

/* Pairs: bits 24..23 are 0 no-allocate, 1 post, 2 offset, 3 pre. */
static struct access pair_access(const struct a64 *t, unsigned int size)
{
	struct access access = { .size = size, .base = a64_xsp(t, IR_I64, a64_rn(t)),
				 .new_base = IR_NONE };
	int32_t simm = (int32_t)(a64_sbits(t, 15, 7) * (1 << size));
	unsigned int mode = a64_bits(t, 23, 2);

	if (mode & 1)
		access.new_base = plus(t, access.base, simm);
	access.offset = mode == 1 ? 0 : simm;
	return access;
}

static int32_t second(const struct access *access)
{
	return access->offset + (1 << access->size);
}

/* arg: log2 of the size of one register. */
bool a64_stp(const struct a64 *t)
{
	unsigned int type = t->arg == 3 ? IR_I64 : IR_I32;
	struct access access = pair_access(t, t->arg);

	ir_store(t->build, t->arg, access.base, access.offset, a64_x(t, type, a64_rd(t)));
	ir_store(t->build, t->arg, access.base, second(&access), a64_x(t, type, a64_ra(t)));
	write_back(t, &access);
	return true;
}

/* LDPSW whose registers overlap is no instruction. */
static bool overlaps(const struct a64 *t)
{
	uint32_t low = a64_rd(t), high = a64_ra(t), base = a64_rn(t);

	return low == high || (a64_bit(t, 23) && base != 31 && (low == base || high == base));
}

/* arg: as of a64_stp(), with IR_MEM_SIGNED for LDPSW. */
bool a64_ldp(const struct a64 *t)
{
	unsigned int type = t->arg == 2 ? IR_I32 : IR_I64;
	struct access access;
	uint32_t low, high;

	if (t->arg & IR_MEM_SIGNED && overlaps(t))
		return false;
	access = pair_access(t, t->arg & IR_MEM_SIZE_MASK);
	low = ir_load(t->build, type, t->arg, access.base, access.offset);
	high = ir_load(t->build, type, t->arg, access.base, second(&access));
	write_back(t, &access);
	a64_set_x(t, type, a64_rd(t), low);
	a64_set_x(t, type, a64_ra(t), high);
	return true;
}

bool a64_stp_v(const struct a64 *t)
{
	struct access access = pair_access(t, t->arg);

	ir_store(t->build, t->arg, access.base, access.offset, vector_part(t, t->arg, a64_rd(t)));
	ir_store(t->build, t->arg, access.base, second(&access), vector_part(t, t->arg, a64_ra(t)));
	write_back(t, &access);
	return true;
}

bool a64_ldp_v(const struct a64 *t)
{
	unsigned int type = scalar_type(t->arg);
	struct access access = pair_access(t, t->arg);
	uint32_t low = ir_load(t->build, type, t->arg, access.base, access.offset);
	uint32_t high = ir_load(t->build, type, t->arg, access.base, second(&access));

	write_back(t, &access);
	set_vector_part(t, t->arg, a64_rd(t), low);
	set_vector_part(t, t->arg, a64_ra(t), high);
	return true;
}
