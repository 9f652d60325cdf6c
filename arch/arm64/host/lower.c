// SPDX-License-Identifier: MIT
#include "arch/arm64/host/lower.h"

#include <errno.h>

#include "vmcore/ports.h"

A64_LOWER(nothing)
{
	(void)l, (void)insn;
}

static void give_up(struct a64_lower *l)
{
	l->too_far = true;
	l->buf->overflow = true;
}

void a64_lead(struct a64_lower *l, uint32_t at, uint32_t to)
{
	if (VMB_UNLIKELY(!a64_link(l->buf, at, to)))
		give_up(l);
}

void a64_lead_here(struct a64_lower *l, uint32_t at)
{
	a64_lead(l, at, code_buf_at(l->buf));
}

static uint32_t branch_near(struct code_buf *buf, struct a64_test test)
{
	if (test.reg == JIT_NO_REG)
		return a64_b_cond(buf, test.cc);
	return a64_cb(buf, test.cc == A64_EQ ? A64_CBZ : A64_CBNZ, test.bytes, test.reg);
}

uint32_t a64_branch_if(struct a64_lower *l, struct a64_test test)
{
	uint32_t over, at;

	if (VMB_LIKELY(!l->far))
		return branch_near(l->buf, test);
	test.cc ^= 1;
	over = branch_near(l->buf, test);
	at = a64_b(l->buf);
	a64_bind(l->buf, over);
	return at;
}

void a64_call_stub(struct a64_lower *l, unsigned int stub)
{
	a64_access(l->buf, A64_LDR_X, A64_TARGET, A64_FRAME, JIT_FRAME_STUB + 8 * stub);
	a64_put(l->buf, A64_BLR | a64_rn(A64_TARGET));
}

/* The result of an evaluation is a function of the registers named in the descriptor. */
void a64_eval(struct a64_lower *l, const struct ir_insn *insn)
{
	const uint32_t operand[] = { insn->a, insn->b, insn->c };
	struct jit_eval_desc desc = {
		.op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
	};
	uint8_t *const reg[] = { &desc.a, &desc.b, &desc.c };
	uint16_t effects = ir_ops[insn->op].effects;
	unsigned int i, nr = jit_nr_operands[insn->op], stub = JIT_STUB_EVAL;
	uint64_t word;

	VMB_ASSERT(nr <= VMB_ARRAY_SIZE(operand));
	for (i = 0; i < nr; i++)
		*reg[i] = (uint8_t)a64_value(l, operand[i]);
	if (nr)
		desc.atype = (uint8_t)a64_type(l, insn->a);
	if (effects & (E_FP | E_FPENV))
		stub += JIT_STUB_FP;
	memcpy(&word, &desc, sizeof(word));
	a64_mov_imm(l->buf, 0, word);
	if (ir_ops[insn->op].imm != I_NONE)
		a64_mov_imm(l->buf, 1, insn->imm);
	a64_call_stub(l, stub);
}

A64_LOWER(eval)
{
	unsigned int rd;

	a64_eval(l, insn);
	if (insn->type == IR_VOID)
		return;
	rd = a64_result_last(l, insn);
	if (rd < 32)
		a64_mov(l->buf, 8, rd, 0);
	else
		a64_vmov(l->buf, rd, A64_V(0));
}

#define DO(op, how) [IR_##op] = a64_lower_##how

/* How each instruction is lowered; what is not here, and pure, is left to the interpreter. */
static void (*const lower_op[IR_NR_OPS])(struct a64_lower *l, const struct ir_insn *insn) = {
	DO(param, nothing), DO(const, nothing), DO(copy, copy),
	DO(add, arith), DO(sub, arith), DO(and, logic), DO(or, logic), DO(xor, logic),
	DO(adc, carry), DO(sbb, carry), DO(neg, unary), DO(not, unary), DO(mul, mul),
	DO(mulhu, mulh), DO(mulhs, mulh), DO(mulhsu, mulh), DO(udiv, div), DO(sdiv, div),
	DO(urem, div), DO(srem, div), DO(udiv2, div2), DO(sdiv2, div2), DO(urem2, div2),
	DO(srem2, div2), DO(andn, andn), DO(shl, shift), DO(shr, shift), DO(sar, shift),
	DO(rotl, rotate), DO(rotr, rotate), DO(fshl, funnel), DO(fshr, funnel), DO(clz, clz),
	DO(ctz, ctz), DO(popcnt, popcnt), DO(bswap, bswap), DO(bitrev, bitrev), DO(smin, minmax),
	DO(smax, minmax), DO(umin, minmax), DO(umax, minmax), DO(zext, copy), DO(sext, sext),
	DO(trunc, trunc), DO(ubfx, ubfx), DO(sbfx, sbfx), DO(bfi, bfi), DO(cmp, cmp),
	DO(select, select), DO(flag_add, flag), DO(flag_adc, flag), DO(flag_sub, flag),
	DO(flag_sbb, flag), DO(flag_res, flag_res),
	DO(bitcast, bitcast), DO(fadd, fbinary), DO(fsub, fbinary), DO(fmul, fbinary),
	DO(fdiv, fbinary), DO(fminnum, fbinary), DO(fmaxnum, fbinary), DO(fminimum, fbinary),
	DO(fmaximum, fbinary), DO(fminsel, fselect), DO(fmaxsel, fselect), DO(fsqrt, fsqrt),
	DO(ffma, ffma), DO(fneg, fsign), DO(fabs, fsign), DO(fcopysign, fcopysign),
	DO(fround, fround), DO(fcmp, fcmp), DO(fcvt, fcvt), DO(si2f, int_to_f), DO(ui2f, int_to_f),
	DO(f2si, f_to_int), DO(f2ui, f_to_int),
	DO(vand, vbitwise), DO(vor, vbitwise), DO(vxor, vbitwise), DO(vandn, vbitwise),
	DO(vnot, vunary), DO(vbsl, vbitwise), DO(vadd, vlanes), DO(vsub, vlanes),
	DO(vmul, vlanes), DO(vmulhu, vmulh), DO(vmulhs, vmulh), DO(vneg, vunary), DO(vabs, vunary),
	DO(vsmin, vminmax), DO(vsmax, vminmax), DO(vumin, vminmax), DO(vumax, vminmax),
	DO(vsqadd, vlanes), DO(vuqadd, vlanes), DO(vsqsub, vlanes), DO(vuqsub, vlanes),
	DO(vuavg, vlanes), DO(vcmp, vcmp), DO(vshl, vshift), DO(vshr, vshift), DO(vsar, vshift),
	DO(vshli, vshifti), DO(vshri, vshifti), DO(vsari, vshifti), DO(vpopcnt, vpopcnt),
	DO(vclz, vunary), DO(vaddp, vlanes), DO(vredadd, vreduce), DO(vredsmin, vreduce),
	DO(vredsmax, vreduce), DO(vredumin, vreduce), DO(vredumax, vreduce), DO(vzip1, vlanes),
	DO(vzip2, vlanes), DO(vuzp1, vlanes), DO(vuzp2, vlanes), DO(vtrn1, vlanes),
	DO(vtrn2, vlanes), DO(vext, vext), DO(vrev, vrev), DO(vshuf4, vshuf4), DO(vtbl, vtbl),
	DO(vtbl2, vtbl2), DO(vsplat, vsplat), DO(vmov0, vmov0), DO(vextr, vextr), DO(vins, vins),
	DO(vpair, vpair), DO(vmovmsk, vmovmsk), DO(vuxtl, vextend), DO(vuxth, vextend),
	DO(vsxtl, vextend), DO(vsxth, vextend), DO(vumull, vhalves), DO(vumulh2, vhalves),
	DO(vsmull, vhalves), DO(vsmulh2, vhalves), DO(vumule, vmuleven), DO(vsmule, vmuleven),
	DO(vsdot2, vsdot2), DO(vusad, vusad), DO(vnarrow, vnarrow), DO(vsqxtn, vsaturate),
	DO(vsqxtun, vsaturate), DO(vuqxtn, vsaturate), DO(vfadd, vfbinary), DO(vfsub, vfbinary),
	DO(vfmul, vfbinary), DO(vfdiv, vfbinary), DO(vfsqrt, vfunary), DO(vffma, vffma),
	DO(vfneg, vfsign), DO(vfabs, vfsign), DO(vfminnum, vfbinary), DO(vfmaxnum, vfbinary),
	DO(vfminimum, vfbinary), DO(vfmaximum, vfbinary), DO(vfminsel, vfselect),
	DO(vfmaxsel, vfselect), DO(vfround, vfround), DO(vfcmp, vfcmp), DO(vfaddp, vfbinary),
	DO(vsi2f, vint_to_f), DO(vui2f, vint_to_f), DO(vf2si, vf_to_int), DO(vf2ui, vf_to_int),
	DO(vfcvtl, vfcvtl), DO(vfcvtn, vfcvtn),
	DO(set_rm, eval), DO(get_rm, eval), DO(set_fpflags, eval), DO(get_fpflags, eval),
	DO(ld_state, ld_state), DO(st_state, st_state), DO(ld, ld), DO(st, st),
	DO(rmw_add, rmw), DO(rmw_and, rmw), DO(rmw_or, rmw), DO(rmw_xor, rmw), DO(rmw_swap, rmw),
	DO(rmw_smin, rmw), DO(rmw_smax, rmw), DO(rmw_umin, rmw), DO(rmw_umax, rmw), DO(cas, cas),
	DO(fence, fence), DO(guest_pc, guest_pc), DO(call, call), DO(br, br), DO(brcond, brcond),
	DO(brcmp, brcmp), DO(switch, switch), DO(exit, exit), DO(exit_indirect, exit_indirect),
	DO(trap, trap),
};

/* Lower the current instruction; the registers @locked are not its. */
VMB_INLINE void lower_locked(struct a64_lower *l, const struct ir_insn *insn, uint64_t locked)
{
	uint32_t operand[3];

	l->p.regs.locked = locked;
	if (VMB_LIKELY(lower_op[insn->op]))
		lower_op[insn->op](l, insn);
	else if (ir_ops[insn->op].pure)
		a64_lower_eval(l, insn);
	else
		l->job->unsupported = l->p.at;
	jit_operands(insn, l->unit->nr_insns, operand);
	a64_release(l, operand[0]);
	a64_release(l, operand[1]);
	a64_release(l, operand[2]);
	if (insn->type)
		a64_finish(l);
}

VMB_INLINE void lower_insn(struct a64_lower *l, uint32_t at)
{
	l->p.at = at;
	lower_locked(l, &l->unit->insn[at], 0);
}

/* The same in tier 2. */
static void lower_home_insn(struct a64_lower *l, uint32_t at)
{
	const struct ir_insn *insn = &l->unit->insn[at];
	bool ends = ir_is_term(insn);

	l->p.at = at;
	l->p.read = 0;
	if (l->job->select && at == l->job->select->at)
		a64_guards(l);
	if (ends)
		jit_places_leave(&l->p);
	lower_locked(l, insn, ends ? l->p.regs.used : 0);
	jit_places_advance(&l->p);
}

/* The chain holds offsets in words, one more than they are. */
static void bind_label(struct a64_lower *l, struct jit_label *label)
{
	uint32_t link = label->chain, at;

	label->at = code_buf_at(l->buf);
	while (link && !l->buf->overflow) {
		at = (link - 1) * 4;
		link = a64_kept(l->buf, at);
		a64_lead(l, at, label->at);
	}
}

/* Where registers keep what they hold, what is known of addresses is still true, too. */
static void open_block(struct a64_lower *l, uint32_t block)
{
	l->p.block = block;
	l->p.pc = 0;
	bind_label(l, &l->job->scratch->label[block]);
	if (jit_follows_only(l->job, block)) {
		jit_regcache_forget_dead(&l->p.regs, l->value, l->unit->block[block].first);
		return;
	}
	jit_regcache_forget_all(&l->p.regs, l->value);
	jit_checks_forget(&l->checks);
}

static void enter_block(struct a64_lower *l, uint32_t block)
{
	open_block(l, block);
	if (VMB_LIKELY(!l->p.homes))
		return;
	l->p.at = l->unit->block[block].first;
	jit_places_enter(&l->p, block);
}

/* Displacements from the frame have 31 bits. */
#define MAX_SLOTS (1u << 27)

static int lower_blocks(struct a64_lower *l)
{
	uint32_t b, i;

	jit_ask_at_entry(&l->p);
	for (b = 0; b < l->unit->nr_blocks; b++) {
		const struct ir_block *block = &l->unit->block[b];

		enter_block(l, b);
		for (i = block->first + block->nr_params; i < block->first + block->nr; i++) {
			if (VMB_UNLIKELY(l->p.homes))
				lower_home_insn(l, i);
			else
				lower_insn(l, i);
		}
		if (VMB_UNLIKELY(l->job->unsupported != IR_NONE))
			return -ENOTSUP;
		if (VMB_UNLIKELY(l->buf->overflow))
			return -ENOSPC;
		if (VMB_UNLIKELY(l->p.next_slot > MAX_SLOTS))
			return -E2BIG;
	}
	return 0;
}

/* Return: as host_ops.lower; *@too_far is set if branches must be made to reach farther. */
static int lower_once(struct jit_job *job, bool far, bool *too_far)
{
	struct a64_lower l = {
		.p = { .ops = &a64_places_ops, .job = job, .unit = job->unit,
		       .value = job->scratch->value, .homes = job->homes,
		       .next_slot = job->nr_slots },
		.buf = job->buf, .unit = job->unit, .value = job->scratch->value, .job = job,
		.features = job->target->features, .far = far,
	};
	int status;

	if (job->homes)
		jit_places_begin(&l.p);
	job->unsupported = IR_NONE;
	job->scratch->nr_ways = 0;
	if (job->links)
		a64_enter_by_link(&l);
	status = lower_blocks(&l);
	if (!status)
		a64_write_slow(&l);
	if (!status)
		a64_write_misses(&l);
	job->nr_slots = l.p.next_slot;
	*too_far = l.too_far;
	return !status && job->buf->overflow ? -ENOSPC : status;
}

/* More instructions than this are seldom code of less than a conditional branch's reach. */
#define NEAR_INSNS 30000u

static int lower(struct jit_job *job)
{
	bool far = job->unit->nr_insns > NEAR_INSNS, too_far;
	struct code_buf begin = *job->buf;
	int status;

	if (job->homes) {
		jit_homes_find(job);
		jit_homes_apply(job);
	}
	status = lower_once(job, far, &too_far);
	if (VMB_LIKELY(!too_far))
		return status;
	if (!far) {
		*job->buf = begin;
		jit_scan(job);
		if (job->homes)
			jit_homes_apply(job);
		status = lower_once(job, true, &too_far);
	}
	return too_far ? -E2BIG : status;
}

/* FPSR's flags at 0 to 4 and FPCR's rounding mode at 22, each where it is in its register. */
#define FPCR_ROUND_SHIFT 22

static const struct {
	uint8_t host, flag;
} fp_flags[] = {
	{ 1, IR_FP_INVALID }, { 2, IR_FP_DIVZERO }, { 4, IR_FP_OVERFLOW }, { 8, IR_FP_UNDERFLOW },
	{ 16, IR_FP_INEXACT },
};

static uint32_t fp_pack(struct ir_fpenv env)
{
	static const uint8_t mode[] = { [IR_RNE] = 0, [IR_RUP] = 1, [IR_RDN] = 2, [IR_RTZ] = 3 };
	uint32_t control = (uint32_t)mode[env.rm & 3] << FPCR_ROUND_SHIFT, i;

	for (i = 0; i < VMB_ARRAY_SIZE(fp_flags); i++)
		control |= env.flags & fp_flags[i].flag ? fp_flags[i].host : 0;
	return control;
}

static struct ir_fpenv fp_unpack(uint32_t control)
{
	static const uint8_t mode[] = { IR_RNE, IR_RUP, IR_RDN, IR_RTZ };
	struct ir_fpenv env = { .rm = mode[control >> FPCR_ROUND_SHIFT & 3] };
	uint32_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(fp_flags); i++)
		env.flags |= control & fp_flags[i].host ? fp_flags[i].flag : 0;
	return env;
}

const struct host_ops a64_host_ops = {
	.name = "arm64",
	.nan = IR_NAN_A64,
	.nr_general = 32,
	.home_general = A64_GENERAL,
	.home_float = A64_VECTOR,
	.home_vector = A64_VECTOR,
	.link_bytes = A64_LINK_BYTES,
	.resumes = true,
	.guards = true,
	.chains = true,
	.lower = lower,
	.fp_pack = fp_pack,
	.fp_unpack = fp_unpack,
};
