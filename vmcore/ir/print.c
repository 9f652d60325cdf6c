// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>

#include "vmcore/ir/attr.h"
#include "vmcore/ir/ir.h"

static void print_attr(FILE *out, unsigned int attr, uint8_t byte)
{
	unsigned int i;

	for (i = 0; i < ir_attrs[attr].nr_fields; i++) {
		const struct ir_field *field = &ir_attrs[attr].field[i];
		unsigned int value = ir_field_value(field, byte);
		const char *name = ir_field_name(field, value);

		if (!value && field->optional)
			continue;
		if (name)
			fprintf(out, ".%s", name);
		else
			fprintf(out, ".%u", value);
	}
}

static void print_list(const struct ir_unit *unit, FILE *out, uint32_t first, uint32_t nr)
{
	uint32_t i;

	if (first > unit->nr_args || nr > unit->nr_args - first) {
		fputs("(?)", out);
		return;
	}
	fputc('(', out);
	for (i = 0; i < nr; i++)
		fprintf(out, "%s%%%u", i ? ", " : "", unit->arg[first + i]);
	fputc(')', out);
}

static void print_edge(const struct ir_unit *unit, FILE *out, uint32_t at)
{
	const struct ir_edge *edge;

	if (at >= unit->nr_edges) {
		fputs("b?", out);
		return;
	}
	edge = &unit->edge[at];
	fprintf(out, "b%u", edge->block);
	if (edge->nr_args)
		print_list(unit, out, edge->first_arg, edge->nr_args);
}

static void print_edges(const struct ir_unit *unit, FILE *out, const struct ir_insn *insn,
			const char *separator)
{
	uint32_t i;

	for (i = 0; i < insn->hi && insn->lo + i < unit->nr_edges; i++) {
		fputs(i ? ", " : separator, out);
		print_edge(unit, out, insn->lo + i);
	}
}

static void print_call(const struct ir_unit *unit, FILE *out, const struct ir_insn *insn)
{
	if (insn->lo >= unit->nr_helpers) {
		fprintf(out, " ?%u", insn->lo);
		return;
	}
	fprintf(out, " %.*s", IR_NAME_BYTES, unit->helper[insn->lo].name);
	print_list(unit, out, insn->hi, unit->helper[insn->lo].nr_args);
}

/* Small integers in decimal, anything else in hexadecimal. */
static void print_const(FILE *out, const struct ir_insn *insn)
{
	if (insn->type == IR_V128)
		fprintf(out, " 0x%08x%08x%016" PRIx64, insn->c, insn->b, insn->imm);
	else if (insn->imm < 65536 && ir_is_int(insn->type))
		fprintf(out, " %" PRIu64, insn->imm);
	else
		fprintf(out, " 0x%" PRIx64, insn->imm);
}

static void print_imm(const struct ir_unit *unit, FILE *out, const struct ir_insn *insn,
		      const char *separator)
{
	switch (ir_ops[insn->op].imm) {
	case I_NONE:
		break;
	case I_CONST:
		print_const(out, insn);
		break;
	case I_OFF:
		fprintf(out, "%s%" PRId64, separator, (int64_t)insn->imm);
		break;
	case I_BITS:
		fprintf(out, "%s%u, %u", separator, insn->lo, insn->hi);
		break;
	case I_PC:
		fprintf(out, "%s0x%" PRIx64, separator, insn->imm);
		break;
	case I_CALL:
		print_call(unit, out, insn);
		break;
	case I_EDGE:
	case I_EDGE2:
	case I_SWITCH:
		print_edges(unit, out, insn, separator);
		break;
	default:
		fprintf(out, "%s%" PRIu64, separator, insn->imm);
		break;
	}
}

static void print_insn(const struct ir_unit *unit, FILE *out, uint32_t at)
{
	const struct ir_insn *insn = &unit->insn[at];
	const struct ir_op_info *info;
	const char *separator = " ";
	unsigned int i;

	if (insn->op >= IR_NR_OPS || !ir_type_name(insn->type)) {
		fprintf(out, "  ; no instruction: op %u type %u\n", insn->op, insn->type);
		return;
	}
	info = &ir_ops[insn->op];
	fputs("  ", out);
	if (insn->type != IR_VOID)
		fprintf(out, "%%%u:%s = ", at, ir_type_name(insn->type));
	fputs(info->name, out);
	print_attr(out, info->aux, insn->aux);
	print_attr(out, info->aux2, insn->aux2);
	for (i = 0; i < info->nr_operands; i++) {
		fprintf(out, "%s%%%u", separator, ir_operand(insn, i));
		separator = ", ";
	}
	print_imm(unit, out, insn, separator);
	fputc('\n', out);
}

static void print_head(const struct ir_unit *unit, FILE *out, uint32_t at)
{
	const struct ir_block *block = &unit->block[at];
	uint32_t i;

	fprintf(out, "b%u", at);
	for (i = 0; i < block->nr_params && block->first + i < unit->nr_insns; i++) {
		const char *type = ir_type_name(unit->insn[block->first + i].type);

		fprintf(out, "%s%%%u:%s", i ? ", " : "(", block->first + i, type ? type : "?");
	}
	fputs(i ? "):\n" : ":\n", out);
}

static void print_block(const struct ir_unit *unit, FILE *out, uint32_t at)
{
	const struct ir_block *block = &unit->block[at];
	uint32_t i;

	print_head(unit, out, at);
	for (i = block->nr_params; i < block->nr && block->first + i < unit->nr_insns; i++)
		print_insn(unit, out, block->first + i);
}

static void print_effects(FILE *out, uint32_t effects)
{
	static const struct {
		uint16_t effect;
		const char *name;
	} names[] = {
		{ E_FPENV, "fpenv" }, { E_RDS, "rds" }, { E_WRS, "wrs" },
		{ E_RDM, "rdm" },     { E_WRM, "wrm" }, { E_FAULT, "fault" },
	};
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(names); i++) {
		if (effects & names[i].effect)
			fprintf(out, " %s", names[i].name);
	}
}

static void print_helper(FILE *out, const struct ir_helper *helper)
{
	uint32_t i;

	fprintf(out, "  helper %.*s(", IR_NAME_BYTES, helper->name);
	for (i = 0; i < helper->nr_args && i < IR_HELPER_ARGS; i++) {
		const char *type = ir_type_name(helper->arg[i]);

		fprintf(out, "%s%s", i ? ", " : "", type ? type : "?");
	}
	fprintf(out, ") %s", ir_type_name(helper->type) ? ir_type_name(helper->type) : "?");
	print_effects(out, helper->effects);
	fputc('\n', out);
}

int ir_print(const struct ir_unit *unit, FILE *out)
{
	uint32_t i;

	fprintf(out, "unit %.*s {\n", IR_NAME_BYTES, unit->name[0] ? unit->name : "_");
	if (unit->state_bytes)
		fprintf(out, "  state %u\n", unit->state_bytes);
	if (unit->flags & IR_UNIT_FPFLAGS)
		fputs("  fpflags\n", out);
	for (i = 0; i < unit->nr_helpers; i++)
		print_helper(out, &unit->helper[i]);
	for (i = 0; i < unit->nr_blocks; i++)
		print_block(unit, out, i);
	fputs("}\n", out);
	return ferror(out) ? -EIO : 0;
}
