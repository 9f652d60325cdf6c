// SPDX-License-Identifier: MIT
/*
 * Guest state and guest memory. An access computes its offset in the guest memory, compares it with
 * the last offset at which any access fits, and goes on in line; everything else (the last bytes,
 * faults, addresses of atomic accesses that are no multiple of the size) goes a slow way through
 * the memory's port. An address between two that were checked on the way here needs no check.
 */
#include "arch/x86_64/host/lower.h"

#include "vmcore/jit/jit.h"

/* What the state always has is loaded where it is used, but for values with a register of their own. */
X64_LOWER(ld_state)
{
	struct x64_mem mem = x64_state(l, insn->imm);

	if (VMB_UNLIKELY(l->value[l->p.at].flags & JIT_IN_STATE) &&
	    l->p.homes->home[l->p.at].reg == JIT_NO_HOME)
		return;
	if (VMB_LIKELY(insn->type == IR_I64))
		x64_rm(l->buf, X64_MOV | X64_W, x64_result(l), mem);
	else
		x64_load_typed(l->buf, insn->type, x64_result(l), mem);
}

/* A constant that is in no register needs none. Return: it was stored. */
static bool store_const(struct x64_lower *l, uint32_t value, struct x64_mem mem)
{
	uint64_t bits = l->unit->insn[value].imm;
	unsigned int type = x64_type(l, value);

	if (l->value[value].reg != JIT_NO_REG || !x64_is_const(l, value))
		return false;
	if (type == IR_I8)
		x64_store_imm8(l->buf, mem, (uint8_t)bits);
	else if (type == IR_I64 && bits == (uint64_t)(int32_t)bits)
		x64_store_imm(l->buf, mem, (int32_t)bits);
	else
		return false;
	return true;
}

X64_LOWER(st_state)
{
	struct x64_mem mem = x64_state(l, insn->imm);
	unsigned int type = x64_type(l, insn->a), a;

	if (jit_wait(&l->p, insn) || (type == IR_I8 && x64_store_flag(l, insn)) ||
	    store_const(l, insn->a, mem))
		return;
	a = x64_value(l, insn->a);
	if (VMB_LIKELY(type == IR_I64))
		x64_rm(l->buf, X64_MOV_STORE | X64_W, a, mem);
	else
		x64_store_typed(l->buf, type, mem, a);
}

/*
 * An access on its way.
 * @mem: host address; of no meaning if it cannot be in line
 * @address: register of the address, or of its offset if @in_line
 * @slow: index of its slow way, IR_NONE without one
 */
struct access {
	struct x64_mem mem;
	unsigned int address;
	uint32_t slow;
	bool in_line;
};

static struct jit_access_desc describe(const struct x64_lower *l, const struct ir_insn *insn,
				       const struct access *access)
{
	struct jit_access_desc desc = {
		.op = insn->op, .type = insn->type, .aux = insn->aux, .aux2 = insn->aux2,
		.a = (uint8_t)access->address, .relative = access->in_line, .pc = l->p.pc,
		.dst = l->value[l->p.at].reg & 31,
	};

	desc.b = insn->b == IR_NONE ? 0 : l->value[insn->b].reg;
	desc.c = insn->c == IR_NONE ? 0 : l->value[insn->c].reg;
	return desc;
}

/* The call and its descriptor at @p. Return: behind it. */
static uint8_t *put_call(const struct x64_lower *l, uint8_t *p, const struct jit_access_desc *desc)
{
	unsigned int stub = JIT_STUB_ACCESS + (l->job->uses_fp ? JIT_STUB_FP : 0);

	p = x64_put_rm(p, X64_CALL, 2, x64_frame(JIT_FRAME_STUB + 8 * stub));
	memcpy(p, desc, sizeof(*desc));
	return p + sizeof(*desc);
}

/* The comparison's displacement is -16: 0xf0; ja to that byte, which makes it "lock ja", illegal. */
void x64_trap_if_above(struct x64_lower *l, unsigned int reg)
{
	static_assert((uint8_t)(JIT_FRAME_LIMIT - JIT_FRAME_SLOT) == 0xf0, "the prefix lock");
	x64_alu_rm(l->buf, X64_CMP, 8, reg, x64_frame(JIT_FRAME_LIMIT));
	x64_data(l->buf, "\x77\xfd", 2);
}

bool x64_is_in_margin(const struct jit_target *target, int64_t disp)
{
	int64_t margin = (int64_t)target->margin;

	return !disp || (disp >= -margin && disp <= margin - JIT_MAX_ACCESS);
}

/*
 * From here on code belongs to an access. JIT_GUARD bytes before and behind memory are the host's to
 * fault on, so that an address so near to one that was checked needs no check. Who catches the trap
 * reads what is written here (arch/x86_64/native/enter.c). @dst: NULL, or gets a register for the
 * result, which may be that of the address.
 */
static struct access begin_precise(struct x64_lower *l, const struct ir_insn *insn,
				   unsigned int *dst)
{
	struct access access = { .slow = IR_NONE, .in_line = true, .address = RAX };
	unsigned int base = x64_value(l, insn->a);
	int64_t disp = (int64_t)(insn->imm - l->job->target->first), near = JIT_NEAR_ENOUGH;

	access.mem = (struct x64_mem){ .base = X64_MEMORY, .index = (uint8_t)base,
				       .disp = (int32_t)disp };
	jit_point(&l->p);
	if (dst)
		*dst = x64_result_last(l, insn);
	if (disp == (int32_t)disp && jit_was_checked(&l->checks, insn->a, disp, disp))
		return access;
	if (x64_is_in_margin(l->job->target, disp)) {
		x64_trap_if_above(l, base);
		jit_remember(&l->checks, insn->a, -near, near);
		return access;
	}
	access.mem = (struct x64_mem){ .base = X64_MEMORY, .index = RAX };
	if (disp == (int32_t)disp) {
		x64_rm(l->buf, X64_LEA | X64_W, RAX, x64_at(base, (int32_t)disp));
	} else {
		x64_mov_imm(l->buf, RAX, (uint64_t)disp);
		x64_alu_rr(l->buf, X64_ADD, 8, RAX, base);
	}
	x64_trap_if_above(l, RAX);
	jit_remember(&l->checks, insn->a, disp - near, disp + near);
	return access;
}

/*
 * Begin the access of @insn: its address by way of @scratch. @aligned: it is done in line only at a
 * multiple of its size.
 */
static struct access begin(struct x64_lower *l, const struct ir_insn *insn, unsigned int bytes,
			   unsigned int scratch, bool aligned)
{
	const struct jit_target *target = l->job->target;
	struct access access = { .slow = IR_NONE, .in_line = target->flat };
	unsigned int base = x64_value(l, insn->a);
	int64_t disp = (int64_t)(insn->imm - (target->flat ? target->first : 0));
	int64_t lo = (int64_t)insn->imm, end = lo + bytes;
	struct jit_slow *slow;

	if (target->precise && !aligned)
		return begin_precise(l, insn, NULL);
	if (target->precise)
		jit_point(&l->p);
	access.mem = (struct x64_mem){ .base = X64_MEMORY, .index = (uint8_t)base };
	if (access.in_line && !aligned && disp == (int32_t)disp &&
	    jit_was_checked(&l->checks, insn->a, lo, end)) {
		access.mem.disp = (int32_t)disp;
		return access;
	}
	access.address = disp ? scratch : base;
	if (disp && disp == (int32_t)disp) {
		x64_rm(l->buf, X64_LEA | X64_W, scratch, x64_at(base, (int32_t)disp));
	} else if (disp) {
		x64_mov_imm(l->buf, scratch, (uint64_t)disp);
		x64_alu_rr(l->buf, X64_ADD, 8, scratch, base);
	}
	if (!access.in_line)
		return access;
	access.mem.index = (uint8_t)access.address;
	access.slow = l->nr_slow++;
	slow = &l->job->scratch->slow[access.slow];
	if (l->job->select || target->precise)
		x64_alu_rm(l->buf, X64_CMP, 8, access.address, x64_frame(JIT_FRAME_LIMIT));
	else
		x64_alu_rr(l->buf, X64_CMP, 8, access.address, X64_LIMIT);
	*slow = (struct jit_slow){ .jump = x64_jcc(l->buf, CC_A),
				    .point = l->job->scratch->nr_points - 1 };
	if (aligned && bytes > 1) {
		x64_test_ri(l->buf, 1, access.address, bytes - 1);
		slow->jump2 = x64_jcc(l->buf, CC_NE);
	}
	if (!target->precise)
		jit_remember(&l->checks, insn->a, lo, end);
	return access;
}

/* The access has been written in line, or is done by the port here. */
static void end(struct x64_lower *l, const struct ir_insn *insn, const struct access *access)
{
	struct jit_access_desc desc;

	if (access->in_line && access->slow == IR_NONE)
		return;
	desc = describe(l, insn, access);
	if (!access->in_line) {
		if (l->job->target->precise)
			jit_point(&l->p);
		l->buf->at = put_call(l, code_buf_room(l->buf), &desc);
	} else {
		l->job->scratch->slow[access->slow].desc = desc;
		l->job->scratch->slow[access->slow].back = code_buf_at(l->buf);
	}
}

struct jit_slow *x64_ask(struct jit_places *p, uint32_t fuel, uint32_t to)
{
	struct x64_lower *l = x64_lower_of(p);
	struct jit_slow *slow = &l->job->scratch->slow[l->nr_slow++];

	x64_alu_mi(l->buf, fuel ? X64_SUB : X64_CMP, 8, x64_frame(JIT_FRAME_FUEL), (int32_t)fuel);
	*slow = (struct jit_slow){ .jump = x64_jcc(l->buf, CC_S), .back = to,
				   .desc = { .op = IR_br } };
	return slow;
}

static void write_fuel(struct x64_lower *l, const struct jit_slow *slow)
{
	x64_bind(l->buf, slow->jump);
	if (slow->desc.aux) {
		jit_repeat_point(l->job, code_buf_at(l->buf), slow->point);
		l->buf->at = put_call(l, code_buf_room(l->buf), &slow->desc);
		return;
	}
	if (l->job->target->chained) {
		x64_leave(l, JIT_LEAVE_WAY, slow->back);
		return;
	}
	x64_mov_imm(l->buf, RAX, slow->back);
	x64_leave(l, IR_LEAVE_FUEL, 0);
}

void x64_write_slow(struct x64_lower *l)
{
	const struct jit_slow *slow = l->job->scratch->slow;
	uint32_t i;

	for (i = 0; i < l->nr_slow && !l->buf->overflow; i++, slow++) {
		uint8_t *p;

		if (slow->desc.op == IR_br) {
			write_fuel(l, slow);
			continue;
		}
		x64_bind(l->buf, slow->jump);
		if (ir_ops[slow->desc.op].pure) {
			x64_write_nan(l, slow);
			continue;
		}
		if (slow->jump2)
			x64_bind(l->buf, slow->jump2);
		if (l->job->target->precise)
			jit_repeat_point(l->job, code_buf_at(l->buf), slow->point);
		x64_begin_leaving_call(l);
		p = put_call(l, code_buf_room(l->buf), &slow->desc);
		if (l->job->function) {
			l->buf->at = p;
			x64_end_leaving_call(l);
			x64_link(l->buf, x64_jmp(l->buf), slow->back);
			continue;
		}
		*p++ = X64_JMP;
		l->buf->at = x64_put32(p, slow->back - (code_buf_at(l->buf) +
							(uint32_t)(p - l->buf->at) + 4));
	}
}

static bool must_align(const struct ir_insn *insn)
{
	return insn->aux2 & IR_ORD_ALIGNED;
}

static void load_extended(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst,
			  struct x64_mem mem)
{
	static const uint32_t ops[] = { X64_MOVSX8, X64_MOVSX16, X64_MOVSXD };
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK;
	uint32_t wide = insn->type == IR_I64 ? X64_W : 0;

	if (VMB_LIKELY(insn->type == IR_I64 && size == 3)) {
		x64_rm(l->buf, X64_MOV | X64_W, dst, mem);
	} else if (dst >= 16) {
		x64_load_typed(l->buf, insn->type, dst, mem);
	} else if (insn->aux & IR_MEM_SIGNED) {
		x64_rm(l->buf, ops[size] | wide, dst, mem);
		if (insn->type == IR_I16)
			x64_narrow(l, IR_I16, dst, dst);
	} else {
		x64_load(l->buf, 1u << size, dst, mem);
	}
}

/* The operand that instructions can have in memory: the right one, or either. */
enum side { NEITHER, RIGHT, EITHER };

static const uint8_t in_memory[IR_NR_OPS] = {
	[IR_add] = EITHER, [IR_sub] = RIGHT, [IR_and] = EITHER, [IR_or] = EITHER,
	[IR_xor] = EITHER, [IR_mul] = EITHER,
};

static void use_until(struct x64_lower *l, uint32_t value, uint32_t at)
{
	if (value != IR_NONE && l->value[value].last == l->p.at)
		l->value[value].last = at;
}

/* May the load be an operand of what follows, which alone uses it? Return: that is to be done so. */
static bool fold(struct x64_lower *l, const struct ir_insn *insn)
{
	uint32_t at = l->p.at, next = at + 1, other;
	const struct ir_insn *to;

	if (insn->aux2 != (IR_RLX | JIT_COVERED) || insn->type < IR_I32 || insn->type > IR_I64 ||
	    1u << (insn->aux & IR_MEM_SIZE_MASK) != ir_type_bytes(insn->type) ||
	    l->value[at].uses != 1 || l->job->target->precise)
		return false;
	while (x64_is_nothing(&l->unit->insn[next]))
		next++;
	to = &l->unit->insn[next];
	if (in_memory[to->op] == NEITHER ||
	    (to->b != at && (to->a != at || in_memory[to->op] == RIGHT)))
		return false;
	other = to->b == at ? to->a : to->b;
	if (x64_is_const(l, other))
		return false;
	l->folded = at;
	use_until(l, insn->a, next);
	use_until(l, insn->c, next);
	return true;
}

/* The register of the index may be that of the result. */
static void load_covered(struct x64_lower *l, const struct ir_insn *insn)
{
	struct x64_mem mem;
	unsigned int dst;

	if (fold(l, insn))
		return;
	mem = x64_covered(l, insn);
	l->p.read = l->p.regs.locked;
	if (insn->a != IR_NONE)
		x64_release(l, insn->a);
	if (insn->c != IR_NONE)
		x64_release(l, insn->c);
	l->p.regs.locked = 0;
	dst = x64_result(l);
	if (l->job->target->precise)
		jit_point(&l->p);
	load_extended(l, insn, dst, mem);
}

/*
 * The host's loads are acquiring, and sequentially consistent if its such stores are fenced. A
 * register for the result is made free before the way parts, or the slow one would not do so.
 */
X64_LOWER(ld)
{
	struct access access;
	unsigned int dst;

	if (insn->aux2 & JIT_COVERED) {
		load_covered(l, insn);
		return;
	}
	if (l->job->target->precise && !must_align(insn)) {
		access = begin_precise(l, insn, &dst);
		load_extended(l, insn, dst, access.mem);
		return;
	}
	x64_value(l, insn->a);
	dst = x64_result(l);
	access = begin(l, insn, 1u << (insn->aux & IR_MEM_SIZE_MASK), RAX, must_align(insn));
	if (access.in_line)
		load_extended(l, insn, dst, access.mem);
	end(l, insn, &access);
}

/* A locked operation on the top of the stack orders everything, cheaper than mfence. */
static void full_fence(struct x64_lower *l)
{
	x64_rm(l->buf, 0x83u | X64_LOCK, X64_OR, x64_at(RSP, 0));
	x64_data(l->buf, "", 1);
}

X64_LOWER(st)
{
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK, b = x64_value(l, insn->b);
	struct access access = { .in_line = true, .slow = IR_NONE };

	if (!(insn->aux2 & JIT_COVERED)) {
		access = begin(l, insn, 1u << size, RAX, must_align(insn));
	} else {
		access.mem = x64_covered(l, insn);
		if (l->job->target->precise)
			jit_point(&l->p);
	}
	if (access.in_line && b < 16)
		x64_store(l->buf, 1u << size, access.mem, b);
	else if (access.in_line)
		x64_store_typed(l->buf, x64_type(l, insn->b), access.mem, b);
	end(l, insn, &access);
	if ((insn->aux2 & IR_ORD_MASK) == IR_SC)
		full_fence(l);
}

static uint32_t locked(uint32_t op, unsigned int bytes)
{
	static const uint32_t also[] = { [1] = X64_BYTE_REG, [2] = X64_66, [4] = 0, [8] = X64_W };

	return (op - (bytes == 1)) | also[bytes];
}

/* The new value of a read-modify-write in rdx, of the old one in rax. */
static void modify(struct x64_lower *l, const struct ir_insn *insn, unsigned int b)
{
	static const uint8_t alu[IR_NR_OPS] = {
		[IR_rmw_and] = X64_AND, [IR_rmw_or] = X64_OR, [IR_rmw_xor] = X64_XOR,
	};
	/* When b is taken: it is less, or greater, than what is there. */
	static const uint8_t cc[IR_NR_OPS] = {
		[IR_rmw_smin] = CC_L, [IR_rmw_smax] = CC_G,
		[IR_rmw_umin] = CC_B, [IR_rmw_umax] = CC_A,
	};

	x64_mov(l->buf, 8, RDX, RAX);
	if (!cc[insn->op]) {
		x64_alu_rr(l->buf, alu[insn->op], 8, RDX, b);
		return;
	}
	x64_alu_rr(l->buf, X64_CMP, ir_type_bytes(insn->type), b, RAX);
	x64_rr(l->buf, (X64_CMOV | X64_W) + cc[insn->op], RDX, b);
}

static void rmw_in_line(struct x64_lower *l, const struct ir_insn *insn, struct x64_mem mem,
			unsigned int b, unsigned int dst)
{
	unsigned int bytes = ir_type_bytes(insn->type);
	uint32_t again;

	if (insn->op == IR_rmw_add || insn->op == IR_rmw_swap) {
		x64_mov(l->buf, 8, dst, b);
		x64_rm(l->buf, insn->op == IR_rmw_add ? locked(X64_XADD, bytes) | X64_LOCK :
							locked(X64_XCHG, bytes), dst, mem);
		return;
	}
	x64_load(l->buf, bytes, RAX, mem);
	again = code_buf_at(l->buf);
	modify(l, insn, b);
	x64_rm(l->buf, locked(X64_CMPXCHG, bytes) | X64_LOCK, RDX, mem);
	x64_link(l->buf, x64_jcc(l->buf, CC_NE), again);
	x64_mov(l->buf, 8, dst, RAX);
}

X64_LOWER(rmw)
{
	unsigned int b = x64_value(l, insn->b), dst;
	struct access access;

	x64_value(l, insn->a);
	dst = x64_result(l);
	access = begin(l, insn, ir_type_bytes(insn->type), RCX, true);
	if (access.in_line)
		rmw_in_line(l, insn, access.mem, b, dst);
	end(l, insn, &access);
}

/* Sixteen bytes are guarded by the port's lock: never in line. */
X64_LOWER(cas)
{
	unsigned int b = x64_value(l, insn->b), c = x64_value(l, insn->c), dst;
	unsigned int bytes = ir_type_bytes(insn->type);
	struct access access;

	x64_value(l, insn->a);
	dst = x64_result(l);
	if (insn->type == IR_V128) {
		access = (struct access){ .address = x64_value(l, insn->a), .slow = IR_NONE };
		if (insn->imm) {
			x64_rm(l->buf, X64_LEA | X64_W, RCX,
			       x64_at(access.address, (int32_t)insn->imm));
			access.address = RCX;
		}
	} else {
		access = begin(l, insn, bytes, RCX, true);
	}
	if (access.in_line) {
		x64_mov(l->buf, 8, RAX, b);
		x64_rm(l->buf, locked(X64_CMPXCHG, bytes) | X64_LOCK, c, access.mem);
		x64_mov(l->buf, x64_width(insn->type), dst, RAX);
	}
	end(l, insn, &access);
}

/* The host reorders only earlier stores with later loads. */
X64_LOWER(fence)
{
	if (insn->aux & IR_FENCE_WR)
		full_fence(l);
}

X64_LOWER(guest_pc)
{
	l->p.pc = insn->imm;
}
