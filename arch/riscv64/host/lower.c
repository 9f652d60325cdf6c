// SPDX-License-Identifier: MIT
#include "arch/riscv64/host/lower.h"

#include <errno.h>

#include "vmcore/ports.h"

RV_LOWER(nothing)
{
	(void)l, (void)insn;
}

void rv_call_stub(struct rv_lower *l, unsigned int stub, const void *data)
{
	uint32_t word[4], i;

	memcpy(word, data, sizeof(word));
	rv_load(l->buf, RV_LD, RV_T0, rv_frame(JIT_FRAME_STUB + 8 * stub));
	rv_i(l->buf, RV_JALR, RV_T0, RV_T0, 0);
	for (i = 0; i < VMB_ARRAY_SIZE(word); i++)
		rv_put(l->buf, word[i]);
}

/* What follows the call of JIT_STUB_EVAL. */
struct eval_data {
	struct jit_eval_desc desc;
	uint64_t imm;
};

/* A vector goes where the register of its number would be saved. */
static uint8_t eval_operand(struct rv_lower *l, uint32_t value, unsigned int place)
{
	struct rv_mem to = rv_frame_vec(place), from;

	if (rv_type(l, value) != IR_V128)
		return (uint8_t)rv_value(l, value);
	from = rv_vector(l, value, place);
	if (from.disp != to.disp)
		rv_copy_vector(l, to, from);
	return (uint8_t)RV_F(place);
}

void rv_eval(struct rv_lower *l, const struct ir_insn *insn)
{
	struct eval_data data = {
		.desc = { .op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2 },
		.imm = ir_ops[insn->op].imm != I_NONE ? insn->imm : 0,
	};
	unsigned int nr = jit_nr_operands[insn->op], stub = JIT_STUB_EVAL;

	if (nr > 0) {
		data.desc.atype = (uint8_t)rv_type(l, insn->a);
		data.desc.a = eval_operand(l, insn->a, 0);
	}
	if (nr > 1)
		data.desc.b = eval_operand(l, insn->b, 1);
	if (nr > 2)
		data.desc.c = eval_operand(l, insn->c, 2);
	if (ir_ops[insn->op].effects & (E_FP | E_FPENV))
		stub += JIT_STUB_FP;
	rv_call_stub(l, stub, &data);
}

void rv_take_result(struct rv_lower *l, unsigned int type, unsigned int reg)
{
	rv_load_typed(l->buf, type, reg, type < IR_F32 ? RV_RESULT_GENERAL : RV_RESULT_VECTOR);
}

void rv_take_as_result(struct rv_lower *l, const struct ir_insn *insn)
{
	struct rv_mem mem;

	if (insn->type == IR_VOID)
		return;
	if (insn->type != IR_V128) {
		rv_take_result(l, insn->type, rv_result(l));
		return;
	}
	mem = rv_vector_result(l);
	rv_copy_vector(l, mem, RV_RESULT_VECTOR);
	rv_vector_done(l, mem);
}

RV_LOWER(eval)
{
	rv_eval(l, insn);
	l->p.regs.locked = 0;
	rv_take_as_result(l, insn);
}

#define DO(op, how) [IR_##op] = rv_lower_##how

/* How each instruction is lowered; what is not here, and pure, is left to the interpreter. */
static void (*const lower_op[IR_NR_OPS])(struct rv_lower *l, const struct ir_insn *insn) = {
	DO(param, nothing), DO(const, nothing), DO(copy, copy),
	DO(add, alu), DO(sub, alu), DO(and, alu), DO(or, alu), DO(xor, alu), DO(adc, carry),
	DO(sbb, carry), DO(neg, unary), DO(not, unary), DO(mul, mul), DO(mulhu, mulh),
	DO(mulhs, mulh), DO(mulhsu, mulh), DO(udiv, div), DO(sdiv, div), DO(urem, div),
	DO(srem, div), DO(andn, andn), DO(shl, shift), DO(shr, shift), DO(sar, shift),
	DO(rotl, rotate), DO(rotr, rotate), DO(fshl, funnel), DO(fshr, funnel), DO(clz, count),
	DO(ctz, count), DO(popcnt, count), DO(bswap, bswap), DO(smin, minmax), DO(smax, minmax),
	DO(umin, minmax), DO(umax, minmax), DO(zext, zext), DO(sext, copy), DO(trunc, trunc),
	DO(ubfx, ubfx), DO(sbfx, sbfx), DO(bfi, bfi), DO(cmp, cmp), DO(select, select),
	DO(flag_add, flag), DO(flag_adc, flag), DO(flag_sub, flag), DO(flag_sbb, flag),
	DO(flag_res, flag_res),
	DO(bitcast, bitcast), DO(fadd, fbinary), DO(fsub, fbinary), DO(fmul, fbinary),
	DO(fdiv, fbinary), DO(fsqrt, fsqrt), DO(ffma, ffma), DO(fneg, fsign), DO(fabs, fsign),
	DO(fcopysign, fsign), DO(fminnum, fminnum), DO(fmaxnum, fminnum),
	DO(fminimum, fminimum), DO(fmaximum, fminimum), DO(fminsel, fminsel),
	DO(fmaxsel, fminsel), DO(fround, fround), DO(fcmp, fcmp), DO(fcvt, fcvt), DO(si2f, int_to_f),
	DO(ui2f, int_to_f), DO(f2si, f_to_int), DO(f2ui, f_to_int),
	DO(vand, vbitwise), DO(vor, vbitwise), DO(vxor, vbitwise), DO(vandn, vbitwise),
	DO(vnot, vbitwise), DO(vbsl, vbitwise), DO(vadd, vlanes), DO(vsub, vlanes),
	DO(vmul, vlanes), DO(vneg, vlanes), DO(vsmin, vlanes), DO(vsmax, vlanes), DO(vumin, vlanes),
	DO(vumax, vlanes), DO(vshli, vlanes), DO(vshri, vlanes), DO(vsari, vlanes),
	DO(vcmp, vlanes), DO(vfadd, vlanes), DO(vfsub, vlanes), DO(vfmul, vlanes),
	DO(vfdiv, vlanes), DO(vfsqrt, vlanes), DO(vfneg, vfsign), DO(vfabs, vfsign),
	DO(vsplat, vsplat), DO(vmov0, vmov0), DO(vpair, vpair), DO(vextr, vextr), DO(vins, vins),
	DO(vshuf4, vshuf4), DO(vext, vext),
	DO(set_rm, eval), DO(get_rm, eval), DO(set_fpflags, eval), DO(get_fpflags, eval),
	DO(ld_state, ld_state), DO(st_state, st_state), DO(ld, ld), DO(st, st),
	DO(rmw_add, rmw), DO(rmw_and, rmw), DO(rmw_or, rmw), DO(rmw_xor, rmw), DO(rmw_swap, rmw),
	DO(rmw_smin, rmw), DO(rmw_smax, rmw), DO(rmw_umin, rmw), DO(rmw_umax, rmw), DO(cas, cas),
	DO(fence, fence), DO(guest_pc, guest_pc), DO(call, call), DO(br, br), DO(brcond, brcond),
	DO(brcmp, brcmp), DO(switch, switch), DO(exit, exit), DO(exit_indirect, exit_indirect),
	DO(trap, trap),
};

/* Instructions that may have a vector as an operand. */
#define VECTORS(kind) ((kind) == K_V || (kind) == K_ANY)

static const uint8_t takes_vectors[IR_NR_OPS] = {
#define IR_OP(name, result, a, b, c, ...) [IR_##name] = VECTORS(a) || VECTORS(b) || VECTORS(c),
#include "vmcore/ir/ops.def"
#undef IR_OP
};

/* The slots of a vector of one block that is used for the last time can be another's. */
static void release_vector(struct rv_lower *l, uint32_t value)
{
	struct jit_value *v = &l->value[value];

	if (value >= l->unit->nr_insns || rv_type(l, value) != IR_V128 || v->last != l->p.at ||
	    v->flags & (JIT_GLOBAL | JIT_CONST) || !(v->flags & JIT_SLOTTED) ||
	    l->nr_free_pairs == RV_NR_FREE_PAIRS)
		return;
	v->flags &= (uint8_t)~JIT_SLOTTED;
	l->free_pair[l->nr_free_pairs++] = v->slot;
}

/* Lower the current instruction; the registers @locked are not its. */
VMB_INLINE void lower_locked(struct rv_lower *l, const struct ir_insn *insn, uint64_t locked)
{
	uint32_t operand[3];

	l->p.regs.locked = locked;
	if (VMB_LIKELY(lower_op[insn->op]))
		lower_op[insn->op](l, insn);
	else if (ir_ops[insn->op].pure)
		rv_lower_eval(l, insn);
	else
		l->job->unsupported = l->p.at;
	jit_operands(insn, l->unit->nr_insns, operand);
	rv_release(l, operand[0]);
	rv_release(l, operand[1]);
	rv_release(l, operand[2]);
	if (takes_vectors[insn->op] || insn->type == IR_V128) {
		release_vector(l, operand[0]);
		release_vector(l, operand[1]);
		release_vector(l, operand[2]);
	}
	if (insn->type)
		rv_finish(l);
	if (VMB_UNLIKELY(rv_slow_is_due(l)))
		rv_write_slow(l, true);
}

VMB_INLINE void lower_insn(struct rv_lower *l, uint32_t at)
{
	l->p.at = at;
	lower_locked(l, &l->unit->insn[at], 0);
}

/* The same in tier 2. */
static void lower_home_insn(struct rv_lower *l, uint32_t at)
{
	const struct ir_insn *insn = &l->unit->insn[at];
	bool ends = ir_is_term(insn);

	l->p.at = at;
	l->p.read = 0;
	if (l->job->select && at == l->job->select->at)
		rv_guards(l);
	if (ends) {
		jit_places_leave(&l->p);
		/* That may have been many moves. */
		if (rv_slow_is_due(l))
			rv_write_slow(l, true);
	}
	lower_locked(l, insn, ends ? l->p.regs.used : 0);
	jit_places_advance(&l->p);
}

/* Where registers keep what they hold, what is known of addresses is still true, too. */
static void open_block(struct rv_lower *l, uint32_t block)
{
	l->p.block = block;
	l->p.pc = 0;
	rv_bind_label(l, &l->job->scratch->label[block]);
	if (jit_follows_only(l->job, block)) {
		jit_regcache_forget_dead(&l->p.regs, l->value, l->unit->block[block].first);
		return;
	}
	jit_regcache_forget_all(&l->p.regs, l->value);
	jit_checks_forget(&l->checks);
}

static void enter_block(struct rv_lower *l, uint32_t block)
{
	open_block(l, block);
	if (VMB_LIKELY(!l->p.homes))
		return;
	l->p.at = l->unit->block[block].first;
	jit_places_enter(&l->p, block);
}

/* Displacements from the frame have 31 bits; the links of waiting jumps 25 bits of words. */
#define MAX_SLOTS	(1u << 27)
#define MAX_LINKED_BYTES (64u << 20)

static int lower_blocks(struct rv_lower *l)
{
	uint32_t b, i;

	if (l->job->links)
		rv_enter_by_link(l);
	jit_ask_at_entry(&l->p);
	for (b = 0; b < l->unit->nr_blocks && !l->too_far; b++) {
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
		l->too_far |= l->bytes_per_insn != UINT32_MAX &&
			      code_buf_at(l->buf) > MAX_LINKED_BYTES;
	}
	rv_write_slow(l, false);
	return l->buf->overflow ? -ENOSPC : 0;
}

/* Estimates of an instruction's code, in bytes: what is common, what is not, and no matter what. */
static const uint32_t estimates[] = { 20, 200, UINT32_MAX };

static int lower(struct jit_job *job)
{
	struct code_buf begin = *job->buf;
	unsigned int attempt;
	int status = 0;

	if (job->homes)
		jit_homes_find(job);
	for (attempt = 0; attempt < VMB_ARRAY_SIZE(estimates); attempt++) {
		struct rv_lower l = {
			.p = { .ops = &rv_places_ops, .job = job, .unit = job->unit,
			       .value = job->scratch->value, .homes = job->homes,
			       .next_slot = job->nr_slots },
			.buf = job->buf, .unit = job->unit, .value = job->scratch->value,
			.job = job, .features = job->target->features,
			.bytes_per_insn = estimates[attempt],
		};

		if (job->homes) {
			jit_homes_apply(job);
			jit_places_begin(&l.p);
		}
		job->unsupported = IR_NONE;
		job->scratch->nr_ways = 0;
		status = lower_blocks(&l);
		if (status || !l.too_far) {
			job->nr_slots = l.p.next_slot;
			return status;
		}
		*job->buf = begin;
		jit_scan(job);
	}
	return -E2BIG;
}

/* fcsr: the accrued exceptions, and the rounding mode at 5, both numbered as the IR's are. */
#define FCSR_ROUND_SHIFT 5

static uint32_t fp_pack(struct ir_fpenv env)
{
	return (uint32_t)(env.rm & 3) << FCSR_ROUND_SHIFT | (env.flags & 31u);
}

static struct ir_fpenv fp_unpack(uint32_t control)
{
	return (struct ir_fpenv){ .rm = control >> FCSR_ROUND_SHIFT & 3, .flags = control & 31 };
}

const struct host_ops rv_host_ops = {
	.name = "riscv64",
	.nan = IR_NAN_DEF,
	.nr_general = RV_NR_GENERAL,
	.home_general = RV_GENERAL,
	.home_float = RV_FLOAT,
	.link_bytes = RV_LINK_BYTES,
	.resumes = true,
	.extends_signs = true,
	.guards = true,
	.chains = true,
	.lower = lower,
	.fp_pack = fp_pack,
	.fp_unpack = fp_unpack,
};
