// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "vmcore/ir/attr.h"
#include "vmcore/ir/dom.h"
#include "vmcore/ir/ir.h"

struct verifier {
	const struct ir_unit *unit;
	struct ir_error *error;
	struct ir_arena *scratch;
	uint32_t *block_of;
	struct ir_dom dom;
	uint64_t edges_used, args_used;
	uint32_t block, insn;
};

static VMB_PRINTF(2, 3) bool refuse(struct verifier *v, const char *format, ...)
{
	va_list args;

	v->error->block = v->block;
	v->error->insn = v->insn;
	va_start(args, format);
	vsnprintf(v->error->text, sizeof(v->error->text), format, args);
	va_end(args);
	return false;
}

/* Types of a class that does not depend on anything, one bit per type. */
static uint32_t class_types(unsigned int kind)
{
	static const uint16_t types[] = {
		[K_VOID] = 1u << IR_VOID,
		[K_INT] = 1u << IR_I8 | 1u << IR_I16 | 1u << IR_I32 | 1u << IR_I64,
		[K_I8] = 1u << IR_I8,
		[K_I32] = 1u << IR_I32,
		[K_I64] = 1u << IR_I64,
		[K_IW] = 1u << IR_I32 | 1u << IR_I64,
		[K_F] = 1u << IR_F32 | 1u << IR_F64,
		[K_V] = 1u << IR_V128,
		[K_NUM] = 0x7e,
		[K_INTV] = 1u << IR_I8 | 1u << IR_I16 | 1u << IR_I32 | 1u << IR_I64 | 1u << IR_V128,
		[K_ANY] = 0xfe,
	};

	static_assert(IR_F64 == 6 && IR_V128 == 7, "the masks above");
	return kind < VMB_ARRAY_SIZE(types) ? types[kind] : 0;
}

static bool narrower(unsigned int type, unsigned int than)
{
	return ir_is_int(type) && ir_is_int(than) && type < than;
}

/* May a value of @type stand where the table says @kind? */
static bool type_fits(const struct verifier *v, const struct ir_insn *insn, unsigned int kind,
		      unsigned int type)
{
	switch (kind) {
	case K_T:
		return type == insn->type;
	case K_A:
		return type == v->unit->insn[insn->a].type;
	case K_LANE:
		return type == ir_lane_type(insn->aux);
	case K_NARROW:
		return narrower(type, insn->type);
	case K_WIDE:
		return narrower(insn->type, type);
	case K_SAMEW:
		return type != insn->type && ir_type_bytes(type) == ir_type_bytes(insn->type);
	case K_OTHERF:
		return type == (insn->type ^ IR_F32 ^ IR_F64);
	case K_CALL:
		return type == v->unit->helper[insn->lo].type;
	default:
		return class_types(kind) >> type & 1;
	}
}

/* The value exists before instruction @user and on every way to it. */
static bool check_value(struct verifier *v, uint32_t value)
{
	uint32_t def;

	if (value >= v->insn)
		return refuse(v, "value %%%u is not defined before its use", value);
	if (v->unit->insn[value].type == IR_VOID)
		return refuse(v, "instruction %u has no value", value);
	def = v->block_of[value];
	if (def != v->block && !ir_dominates(&v->dom, def, v->block))
		return refuse(v, "value %%%u of block b%u does not dominate its use", value, def);
	return true;
}

static bool check_operand(struct verifier *v, const struct ir_insn *insn, unsigned int n)
{
	const struct ir_op_info *info = &ir_ops[insn->op];
	uint32_t value = ir_operand(insn, n);
	unsigned int type;

	if (n >= info->nr_operands) {
		if (insn->op == IR_const || value == IR_NONE)
			return true;
		return refuse(v, "%s has a superfluous operand", info->name);
	}
	if (!check_value(v, value))
		return false;
	type = v->unit->insn[value].type;
	if (!type_fits(v, insn, info->kind[n + 1], type))
		return refuse(v, "operand %u of %s cannot have type %s", n + 1, info->name,
			      ir_type_name(type));
	return true;
}

static bool check_const(struct verifier *v, const struct ir_insn *insn)
{
	if (insn->a != IR_NONE)
		return refuse(v, "a constant has an operand");
	if (insn->type == IR_V128)
		return true;
	if (insn->b || insn->c || insn->imm & ~ir_type_mask(insn->type))
		return refuse(v, "the constant does not fit its type");
	return true;
}

static bool check_state(struct verifier *v, const struct ir_insn *insn)
{
	uint32_t bytes = ir_type_bytes(insn->op == IR_st_state ? v->unit->insn[insn->a].type :
								 insn->type);

	if (insn->imm % bytes || insn->imm > v->unit->state_bytes ||
	    v->unit->state_bytes - insn->imm < bytes)
		return refuse(v, "no slot of %u bytes at offset %llu of %u bytes of state", bytes,
			      (unsigned long long)insn->imm, v->unit->state_bytes);
	return true;
}

static bool check_args(struct verifier *v, uint32_t first, uint32_t nr)
{
	if (first > v->unit->nr_args || nr > v->unit->nr_args - first)
		return refuse(v, "arguments are out of range");
	v->args_used += nr;
	if (v->args_used > v->unit->nr_args)
		return refuse(v, "lists of arguments overlap");
	return true;
}

static bool check_arg(struct verifier *v, uint32_t at, unsigned int type)
{
	uint32_t value = v->unit->arg[at];

	if (!check_value(v, value))
		return false;
	if (v->unit->insn[value].type != type)
		return refuse(v, "argument %%%u must have type %s", value, ir_type_name(type));
	return true;
}

static bool check_call(struct verifier *v, const struct ir_insn *insn)
{
	const struct ir_helper *helper = &v->unit->helper[insn->lo];
	uint32_t i;

	if (!check_args(v, insn->hi, helper->nr_args))
		return false;
	for (i = 0; i < helper->nr_args; i++) {
		if (!check_arg(v, insn->hi + i, helper->arg[i]))
			return false;
	}
	return true;
}

static bool check_edge(struct verifier *v, const struct ir_edge *edge)
{
	const struct ir_block *to = &v->unit->block[edge->block];
	uint32_t i;

	if (!edge->block)
		return refuse(v, "the entry block cannot be branched to");
	if (edge->nr_args != to->nr_params)
		return refuse(v, "block b%u has %u parameters, not %u", edge->block, to->nr_params,
			      edge->nr_args);
	if (!check_args(v, edge->first_arg, edge->nr_args))
		return false;
	for (i = 0; i < edge->nr_args; i++) {
		if (!check_arg(v, edge->first_arg + i, v->unit->insn[to->first + i].type))
			return false;
	}
	return true;
}

static bool check_edges(struct verifier *v, const struct ir_insn *insn)
{
	uint32_t i;

	for (i = 0; i < insn->hi; i++) {
		if (!check_edge(v, &v->unit->edge[insn->lo + i]))
			return false;
	}
	return true;
}

static bool check_imm(struct verifier *v, const struct ir_insn *insn)
{
	const char *name = ir_ops[insn->op].name;
	uint32_t bits = 8 * ir_type_bytes(insn->type);

	switch (ir_ops[insn->op].imm) {
	case I_NONE:
		return !insn->imm || refuse(v, "%s has a superfluous immediate", name);
	case I_CONST:
		return check_const(v, insn);
	case I_OFF:
		return insn->imm == (uint64_t)(int64_t)(int32_t)insn->lo ||
		       refuse(v, "the displacement does not fit 32 bits");
	case I_STATE:
		return check_state(v, insn);
	case I_BITS:
		return (insn->hi && insn->hi <= bits && insn->lo <= bits - insn->hi) ||
		       refuse(v, "no %u bits at %u in %u", insn->hi, insn->lo, bits);
	case I_U8:
		return insn->imm <= 255 || refuse(v, "the immediate does not fit 8 bits");
	case I_B16:
		return insn->imm <= 15 || refuse(v, "the immediate is not 0..15");
	case I_REV:
		return ((insn->imm == 2 || insn->imm == 4 || insn->imm == 8 || insn->imm == 16) &&
			insn->imm > ir_lane_bytes(insn->aux)) ||
		       refuse(v, "no groups of %llu bytes of such lanes",
			      (unsigned long long)insn->imm);
	case I_LANE:
		return insn->imm < 16 / ir_lane_bytes(insn->aux) ||
		       refuse(v, "there is no lane %llu", (unsigned long long)insn->imm);
	case I_CALL:
		return check_call(v, insn);
	case I_EDGE:
	case I_EDGE2:
	case I_SWITCH:
		return check_edges(v, insn);
	default:
		return true;
	}
}

static bool check_memory(struct verifier *v, const struct ir_insn *insn)
{
	unsigned int order = insn->aux2 & IR_ORD_MASK, type;
	uint32_t bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK), width;

	if (insn->op == IR_ld && order != IR_RLX && order != IR_ACQ && order != IR_SC)
		return refuse(v, "a load cannot release");
	if (insn->op == IR_st && order != IR_RLX && order != IR_REL && order != IR_SC)
		return refuse(v, "a store cannot acquire");
	if (insn->op != IR_ld && insn->op != IR_st)
		return true;
	type = insn->op == IR_ld ? insn->type : v->unit->insn[insn->b].type;
	width = ir_type_bytes(type);
	if (bytes > width || (bytes < width && !ir_is_int(type)))
		return refuse(v, "%u bytes are no %s", bytes, ir_type_name(type));
	if (insn->aux & IR_MEM_SIGNED && (insn->op == IR_st || bytes == width))
		return refuse(v, "nothing to sign-extend");
	return true;
}

/* What can be said of an instruction without its operands; after it the tables may be indexed. */
static bool check_shape(struct verifier *v, const struct ir_insn *insn)
{
	const struct ir_op_info *info;

	if (insn->op >= IR_NR_OPS)
		return refuse(v, "there is no operation %u", insn->op);
	info = &ir_ops[insn->op];
	if (insn->type >= IR_NR_TYPES)
		return refuse(v, "there is no type %u", insn->type);
	if (!ir_attr_valid(info->aux, insn->aux) || !ir_attr_valid(info->aux2, insn->aux2))
		return refuse(v, "%s has an attribute that it cannot have", info->name);
	if (info->imm == I_CALL && insn->lo >= v->unit->nr_helpers)
		return refuse(v, "there is no helper %u", insn->lo);
	if (!type_fits(v, insn, info->kind[0], insn->type))
		return refuse(v, "%s cannot have a result of type %s", info->name,
			      ir_type_name(insn->type));
	return true;
}

static bool check_insn(struct verifier *v, const struct ir_insn *insn)
{
	unsigned int n;

	for (n = 0; n < 3; n++) {
		if (!check_operand(v, insn, n))
			return false;
	}
	if (!check_imm(v, insn))
		return false;
	return ir_ops[insn->op].aux2 != X_ORD || check_memory(v, insn);
}

/* Edges lead to blocks that exist: then the graph can be walked. */
static bool check_term_shape(struct verifier *v, const struct ir_insn *insn)
{
	static const uint8_t nr[] = { [I_EDGE] = 1, [I_EDGE2] = 2, [I_SWITCH] = 0 };
	unsigned int imm = ir_ops[insn->op].imm;
	uint32_t i;

	if (imm < I_EDGE)
		return true;
	if (nr[imm] ? insn->hi != nr[imm] : !insn->hi)
		return refuse(v, "%s has %u targets", ir_ops[insn->op].name, insn->hi);
	if (insn->lo > v->unit->nr_edges || insn->hi > v->unit->nr_edges - insn->lo)
		return refuse(v, "edges are out of range");
	v->edges_used += insn->hi;
	if (v->edges_used > v->unit->nr_edges)
		return refuse(v, "lists of edges overlap");
	for (i = 0; i < insn->hi; i++) {
		if (v->unit->edge[insn->lo + i].block >= v->unit->nr_blocks)
			return refuse(v, "there is no block b%u", v->unit->edge[insn->lo + i].block);
	}
	return true;
}

/* Parameters, a body, one terminator. */
static bool check_block_shape(struct verifier *v, const struct ir_block *block)
{
	uint32_t i;

	for (i = 0; i < block->nr; i++) {
		const struct ir_insn *insn = &v->unit->insn[block->first + i];

		v->insn = block->first + i;
		v->block_of[v->insn] = v->block;
		if (!check_shape(v, insn))
			return false;
		if ((insn->op == IR_param) != (i < block->nr_params))
			return refuse(v, "parameters stand at the head of a block only");
		if (ir_is_term(insn) != (i == block->nr - 1))
			return refuse(v, "the last instruction of a block, and no other, ends it");
	}
	return check_term_shape(v, ir_terminator(v->unit, v->block));
}

static bool check_blocks(struct verifier *v)
{
	const struct ir_unit *unit = v->unit;
	uint32_t at = 0;

	if (!unit->nr_blocks)
		return refuse(v, "the unit has no block");
	for (v->block = 0; v->block < unit->nr_blocks; v->block++) {
		const struct ir_block *block = &unit->block[v->block];

		v->insn = IR_NONE;
		if (block->first != at || !block->nr || block->nr > unit->nr_insns - at)
			return refuse(v, "block b%u is empty or not where the last one ended",
				      v->block);
		if (block->nr_params > IR_MAX_PARAMS || (!v->block && block->nr_params))
			return refuse(v, "the entry block has parameters, or another too many");
		if (!check_block_shape(v, block))
			return false;
		at += block->nr;
	}
	v->block = v->insn = IR_NONE;
	return at == unit->nr_insns || refuse(v, "instructions outside of blocks");
}

static bool check_reachable(struct verifier *v)
{
	for (v->block = 0; v->block < v->unit->nr_blocks; v->block++) {
		if (!v->dom.in[v->block])
			return refuse(v, "block b%u cannot be reached", v->block);
	}
	return true;
}

static bool check_insns(struct verifier *v)
{
	uint32_t i;

	v->insn = 0;
	for (v->block = 0; v->block < v->unit->nr_blocks; v->block++) {
		for (i = 0; i < v->unit->block[v->block].nr; i++, v->insn++) {
			if (!check_insn(v, &v->unit->insn[v->insn]))
				return false;
		}
	}
	return true;
}

static bool check_helper(struct verifier *v, const struct ir_helper *helper)
{
	uint32_t i;

	if (!helper->name[0] || !memchr(helper->name, 0, sizeof(helper->name)))
		return refuse(v, "a helper has no name");
	if (helper->type >= IR_NR_TYPES || helper->nr_args > IR_HELPER_ARGS)
		return refuse(v, "helper %s cannot have such a type", helper->name);
	for (i = 0; i < helper->nr_args; i++) {
		if (helper->arg[i] == IR_VOID || helper->arg[i] >= IR_NR_TYPES)
			return refuse(v, "argument %u of helper %s has no type", i, helper->name);
	}
	if (helper->effects & ~(E_FPENV | E_RDS | E_WRS | E_RDM | E_WRM | E_FAULT))
		return refuse(v, "helper %s cannot have such effects", helper->name);
	return true;
}

static bool check_unit(struct verifier *v)
{
	const struct ir_unit *unit = v->unit;
	uint32_t i;

	if (unit->nr_insns > IR_MAX_INSNS || unit->nr_args > IR_MAX_ARGS ||
	    unit->nr_edges > IR_MAX_ARGS || unit->nr_helpers > IR_MAX_HELPERS)
		return refuse(v, "the unit is too large");
	if (unit->state_bytes > IR_MAX_STATE)
		return refuse(v, "more than %u bytes of state", IR_MAX_STATE);
	if (unit->flags & ~IR_UNIT_FPFLAGS)
		return refuse(v, "the unit has flags that do not exist");
	for (i = 0; i < unit->nr_helpers; i++) {
		if (!check_helper(v, &unit->helper[i]))
			return false;
	}
	return check_blocks(v);
}

int ir_verify(const struct ir_unit *unit, struct ir_arena *scratch, struct ir_error *error)
{
	struct verifier v = {
		.unit = unit, .error = error, .scratch = scratch, .block = IR_NONE, .insn = IR_NONE,
	};

	*error = (struct ir_error){ .block = IR_NONE, .insn = IR_NONE };
	v.block_of = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*v.block_of));
	if (!v.block_of)
		goto no_memory;
	if (!check_unit(&v))
		return -EINVAL;
	if (ir_dom_build(&v.dom, unit, scratch))
		goto no_memory;
	return check_reachable(&v) && check_insns(&v) ? 0 : -EINVAL;

no_memory:
	snprintf(error->text, sizeof(error->text), "the arena is exhausted");
	return -ENOMEM;
}
