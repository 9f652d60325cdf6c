// SPDX-License-Identifier: MIT
#include "vmcore/interp/interp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/interp/memory.h"

/*
 * @next: block to go on with, IR_NONE to leave
 * @pc: guest instruction of the current instruction
 * @spare: room for the arguments of an edge
 */
struct run {
	const struct ir_unit *unit;
	struct ir_context *context;
	union ir_val *val;
	union ir_val *spare;
	struct ir_leave *leave;
	uint64_t pc;
	uint32_t next;
};

static bool leave(struct run *run, uint32_t kind, uint32_t code, uint64_t pc)
{
	*run->leave = (struct ir_leave){ .kind = kind, .code = code, .pc = pc };
	run->next = IR_NONE;
	return false;
}

static bool fault(struct run *run, uint32_t code, uint64_t address)
{
	leave(run, IR_LEAVE_FAULT, code, run->pc);
	run->leave->address = address;
	return false;
}

/*
 * One function per instruction. @out is its value. Return: does the block go on?
 */
#define EXEC(name)                                                                                 \
	static bool exec_##name(struct run *run VMB_UNUSED,                                        \
				const struct ir_insn *insn VMB_UNUSED,                             \
				union ir_val *out VMB_UNUSED)

EXEC(pure)
{
	struct ir_eval eval = { .insn = insn, .fp = &run->context->fp };
	unsigned int nr = ir_ops[insn->op].nr_operands;

	if (nr) {
		eval.a = &run->val[insn->a];
		eval.atype = run->unit->insn[insn->a].type;
	}
	if (nr > 1)
		eval.b = &run->val[insn->b];
	if (nr > 2)
		eval.c = &run->val[insn->c];
	ir_eval(&eval, out);
	return true;
}

/* The edge has set it. */
EXEC(param)
{
	return true;
}

EXEC(set_rm)
{
	run->context->fp.rm = run->val[insn->a].d[0] & 3;
	return true;
}

EXEC(get_rm)
{
	*out = (union ir_val){ .d = { run->context->fp.rm } };
	return true;
}

EXEC(set_fpflags)
{
	run->context->fp.flags = run->val[insn->a].d[0] & 31;
	return true;
}

EXEC(get_fpflags)
{
	*out = (union ir_val){ .d = { run->context->fp.flags } };
	return true;
}

EXEC(ld_state)
{
	*out = (union ir_val){ .d = { 0 } };
	memcpy(out, (const char *)run->context->state + insn->imm, ir_type_bytes(insn->type));
	return true;
}

EXEC(st_state)
{
	memcpy((char *)run->context->state + insn->imm, &run->val[insn->a],
	       ir_type_bytes(run->unit->insn[insn->a].type));
	return true;
}

static uint64_t address_of(const struct run *run, const struct ir_insn *insn)
{
	return run->val[insn->a].d[0] + insn->imm;
}

static bool misaligned(const struct ir_insn *insn, uint64_t address, uint32_t bytes)
{
	return insn->aux2 & IR_ORD_ALIGNED && address & (bytes - 1);
}

static void sign_extend(union ir_val *value, uint32_t bytes, unsigned int type)
{
	uint32_t unused = 64 - 8 * bytes;

	value->d[0] = (uint64_t)((int64_t)(value->d[0] << unused) >> unused) & ir_type_mask(type);
}

EXEC(ld)
{
	uint32_t bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK);
	uint64_t address = address_of(run, insn);

	if (misaligned(insn, address, bytes))
		return fault(run, IR_FAULT_UNALIGNED, address);
	if (!guest_load(&run->context->memory, address, bytes, insn->aux2 & IR_ORD_MASK, out))
		return fault(run, IR_FAULT_READ, address);
	if (insn->aux & IR_MEM_SIGNED)
		sign_extend(out, bytes, insn->type);
	return true;
}

EXEC(st)
{
	uint32_t bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK);
	uint64_t address = address_of(run, insn);

	if (misaligned(insn, address, bytes))
		return fault(run, IR_FAULT_UNALIGNED, address);
	return guest_store(&run->context->memory, address, bytes, insn->aux2 & IR_ORD_MASK,
			   &run->val[insn->b]) ||
	       fault(run, IR_FAULT_WRITE, address);
}

EXEC(cas)
{
	uint32_t bytes = ir_type_bytes(insn->type);
	uint64_t address = address_of(run, insn);

	if (misaligned(insn, address, bytes))
		return fault(run, IR_FAULT_UNALIGNED, address);
	return guest_cas(&run->context->memory, address, bytes, &run->val[insn->b],
			 &run->val[insn->c], out) ||
	       fault(run, IR_FAULT_WRITE, address);
}

/* Atomically replace memory by @op (a pure instruction) of memory and b. */
static bool read_modify_write(struct run *run, const struct ir_insn *insn, unsigned int op,
			      union ir_val *out)
{
	const struct ir_memory *memory = &run->context->memory;
	const struct ir_insn modify = { .op = (uint8_t)op, .type = insn->type };
	struct ir_eval eval = { .insn = &modify, .a = out, .b = &run->val[insn->b] };
	uint32_t bytes = ir_type_bytes(insn->type);
	uint64_t address = address_of(run, insn);
	union ir_val expected, desired;

	if (misaligned(insn, address, bytes))
		return fault(run, IR_FAULT_UNALIGNED, address);
	if (!guest_load(memory, address, bytes, IR_RLX, out))
		return fault(run, IR_FAULT_WRITE, address);
	do {
		expected = *out;
		if (op == IR_copy)
			desired = *eval.b;
		else
			ir_eval(&eval, &desired);
		if (!guest_cas(memory, address, bytes, &expected, &desired, out))
			return fault(run, IR_FAULT_WRITE, address);
	} while (out->d[0] != expected.d[0]);
	return true;
}

#define RMW(name, op)                                                                              \
	EXEC(rmw_##name)                                                                           \
	{                                                                                          \
		return read_modify_write(run, insn, IR_##op, out);                                 \
	}

RMW(add, add)
RMW(and, and)
RMW(or, or)
RMW(xor, xor)
RMW(swap, copy)
RMW(smin, smin)
RMW(smax, smax)
RMW(umin, umin)
RMW(umax, umax)

EXEC(fence)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return true;
}

EXEC(guest_pc)
{
	run->pc = insn->imm;
	return true;
}

EXEC(call)
{
	const struct ir_helper *helper = &run->unit->helper[insn->lo];
	union ir_val arg[IR_HELPER_ARGS];
	uint32_t i;

	for (i = 0; i < helper->nr_args; i++)
		arg[i] = run->val[run->unit->arg[insn->hi + i]];
	return (run->context->call &&
		run->context->call(run->context->call_priv, helper, arg, out)) ||
	       leave(run, IR_LEAVE_HELPER, insn->lo, run->pc);
}

/* All arguments are read before the first parameter is written. */
static bool follow(struct run *run, uint32_t edge_at)
{
	const struct ir_edge *edge = &run->unit->edge[edge_at];
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++)
		run->spare[i] = run->val[run->unit->arg[edge->first_arg + i]];
	memcpy(&run->val[run->unit->block[edge->block].first], run->spare,
	       edge->nr_args * sizeof(*run->spare));
	run->next = edge->block;
	return false;
}

EXEC(br)
{
	return follow(run, insn->lo);
}

EXEC(brcond)
{
	return follow(run, insn->lo + !run->val[insn->a].d[0]);
}

EXEC(brcmp)
{
	return follow(run, insn->lo + !ir_cond_holds(insn->aux, run->unit->insn[insn->a].type,
						     run->val[insn->a].d[0],
						     run->val[insn->b].d[0]));
}

EXEC(switch)
{
	uint64_t index = run->val[insn->a].d[0];

	return follow(run, insn->lo + (index < insn->hi - 1 ? (uint32_t)index + 1 : 0));
}

EXEC(exit)
{
	return leave(run, IR_LEAVE_EXIT, insn->aux, insn->imm);
}

EXEC(exit_indirect)
{
	return leave(run, IR_LEAVE_INDIRECT, insn->aux, run->val[insn->a].d[0]);
}

EXEC(trap)
{
	return leave(run, IR_LEAVE_TRAP, insn->aux, insn->imm);
}

static bool (*const exec[IR_NR_OPS])(struct run *run, const struct ir_insn *insn,
				     union ir_val *out) = {
#define IR_OP(name, ...)   [IR_##name] = exec_##name,
#define IR_PURE(name, ...) [IR_##name] = exec_pure,
#include "vmcore/ir/ops.def"
#undef IR_OP
#undef IR_PURE
};

static void run_block(struct run *run, const struct ir_block *block)
{
	const struct ir_insn *insn = &run->unit->insn[block->first + block->nr_params];
	union ir_val *out = &run->val[block->first + block->nr_params];

	run->pc = 0;
	while (exec[insn->op](run, insn, out)) {
		insn++;
		out++;
	}
}

/* Room for the values, and for as many arguments as a block can have parameters. */
int ir_frame_reserve(struct ir_frame *frame, const struct ir_unit *unit)
{
	size_t want = (size_t)unit->nr_insns + IR_MAX_PARAMS;

	if (frame->nr >= want)
		return 0;
	ir_frame_fini(frame);
	frame->val = aligned_alloc(sizeof(*frame->val), want * sizeof(*frame->val));
	if (!frame->val)
		return -ENOMEM;
	frame->nr = want;
	return 0;
}

void ir_frame_fini(struct ir_frame *frame)
{
	free(frame->val);
	*frame = (struct ir_frame){ 0 };
}

int ir_interpret(const struct ir_unit *unit, struct ir_context *context, struct ir_frame *frame,
		 struct ir_leave *leave_out)
{
	return ir_resume(unit, context, frame, 0, leave_out);
}

int ir_resume(const struct ir_unit *unit, struct ir_context *context, struct ir_frame *frame,
	      uint32_t block_at, struct ir_leave *leave_out)
{
	struct run run = { .unit = unit, .context = context, .leave = leave_out,
			   .next = block_at };

	if (context->state_bytes < unit->state_bytes)
		return -EINVAL;
	if (ir_frame_reserve(frame, unit))
		return -ENOMEM;
	run.val = frame->val;
	run.spare = frame->val + unit->nr_insns;
	while (run.next != IR_NONE) {
		const struct ir_block *block = &unit->block[run.next];

		if (context->fuel < block->nr) {
			*leave_out = (struct ir_leave){ .kind = IR_LEAVE_FUEL, .block = run.next };
			break;
		}
		context->fuel -= block->nr;
		run_block(&run, block);
	}
	return 0;
}
