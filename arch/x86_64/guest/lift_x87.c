// SPDX-License-Identifier: MIT
/*
 * The x87: memory is accessed by lifted code, everything else is done by a helper (x87.c). What is
 * stored is converted first, and popped afterwards, since the store may fault.
 */
#include "arch/x86_64/guest/vector.h"
#include "arch/x86_64/guest/x87_image.h"

static uint32_t call(const struct x86 *t, uint32_t code, uint32_t a, uint32_t b)
{
	static const struct ir_helper helper = {
		.name = "x86_x87", .type = IR_I64, .nr_args = 3, .arg = { IR_I32, IR_I64, IR_I64 },
		.effects = E_RDS | E_WRS,
	};
	const uint32_t arg[] = { x86_const(t, IR_I32, code), a, b };

	return x86_call_helper(t, &helper, arg);
}

static uint32_t call_plain(const struct x86 *t, uint32_t code)
{
	uint32_t zero = x86_const(t, IR_I64, 0);

	return call(t, code, zero, zero);
}

static bool is_int(unsigned int format)
{
	return format >= X87_I16;
}

static bool is_ten_bytes(unsigned int format)
{
	return format == X87_F80 || format == X87_BCD;
}

/* arg: the code; the operand is what it says. */
bool x86_x87_load(struct x86 *t)
{
	unsigned int format = t->i->line->arg >> 11 & 7;
	uint32_t zero = x86_const(t, IR_I64, 0), address, low, high;

	if (is_ten_bytes(format)) {
		address = x86_address(t);
		low = x86_load(t, IR_I64, address, 0);
		high = x86_op1(t, IR_zext, IR_I64, x86_load(t, IR_I16, address, 8));
		call(t, t->i->line->arg, low, high);
		return true;
	}
	low = x86_get_as(t, 0, is_int(format) ? IR_sext : IR_zext, IR_I64);
	call(t, t->i->line->arg, low, zero);
	return true;
}

static void pop_if(const struct x86 *t)
{
	if (t->i->line->arg & X87_POPS)
		call_plain(t, X87_POP);
}

bool x86_x87_store(struct x86 *t)
{
	unsigned int format = t->i->line->arg >> 11 & 7;
	uint32_t code = t->i->line->arg & ~X87_POPS, value = call_plain(t, code), address, high;

	if (is_ten_bytes(format)) {
		high = call_plain(t, format == X87_F80 ? X87_GET_HIGH : code | X87_BCD_HIGH);
		high = x86_op1(t, IR_trunc, IR_I16, high);
		address = x86_address(t);
		/* The part that faults, if one does, comes first. */
		x86_store(t, IR_I16, address, 8, high);
		x86_store(t, IR_I64, address, 0, value);
	} else {
		x86_set(t, 0, x86_resize(t, IR_zext, IR_I64, x86_operand_type(t, 0), value));
	}
	pop_if(t);
	return true;
}

/* arg: the code, which gets modrm.rm as ST(i) or as the number of a constant. */
bool x86_x87_reg(struct x86 *t)
{
	call_plain(t, X87_CODE(t->i->line->arg, t->i->rm & 7));
	return true;
}

bool x86_x87_set_pop(struct x86 *t)
{
	call_plain(t, X87_CODE(X87_SET_REG, t->i->rm & 7));
	call_plain(t, X87_POP);
	return true;
}

/* FINCSTP, FDECSTP; arg: what is added, modulo 8. */
bool x86_x87_turn(struct x86 *t)
{
	call(t, X87_TURN, x86_const(t, IR_I64, t->i->line->arg), x86_const(t, IR_I64, 0));
	return true;
}

/* FCMOV; arg: the condition. */
bool x86_x87_move(struct x86 *t)
{
	uint32_t holds = x86_op1(t, IR_zext, IR_I64, x86_holds(t, t->i->line->arg));

	call(t, X87_CODE(X87_MOVE, t->i->rm & 7), holds, x86_const(t, IR_I64, 0));
	return true;
}

/* FCOMI: what UCOMISD says. */
bool x86_x87_compare(struct x86 *t)
{
	uint32_t result = call_plain(t, X87_CODE(t->i->line->arg, t->i->rm & 7)), zero, unordered;

	zero = x86_const(t, IR_I8, 0);
	result = x86_op1(t, IR_trunc, IR_I8, result);
	x86_set_flag(t, X86_C, x86_bits(t, IR_I8, result, 0, 1));
	x86_set_flag(t, X86_Z, x86_bits(t, IR_I8, result, 6, 1));
	/* Of P the byte with that parity. */
	unordered = x86_bits(t, IR_I8, result, 2, 1);
	x86_set_flag(t, X86_P, x86_opi(t, IR_xor, IR_I8, unordered, 1));
	x86_set_flag(t, X86_S, zero);
	x86_set_flag(t, X86_O, zero);
	x86_set_flag(t, X86_A, zero);
	return true;
}

/* FNSTSW AX. */
bool x86_x87_status(struct x86 *t)
{
	x86_set_reg(t, IR_I16, X86_RAX, x86_op1(t, IR_trunc, IR_I16, call_plain(t, X87_STATUS)));
	return true;
}

/* arg: the code whose value is stored as 16 bits. */
bool x86_x87_word(struct x86 *t)
{
	x86_set(t, 0, x86_op1(t, IR_trunc, IR_I16, call_plain(t, t->i->line->arg)));
	return true;
}

/*
 * The environment of 28 bytes: control, status, tags, where the last instruction and its operand were,
 * which is not kept. Then all exceptions are masked.
 */
bool x86_x87_store_env(struct x86 *t)
{
	static const uint8_t codes[] = { X87_CONTROL, X87_STATUS, X87_TAGS };
	uint32_t value[7], address, k;

	if (t->i->size16)
		return false;
	for (k = 0; k < 3; k++) {
		value[k] = x86_op1(t, IR_trunc, IR_I32, call_plain(t, codes[k]));
		value[k] = x86_opi(t, IR_or, IR_I32, value[k], 0xffff0000);
	}
	for (; k < 7; k++)
		value[k] = x86_const(t, IR_I32, k == 6 ? 0xffff0000 : 0);
	address = x86_address(t);
	for (k = 7; k-- > 0;)
		x86_store(t, IR_I32, address, (int32_t)(4 * k), value[k]);
	value[0] = x86_opi(t, IR_or, IR_I64, x86_op1(t, IR_zext, IR_I64, value[0]), 0x3f);
	call(t, X87_SET_CONTROL, value[0], x86_const(t, IR_I64, 0));
	return true;
}

bool x86_x87_load_env(struct x86 *t)
{
	static const uint8_t codes[] = { X87_SET_CONTROL, X87_SET_STATUS, X87_SET_TAGS };
	uint32_t value[3], address, zero = x86_const(t, IR_I64, 0), k;

	if (t->i->size16)
		return false;
	address = x86_address(t);
	/* All of it is read, also what is not used. */
	x86_load(t, IR_I32, address, 24);
	for (k = 0; k < 3; k++)
		value[k] = x86_op1(t, IR_zext, IR_I64,
				   x86_load(t, IR_I16, address, (int32_t)(4 * k)));
	for (k = 0; k < 3; k++)
		call(t, codes[k], value[k], zero);
	return true;
}

/* The environment and all registers; then the x87 is as after FNINIT. */
bool x86_x87_save(struct x86 *t)
{
	static const struct ir_helper helper = { .name = "x86_save", .type = IR_V128, .nr_args = 1,
						 .arg = { IR_I32 }, .effects = E_RDS };
	uint32_t value[7], address, which, k;

	if (t->i->size16)
		return false;
	for (k = 0; k < 7; k++) {
		which = x86_const(t, IR_I32, k);
		value[k] = x86_call_helper(t, &helper, &which);
	}
	address = x86_address(t);
	/* The part that faults, if one does, comes first. */
	x86_store(t, IR_I32, address, 104, x86_extract(t, IR_I32X4, value[6], 2));
	x86_store(t, IR_I64, address, 96, x86_extract(t, IR_I64X2, value[6], 0));
	for (k = 6; k-- > 0;)
		x86_store(t, IR_V128, address, (int32_t)(16 * k), value[k]);
	call_plain(t, X87_INIT);
	return true;
}

bool x86_x87_restore(struct x86 *t)
{
	static const struct ir_helper helper = {
		.name = "x86_restore", .type = IR_I64, .nr_args = 8,
		.arg = { IR_V128, IR_V128, IR_V128, IR_V128, IR_V128, IR_V128, IR_I64, IR_I32 },
		.effects = E_WRS,
	};
	uint32_t arg[8], address, k;

	if (t->i->size16)
		return false;
	address = x86_address(t);
	for (k = 0; k < 6; k++)
		arg[k] = x86_load(t, IR_V128, address, (int32_t)(16 * k));
	arg[6] = x86_load(t, IR_I64, address, 96);
	arg[7] = x86_load(t, IR_I32, address, 104);
	x86_call_helper(t, &helper, arg);
	return true;
}

static uint32_t fx_part(const struct x86 *t, unsigned int number)
{
	static const struct ir_helper helper = { .name = "x86_fxsave", .type = IR_V128, .nr_args = 1,
						 .arg = { IR_I32 }, .effects = E_RDS };
	uint32_t which = x86_const(t, IR_I32, number);

	return x86_call_helper(t, &helper, &which);
}

static void set_fx_part(const struct x86 *t, unsigned int number, uint32_t value)
{
	static const struct ir_helper helper = { .name = "x86_fxrstor", .type = IR_I64, .nr_args = 2,
						 .arg = { IR_I32, IR_V128 }, .effects = E_WRS };
	const uint32_t arg[] = { x86_const(t, IR_I32, number), value };

	x86_call_helper(t, &helper, arg);
}

/* The x87, MXCSR and the vectors: 416 of 512 bytes; the others are left alone. */
bool x86_fxsave(struct x86 *t)
{
	uint32_t address, mxcsr = x86_op1(t, IR_zext, IR_I64, x86_mxcsr(t)), k;
	uint32_t part[1 + X86_FX_REGS];

	mxcsr = x86_op2(t, IR_or, IR_I64, mxcsr, x86_const(t, IR_I64, (uint64_t)X86_MXCSR_MASK << 32));
	mxcsr = x86_insert(t, IR_I64X2, x86_const_v(t, 0, 0), 1, mxcsr);
	for (k = 0; k < 1 + X86_FX_REGS; k++)
		part[k] = fx_part(t, k);
	address = x86_address(t);
	/* The part that faults, if one does, comes first. */
	for (k = 16; k-- > 0;)
		x86_store(t, IR_V128, address, (int32_t)(160 + 16 * k), x86_xmm(t, k));
	for (k = 1 + X86_FX_REGS; k-- > 1;)
		x86_store(t, IR_V128, address, (int32_t)(16 + 16 * k), part[k]);
	x86_store(t, IR_V128, address, 16, mxcsr);
	x86_store(t, IR_V128, address, 0, part[0]);
	return true;
}

/* All is read before anything changes. */
bool x86_fxrstor(struct x86 *t)
{
	uint32_t address = x86_address(t), part[26], k;

	for (k = 0; k < VMB_ARRAY_SIZE(part); k++)
		part[k] = x86_load(t, IR_V128, address, (int32_t)(16 * k));
	x86_set_mxcsr(t, x86_op1(t, IR_trunc, IR_I32, x86_extract(t, IR_I64X2, part[1], 1)));
	set_fx_part(t, 0, part[0]);
	for (k = 1; k < 1 + X86_FX_REGS; k++)
		set_fx_part(t, k, part[1 + k]);
	for (k = 0; k < 16; k++)
		x86_set_xmm(t, k, part[10 + k]);
	return true;
}

/* FSIN and its kin; arg: the second byte of the opcode. */
bool x86_x87_function(struct x86 *t)
{
	static const struct ir_helper helper = { .name = "x86_function", .type = IR_I64, .nr_args = 1,
						 .arg = { IR_I32 }, .effects = E_RDS | E_WRS };
	uint32_t which = x86_const(t, IR_I32, t->i->line->arg);

	x86_call_helper(t, &helper, &which);
	return true;
}
