// SPDX-License-Identifier: MIT
/*
 * Guest state and guest memory. An access computes its offset in the guest memory, compares it with
 * the last offset at which any access fits, and goes on in line; everything else (the last bytes,
 * faults, addresses of atomic accesses that are no multiple of the size) goes a slow way through
 * the memory's port. An address between two that were checked on the way here needs no check.
 */
#include "arch/riscv64/host/lower.h"

static void load_vector(struct rv_lower *l, struct rv_mem to, struct rv_mem low, struct rv_mem high)
{
	rv_load(l->buf, RV_LD, RV_T1, low);
	rv_load(l->buf, RV_LD, RV_T2, high);
	rv_store(l->buf, RV_SD, RV_T1, to);
	rv_store(l->buf, RV_SD, RV_T2, rv_plus(to, 8));
}

/* Addresses of a vector's halves in the state, as far as they are apart: both by the first's. */
static struct rv_mem state_mem(struct rv_lower *l, const struct ir_insn *insn, int32_t bytes)
{
	int32_t disp = (int32_t)insn->imm;
	struct rv_mem mem;

	if (rv_fits12(disp) && rv_fits12(disp + bytes - 1))
		return (struct rv_mem){ RV_STATE, disp };
	mem = rv_far_mem(l->buf, RV_STATE, disp);
	if (rv_fits12(mem.disp + bytes - 1) && mem.base == RV_T0)
		return mem;
	rv_i(l->buf, RV_ADDI, RV_T0, mem.base, mem.disp);
	return (struct rv_mem){ RV_T0, 0 };
}

RV_LOWER(ld_state)
{
	struct rv_mem mem, to;
	unsigned int dst;

	if (insn->type == IR_V128) {
		to = rv_vector_result(l);
		mem = state_mem(l, insn, 16);
		load_vector(l, to, mem, rv_plus(mem, 8));
		rv_vector_done(l, to);
		return;
	}
	dst = rv_result(l);
	rv_load_typed(l->buf, insn->type, dst, rv_far_mem(l->buf, RV_STATE, (int32_t)insn->imm));
}

RV_LOWER(st_state)
{
	unsigned int type = rv_type(l, insn->a), a;
	struct rv_mem mem, from;

	if (jit_wait(&l->p, insn))
		return;
	if (type == IR_V128) {
		from = rv_vector(l, insn->a, 0);
		mem = state_mem(l, insn, 16);
		load_vector(l, mem, from, rv_plus(from, 8));
		return;
	}
	a = rv_value(l, insn->a);
	rv_store_typed(l->buf, type, a, rv_far_mem(l->buf, RV_STATE, (int32_t)insn->imm));
}

/*
 * An access on its way.
 * @mem: host address; of no meaning if it cannot be in line
 * @address: register of the address, or of its offset if @in_line
 * @slow: index of its slow way, IR_NONE without one
 */
struct access {
	struct rv_mem mem;
	unsigned int address;
	uint32_t slow;
	bool in_line;
};

/* A vector as an operand is where the first vector register's place is, as a result, too. */
static uint8_t described(const struct rv_lower *l, uint32_t value)
{
	if (value == IR_NONE)
		return 0;
	if (rv_type(l, value) == IR_V128)
		return RV_F(0);
	return l->value[value].reg == JIT_NO_REG ? RV_ZERO : l->value[value].reg;
}

static struct jit_access_desc describe(const struct rv_lower *l, const struct ir_insn *insn,
				       const struct access *access)
{
	struct jit_access_desc desc = {
		.op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
		.a = (uint8_t)access->address, .relative = access->in_line, .pc = l->p.pc,
		.b = described(l, insn->b), .c = described(l, insn->c),
	};

	if (insn->type == IR_V128)
		desc.dst = RV_F(0);
	else if (insn->type != IR_VOID)
		desc.dst = l->value[l->p.at].reg & 63;
	return desc;
}

/* What the runtime has put in a register, as code has its values. */
static void mend_result(struct rv_lower *l, const struct jit_access_desc *desc)
{
	if (desc->type == IR_F32) {
		rv_r(l->buf, RV_FMV_X, RV_T0, desc->dst, 0);
		rv_r(l->buf, RV_FMV_F, desc->dst, RV_T0, 0);
	} else if (desc->type != IR_VOID && desc->type < IR_I64) {
		rv_sext(l, desc->type, desc->dst, desc->dst);
	}
}

static void call_access(struct rv_lower *l, const struct jit_access_desc *desc)
{
	rv_call_stub(l, JIT_STUB_ACCESS + (l->job->uses_fp ? JIT_STUB_FP : 0), desc);
	mend_result(l, desc);
}

/* t1 = base + disp. */
static unsigned int add_disp(struct rv_lower *l, unsigned int base, int64_t disp)
{
	if (!disp)
		return base;
	if (rv_fits12(disp)) {
		rv_i(l->buf, RV_ADDI, RV_T1, base, (int32_t)disp);
	} else {
		rv_li(l->buf, RV_T1, disp);
		rv_r(l->buf, RV_ADD, RV_T1, RV_T1, base);
	}
	return RV_T1;
}

/* The host's address of @insn's access, whose offset is in @offset unless it was not computed. */
static struct rv_mem host_mem(struct rv_lower *l, const struct ir_insn *insn, unsigned int base,
			      unsigned int offset, unsigned int bytes)
{
	int64_t disp = (int64_t)insn->imm;

	if (rv_fits12(disp) && rv_fits12(disp + bytes - 1)) {
		rv_r(l->buf, RV_ADD, RV_T2, base, RV_BIASED);
		return (struct rv_mem){ RV_T2, (int32_t)disp };
	}
	rv_r(l->buf, RV_ADD, RV_T2, offset, RV_MEMORY);
	return (struct rv_mem){ RV_T2, 0 };
}

/* Compare the offset with what is allowed: the beginning of the slow way. */
VMB_INLINE struct jit_slow *check(struct rv_lower *l, unsigned int offset)
{
	struct jit_slow *slow = &l->job->scratch->slow[l->nr_slow++];
	unsigned int limit = RV_LIMIT;

	if (VMB_UNLIKELY(l->job->select)) {
		limit = RV_T0;
		rv_load(l->buf, RV_LD, limit, rv_frame(JIT_FRAME_LIMIT));
	}
	*slow = (struct jit_slow){
		.jump = rv_branch(l->buf, RV_NEAR, RV_BLTU, limit, offset, 0),
		.point = l->job->scratch->nr_points - 1,
	};
	return slow;
}

VMB_INLINE void check_alignment(struct rv_lower *l, const struct access *access, struct jit_slow *slow,
			    unsigned int bytes)
{
	if (bytes == 1)
		return;
	rv_i(l->buf, RV_ANDI, RV_T2, access->address, (int32_t)bytes - 1);
	slow->jump2 = rv_branch(l->buf, RV_NEAR, RV_BNE, RV_T2, RV_ZERO, 0);
}

/*
 * From here on code belongs to an access. JIT_GUARD bytes before and behind memory are the host's to
 * fault on, so that an address so near to one that was checked needs no check. The slow way is a trap.
 */
static struct access begin_precise(struct rv_lower *l, const struct ir_insn *insn,
				   unsigned int bytes)
{
	struct access access = { .slow = IR_NONE, .in_line = true };
	int64_t disp = (int64_t)(insn->imm - l->job->target->first), at = (int64_t)insn->imm;
	bool known = jit_was_checked(&l->checks, insn->a, at, at);
	unsigned int base = rv_value(l, insn->a);
	struct jit_slow *slow;

	jit_point(&l->p);
	if (known && rv_fits12(at) && rv_fits12(at + bytes - 1)) {
		access.mem = host_mem(l, insn, base, base, bytes);
		return access;
	}
	access.address = add_disp(l, base, disp);
	if (!known) {
		slow = check(l, access.address);
		slow->desc = (struct jit_access_desc){ .op = IR_trap,
						       .a = (uint8_t)access.address };
		jit_remember(&l->checks, insn->a, at - JIT_NEAR_ENOUGH, at + JIT_NEAR_ENOUGH);
	}
	access.mem = host_mem(l, insn, base, access.address, bytes);
	return access;
}

/*
 * Which offset is compared with the limit. A vector of precise code is stored by halves: the second
 * must not fail when the first has been stored.
 */
VMB_INLINE unsigned int last_byte(struct rv_lower *l, const struct access *access, unsigned int bytes,
			      bool aligned)
{
	if (!l->job->target->precise || aligned)
		return access->address;
	rv_i(l->buf, RV_ADDI, RV_T2, access->address, (int32_t)bytes - 1);
	return RV_T2;
}

/*
 * Begin the access of @insn. @aligned: it is done in line only at a multiple of its size. The
 * operands and the result have their registers: what is saved to make one free must not be saved on
 * one way only.
 */
static struct access begin(struct rv_lower *l, const struct ir_insn *insn, unsigned int bytes,
			   bool aligned)
{
	const struct jit_target *target = l->job->target;
	struct access access = { .slow = IR_NONE, .in_line = target->flat };
	unsigned int base = rv_value(l, insn->a);
	int64_t disp = (int64_t)(insn->imm - (target->flat ? target->first : 0));
	int64_t lo = (int64_t)insn->imm, end = lo + bytes;
	bool known = access.in_line && !aligned && !target->precise &&
		     jit_was_checked(&l->checks, insn->a, lo, end);
	struct jit_slow *slow;

	if (known && rv_fits12(lo) && rv_fits12(end - 1)) {
		access.mem = host_mem(l, insn, base, base, bytes);
		return access;
	}
	if (target->precise)
		jit_point(&l->p);
	access.address = add_disp(l, base, disp);
	if (!access.in_line)
		return access;
	if (!known) {
		access.slow = l->nr_slow;
		slow = check(l, last_byte(l, &access, bytes, aligned));
		if (aligned)
			check_alignment(l, &access, slow, bytes);
	}
	access.mem = host_mem(l, insn, base, access.address, bytes);
	if (!known && !target->precise)
		jit_remember(&l->checks, insn->a, lo, end);
	return access;
}

/* The access has been written in line, or is done by the port here. */
static void end(struct rv_lower *l, const struct ir_insn *insn, const struct access *access)
{
	struct jit_access_desc desc;

	if (access->in_line && access->slow == IR_NONE)
		return;
	desc = describe(l, insn, access);
	if (!access->in_line) {
		if (l->job->target->precise)
			jit_point(&l->p);
		call_access(l, &desc);
	} else {
		l->job->scratch->slow[access->slow].desc = desc;
		l->job->scratch->slow[access->slow].back = code_buf_at(l->buf);
	}
}

/* The vector that the runtime has loaded is in the first vector register's place. */
static void vector_to_result(struct rv_lower *l, struct rv_mem to)
{
	rv_copy_vector(l, to, rv_frame_vec(0));
}

/*
 * Slow ways are written in groups, wherever the oldest would soon be out of the reach of its branch,
 * with a jump around them.
 */
#define SLOW_BYTES  40
#define MAX_ONE_INSN 1200

bool rv_slow_is_due(const struct rv_lower *l)
{
	uint32_t waiting = l->nr_slow - l->written_slow, oldest;

	if (!waiting)
		return false;
	oldest = rv_place_offset(l->job->scratch->slow[l->written_slow].jump);
	return code_buf_at(l->buf) - oldest + waiting * SLOW_BYTES > RV_NEAR_BYTES - MAX_ONE_INSN;
}

static void write_fuel(struct rv_lower *l, const struct jit_slow *slow)
{
	if (!slow->desc.aux) {
		rv_leave_for_fuel(l, slow->back);
		return;
	}
	jit_repeat_point(l->job, code_buf_at(l->buf), slow->point);
	call_access(l, &slow->desc);
}

/* The offset that has failed its check is where the host's part looks for it. */
static void write_trap(struct rv_lower *l, const struct jit_slow *slow)
{
	rv_mv(l->buf, RV_T1, slow->desc.a);
	rv_put(l->buf, RV_ILLEGAL);
}

static void write_one(struct rv_lower *l, const struct jit_slow *slow)
{
	uint32_t at = code_buf_at(l->buf);
	bool reached = rv_link(l->buf, slow->jump, at);

	if (slow->jump2)
		reached &= rv_link(l->buf, slow->jump2, at);
	VMB_ASSERT(reached);
	if (slow->desc.op == IR_br) {
		write_fuel(l, slow);
		return;
	}
	if (VMB_UNLIKELY(l->job->target->precise))
		jit_repeat_point(l->job, at, slow->point);
	if (VMB_UNLIKELY(slow->desc.op == IR_trap)) {
		write_trap(l, slow);
		return;
	}
	call_access(l, &slow->desc);
	rv_link(l->buf, rv_jump(l->buf, RV_MID, 0), slow->back);
}

void rv_write_slow(struct rv_lower *l, bool in_the_way)
{
	const struct jit_slow *slow = l->job->scratch->slow;
	uint32_t around = 0;

	if (l->written_slow == l->nr_slow || l->buf->overflow)
		return;
	if (in_the_way)
		around = rv_jump(l->buf, RV_MID, 0);
	for (; l->written_slow < l->nr_slow && !l->buf->overflow; l->written_slow++)
		write_one(l, &slow[l->written_slow]);
	if (in_the_way)
		rv_link(l->buf, around, code_buf_at(l->buf));
}

static bool must_align(const struct ir_insn *insn)
{
	return insn->aux2 & IR_ORD_ALIGNED;
}

/* An access that may be done in parts, but for vectors' stores. */
VMB_INLINE struct access begin_plain(struct rv_lower *l, const struct ir_insn *insn, unsigned int bytes)
{
	if (VMB_UNLIKELY(l->job->target->precise) && !must_align(insn))
		return begin_precise(l, insn, bytes);
	return begin(l, insn, bytes, must_align(insn));
}

/* Integers by the size of the access. */
VMB_INLINE unsigned int stored_type(const struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int type = rv_type(l, insn->b);

	return type < IR_F32 ? IR_I8 + (insn->aux & IR_MEM_SIZE_MASK) : type;
}

VMB_INLINE void load_extended(struct rv_lower *l, const struct ir_insn *insn, unsigned int dst,
			  struct rv_mem mem)
{
	static const uint32_t zeros[] = { RV_LBU, RV_LHU, RV_LWU };
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK;

	if (insn->aux & IR_MEM_SIGNED)
		rv_load_typed(l->buf, IR_I8 + size, dst, mem);
	else if (1u << size < ir_type_bytes(insn->type))
		rv_load(l->buf, zeros[size], dst, mem);
	else
		rv_load_typed(l->buf, insn->type, dst, mem);
}

static void ld_vector(struct rv_lower *l, const struct ir_insn *insn)
{
	struct access access = begin_plain(l, insn, 16);
	struct rv_mem to = rv_vector_result(l);

	/* In the place where the slow way leaves it, too. */
	if (access.in_line)
		load_vector(l, rv_frame_vec(0), access.mem, rv_plus(access.mem, 8));
	end(l, insn, &access);
	vector_to_result(l, to);
	rv_vector_done(l, to);
}

static void ld_scalar(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK), dst;
	struct access access;

	rv_value(l, insn->a);
	dst = rv_result(l);
	access = begin_plain(l, insn, bytes);
	if (access.in_line)
		load_extended(l, insn, dst, access.mem);
	end(l, insn, &access);
}

/* The register of the index may be that of the result. */
static void ld_covered(struct rv_lower *l, const struct ir_insn *insn)
{
	struct rv_mem mem = rv_covered(l, insn, 1u << (insn->aux & IR_MEM_SIZE_MASK)), to;
	unsigned int dst;

	if (insn->type != IR_V128) {
		dst = rv_result_last(l, insn);
		if (l->job->target->precise)
			jit_point(&l->p);
		load_extended(l, insn, dst, mem);
		return;
	}
	to = rv_vector_result(l);
	if (l->job->target->precise)
		jit_point(&l->p);
	load_vector(l, to, mem, rv_plus(mem, 8));
	rv_vector_done(l, to);
}

/* A fence before an access that others must not see before earlier ones, by its order. */
static void fence_before(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int order = insn->aux2 & IR_ORD_MASK;

	if (insn->op == IR_st && order >= IR_REL)
		rv_fence(l->buf, RV_FENCE_RW, RV_FENCE_W);
	else if (insn->op == IR_ld && order == IR_SC)
		rv_fence(l->buf, RV_FENCE_RW, RV_FENCE_RW);
}

static void fence_after(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int order = insn->aux2 & IR_ORD_MASK;

	if (insn->op == IR_st && order == IR_SC)
		rv_fence(l->buf, RV_FENCE_RW, RV_FENCE_RW);
	else if (insn->op == IR_ld && order != IR_RLX && order != IR_REL)
		rv_fence(l->buf, RV_FENCE_R, RV_FENCE_RW);
}

RV_LOWER(ld)
{
	fence_before(l, insn);
	if (insn->aux2 & JIT_COVERED)
		ld_covered(l, insn);
	else if (insn->type == IR_V128)
		ld_vector(l, insn);
	else
		ld_scalar(l, insn);
	fence_after(l, insn);
}

static void store_vector(struct rv_lower *l, struct rv_mem to, struct rv_mem from)
{
	rv_load(l->buf, RV_LD, RV_T1, from);
	rv_load(l->buf, RV_LD, RV_A6, rv_plus(from, 8));
	rv_store(l->buf, RV_SD, RV_T1, to);
	rv_store(l->buf, RV_SD, RV_A6, rv_plus(to, 8));
}

/* The slow way takes it from the first vector register's place. */
static void st_vector(struct rv_lower *l, const struct ir_insn *insn)
{
	struct rv_mem from = rv_vector(l, insn->b, 0);
	struct access access;

	if (from.disp != rv_frame_vec(0).disp)
		rv_copy_vector(l, rv_frame_vec(0), from);
	access = begin(l, insn, 16, must_align(insn));
	if (access.in_line)
		store_vector(l, access.mem, from);
	end(l, insn, &access);
}

static void st_scalar(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int b = rv_value(l, insn->b);
	struct access access = begin_plain(l, insn, 1u << (insn->aux & IR_MEM_SIZE_MASK));

	if (access.in_line)
		rv_store_typed(l->buf, stored_type(l, insn), b, access.mem);
	end(l, insn, &access);
}

static void st_covered(struct rv_lower *l, const struct ir_insn *insn)
{
	bool vector = rv_type(l, insn->b) == IR_V128;
	struct rv_mem from = { 0 }, mem;
	unsigned int b = 0;

	if (vector)
		from = rv_vector(l, insn->b, 0);
	else
		b = rv_value(l, insn->b);
	mem = rv_covered(l, insn, 1u << (insn->aux & IR_MEM_SIZE_MASK));
	if (l->job->target->precise)
		jit_point(&l->p);
	if (vector)
		store_vector(l, mem, from);
	else
		rv_store_typed(l->buf, stored_type(l, insn), b, mem);
}

RV_LOWER(st)
{
	fence_before(l, insn);
	if (insn->aux2 & JIT_COVERED)
		st_covered(l, insn);
	else if (rv_type(l, insn->b) == IR_V128)
		st_vector(l, insn);
	else
		st_scalar(l, insn);
	fence_after(l, insn);
}

/* Bits of an atomic instruction: acquire, release. */
static uint32_t order_bits(const struct ir_insn *insn)
{
	static const uint32_t bits[] = { [IR_RLX] = 0, [IR_ACQ] = RV_AQ, [IR_REL] = RV_RL,
					 [IR_ACQREL] = RV_AQ | RV_RL, [IR_SC] = RV_AQ | RV_RL };

	return bits[insn->aux2 & IR_ORD_MASK];
}

/* An access by the port whatever the address: its offset is not computed. */
static struct access by_port(struct rv_lower *l, const struct ir_insn *insn)
{
	struct access access = { .slow = IR_NONE };

	access.address = add_disp(l, rv_value(l, insn->a), (int64_t)insn->imm);
	return access;
}

static unsigned int host_address(struct rv_lower *l, struct rv_mem mem)
{
	if (mem.disp)
		rv_i(l->buf, RV_ADDI, RV_T2, mem.base, mem.disp);
	return mem.base;
}

/* There are no atomic instructions for less than 32 bits. */
RV_LOWER(rmw)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_rmw_add] = RV_AMOADD, [IR_rmw_and] = RV_AMOAND, [IR_rmw_or] = RV_AMOOR,
		[IR_rmw_xor] = RV_AMOXOR, [IR_rmw_swap] = RV_AMOSWAP, [IR_rmw_smin] = RV_AMOMIN,
		[IR_rmw_smax] = RV_AMOMAX, [IR_rmw_umin] = RV_AMOMINU, [IR_rmw_umax] = RV_AMOMAXU,
	};
	unsigned int b = rv_value(l, insn->b), dst;
	uint32_t wide = insn->type == IR_I64 ? RV_D : 0;
	struct access access;

	rv_value(l, insn->a);
	dst = rv_result(l);
	access = insn->type < IR_I32 ? by_port(l, insn) :
				       begin(l, insn, ir_type_bytes(insn->type), true);
	if (access.in_line)
		rv_r(l->buf, ops[insn->op] | wide | order_bits(insn), dst,
		     host_address(l, access.mem), b);
	end(l, insn, &access);
}

static void cas_in_line(struct rv_lower *l, const struct ir_insn *insn, unsigned int address,
			unsigned int dst)
{
	uint32_t wide = insn->type == IR_I64 ? RV_D : 0, order = order_bits(insn), again, differs;
	unsigned int b = rv_value(l, insn->b), c = rv_value(l, insn->c);

	if ((insn->aux2 & IR_ORD_MASK) != IR_SC)
		order &= ~RV_RL;
	again = code_buf_at(l->buf);
	rv_r(l->buf, RV_LR | wide | order, dst, address, 0);
	differs = rv_branch(l->buf, RV_NEAR, RV_BNE, dst, b, 0);
	rv_r(l->buf, RV_SC | wide | (order_bits(insn) & RV_RL), RV_A6, address, c);
	rv_link(l->buf, rv_branch(l->buf, RV_NEAR, RV_BNE, RV_A6, RV_ZERO, 0), again);
	rv_link(l->buf, differs, code_buf_at(l->buf));
}

/* Sixteen bytes are guarded by the port's lock. */
static void cas_vector(struct rv_lower *l, const struct ir_insn *insn)
{
	struct rv_mem b = rv_vector(l, insn->b, 0), c = rv_vector(l, insn->c, 1), to;
	struct jit_access_desc desc;
	struct access access;

	if (b.disp != rv_frame_vec(0).disp)
		rv_copy_vector(l, rv_frame_vec(0), b);
	if (c.disp != rv_frame_vec(1).disp)
		rv_copy_vector(l, rv_frame_vec(1), c);
	access = by_port(l, insn);
	desc = describe(l, insn, &access);
	desc.c = RV_F(1);
	if (l->job->target->precise)
		jit_point(&l->p);
	call_access(l, &desc);
	to = rv_vector_result(l);
	vector_to_result(l, to);
	rv_vector_done(l, to);
}

RV_LOWER(cas)
{
	struct access access;
	unsigned int dst;

	if (insn->type == IR_V128) {
		cas_vector(l, insn);
		return;
	}
	rv_value(l, insn->a);
	rv_value(l, insn->b);
	rv_value(l, insn->c);
	dst = rv_result(l);
	access = insn->type < IR_I32 ? by_port(l, insn) :
				       begin(l, insn, ir_type_bytes(insn->type), true);
	if (access.in_line)
		cas_in_line(l, insn, host_address(l, access.mem), dst);
	end(l, insn, &access);
}

/* The host has fences for kinds of accesses, not for pairs of them. */
RV_LOWER(fence)
{
	unsigned int pairs = insn->aux, before = 0, after = 0;

	if (pairs & (IR_FENCE_RR | IR_FENCE_RW))
		before |= RV_FENCE_R;
	if (pairs & (IR_FENCE_WR | IR_FENCE_WW))
		before |= RV_FENCE_W;
	if (pairs & (IR_FENCE_RR | IR_FENCE_WR))
		after |= RV_FENCE_R;
	if (pairs & (IR_FENCE_RW | IR_FENCE_WW))
		after |= RV_FENCE_W;
	if (pairs)
		rv_fence(l->buf, before, after);
}

RV_LOWER(guest_pc)
{
	l->p.pc = insn->imm;
}
