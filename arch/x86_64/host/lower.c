// SPDX-License-Identifier: MIT
#include "arch/x86_64/host/lower.h"

#include <errno.h>

#include "vmcore/ports.h"

X64_LOWER(nothing)
{
	(void)l, (void)insn;
}

/* The result of an evaluation is a function of the registers named in the descriptor. */
void x64_eval(struct x64_lower *l, const struct ir_insn *insn)
{
	const uint32_t operand[] = { insn->a, insn->b, insn->c };
	struct jit_eval_desc desc = {
		.op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
	};
	uint8_t *const reg[] = { &desc.a, &desc.b, &desc.c };
	uint16_t effects = ir_ops[insn->op].effects;
	unsigned int i, nr = jit_nr_operands[insn->op], stub = JIT_STUB_EVAL;
	uint64_t word;

	for (i = 0; i < nr && i < VMB_ARRAY_SIZE(operand); i++)
		*reg[i] = (uint8_t)x64_value(l, operand[i]);
	if (nr)
		desc.atype = (uint8_t)x64_type(l, insn->a);
	if (effects & (E_FP | E_FPENV))
		stub += JIT_STUB_FP;
	memcpy(&word, &desc, sizeof(word));
	x64_mov_imm(l->buf, RAX, word);
	if (ir_ops[insn->op].imm != I_NONE)
		x64_mov_imm(l->buf, RCX, insn->imm);
	x64_call_mem(l->buf, x64_frame(JIT_FRAME_STUB + 8 * stub));
}

X64_LOWER(eval)
{
	unsigned int dst;

	x64_eval(l, insn);
	if (insn->type == IR_VOID)
		return;
	dst = x64_result(l);
	if (dst < 16)
		x64_mov(l->buf, 8, dst, RAX);
	else
		x64_rr(l->buf, X64_MOVAPS, dst, X64_XMM(0));
}

#define DO(op, how) [IR_##op] = x64_lower_##how

/* How each instruction is lowered; what is not here, and pure, is left to the interpreter. */
static void (*const lower_op[IR_NR_OPS])(struct x64_lower *l, const struct ir_insn *insn) = {
	DO(param, nothing), DO(const, nothing), DO(copy, copy),
	DO(add, alu), DO(sub, alu), DO(and, alu), DO(or, alu), DO(xor, alu), DO(adc, carry),
	DO(sbb, carry), DO(neg, unary), DO(not, unary), DO(mul, mul), DO(mulhu, mulh),
	DO(mulhs, mulh), DO(mulhsu, mulh), DO(udiv, div), DO(sdiv, div), DO(urem, div),
	DO(srem, div), DO(andn, andn), DO(shl, shift), DO(shr, shift), DO(sar, shift),
	DO(rotl, rotate), DO(rotr, rotate), DO(fshl, funnel), DO(fshr, funnel), DO(clz, count),
	DO(ctz, count), DO(popcnt, count), DO(bswap, bswap), DO(smin, minmax), DO(smax, minmax),
	DO(umin, minmax), DO(umax, minmax), DO(pdep, deposit), DO(pext, deposit), DO(zext, copy),
	DO(sext, sext), DO(trunc, trunc), DO(ubfx, ubfx), DO(sbfx, sbfx), DO(bfi, bfi),
	DO(cmp, cmp), DO(select, select), DO(flag_add, flag), DO(flag_adc, flag),
	DO(flag_sub, flag), DO(flag_sbb, flag), DO(flag_res, flag_res),
	DO(bitcast, bitcast), DO(fadd, fbinary), DO(fsub, fbinary), DO(fmul, fbinary),
	DO(fdiv, fbinary), DO(fminsel, fbinary), DO(fmaxsel, fbinary), DO(fsqrt, fsqrt),
	DO(ffma, ffma), DO(fneg, fsign), DO(fabs, fsign), DO(fcopysign, fcopysign),
	DO(fround, fround), DO(fcmp, fcmp), DO(fcvt, fcvt), DO(si2f, int_to_f),
	DO(ui2f, int_to_f), DO(f2si, f2si),
	DO(vand, vbitwise), DO(vor, vbitwise), DO(vxor, vbitwise), DO(vandn, vbitwise),
	DO(vnot, vbitwise), DO(vbsl, vbitwise), DO(vadd, vlanes), DO(vsub, vlanes),
	DO(vmul, vlanes), DO(vmulhu, vlanes), DO(vmulhs, vlanes), DO(vsmin, vlanes),
	DO(vsmax, vlanes), DO(vumin, vlanes), DO(vumax, vlanes), DO(vsqadd, vlanes),
	DO(vuqadd, vlanes), DO(vsqsub, vlanes), DO(vuqsub, vlanes), DO(vuavg, vlanes),
	DO(vzip1, vlanes), DO(vzip2, vlanes), DO(vaddp, vlanes), DO(vumule, vlanes),
	DO(vsmule, vlanes), DO(vsdot2, vlanes), DO(vusad, vlanes), DO(vsqxtn, vlanes),
	DO(vsqxtun, vlanes), DO(vfadd, vlanes), DO(vfsub, vlanes), DO(vfmul, vlanes),
	DO(vfdiv, vlanes), DO(vfminsel, vlanes), DO(vfmaxsel, vlanes),
	DO(vshli, vshifti), DO(vshri, vshifti), DO(vsari, vshifti), DO(vneg, vneg), DO(vabs, vabs),
	DO(vcmp, vcmp), DO(vsplat, vsplat), DO(vmov0, vmov0), DO(vpair, vpair), DO(vextr, vextr),
	DO(vins, vins), DO(vmovmsk, vmovmsk), DO(vsi2f, vsi2f), DO(vfneg, vfsign), DO(vfabs, vfsign),
	DO(vnarrow, vnarrow), DO(vuzp1, vuzp), DO(vuzp2, vuzp), DO(vtrn1, vtrn), DO(vtrn2, vtrn),
	DO(vuxth, vextend_high), DO(vsxth, vextend_high), DO(vumull, vmull), DO(vumulh2, vmull),
	DO(vsmull, vmull), DO(vsmulh2, vmull), DO(bitrev, bitrev),
	DO(vshuf4, vshuf4), DO(vuxtl, vextend), DO(vsxtl, vextend), DO(vext, vext),
	DO(set_rm, eval), DO(get_rm, eval), DO(set_fpflags, eval), DO(get_fpflags, eval),
	DO(ld_state, ld_state), DO(st_state, st_state), DO(ld, ld), DO(st, st),
	DO(rmw_add, rmw), DO(rmw_and, rmw), DO(rmw_or, rmw), DO(rmw_xor, rmw), DO(rmw_swap, rmw),
	DO(rmw_smin, rmw), DO(rmw_smax, rmw), DO(rmw_umin, rmw), DO(rmw_umax, rmw), DO(cas, cas),
	DO(fence, fence), DO(guest_pc, guest_pc), DO(call, call), DO(br, br), DO(brcond, brcond),
	DO(brcmp, brcmp), DO(switch, switch), DO(exit, exit), DO(exit_indirect, exit_indirect),
	DO(trap, trap),
};

/* Instruction @at has its result: mostly it is used soon, in the same block. */
VMB_INLINE void finish(struct x64_lower *l, uint32_t at)
{
	const struct jit_value *value = &l->value[at];

	if (value->flags & (JIT_GLOBAL | JIT_HOME) || value->last == at)
		x64_finish(l);
}

/* Lower the current instruction; the registers @locked are not its. */
VMB_INLINE void lower_locked(struct x64_lower *l, const struct ir_insn *insn, uint64_t locked)
{
	uint32_t operand[3];

	l->p.regs.locked = locked;
	if (VMB_LIKELY(lower_op[insn->op]))
		lower_op[insn->op](l, insn);
	else if (ir_ops[insn->op].pure)
		x64_lower_eval(l, insn);
	else
		l->job->unsupported = l->p.at;
	jit_operands(insn, l->unit->nr_insns, operand);
	x64_release(l, operand[0]);
	x64_release(l, operand[1]);
	x64_release(l, operand[2]);
	if (insn->type)
		finish(l, l->p.at);
}

/*
 * Tier 1, of instructions @from to @to. A constant is made where it is used; what jit_scan_lifted() has
 * removed is one that is not.
 */
static void lower_body(struct x64_lower *l, uint32_t from, uint32_t to)
{
	const struct ir_insn *insn = &l->unit->insn[from];

	for (; from < to; from++, insn++) {
		if (insn->op == IR_const)
			continue;
		if (insn->op == IR_guest_pc) {
			l->p.pc = insn->imm;
			continue;
		}
		l->p.at = from;
		if (!x64_quick[insn->op] || !x64_quick[insn->op](l, insn))
			lower_locked(l, insn, 0);
	}
}

/* Instructions that compute in rdx, too. */
static const bool computes_in_rdx[IR_NR_OPS] = {
	[IR_mulhu] = true, [IR_mulhs] = true, [IR_mulhsu] = true, [IR_udiv] = true,
	[IR_sdiv] = true, [IR_urem] = true, [IR_srem] = true, [IR_fshl] = true, [IR_fshr] = true,
	[IR_bitrev] = true, [IR_rmw_add] = true, [IR_rmw_and] = true, [IR_rmw_or] = true,
	[IR_rmw_xor] = true, [IR_rmw_swap] = true, [IR_rmw_smin] = true, [IR_rmw_smax] = true,
	[IR_rmw_umin] = true, [IR_rmw_umax] = true,
};

/* What the load of the operand in memory has used. */
static void release_folded(struct x64_lower *l)
{
	uint32_t operand[3];

	jit_operands(&l->unit->insn[l->folded], l->unit->nr_insns, operand);
	x64_release(l, operand[0]);
	x64_release(l, operand[2]);
	l->folded = IR_NONE;
}

/* The same in tier 2. */
static void lower_home_insn(struct x64_lower *l, uint32_t at)
{
	const struct ir_insn *insn = &l->unit->insn[at];
	bool ends = ir_is_term(insn);

	l->p.at = at;
	l->p.read = 0;
	if (l->job->select && at == l->job->select->at)
		x64_guards(l);
	if (ends)
		jit_places_leave(&l->p);
	l->p.regs.locked = 0;
	if (computes_in_rdx[insn->op])
		jit_places_vacate(&l->p, RDX);
	lower_locked(l, insn, ends ? l->p.regs.used : l->p.regs.locked);
	if (l->folded < at && !x64_is_nothing(insn))
		release_folded(l);
	jit_places_advance(&l->p);
}

static void bind_label(struct x64_lower *l, struct jit_label *label)
{
	uint32_t at = label->chain, next;

	label->at = code_buf_at(l->buf);
	while (at && !l->buf->overflow) {
		memcpy(&next, l->buf->start + at, sizeof(next));
		x64_bind(l->buf, at);
		at = next;
	}
}

/* Where registers keep what they hold, what is known of addresses is still true, too. */
static void open_block(struct x64_lower *l, uint32_t block)
{
	l->p.block = block;
	l->p.pc = 0;
	l->flags.kind = 0;
	bind_label(l, &l->job->scratch->label[block]);
	if (jit_follows_only(l->job, block)) {
		jit_regcache_forget_dead(&l->p.regs, l->value, l->unit->block[block].first);
		return;
	}
	jit_regcache_forget_all(&l->p.regs, l->value);
	jit_checks_forget(&l->checks);
}

static void enter_block(struct x64_lower *l, uint32_t block)
{
	open_block(l, block);
	if (!l->p.homes)
		return;
	if (!l->short_jumps)
		l->p.homes->block[block].at = code_buf_at(l->buf);
	l->p.at = l->unit->block[block].first;
	jit_places_enter(&l->p, block);
}

/* Displacements from the frame have 31 bits. */
#define MAX_SLOTS (1u << 27)

static int lower_blocks(struct x64_lower *l)
{
	uint32_t b, i;

	x64_ask_at_entry(l);
	x64_compare_assumed(l);
	for (b = 0; b < l->unit->nr_blocks; b++) {
		const struct ir_block *block = &l->unit->block[b];
		uint32_t first = block->first + block->nr_params, end = block->first + block->nr;

		enter_block(l, b);
		if (!l->p.homes)
			lower_body(l, first, end);
		for (i = first; l->p.homes && i < end; i++)
			lower_home_insn(l, i);
		if (VMB_UNLIKELY(l->job->unsupported != IR_NONE))
			return -ENOTSUP;
		if (VMB_UNLIKELY(l->buf->overflow))
			return -ENOSPC;
		if (VMB_UNLIKELY(l->p.next_slot > MAX_SLOTS))
			return -E2BIG;
	}
	return 0;
}

/* @touched: registers that the code uses, and gets those that it has used. */
static int lower_once(struct jit_job *job, struct jit_homes *homes, bool short_jumps,
		      uint64_t *touched)
{
	struct x64_lower l = {
		.p = { .ops = &x64_places_ops, .job = job, .unit = job->unit,
		       .value = job->scratch->value, .homes = homes, .next_slot = job->nr_slots },
		.buf = job->buf, .unit = job->unit, .value = job->scratch->value, .job = job,
		.features = job->target->features, .short_jumps = short_jumps,
		.folded = IR_NONE, .general = homes ? job->home_general : X64_GENERAL,
	};
	int status;

	if (homes)
		jit_places_begin(&l.p);
	job->unsupported = IR_NONE;
	job->scratch->nr_ways = 0;
	if (job->links)
		x64_enter_by_link(&l);
	x64_enter_function(&l, *touched);
	status = lower_blocks(&l);
	if (!status)
		x64_write_slow(&l);
	if (!status && job->links)
		x64_write_links(&l);
	if (!status)
		x64_write_misses(&l);
	if (!status)
		x64_write_chain(&l);
	if (!status && short_jumps)
		x64_link_short(&l);
	job->nr_slots = l.p.next_slot;
	*touched = l.p.touched;
	return !status && job->buf->overflow ? -ENOSPC : status;
}

/* Of memory's registers those that an access needs. */
static uint64_t memory_registers(const struct jit_job *job, const struct ir_insn *insn)
{
	static const uint32_t both = 1u << X64_MEMORY | 1u << X64_LIMIT;

	if (ir_ops[insn->op].aux2 != X_ORD || !job->target->flat)
		return 0;
	return insn->aux2 & JIT_COVERED ? x64_covered_register(insn) :
	       job->select ? 1u << X64_MEMORY : both;
}

/*
 * Memory's registers may hold values in a unit that does without. Precise code, which is chained or
 * not, has the limit in the frame and memory always.
 */
static uint64_t free_registers(const struct jit_job *job)
{
	uint64_t free = 1u << X64_MEMORY | 1u << X64_LIMIT;
	uint32_t i;

	if (job->target->precise)
		return 1u << X64_LIMIT & ~x64_guard_registers(job->select);
	if (job->target->chained)
		return 0;
	for (i = 0; i < job->unit->nr_insns; i++)
		free &= ~memory_registers(job, &job->unit->insn[i]);
	return free & ~x64_guard_registers(job->select);
}

/* A fault finds lazy stores by registers and slots only. */
static void find_flags(struct jit_job *job)
{
	if (!job->target->precise)
		jit_find_in_state(job);
	if (job->target->traps)
		jit_find_canonical(job);
}

/*
 * Tier 2 writes the code twice: with long jumps to learn where everything is, then with those short
 * that can be. What else is written is the same, so nothing moves apart.
 */
static int lower(struct jit_job *job)
{
	uint64_t touched = UINT64_MAX;
	int status;

	if (!job->homes)
		return lower_once(job, NULL, false, &touched);
	job->function = x64_can_be_function(job);
	job->home_general |= free_registers(job);
	find_flags(job);
	jit_homes_find(job);
	jit_homes_apply(job);
	status = lower_once(job, job->homes, false, &touched);
	if (status)
		return status;
	job->buf->at = job->buf->start;
	jit_scan(job);
	find_flags(job);
	jit_homes_apply(job);
	return lower_once(job, job->homes, true, &touched);
}

/* The bits of MXCSR: flags at 0, with one that the IR has not at 1; masks at 7; rounding at 13. */
#define MXCSR_DEFAULT	  0x1f80u
#define MXCSR_MASK_INVALID 0x80u
#define MXCSR_ROUND_SHIFT 13

static uint32_t fp_pack(struct ir_fpenv env)
{
	static const uint8_t mode[] = { [IR_RNE] = 0, [IR_RTZ] = 3, [IR_RDN] = 1, [IR_RUP] = 2 };
	uint32_t f = env.flags;

	return (env.traps ? MXCSR_DEFAULT & ~MXCSR_MASK_INVALID : MXCSR_DEFAULT) |
	       (uint32_t)mode[env.rm & 3] << MXCSR_ROUND_SHIFT |
	       (f & IR_FP_INVALID ? 1 : 0) | (f & IR_FP_DIVZERO ? 4 : 0) |
	       (f & IR_FP_OVERFLOW ? 8 : 0) | (f & IR_FP_UNDERFLOW ? 16 : 0) |
	       (f & IR_FP_INEXACT ? 32 : 0);
}

static struct ir_fpenv fp_unpack(uint32_t control)
{
	static const uint8_t mode[] = { IR_RNE, IR_RDN, IR_RUP, IR_RTZ };

	return (struct ir_fpenv){
		.rm = mode[control >> MXCSR_ROUND_SHIFT & 3],
		.traps = !(control & MXCSR_MASK_INVALID),
		.flags = (uint8_t)((control & 1 ? IR_FP_INVALID : 0) |
				   (control & 4 ? IR_FP_DIVZERO : 0) |
				   (control & 8 ? IR_FP_OVERFLOW : 0) |
				   (control & 16 ? IR_FP_UNDERFLOW : 0) |
				   (control & 32 ? IR_FP_INEXACT : 0)),
	};
}

const struct host_ops x64_host_ops = {
	.name = "x86_64",
	.nan = IR_NAN_X86,
	.nr_general = 16,
	.home_general = X64_GENERAL_TIER2,
	.home_float = X64_VECTOR,
	.home_vector = X64_VECTOR,
	.link_bytes = X64_LINK_BYTES,
	.resumes = true,
	.guards = true,
	.chains = true,
	.relative_ways = true,
	.lower = lower,
	.fp_pack = fp_pack,
	.fp_unpack = fp_unpack,
};
