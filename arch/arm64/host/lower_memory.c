// SPDX-License-Identifier: MIT
/*
 * Guest state and guest memory. An access computes its offset in the guest memory, compares it with
 * the last offset at which any access fits, and goes on in line; everything else (the last bytes,
 * faults, addresses of ordered and atomic accesses that are no multiple of the size) goes a slow way
 * through the memory's port. An address between two that were checked on the way here needs no check.
 */
#include "arch/arm64/host/lower.h"

A64_LOWER(ld_state)
{
	a64_access(l->buf, a64_load_of[insn->type], a64_result(l), A64_STATE, (int64_t)insn->imm);
}

A64_LOWER(st_state)
{
	unsigned int a;

	if (jit_wait(&l->p, insn))
		return;
	a = a64_source(l, insn->a);
	a64_access(l->buf, a64_store_of[a64_type(l, insn->a)], a, A64_STATE, (int64_t)insn->imm);
}

/*
 * An access on its way.
 * @place: of meaning only if it is in line
 * @address: register of the guest address, or of its offset if @in_line
 * @slow: index of its slow way, IR_NONE without one
 */
struct access {
	struct a64_place place;
	unsigned int address;
	uint32_t slow;
	bool in_line;
};

static uint8_t register_of(const struct a64_lower *l, uint32_t operand)
{
	uint8_t reg = operand == IR_NONE ? 0 : l->value[operand].reg;

	return reg == JIT_NO_REG ? A64_ZR : reg;
}

static struct jit_access_desc describe(const struct a64_lower *l, const struct ir_insn *insn,
				       const struct access *access)
{
	return (struct jit_access_desc){
		.op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
		.a = (uint8_t)access->address, .relative = access->in_line, .pc = l->p.pc,
		.b = register_of(l, insn->b), .c = register_of(l, insn->c),
		.dst = l->value[l->p.at].reg & 63,
	};
}

/* The call, and its descriptor behind it. */
static void put_call(struct a64_lower *l, const struct jit_access_desc *desc)
{
	uint8_t *p;

	a64_call_stub(l, JIT_STUB_ACCESS + (l->job->uses_fp ? JIT_STUB_FP : 0));
	p = code_buf_room(l->buf);
	memcpy(p, desc, sizeof(*desc));
	l->buf->at = p + sizeof(*desc);
}

/* Compare the offset with what is allowed: the beginning of the slow way. */
VMB_INLINE struct jit_slow *check(struct a64_lower *l, struct access *access)
{
	unsigned int limit = A64_LIMIT;
	struct jit_slow *slow;

	access->slow = l->nr_slow++;
	access->place = (struct a64_place){ .base = A64_MEMORY, .index = (uint8_t)access->address };
	slow = &l->job->scratch->slow[access->slow];
	if (VMB_UNLIKELY(l->job->select)) {
		limit = A64_ADDRESS;
		a64_access(l->buf, A64_LDR_X, limit, A64_FRAME, JIT_FRAME_LIMIT);
	}
	a64_rrr(l->buf, A64_SUBS | A64_X, A64_ZR, access->address, limit);
	*slow = (struct jit_slow){ .jump = a64_branch_if(l, A64_IF(A64_HI)),
				   .point = l->job->scratch->nr_points - 1 };
	return slow;
}

static void check_alignment(struct a64_lower *l, const struct access *access, struct jit_slow *slow,
			    unsigned int bytes)
{
	uint32_t field;

	if (!a64_mask_imm(bytes - 1, 8, &field))
		return;
	a64_rr(l->buf, A64_ANDS_IMM | A64_X | field, A64_ZR, access->address);
	slow->jump2 = a64_branch_if(l, A64_IF(A64_NE));
}

static unsigned int offset_to(struct a64_lower *l, unsigned int base, int64_t disp)
{
	if (disp)
		a64_add_const(l->buf, 0, base, disp);
	return disp ? 0 : base;
}

/*
 * From here on code belongs to an access. JIT_GUARD bytes before and behind memory are the host's to
 * fault on, so that an address so near to one that was checked needs no check. The slow way is a trap.
 */
static struct access begin_precise(struct a64_lower *l, const struct ir_insn *insn,
				   unsigned int base)
{
	struct access access = { .slow = IR_NONE, .in_line = true };
	int64_t disp = (int64_t)(insn->imm - l->job->target->first);
	struct jit_slow *slow;

	jit_point(&l->p);
	if (jit_was_checked(&l->checks, insn->a, disp, disp)) {
		access.place = (struct a64_place){ .base = A64_ORIGIN, .index = (uint8_t)base,
						   .disp = (int64_t)insn->imm };
		return access;
	}
	access.address = offset_to(l, base, disp);
	slow = check(l, &access);
	slow->desc = (struct jit_access_desc){ .op = IR_trap, .a = (uint8_t)access.address };
	access.slow = IR_NONE;
	jit_remember(&l->checks, insn->a, disp - JIT_NEAR_ENOUGH, disp + JIT_NEAR_ENOUGH);
	return access;
}

/*
 * Begin the access of @insn: its address by way of x0. @aligned: it is done in line only at a
 * multiple of its size. The operands and the result have their registers.
 */
static struct access begin(struct a64_lower *l, const struct ir_insn *insn, unsigned int base,
			   unsigned int bytes, bool aligned)
{
	const struct jit_target *target = l->job->target;
	struct access access = { .slow = IR_NONE, .in_line = target->flat };
	int64_t disp = (int64_t)(insn->imm - (target->flat ? target->first : 0));
	int64_t lo = (int64_t)insn->imm, end = lo + bytes;
	struct jit_slow *slow;

	if (VMB_UNLIKELY(target->precise) && !aligned)
		return begin_precise(l, insn, base);
	if (target->precise)
		jit_point(&l->p);
	if (access.in_line && !aligned && jit_was_checked(&l->checks, insn->a, lo, end)) {
		access.place = (struct a64_place){ .base = A64_ORIGIN, .index = (uint8_t)base,
						   .disp = lo };
		return access;
	}
	access.address = offset_to(l, base, disp);
	if (!access.in_line)
		return access;
	slow = check(l, &access);
	if (aligned)
		check_alignment(l, &access, slow, bytes);
	if (!target->precise)
		jit_remember(&l->checks, insn->a, lo, end);
	return access;
}

/* The load or store itself. */
VMB_INLINE void in_line(struct a64_lower *l, uint32_t op, unsigned int rt,
			const struct a64_place *place)
{
	if (place->index == JIT_NO_REG) {
		a64_access(l->buf, op, rt, place->base, place->disp);
	} else if (!place->disp && !place->shift) {
		a64_access_index(l->buf, op, rt, place->base, place->index);
	} else if (!place->disp && place->shift == a64_scale_of(op)) {
		a64_access_index(l->buf, op | A64_SCALED, rt, place->base, place->index);
	} else {
		a64_shifted(l->buf, A64_ADD | A64_X, 0, place->base, place->index, A64_LSL,
			    place->shift);
		a64_access(l->buf, op, rt, 0, place->disp);
	}
}

/* The access has been written in line, or is done by the port here. */
static void end(struct a64_lower *l, const struct ir_insn *insn, const struct access *access)
{
	struct jit_access_desc desc;

	if (access->in_line && access->slow == IR_NONE)
		return;
	desc = describe(l, insn, access);
	if (!access->in_line) {
		if (l->job->target->precise)
			jit_point(&l->p);
		put_call(l, &desc);
	} else {
		l->job->scratch->slow[access->slow].desc = desc;
		l->job->scratch->slow[access->slow].back = code_buf_at(l->buf);
	}
}

struct jit_slow *a64_ask(struct jit_places *p, uint32_t fuel, uint32_t to)
{
	struct a64_lower *l = a64_lower_of(p);
	struct jit_slow *slow = &l->job->scratch->slow[l->nr_slow++];

	a64_burn(l, fuel);
	*slow = (struct jit_slow){ .jump = a64_branch_if(l, A64_IF(A64_MI)), .back = to,
				   .desc = { .op = IR_br } };
	return slow;
}

static void write_fuel(struct a64_lower *l, const struct jit_slow *slow)
{
	if (slow->desc.aux) {
		jit_repeat_point(l->job, code_buf_at(l->buf), slow->point);
		put_call(l, &slow->desc);
	} else if (l->job->target->chained) {
		a64_leave_unit(l, JIT_LEAVE_WAY, slow->back);
	} else {
		a64_mov_imm(l->buf, 0, slow->back);
		a64_leave_unit(l, IR_LEAVE_FUEL, 0);
	}
}

/* The offset that has failed its check is where the host's part looks for it. */
static void write_trap(struct a64_lower *l, const struct jit_slow *slow)
{
	if (slow->desc.a)
		a64_mov(l->buf, 8, 0, slow->desc.a);
	a64_put(l->buf, A64_UDF);
}

void a64_write_slow(struct a64_lower *l)
{
	const struct jit_slow *slow = l->job->scratch->slow;
	uint32_t i;

	for (i = 0; i < l->nr_slow && !l->buf->overflow; i++, slow++) {
		a64_lead_here(l, slow->jump);
		if (slow->desc.op == IR_br) {
			write_fuel(l, slow);
			continue;
		}
		if (slow->jump2)
			a64_lead_here(l, slow->jump2);
		if (VMB_UNLIKELY(l->job->target->precise))
			jit_repeat_point(l->job, code_buf_at(l->buf), slow->point);
		if (VMB_UNLIKELY(slow->desc.op == IR_trap)) {
			write_trap(l, slow);
			continue;
		}
		put_call(l, &slow->desc);
		a64_lead(l, a64_b(l->buf), slow->back);
	}
}

static unsigned int order_of(const struct ir_insn *insn)
{
	return insn->aux2 & IR_ORD_MASK;
}

/* Of an access of up to 8 bytes that is not relaxed, the host wants the alignment, too. */
static bool must_align(const struct ir_insn *insn, unsigned int bytes)
{
	return insn->aux2 & IR_ORD_ALIGNED || (order_of(insn) != IR_RLX && bytes <= 8);
}

static uint32_t load_op(const struct ir_insn *insn)
{
	static const uint32_t zeros[] = { A64_LDRB, A64_LDRH, A64_LDR_W, A64_LDR_X };
	static const uint32_t sign_x[] = { A64_LDRSB_X, A64_LDRSH_X, A64_LDRSW_X };
	static const uint32_t sign_w[] = { A64_LDRSB_W, A64_LDRSH_W, A64_LDR_W };
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK;

	if (insn->type >= IR_F32)
		return a64_load_of[insn->type];
	if (!(insn->aux & IR_MEM_SIGNED))
		return zeros[size];
	return insn->type == IR_I64 ? sign_x[size] : sign_w[size];
}

/* The address of an atomic access, which has no displacement, in x16. */
static void address_of(struct a64_lower *l, const struct access *access)
{
	a64_rrr(l->buf, A64_ADD | A64_X, A64_ADDRESS, access->place.base, access->place.index);
}

/* An acquiring load of an integer or a float, by way of a general register. */
static void load_acquire(struct a64_lower *l, const struct ir_insn *insn, unsigned int rd,
			 const struct access *access)
{
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK, to = rd < 32 ? rd : 1;

	address_of(l, access);
	a64_rr(l->buf, A64_LDAR | A64_SIZE(size), to, A64_ADDRESS);
	if (rd >= 32)
		a64_rr(l->buf, A64_FMOV_D_X, rd, to);
	else if (insn->aux & IR_MEM_SIGNED)
		a64_bitfield(l->buf, A64_SBFM, a64_width(insn->type), rd, rd, 0, (8u << size) - 1);
}

/* Fences around an access with an order that is no instruction with one. */
static void fence_before(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int order = order_of(insn);

	if (insn->op == IR_ld ? order == IR_SC : order != IR_RLX)
		a64_put(l->buf, A64_DMB_ISH);
}

static void fence_after(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int order = order_of(insn);

	if (insn->op == IR_ld && order != IR_RLX)
		a64_put(l->buf, A64_DMB_ISHLD);
	else if (insn->op == IR_st && order == IR_SC)
		a64_put(l->buf, A64_DMB_ISH);
}

static void load_fenced(struct a64_lower *l, const struct ir_insn *insn, unsigned int rd,
			const struct a64_place *place)
{
	fence_before(l, insn);
	in_line(l, load_op(insn), rd, place);
	fence_after(l, insn);
}

VMB_INLINE void extend_loaded(struct a64_lower *l, const struct ir_insn *insn, unsigned int rd)
{
	if (insn->aux & IR_MEM_SIGNED && insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

/* The register of the index may be that of the result. */
static void load_covered(struct a64_lower *l, const struct ir_insn *insn)
{
	struct a64_place place = a64_covered(l, insn);
	unsigned int rd = a64_result_last(l, insn);

	if (l->job->target->precise)
		jit_point(&l->p);
	load_fenced(l, insn, rd, &place);
	extend_loaded(l, insn, rd);
}

A64_LOWER(ld)
{
	unsigned int bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK), base, rd;
	struct access access;

	if (insn->aux2 & JIT_COVERED) {
		load_covered(l, insn);
		return;
	}
	base = a64_value(l, insn->a);
	rd = a64_result(l);
	access = begin(l, insn, base, bytes, must_align(insn, bytes));
	if (access.in_line && VMB_LIKELY(order_of(insn) == IR_RLX))
		in_line(l, load_op(insn), rd, &access.place);
	else if (access.in_line && bytes <= 8)
		load_acquire(l, insn, rd, &access);
	else if (access.in_line)
		load_fenced(l, insn, rd, &access.place);
	if (access.in_line)
		extend_loaded(l, insn, rd);
	end(l, insn, &access);
}

static void store_release(struct a64_lower *l, const struct ir_insn *insn, unsigned int b,
			  const struct access *access)
{
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK;

	if (b >= 32) {
		a64_rr(l->buf, A64_FMOV_X_D, 1, b);
		b = 1;
	}
	address_of(l, access);
	a64_rr(l->buf, A64_STLR | A64_SIZE(size), b, A64_ADDRESS);
}

static uint32_t store_op(const struct a64_lower *l, const struct ir_insn *insn)
{
	static const uint32_t ops[] = { A64_STRB, A64_STRH, A64_STR_W, A64_STR_X };
	unsigned int type = a64_type(l, insn->b);

	return type >= IR_F32 ? a64_store_of[type] : ops[insn->aux & IR_MEM_SIZE_MASK];
}

static void store_fenced(struct a64_lower *l, const struct ir_insn *insn, unsigned int b,
			 const struct a64_place *place)
{
	fence_before(l, insn);
	in_line(l, store_op(l, insn), b, place);
	fence_after(l, insn);
}

static void store_covered(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int b = a64_source(l, insn->b);
	struct a64_place place = a64_covered(l, insn);

	if (l->job->target->precise)
		jit_point(&l->p);
	store_fenced(l, insn, b, &place);
}

A64_LOWER(st)
{
	unsigned int bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK), base, b;
	struct access access;

	if (insn->aux2 & JIT_COVERED) {
		store_covered(l, insn);
		return;
	}
	base = a64_value(l, insn->a);
	b = a64_source(l, insn->b);
	access = begin(l, insn, base, bytes, must_align(insn, bytes));
	if (access.in_line && VMB_LIKELY(order_of(insn) == IR_RLX))
		in_line(l, store_op(l, insn), b, &access.place);
	else if (access.in_line && bytes <= 8)
		store_release(l, insn, b, &access);
	else if (access.in_line)
		store_fenced(l, insn, b, &access.place);
	end(l, insn, &access);
}

static bool acquires(const struct ir_insn *insn)
{
	unsigned int order = order_of(insn);

	return order == IR_ACQ || order >= IR_ACQREL;
}

static bool releases(const struct ir_insn *insn)
{
	return order_of(insn) >= IR_REL;
}

/* Of a read-modify-write in one instruction: its bits for the order and the size. */
static uint32_t order_bits(const struct ir_insn *insn)
{
	return (acquires(insn) ? 1u << 23 : 0) | (releases(insn) ? 1u << 22 : 0) |
	       A64_SIZE(insn->type - IR_I8);
}

static void rmw_at_once(struct a64_lower *l, const struct ir_insn *insn, unsigned int b,
			unsigned int rd)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_rmw_add] = A64_LDADD, [IR_rmw_and] = A64_LDCLR, [IR_rmw_or] = A64_LDSET,
		[IR_rmw_xor] = A64_LDEOR, [IR_rmw_swap] = A64_SWP, [IR_rmw_smin] = A64_LDSMIN,
		[IR_rmw_smax] = A64_LDSMAX, [IR_rmw_umin] = A64_LDUMIN, [IR_rmw_umax] = A64_LDUMAX,
	};

	if (insn->op == IR_rmw_and) {
		a64_rrr(l->buf, A64_ORN | A64_X, 1, A64_ZR, b);
		b = 1;
	}
	a64_exclusive(l->buf, ops[insn->op] | order_bits(insn), b, rd, A64_ADDRESS);
}

/* x1 = the lesser or the greater of what was there, @old, and @b. */
static void choose(struct a64_lower *l, const struct ir_insn *insn, unsigned int old, unsigned int b)
{
	static const uint8_t cc[IR_NR_OPS] = {
		[IR_rmw_smin] = A64_LT, [IR_rmw_smax] = A64_GT,
		[IR_rmw_umin] = A64_CC, [IR_rmw_umax] = A64_HI,
	};
	bool by_sign = insn->op == IR_rmw_smin || insn->op == IR_rmw_smax;

	if (by_sign && insn->type < IR_I32) {
		a64_sign_extend(l, insn->type, 4, 1, old);
		a64_extended(l->buf, A64_SUBS, A64_ZR, 1, b,
			     insn->type == IR_I8 ? A64_SXTB : A64_SXTH);
	} else {
		a64_rrr(l->buf, A64_SUBS | a64_wide(insn->type), A64_ZR, old, b);
	}
	a64_select(l->buf, A64_CSEL | A64_X, 1, old, b, cc[insn->op]);
}

/* Return: the register of the new value. */
static unsigned int modify(struct a64_lower *l, const struct ir_insn *insn, unsigned int old,
			   unsigned int b)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_rmw_add] = A64_ADD, [IR_rmw_and] = A64_AND, [IR_rmw_or] = A64_ORR,
		[IR_rmw_xor] = A64_EOR,
	};

	if (insn->op == IR_rmw_swap)
		return b;
	if (ops[insn->op])
		a64_rrr(l->buf, ops[insn->op] | A64_X, 1, old, b);
	else
		choose(l, insn, old, b);
	return 1;
}

static void rmw_in_a_loop(struct a64_lower *l, const struct ir_insn *insn, unsigned int b,
			  unsigned int rd)
{
	uint32_t size = A64_SIZE(insn->type - IR_I8), again = code_buf_at(l->buf);
	unsigned int new;

	a64_rr(l->buf, (acquires(insn) ? A64_LDAXR : A64_LDXR) | size, rd, A64_ADDRESS);
	new = modify(l, insn, rd, b);
	a64_exclusive(l->buf, (releases(insn) ? A64_STLXR : A64_STXR) | size, 2, new, A64_ADDRESS);
	a64_lead(l, a64_cb(l->buf, A64_CBNZ, 4, 2), again);
}

A64_LOWER(rmw)
{
	unsigned int base = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l);
	struct access access = begin(l, insn, base, ir_type_bytes(insn->type), true);

	if (access.in_line)
		address_of(l, &access);
	if (access.in_line && l->features & A64_HAS_LSE)
		rmw_at_once(l, insn, b, rd);
	else if (access.in_line)
		rmw_in_a_loop(l, insn, b, rd);
	end(l, insn, &access);
}

static void cas_at_once(struct a64_lower *l, const struct ir_insn *insn, unsigned int b,
			unsigned int c, unsigned int rd)
{
	uint32_t order = (acquires(insn) ? 1u << 22 : 0) | (releases(insn) ? 1u << 15 : 0);

	a64_mov(l->buf, 8, rd, b);
	a64_exclusive(l->buf, A64_CAS | order | A64_SIZE(insn->type - IR_I8), rd, c, A64_ADDRESS);
}

static void cas_in_a_loop(struct a64_lower *l, const struct ir_insn *insn, unsigned int b,
			  unsigned int c, unsigned int rd)
{
	uint32_t size = A64_SIZE(insn->type - IR_I8), again = code_buf_at(l->buf), differs;

	a64_rr(l->buf, (acquires(insn) ? A64_LDAXR : A64_LDXR) | size, rd, A64_ADDRESS);
	a64_rrr(l->buf, A64_SUBS | A64_X, A64_ZR, rd, b);
	differs = a64_b_cond(l->buf, A64_NE);
	a64_exclusive(l->buf, (releases(insn) ? A64_STLXR : A64_STXR) | size, 1, c, A64_ADDRESS);
	a64_lead(l, a64_cb(l->buf, A64_CBNZ, 4, 1), again);
	a64_bind(l->buf, differs);
}

/* Sixteen bytes are guarded by the port's lock: never in line. */
static void cas_by_port(struct a64_lower *l, const struct ir_insn *insn, unsigned int base)
{
	struct access access = { .address = base, .slow = IR_NONE };

	a64_result(l);
	if (insn->imm) {
		a64_add_const(l->buf, 0, base, (int64_t)insn->imm);
		access.address = 0;
	}
	end(l, insn, &access);
}

A64_LOWER(cas)
{
	unsigned int base = a64_value(l, insn->a), b = a64_value(l, insn->b);
	unsigned int c = a64_value(l, insn->c), rd;
	struct access access;

	if (insn->type == IR_V128) {
		cas_by_port(l, insn, base);
		return;
	}
	rd = a64_result(l);
	access = begin(l, insn, base, ir_type_bytes(insn->type), true);
	if (access.in_line)
		address_of(l, &access);
	if (access.in_line && l->features & A64_HAS_LSE)
		cas_at_once(l, insn, b, c, rd);
	else if (access.in_line)
		cas_in_a_loop(l, insn, b, c, rd);
	end(l, insn, &access);
}

/* Loads alone, stores alone, or all. */
A64_LOWER(fence)
{
	unsigned int pairs = insn->aux;

	if (!pairs)
		return;
	if (!(pairs & ~(IR_FENCE_RR | IR_FENCE_RW)))
		a64_put(l->buf, A64_DMB_ISHLD);
	else if (pairs == IR_FENCE_WW)
		a64_put(l->buf, A64_DMB_ISHST);
	else
		a64_put(l->buf, A64_DMB_ISH);
}

A64_LOWER(guest_pc)
{
	l->p.pc = insn->imm;
}
