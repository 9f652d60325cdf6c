// SPDX-License-Identifier: MIT
/*
 * Floating point by the host's SSE arithmetic, whose control register holds the guest's rounding
 * mode and collects its flags while a unit runs. Where the host's answer may differ from the
 * instruction's (another rule for NaNs, another result out of range), the answer shows it, and the
 * interpreter is asked; that raises the same flags once more.
 *
 * With jit_target.traps what is invalid traps, and the interpreter computes it. Quiet NaNs do not: of
 * two operands the host chooses the first, as ARM does.
 */
#include "arch/x86_64/host/lower.h"

static uint32_t scalar(unsigned int type)
{
	return type == IR_F32 ? X64_F3 : X64_F2;
}

static uint32_t packed(unsigned int type)
{
	return type == IR_F32 ? 0 : X64_66;
}

static unsigned int nan_rule(const struct ir_insn *insn)
{
	return (insn->aux2 & IR_NAN_MASK) >> IR_NAN_SHIFT;
}

void x64_if_nan(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst, enum x64_cc cc,
		bool ask)
{
	struct jit_slow *slow = &l->job->scratch->slow[l->nr_slow++];

	*slow = (struct jit_slow){
		.jump = x64_jcc(l->buf, cc), .back = code_buf_at(l->buf),
		.desc = { .op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
			  .dst = dst & 31, .relative = ask },
	};
	if (!ask)
		return;
	slow->desc.a = l->value[insn->a].reg;
	slow->desc.b = insn->b == IR_NONE ? 0 : l->value[insn->b].reg;
	slow->desc.c = insn->c == IR_NONE ? 0 : l->value[insn->c].reg;
}

void x64_write_nan(struct x64_lower *l, const struct jit_slow *slow)
{
	const struct jit_access_desc *d = &slow->desc;
	struct jit_eval_desc desc = {
		.op = d->op, .type = d->type, .aux = d->aux, .aux2 = d->aux2, .atype = d->type,
		.a = d->a, .b = d->b, .c = d->c,
	};
	uint64_t word;

	if (d->relative) {
		memcpy(&word, &desc, sizeof(word));
		x64_mov_imm(l->buf, RAX, word);
		x64_call_mem(l->buf, x64_frame(JIT_FRAME_STUB +
					       8 * (JIT_STUB_EVAL + JIT_STUB_FP)));
		x64_rr(l->buf, X64_MOVAPS, d->dst, X64_XMM(0));
	} else {
		x64_mov_imm(l->buf, RAX, d->type == IR_F32 ? 0x7fc00000 :
							     UINT64_C(0x7ff8000000000000));
		x64_rr(l->buf, X64_MOVD | X64_W, d->dst, RAX);
	}
	x64_link(l->buf, x64_jmp(l->buf), slow->back);
}

/* If @dst is a NaN, it becomes what the interpreter says. The operands are in registers. */
static void ask_if_nan(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst)
{
	x64_rr(l->buf, X64_UCOMI | packed(insn->type), dst, dst);
	x64_if_nan(l, insn, dst, CC_P, true);
}

/* Are operands, of which there are NaNs only that are the default one, all that a NaN can come from? */
static bool is_canonical(const struct x64_lower *l, const struct ir_insn *insn)
{
	return l->job->target->traps && jit_is_canonical(l->job, insn->a) &&
	       (jit_nr_operands[insn->op] < 2 || jit_is_canonical(l->job, insn->b));
}

/* If @dst is a NaN, it becomes the default one. */
static void default_if_nan(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst)
{
	if (is_canonical(l, insn))
		return;
	x64_rr(l->buf, X64_UCOMI | packed(insn->type), dst, dst);
	x64_if_nan(l, insn, dst, CC_P, false);
}

/* What has been written since @at may trap; its operands are in @a, @b and @c. */
static void may_trap(struct x64_lower *l, const struct ir_insn *insn, uint32_t at, unsigned int dst,
		     unsigned int a, unsigned int b, unsigned int c)
{
	const struct jit_trap trap = {
		.at = at, .bytes = (uint8_t)(code_buf_at(l->buf) - at), .dst = (uint8_t)dst,
		.desc = { .op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
			  .atype = (uint8_t)x64_type(l, insn->a), .a = (uint8_t)a, .b = (uint8_t)b,
			  .c = (uint8_t)c },
	};

	if (l->job->target->traps)
		jit_add_trap(l->job, &trap);
}

void x64_may_trap(struct x64_lower *l, const struct ir_insn *insn, uint32_t at, unsigned int dst,
		  unsigned int b)
{
	may_trap(l, insn, at, dst, dst, b, 0);
}

/* Where operations of the instruction's rule trap, are the host's other NaNs those of ARM? */
static bool traps_as_a64(const struct x64_lower *l, const struct ir_insn *insn)
{
	return l->job->target->traps && nan_rule(insn) == IR_NAN_A64;
}

/* The state has a float that is taken for no NaN but the default one. Uses scratch registers. */
static void compare_assumed(struct x64_lower *l, const struct ir_insn *load)
{
	struct jit_trap trap = { .bytes = 2, .dst = JIT_NO_REG, .desc = { .op = IR_guest_pc } };
	struct x64_mem mem = x64_state(l, load->imm);
	uint32_t number, same;
	uint8_t *to;

	x64_load(l->buf, 8, RAX, mem);
	x64_mov_imm(l->buf, RCX, UINT64_C(0xffe0000000000000));
	x64_alu_rr(l->buf, X64_ADD, 8, RAX, RAX);
	x64_alu_rr(l->buf, X64_CMP, 8, RAX, RCX);
	number = x64_jcc_short(l->buf, CC_BE);
	x64_mov_imm(l->buf, RAX, UINT64_C(0x7ff8000000000000));
	x64_alu_rm(l->buf, X64_CMP, 8, RAX, mem);
	same = x64_jcc_short(l->buf, CC_E);
	to = code_buf_room(l->buf);
	trap.at = code_buf_at(l->buf);
	to[0] = 0x0f; /* ud2 */
	to[1] = 0x0b;
	l->buf->at += 2;
	jit_add_trap(l->job, &trap);
	x64_bind_short(l->buf, number);
	x64_bind_short(l->buf, same);
}

void x64_compare_assumed(struct x64_lower *l)
{
	const struct ir_block *entry = &l->unit->block[0];
	uint32_t i;

	if (!l->p.homes || !l->job->target->traps)
		return;
	for (i = entry->first; i < entry->first + entry->nr; i++) {
		if (l->unit->insn[i].op == IR_ld_state && l->value[i].flags & JIT_CANONICAL)
			compare_assumed(l, &l->unit->insn[i]);
	}
}

X64_LOWER(bitcast)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);
	uint32_t wide = ir_type_bytes(insn->type) == 8 ? X64_W : 0;

	if (dst >= 16)
		x64_rr(l->buf, X64_MOVD | wide, dst, a);
	else
		x64_rr(l->buf, X64_MOVD_STORE | wide, a, dst);
}

X64_LOWER(fbinary)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_fadd] = X64_FADD, [IR_fsub] = X64_FSUB, [IR_fmul] = X64_FMUL,
		[IR_fdiv] = X64_FDIV, [IR_fminsel] = X64_FMIN, [IR_fmaxsel] = X64_FMAX,
	};
	bool exact = insn->op == IR_fminsel || insn->op == IR_fmaxsel || traps_as_a64(l, insn);
	bool asks = !exact && nan_rule(insn) == IR_NAN_A64;
	unsigned int a = 0, b = x64_value(l, insn->b), dst;
	uint32_t at;

	if (asks) {
		a = x64_value(l, insn->a);
		dst = x64_result(l);
		x64_rr(l->buf, X64_MOVAPS, dst, a);
	} else {
		dst = x64_result_from(l, insn->a);
	}
	at = code_buf_at(l->buf);
	x64_rr(l->buf, ops[insn->op] | scalar(insn->type), dst, b);
	x64_may_trap(l, insn, at, dst, b);
	if (asks)
		ask_if_nan(l, insn, dst);
	else if (!exact && nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn, dst);
}

X64_LOWER(fsqrt)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);
	uint32_t at = code_buf_at(l->buf);

	x64_rr(l->buf, X64_SQRT | scalar(insn->type), dst, a);
	may_trap(l, insn, at, dst, a, 0, 0);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn, dst);
	else if (nan_rule(insn) == IR_NAN_A64 && !traps_as_a64(l, insn))
		ask_if_nan(l, insn, dst);
}

X64_LOWER(ffma)
{
	unsigned int a, b, c, dst;
	uint32_t at;

	if (!(l->features & X64_HAS_FMA)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	b = x64_value(l, insn->b);
	c = x64_value(l, insn->c);
	dst = x64_result(l);
	x64_rr(l->buf, X64_MOVAPS, dst, a);
	at = code_buf_at(l->buf);
	x64_vex(l->buf, insn->type == IR_F32 ? X64_VFMADD213SS : X64_VFMADD213SD, dst, b, c);
	may_trap(l, insn, at, dst, dst, b, c);
	/* Of three NaNs the host chooses another one. */
	ask_if_nan(l, insn, dst);
}

/* The sign bit of a float in xmm0. */
static void sign_bit(struct x64_lower *l, unsigned int type)
{
	x64_mov_imm(l->buf, RAX, type == IR_F32 ? UINT64_C(1) << 31 : UINT64_C(1) << 63);
	x64_rr(l->buf, X64_MOVD | X64_W, X64_XMM(0), RAX);
}

X64_LOWER(fsign)
{
	unsigned int dst;

	if (insn->op == IR_fneg) {
		dst = x64_result_from(l, insn->a);
		sign_bit(l, insn->type);
		x64_rr(l->buf, X64_XORPS, dst, X64_XMM(0));
	} else {
		unsigned int a = x64_value(l, insn->a);

		dst = x64_result(l);
		sign_bit(l, insn->type);
		x64_rr(l->buf, X64_ANDNPS, X64_XMM(0), a);
		x64_rr(l->buf, X64_MOVAPS, dst, X64_XMM(0));
	}
}

X64_LOWER(fcopysign)
{
	unsigned int a = x64_value(l, insn->a), b = x64_value(l, insn->b), dst = x64_result(l);

	sign_bit(l, insn->type);
	x64_rr(l->buf, X64_MOVAPS, dst, b);
	x64_rr(l->buf, X64_ANDPS, dst, X64_XMM(0));
	x64_rr(l->buf, X64_ANDNPS, X64_XMM(0), a);
	x64_rr(l->buf, X64_ORPS, dst, X64_XMM(0));
}

/* Immediate of roundss: the mode, and that the result is never inexact. */
#define ROUND_EXACT   8
#define ROUND_CURRENT 4

static uint8_t round_mode(unsigned int mode)
{
	static const uint8_t modes[] = { [IR_RNE] = 0, [IR_RTZ] = 3, [IR_RDN] = 1, [IR_RUP] = 2,
					 [IR_DYN] = ROUND_CURRENT };

	return modes[mode];
}

X64_LOWER(fround)
{
	unsigned int mode = insn->aux2 & IR_RND_MASK, a, dst;
	uint32_t at;

	if (mode == IR_RMM || !(l->features & X64_HAS_SSE41)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	dst = x64_result(l);
	at = code_buf_at(l->buf);
	x64_rr_imm8(l->buf, insn->type == IR_F32 ? X64_ROUNDSS : X64_ROUNDSD, dst, a,
		    round_mode(mode) | ROUND_EXACT);
	may_trap(l, insn, at, dst, a, 0, 0);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn, dst);
}

/*
 * After a comparison of x with y the flags say: equal E, less B, unordered E, B and P. A condition
 * that must be false if unordered is A or AE, with x and y exchanged where it says "less".
 */
struct fcc {
	uint8_t cc;
	bool swap;
};

static struct fcc fcc_of(unsigned int cond)
{
	static const struct fcc table[IR_NR_FCONDS] = {
		[IR_F_OLT] = { CC_A, true },   [IR_F_UGE] = { CC_BE, true },
		[IR_F_OLE] = { CC_AE, true },  [IR_F_UGT] = { CC_B, true },
		[IR_F_OGT] = { CC_A, false },  [IR_F_ULE] = { CC_BE, false },
		[IR_F_OGE] = { CC_AE, false }, [IR_F_ULT] = { CC_B, false },
		[IR_F_ORD] = { CC_NP, false }, [IR_F_UNO] = { CC_P, false },
		[IR_F_ONE] = { CC_NE, false }, [IR_F_UEQ] = { CC_E, false },
		[IR_F_OEQ] = { CC_E, false },  [IR_F_UNE] = { CC_NE, false },
	};

	return table[cond];
}

enum x64_cc x64_float_cc(unsigned int cond, bool *swap)
{
	struct fcc fcc = fcc_of(cond);

	*swap = fcc.swap;
	return fcc.cc;
}

void x64_compare_registers(struct x64_lower *l, const struct ir_insn *insn, unsigned int a,
			   unsigned int b, bool swap)
{
	uint32_t at = code_buf_at(l->buf);

	x64_rr(l->buf, (insn->aux & IR_FCOND_SIGNAL ? X64_COMI : X64_UCOMI) |
	       packed(x64_type(l, insn->a)), swap ? b : a, swap ? a : b);
	may_trap(l, insn, at, JIT_NO_REG, 0, 0, 0);
}

void x64_compare_floats(struct x64_lower *l, const struct ir_insn *insn, bool swap)
{
	unsigned int a = x64_value(l, insn->a), b = x64_value(l, insn->b);

	x64_compare_registers(l, insn, a, b, swap);
}

X64_LOWER(fcmp)
{
	unsigned int cond = insn->aux & IR_FCOND_MASK, dst;
	struct fcc fcc = fcc_of(cond);

	if (x64_leave_to_user(l, insn))
		return;
	x64_compare_floats(l, insn, fcc.swap);
	dst = x64_result(l);
	x64_set(l->buf, fcc.cc, dst);
	if (cond != IR_F_OEQ && cond != IR_F_UNE)
		return;
	x64_set(l->buf, cond == IR_F_OEQ ? CC_NP : CC_P, RAX);
	x64_alu_rr(l->buf, cond == IR_F_OEQ ? X64_AND : X64_OR, 4, dst, RAX);
}

X64_LOWER(fcvt)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);
	uint32_t at = code_buf_at(l->buf);

	x64_rr(l->buf, X64_CVTF2F | scalar(x64_type(l, insn->a)), dst, a);
	may_trap(l, insn, at, dst, a, 0, 0);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn, dst);
}

/* An unsigned integer of 32 bits is a signed one of 64. */
X64_LOWER(int_to_f)
{
	bool wide = insn->op == IR_ui2f || x64_type(l, insn->a) == IR_I64;
	unsigned int a, dst;

	if (insn->op == IR_ui2f && x64_type(l, insn->a) == IR_I64) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	dst = x64_result(l);
	x64_rr(l->buf, X64_XORPS, dst, dst);
	x64_rr(l->buf, X64_CVTSI2F | scalar(insn->type) | (wide ? X64_W : 0), dst, a);
}

/* The least integer is also what the host answers out of range. */
static void ask_if_least(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst)
{
	uint32_t over;

	if (insn->type == IR_I32) {
		x64_alu_ri(l->buf, X64_CMP, 4, dst, INT32_MIN);
	} else {
		x64_mov_imm(l->buf, RAX, UINT64_C(1) << 63);
		x64_alu_rr(l->buf, X64_CMP, 8, dst, RAX);
	}
	over = x64_jcc_short(l->buf, CC_NE);
	x64_eval(l, insn);
	x64_mov(l->buf, 8, dst, RAX);
	x64_bind_short(l->buf, over);
}

X64_LOWER(f2si)
{
	unsigned int mode = insn->aux2 & IR_RND_MASK, a, dst;
	uint32_t wide = insn->type == IR_I64 ? X64_W : 0, at;

	if (mode != IR_RTZ && mode != IR_DYN) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	dst = x64_result(l);
	at = code_buf_at(l->buf);
	x64_rr(l->buf, (mode == IR_RTZ ? X64_CVTTF2SI : X64_CVTF2SI) |
	       scalar(x64_type(l, insn->a)) | wide, dst, a);
	may_trap(l, insn, at, dst, a, 0, 0);
	if (!l->job->target->traps && (insn->aux2 & IR_SAT_MASK) >> IR_SAT_SHIFT != IR_SATIND)
		ask_if_least(l, insn, dst);
}
