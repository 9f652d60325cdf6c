// SPDX-License-Identifier: MIT
#include "arch/x86_64/host/lower.h"

static void alu_with(struct x64_lower *l, enum x64_alu op, unsigned int bytes, unsigned int dst,
		     struct x64_operand src)
{
	if (src.place == IN_IMM)
		x64_alu_ri(l->buf, op, bytes, dst, src.imm);
	else if (src.place == IN_MEM)
		x64_alu_rm(l->buf, op, bytes, dst, src.mem);
	else
		x64_alu_rr(l->buf, op, bytes, dst, src.reg);
}

/* a + b in one instruction where a must be kept. Return: was it done? */
static bool add_by_lea(struct x64_lower *l, const struct ir_insn *insn, struct x64_operand b)
{
	unsigned int a = l->value[insn->a].reg, dst;
	struct x64_mem sum = { .base = (uint8_t)a, .index = X64_NO_INDEX };

	if (a == JIT_NO_REG || x64_dies(l, insn->a) || b.place == IN_MEM)
		return false;
	dst = x64_result_last(l, insn);
	if (b.place == IN_IMM)
		sum.disp = b.imm;
	else
		sum.index = b.reg;
	x64_rm(l->buf, X64_LEA | (insn->type == IR_I64 ? X64_W : 0), dst, sum);
	x64_narrow(l, insn->type, dst, dst);
	return true;
}

X64_LOWER(alu)
{
	static const uint8_t ops[IR_NR_OPS] = {
		[IR_add] = X64_ADD, [IR_sub] = X64_SUB, [IR_and] = X64_AND, [IR_or] = X64_OR,
		[IR_xor] = X64_XOR,
	};
	uint32_t left = insn->a, right = insn->b;
	struct x64_operand b;
	unsigned int dst;

	if (insn->op != IR_sub && (x64_is_const(l, left) || x64_is_folded(l, left) ||
				   (!x64_dies(l, left) && x64_dies(l, right) &&
				    l->value[right].reg != JIT_NO_REG && !x64_is_const(l, right)))) {
		left = insn->b;
		right = insn->a;
	}
	b = x64_source(l, right);
	if (insn->type < IR_I32)
		b.imm &= (int32_t)ir_type_mask(insn->type);
	if (insn->op == IR_add && left == insn->a && add_by_lea(l, insn, b))
		return;
	dst = x64_result_from(l, left);
	alu_with(l, ops[insn->op], x64_width(insn->type), dst, b);
	if (insn->op == IR_add || insn->op == IR_sub)
		x64_narrow(l, insn->type, dst, dst);
}

/* The carry flag becomes c != 0 by negating a copy. */
X64_LOWER(carry)
{
	struct x64_operand b = x64_source(l, insn->b);
	unsigned int dst;

	x64_copy_to(l, RCX, insn->c);
	dst = x64_result_from(l, insn->a);
	x64_unary(l->buf, X64_NEG, 4, RCX);
	alu_with(l, insn->op == IR_adc ? X64_ADC : X64_SBB, x64_width(insn->type), dst, b);
	x64_narrow(l, insn->type, dst, dst);
}

X64_LOWER(unary)
{
	unsigned int dst = x64_result_from(l, insn->a);

	x64_unary(l->buf, insn->op == IR_neg ? X64_NEG : X64_NOT, x64_width(insn->type), dst);
	x64_narrow(l, insn->type, dst, dst);
}

X64_LOWER(mul)
{
	bool swap = x64_is_const(l, insn->a) || x64_is_folded(l, insn->a);
	uint32_t left = swap ? insn->b : insn->a, right = swap ? insn->a : insn->b;
	struct x64_operand b = x64_source(l, right);
	unsigned int bytes = x64_width(insn->type), dst, a;
	uint32_t wide = bytes == 8 ? X64_W : 0;

	if (b.place == IN_IMM) {
		a = x64_value(l, left);
		dst = x64_result_last(l, insn);
		x64_imul_rri(l->buf, bytes, dst, a, b.imm);
	} else {
		dst = x64_result_from(l, left);
		if (b.place == IN_MEM)
			x64_rm(l->buf, X64_IMUL | wide, dst, b.mem);
		else
			x64_rr(l->buf, X64_IMUL | wide, dst, b.reg);
	}
	x64_narrow(l, insn->type, dst, dst);
}

/* Extend a register that holds a value of @type to 64 bits by its sign. */
static void sign_extend(struct x64_lower *l, unsigned int type, unsigned int dst, unsigned int src)
{
	static const uint32_t op[] = { [IR_I8] = X64_MOVSX8 | X64_W, [IR_I16] = X64_MOVSX16 | X64_W,
				       [IR_I32] = X64_MOVSXD, [IR_I64] = X64_MOV | X64_W };

	if (type != IR_I64 || dst != src)
		x64_rr(l->buf, op[type], dst, src);
}

/* rdx = the high half of a 64-bit product. */
static void high_of_64(struct x64_lower *l, const struct ir_insn *insn)
{
	unsigned int b = x64_value(l, insn->b);

	x64_copy_to(l, RAX, insn->a);
	if (insn->op == IR_mulhsu) {
		x64_mov(l->buf, 8, RCX, RAX);
		x64_shift_i(l->buf, X64_SAR, 8, RCX, 63);
		x64_alu_rr(l->buf, X64_AND, 8, RCX, b);
	}
	x64_unary(l->buf, insn->op == IR_mulhs ? X64_IMUL1 : X64_MUL, 8, b);
	if (insn->op == IR_mulhsu)
		x64_alu_rr(l->buf, X64_SUB, 8, RDX, RCX);
}

X64_LOWER(mulh)
{
	uint8_t width = (uint8_t)(8 * ir_type_bytes(insn->type));

	if (insn->type == IR_I64) {
		high_of_64(l, insn);
		x64_mov(l->buf, 8, x64_result(l), RDX);
		return;
	}
	x64_copy_to(l, RDX, insn->a);
	x64_copy_to(l, RCX, insn->b);
	if (insn->op != IR_mulhu)
		sign_extend(l, insn->type, RDX, RDX);
	if (insn->op == IR_mulhs)
		sign_extend(l, insn->type, RCX, RCX);
	x64_rr(l->buf, X64_IMUL | X64_W, RDX, RCX);
	x64_shift_i(l->buf, X64_SHR, 8, RDX, width);
	x64_narrow(l, insn->type, x64_result(l), RDX);
}

/* Divide rax by rcx, which is not 0: the quotient in rax, the remainder in rdx. */
static void divide(struct x64_lower *l, bool is_signed, unsigned int bytes)
{
	if (is_signed)
		x64_cdq(l->buf, bytes);
	else
		x64_mov_imm(l->buf, RDX, 0);
	x64_unary(l->buf, is_signed ? X64_IDIV : X64_DIV, bytes, RCX);
}

/* The least integer by -1 would trap: the quotient by -1 is the negation, the remainder 0. */
static uint32_t divide_by_minus_one(struct x64_lower *l)
{
	uint32_t other, done;

	x64_alu_ri(l->buf, X64_CMP, 8, RCX, -1);
	other = x64_jcc_short(l->buf, CC_NE);
	x64_unary(l->buf, X64_NEG, 8, RAX);
	x64_mov_imm(l->buf, RDX, 0);
	done = x64_jmp_short(l->buf);
	x64_bind_short(l->buf, other);
	return done;
}

X64_LOWER(div)
{
	bool is_signed = insn->op == IR_sdiv || insn->op == IR_srem;
	bool remainder = insn->op == IR_urem || insn->op == IR_srem;
	unsigned int bytes = is_signed || insn->type == IR_I64 ? 8 : 4;
	uint32_t zero, done, minus = 0;

	x64_copy_to(l, RAX, insn->a);
	x64_copy_to(l, RCX, insn->b);
	if (is_signed) {
		sign_extend(l, insn->type, RAX, RAX);
		sign_extend(l, insn->type, RCX, RCX);
	}
	x64_test_rr(l->buf, bytes, RCX, RCX);
	zero = x64_jcc_short(l->buf, CC_E);
	if (is_signed && insn->type == IR_I64)
		minus = divide_by_minus_one(l);
	divide(l, is_signed, bytes);
	done = x64_jmp_short(l->buf);
	x64_bind_short(l->buf, zero);
	x64_mov(l->buf, 8, RDX, RAX);
	x64_mov_imm(l->buf, RAX, ~UINT64_C(0));
	x64_bind_short(l->buf, done);
	if (minus)
		x64_bind_short(l->buf, minus);
	x64_narrow(l, insn->type, x64_result(l), remainder ? RDX : RAX);
}

X64_LOWER(andn)
{
	unsigned int a, b, dst;
	uint32_t wide = insn->type == IR_I64 ? X64_W : 0;

	a = x64_value(l, insn->a);
	b = x64_value(l, insn->b);
	if (l->features & X64_HAS_BMI2) {
		dst = x64_result_last(l, insn);
		x64_vex(l->buf, X64_ANDN | wide, dst, b, a);
		return;
	}
	x64_mov(l->buf, 8, RCX, b);
	x64_unary(l->buf, X64_NOT, 8, RCX);
	dst = x64_result_from(l, insn->a);
	x64_alu_rr(l->buf, X64_AND, 8, dst, RCX);
}

static enum x64_shift shift_of(unsigned int op)
{
	static const uint8_t ops[IR_NR_OPS] = {
		[IR_shl] = X64_SHL, [IR_shr] = X64_SHR, [IR_sar] = X64_SAR,
		[IR_rotl] = X64_ROL, [IR_rotr] = X64_ROR,
	};

	return ops[op];
}

static void shift_by_vex(struct x64_lower *l, const struct ir_insn *insn)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_shl] = X64_SHLX, [IR_shr] = X64_SHRX, [IR_sar] = X64_SARX,
	};
	unsigned int a = x64_value(l, insn->a), b = x64_value(l, insn->b);

	x64_vex(l->buf, ops[insn->op] | (insn->type == IR_I64 ? X64_W : 0),
		x64_result_last(l, insn), b, a);
}

X64_LOWER(shift)
{
	unsigned int bits = 8 * ir_type_bytes(insn->type), bytes = x64_width(insn->type), dst;
	bool is_const = x64_is_const(l, insn->b);

	if (!is_const && bits >= 32 && l->features & X64_HAS_BMI2) {
		shift_by_vex(l, insn);
		return;
	}
	if (!is_const) {
		x64_copy_to(l, RCX, insn->b);
		if (bits < 32)
			x64_alu_ri(l->buf, X64_AND, 4, RCX, (int32_t)bits - 1);
	}
	dst = x64_result_from(l, insn->a);
	if (bits < 32 && insn->op == IR_sar)
		sign_extend(l, insn->type, dst, dst);
	if (is_const)
		x64_shift_i(l->buf, shift_of(insn->op), bytes, dst,
			    (uint8_t)(l->unit->insn[insn->b].imm & (bits - 1)));
	else
		x64_shift_cl(l->buf, shift_of(insn->op), bytes, dst);
	if (bits < 32 && insn->op != IR_shr)
		x64_narrow(l, insn->type, dst, dst);
}

X64_LOWER(rotate)
{
	unsigned int bytes = ir_type_bytes(insn->type), dst;

	if (x64_is_const(l, insn->b)) {
		dst = x64_result_from(l, insn->a);
		x64_shift_i(l->buf, shift_of(insn->op), bytes, dst,
			    (uint8_t)(l->unit->insn[insn->b].imm & (8 * bytes - 1)));
		return;
	}
	x64_copy_to(l, RCX, insn->b);
	dst = x64_result_from(l, insn->a);
	x64_shift_cl(l->buf, shift_of(insn->op), bytes, dst);
}

/* a:b fits a register. */
static void funnel_narrow(struct x64_lower *l, const struct ir_insn *insn)
{
	uint8_t bits = (uint8_t)(8 * ir_type_bytes(insn->type));

	x64_copy_to(l, RCX, insn->c);
	x64_copy_to(l, RAX, insn->a);
	x64_copy_to(l, RDX, insn->b);
	x64_alu_ri(l->buf, X64_AND, 4, RCX, bits - 1);
	x64_shift_i(l->buf, X64_SHL, 4, RAX, bits);
	x64_alu_rr(l->buf, X64_OR, 4, RAX, RDX);
	x64_shift_cl(l->buf, insn->op == IR_fshl ? X64_SHL : X64_SHR, 4, RAX);
	if (insn->op == IR_fshl)
		x64_shift_i(l->buf, X64_SHR, 4, RAX, bits);
	x64_narrow(l, insn->type, x64_result(l), RAX);
}

X64_LOWER(funnel)
{
	bool left = insn->op == IR_fshl;
	uint32_t wide = insn->type == IR_I64 ? X64_W : 0;
	unsigned int other, dst;

	if (insn->type < IR_I32) {
		funnel_narrow(l, insn);
		return;
	}
	other = x64_value(l, left ? insn->b : insn->a);
	x64_copy_to(l, RCX, insn->c);
	dst = x64_result_from(l, left ? insn->a : insn->b);
	x64_rr(l->buf, (left ? X64_SHLD_CL : X64_SHRD_CL) | wide, other, dst);
}

static uint64_t count_feature(unsigned int op)
{
	return op == IR_popcnt ? X64_HAS_POPCNT : X64_HAS_LZCNT;
}

/* Zeros above a narrow value are counted and taken off; a one above it stops counting below. */
X64_LOWER(count)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_clz] = X64_LZCNT, [IR_ctz] = X64_TZCNT, [IR_popcnt] = X64_POPCNT,
	};
	unsigned int bits = 8 * ir_type_bytes(insn->type), src, dst;

	if (!(l->features & count_feature(insn->op))) {
		x64_lower_eval(l, insn);
		return;
	}
	src = x64_value(l, insn->a);
	if (insn->op == IR_ctz && bits < 32) {
		x64_mov(l->buf, 4, RAX, src);
		x64_alu_ri(l->buf, X64_OR, 4, RAX, (int32_t)(1u << bits));
		src = RAX;
	}
	dst = x64_result_last(l, insn);
	x64_rr(l->buf, ops[insn->op] | (bits == 64 ? X64_W : 0), dst, src);
	if (insn->op == IR_clz && bits < 32)
		x64_alu_ri(l->buf, X64_SUB, 4, dst, (int32_t)(32 - bits));
}

X64_LOWER(bswap)
{
	unsigned int dst = x64_result_from(l, insn->a);

	if (insn->type == IR_I16)
		x64_shift_i(l->buf, X64_ROL, 2, dst, 8);
	else if (insn->type != IR_I8)
		x64_bswap(l->buf, ir_type_bytes(insn->type), dst);
}

X64_LOWER(minmax)
{
	/* When the other is taken. */
	static const uint8_t cc[IR_NR_OPS] = {
		[IR_smin] = CC_G, [IR_smax] = CC_L, [IR_umin] = CC_A, [IR_umax] = CC_B,
	};
	unsigned int b = x64_value(l, insn->b), dst = x64_result_from(l, insn->a);

	x64_alu_rr(l->buf, X64_CMP, ir_type_bytes(insn->type), dst, b);
	x64_rr(l->buf, (X64_CMOV | X64_W) + cc[insn->op], dst, b);
}

X64_LOWER(deposit)
{
	unsigned int a, b;

	if (!(l->features & X64_HAS_BMI2)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	b = x64_value(l, insn->b);
	x64_vex(l->buf, (insn->op == IR_pdep ? X64_PDEP : X64_PEXT) | X64_W,
		x64_result_last(l, insn), a, b);
}

X64_LOWER(copy)
{
	x64_result_from(l, insn->a);
}

X64_LOWER(sext)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result_last(l, insn);

	sign_extend(l, x64_type(l, insn->a), dst, a);
	if (insn->type != IR_I64)
		x64_narrow(l, insn->type, dst, dst);
	if (insn->type == IR_I32)
		x64_mov(l->buf, 4, dst, dst);
}

X64_LOWER(trunc)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result_last(l, insn);

	if (insn->type == IR_I32)
		x64_mov(l->buf, 4, dst, a);
	else
		x64_narrow(l, insn->type, dst, a);
}

/* A register for the result, and the one that it is to be computed from: the same if that dies. */
static unsigned int result_beside(struct x64_lower *l, uint32_t value, unsigned int *from)
{
	unsigned int dst;

	if (x64_dies(l, value) || l->value[value].reg == JIT_NO_REG) {
		*from = x64_result_from(l, value);
		return *from;
	}
	*from = x64_value(l, value);
	dst = x64_result(l);
	return dst;
}

/* A field of an i64 that ends at bit 32, or the low byte or 16 bits. Return: it was one. */
static bool word_field(struct x64_lower *l, const struct ir_insn *insn)
{
	bool sign = insn->op == IR_sbfx;
	uint32_t low = insn->lo ? 0 : insn->hi;
	unsigned int from, dst;

	if (insn->type != IR_I64 || (insn->lo + insn->hi != 32 && low != 8 && low != 16))
		return false;
	dst = result_beside(l, insn->a, &from);
	if (low == 8 || low == 16)
		x64_rr(l->buf, sign ? (low == 8 ? X64_MOVSX8 : X64_MOVSX16) | X64_W :
				      low == 8 ? X64_MOVZX8 : X64_MOVZX16, dst, from);
	else if (sign)
		x64_rr(l->buf, X64_MOVSXD | X64_W, dst, from);
	else
		x64_mov(l->buf, 4, dst, from);
	if (insn->lo)
		x64_shift_i(l->buf, sign ? X64_SAR : X64_SHR, 8, dst, (uint8_t)insn->lo);
	return true;
}

X64_LOWER(ubfx)
{
	unsigned int bytes = x64_width(insn->type), dst;

	if (word_field(l, insn))
		return;
	dst = x64_result_from(l, insn->a);
	if (insn->lo + insn->hi == 8 * ir_type_bytes(insn->type)) {
		x64_shift_i(l->buf, X64_SHR, bytes, dst, (uint8_t)insn->lo);
	} else if (insn->hi < 32) {
		if (insn->lo)
			x64_shift_i(l->buf, X64_SHR, bytes, dst, (uint8_t)insn->lo);
		x64_alu_ri(l->buf, X64_AND, 4, dst, (int32_t)((1u << insn->hi) - 1));
	} else {
		x64_shift_i(l->buf, X64_SHL, 8, dst, (uint8_t)(64 - insn->lo - insn->hi));
		x64_shift_i(l->buf, X64_SHR, 8, dst, (uint8_t)(64 - insn->hi));
	}
}

X64_LOWER(sbfx)
{
	unsigned int bytes = x64_width(insn->type), dst;

	if (word_field(l, insn))
		return;
	dst = x64_result_from(l, insn->a);
	x64_shift_i(l->buf, X64_SHL, bytes, dst, (uint8_t)(8 * bytes - insn->lo - insn->hi));
	x64_shift_i(l->buf, X64_SAR, bytes, dst, (uint8_t)(8 * bytes - insn->hi));
	x64_narrow(l, insn->type, dst, dst);
}

X64_LOWER(bfi)
{
	uint64_t mask = ~UINT64_C(0) >> (64 - insn->hi) << insn->lo;
	unsigned int bytes = x64_width(insn->type), dst;

	x64_copy_to(l, RCX, insn->b);
	x64_shift_i(l->buf, X64_SHL, 8, RCX, (uint8_t)(64 - insn->hi));
	x64_shift_i(l->buf, X64_SHR, 8, RCX, (uint8_t)(64 - insn->hi - insn->lo));
	dst = x64_result_from(l, insn->a);
	x64_mov_imm(l->buf, RAX, bytes == 8 ? ~mask : (uint32_t)~mask);
	x64_alu_rr(l->buf, X64_AND, bytes, dst, RAX);
	x64_alu_rr(l->buf, X64_OR, bytes, dst, RCX);
}
