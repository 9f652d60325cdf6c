// SPDX-License-Identifier: MIT
/*
 * What compiled code asks for: instructions that the interpreter computes, accesses that do not go
 * in line, helpers.
 */
#include "vmcore/jit/jit.h"

#include <string.h>

#include "vmcore/interp/memory.h"

/* A register as a value of @type: what is above it in the register is not its. */
static union ir_val get(const struct jit_frame *frame, unsigned int reg, unsigned int type)
{
	unsigned int nr_general = frame->code->host->nr_general;
	uint32_t bytes = ir_type_bytes(type);
	union ir_val value = { .d = { 0 } };

	if (reg >= nr_general)
		memcpy(&value, &frame->vec[reg - nr_general], bytes);
	else
		memcpy(&value, &frame->gpr[reg], bytes < 8 ? bytes : 8);
	return value;
}

static void set(struct jit_frame *frame, unsigned int reg, const union ir_val *value)
{
	unsigned int nr_general = frame->code->host->nr_general;

	if (reg >= nr_general)
		frame->vec[reg - nr_general] = *value;
	else
		frame->gpr[reg] = value->d[0];
}

/* The first register of either kind. */
static void set_result(struct jit_frame *frame, const union ir_val *value)
{
	frame->gpr[0] = value->d[0];
	frame->vec[0] = *value;
}

/* The type of an operand; of vectors that are no lane the whole. */
static unsigned int operand_type(const struct jit_eval_desc *desc, unsigned int which)
{
	switch (ir_ops[desc->op].kind[1 + which]) {
	case K_V:
		return IR_V128;
	case K_T:
		return desc->type;
	case K_A:
		return desc->atype;
	case K_LANE:
		return ir_lane_type(desc->aux);
	default:
		return which ? IR_I64 : desc->atype;
	}
}

static void environment(const struct jit_eval_desc *desc, struct ir_fpenv *fp, union ir_val *value)
{
	uint64_t a = value->d[0];

	*value = (union ir_val){ .d = { 0 } };
	switch (desc->op) {
	case IR_set_rm:
		fp->rm = a & 3;
		break;
	case IR_set_fpflags:
		fp->flags = a & 31;
		break;
	case IR_get_rm:
		value->d[0] = fp->rm;
		break;
	default:
		value->d[0] = fp->flags;
		break;
	}
}

void jit_eval(struct jit_frame *frame, uint64_t word, uint64_t imm)
{
	struct ir_fpenv fp = { 0 };
	struct jit_eval_desc desc;
	union ir_val a, b, c, result;
	uint16_t effects;

	memcpy(&desc, &word, sizeof(desc));
	effects = ir_ops[desc.op].effects;
	a = get(frame, desc.a, operand_type(&desc, 0));
	b = get(frame, desc.b, operand_type(&desc, 1));
	c = get(frame, desc.c, operand_type(&desc, 2));
	if (effects & (E_FP | E_FPENV))
		fp = frame->code->host->fp_unpack(frame->fp_control);
	if (effects & E_FPENV) {
		result = a;
		environment(&desc, &fp, &result);
	} else {
		const struct ir_insn insn = { .op = desc.op, .type = desc.type, .aux = desc.aux,
					      .aux2 = desc.aux2, .imm = imm };
		const struct ir_eval eval = { .insn = &insn, .atype = desc.atype, .fp = &fp,
					      .a = &a, .b = &b, .c = &c };

		ir_eval(&eval, &result);
	}
	if (effects & (E_FP | E_FPENV))
		frame->fp_control = frame->code->host->fp_pack(fp);
	set_result(frame, &result);
}

void jit_compute(struct jit_frame *frame, const struct jit_trap *trap)
{
	const struct host_ops *host = frame->code->host;
	struct ir_fpenv fp;
	uint64_t word;

	if (trap->dst == JIT_NO_REG) {
		fp = host->fp_unpack(frame->fp_control);
		fp.flags |= IR_FP_INVALID;
		frame->fp_control = host->fp_pack(fp);
		return;
	}
	memcpy(&word, &trap->desc, sizeof(word));
	jit_eval(frame, word, 0);
}

static int leave(struct jit_frame *frame, uint32_t kind, uint32_t code, uint64_t pc)
{
	frame->exit_word = jit_exit_word(kind, code);
	frame->exit_pc = pc;
	return 1;
}

static int fault(struct jit_frame *frame, const struct jit_access_desc *desc, uint32_t code,
		 uint64_t address)
{
	frame->fault_address = address;
	if (frame->code->precise)
		return leave(frame, JIT_LEAVE_FAULT_AT, code, (uintptr_t)desc);
	return leave(frame, IR_LEAVE_FAULT, code, desc->pc);
}

static void sign_extend(union ir_val *value, uint32_t bytes, unsigned int type)
{
	uint32_t unused = 64 - 8 * bytes;

	value->d[0] = (uint64_t)((int64_t)(value->d[0] << unused) >> unused) & ir_type_mask(type);
}

static int load(struct jit_frame *frame, const struct jit_access_desc *desc, uint64_t address)
{
	uint32_t bytes = 1u << (desc->aux & IR_MEM_SIZE_MASK);
	union ir_val value;

	if (!guest_load(&frame->context->memory, address, bytes, desc->aux2 & IR_ORD_MASK, &value))
		return fault(frame, desc, IR_FAULT_READ, address);
	if (desc->aux & IR_MEM_SIGNED)
		sign_extend(&value, bytes, desc->type);
	set(frame, desc->dst, &value);
	return 0;
}

static int store(struct jit_frame *frame, const struct jit_access_desc *desc, uint64_t address)
{
	uint32_t bytes = 1u << (desc->aux & IR_MEM_SIZE_MASK);
	union ir_val value = get(frame, desc->b, IR_V128);

	return guest_store(&frame->context->memory, address, bytes, desc->aux2 & IR_ORD_MASK,
			   &value) ? 0 : fault(frame, desc, IR_FAULT_WRITE, address);
}

static int cas(struct jit_frame *frame, const struct jit_access_desc *desc, uint64_t address)
{
	union ir_val expected = get(frame, desc->b, desc->type), old;
	union ir_val desired = get(frame, desc->c, desc->type);

	if (!guest_cas(&frame->context->memory, address, ir_type_bytes(desc->type), &expected,
		       &desired, &old))
		return fault(frame, desc, IR_FAULT_WRITE, address);
	set(frame, desc->dst, &old);
	return 0;
}

/* The pure instruction that a read-modify-write does to memory. */
static const uint8_t modifies[IR_NR_OPS] = {
	[IR_rmw_add] = IR_add,	 [IR_rmw_and] = IR_and,	  [IR_rmw_or] = IR_or,
	[IR_rmw_xor] = IR_xor,	 [IR_rmw_smin] = IR_smin, [IR_rmw_smax] = IR_smax,
	[IR_rmw_umin] = IR_umin, [IR_rmw_umax] = IR_umax,
};

static union ir_val modified(const struct jit_access_desc *desc, const union ir_val *old,
			     const union ir_val *b)
{
	const struct ir_insn insn = { .op = modifies[desc->op], .type = desc->type };
	const struct ir_eval eval = { .insn = &insn, .a = old, .b = b };
	union ir_val value;

	if (desc->op == IR_rmw_swap)
		return *b;
	ir_eval(&eval, &value);
	return value;
}

static int read_modify_write(struct jit_frame *frame, const struct jit_access_desc *desc,
			     uint64_t address)
{
	const struct ir_memory *memory = &frame->context->memory;
	union ir_val b = get(frame, desc->b, desc->type), old, expected, desired;
	uint32_t bytes = ir_type_bytes(desc->type);

	if (!guest_load(memory, address, bytes, IR_RLX, &old))
		return fault(frame, desc, IR_FAULT_WRITE, address);
	do {
		expected = old;
		desired = modified(desc, &old, &b);
		if (!guest_cas(memory, address, bytes, &expected, &desired, &old))
			return fault(frame, desc, IR_FAULT_WRITE, address);
	} while (old.d[0] != expected.d[0]);
	set(frame, desc->dst, &old);
	return 0;
}

static uint32_t access_bytes(const struct jit_access_desc *desc)
{
	if (desc->op == IR_ld || desc->op == IR_st)
		return 1u << (desc->aux & IR_MEM_SIZE_MASK);
	return ir_type_bytes(desc->type);
}

static int do_access(struct jit_frame *frame, const struct jit_access_desc *desc)
{
	uint64_t address = frame->gpr[desc->a] + (desc->relative ? frame->code->first : 0);

	if (desc->aux2 & IR_ORD_ALIGNED && address & (access_bytes(desc) - 1))
		return fault(frame, desc, IR_FAULT_UNALIGNED, address);
	switch (desc->op) {
	case IR_ld:
		return load(frame, desc, address);
	case IR_st:
		return store(frame, desc, address);
	case IR_cas:
		return cas(frame, desc, address);
	default:
		return read_modify_write(frame, desc, address);
	}
}

/* In precise code the host may fault here instead of there. */
int jit_access(struct jit_frame *frame, const struct jit_access_desc *desc)
{
	int status;

	if (!frame->code->precise)
		return do_access(frame, desc);
	if (desc->op == IR_br)
		return leave(frame, JIT_LEAVE_WAY_AT, desc->way, (uintptr_t)desc);
	leave(frame, JIT_LEAVE_FAULT_AT, IR_FAULT_READ, (uintptr_t)desc);
	status = do_access(frame, desc);
	if (!status)
		frame->exit_word = 0;
	return status;
}

int jit_call(struct jit_frame *frame, uint64_t helper, uint64_t pc)
{
	const struct jit_code *code = frame->code;
	struct ir_context *context = frame->context;
	union ir_val result = { .d = { 0 } };
	bool stay;

	if (code->uses_fp)
		context->fp = code->host->fp_unpack(frame->fp_control);
	stay = context->call &&
	       context->call(context->call_priv, &code->helper[helper], frame->arg, &result);
	if (code->uses_fp)
		frame->fp_control = code->host->fp_pack(context->fp);
	set_result(frame, &result);
	return stay ? 0 : leave(frame, IR_LEAVE_HELPER, (uint32_t)helper, pc);
}
