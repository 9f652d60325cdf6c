// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/ir/attr.h"
#include "vmcore/ir/build.h"
#include "vmcore/ir/lex.h"
#include "vmcore/ir/names.h"

#define MAX_TARGETS 1024u

/*
 * @values, @blocks: names
 * @name, @type: of the value that this line defines; name.bytes is 0 without one
 * @arg: arguments of the branch or call of this line, for all its targets
 */
struct parser {
	struct ir_lexer lex;
	struct ir_build build;
	struct ir_names values;
	struct ir_names blocks;
	struct ir_word name;
	unsigned int type;
	uint32_t *arg;
	uint32_t nr_args;
	uint32_t cap_args;
};

static bool no_memory(struct parser *p)
{
	return ir_lex_fail(&p->lex, -ENOMEM, "the arena is exhausted");
}

/* What the builder says of the last thing that it was asked for. */
static bool built(struct parser *p)
{
	if (p->lex.status)
		return false;
	if (p->build.error == -ENOMEM)
		return no_memory(p);
	if (p->build.error == -E2BIG)
		return ir_lex_fail(&p->lex, -E2BIG, "the unit is too large");
	if (p->build.error)
		return ir_lex_fail(&p->lex, -EINVAL, "this cannot stand here: a block begins with "
				   "a label and ends with its terminator");
	return true;
}

static unsigned int parse_type(struct parser *p)
{
	struct ir_word word = ir_lex_word(&p->lex, "a type");
	unsigned int type;

	for (type = 0; type < IR_NR_TYPES; type++) {
		if (ir_word_is(word, ir_type_name(type)))
			return type;
	}
	ir_lex_fail(&p->lex, -EINVAL, "there is no type \"%.*s\"", IR_WORD_ARG(word));
	return IR_VOID;
}

static uint32_t parse_value(struct parser *p)
{
	struct ir_word word;
	struct ir_name *name;

	if (!ir_lex_expect(&p->lex, '%'))
		return 0;
	word = ir_lex_word(&p->lex, "a value");
	if (p->lex.status)
		return 0;
	name = ir_names_get(&p->values, word);
	if (!name)
		no_memory(p);
	else if (!name->defined)
		ir_lex_fail(&p->lex, -EINVAL, "value %%%.*s is not defined",
			    IR_WORD_ARG(word));
	else
		return name->index;
	return 0;
}

static void define_value(struct parser *p, struct ir_word word, uint32_t value)
{
	struct ir_name *name;

	if (!word.bytes || !built(p))
		return;
	name = ir_names_get(&p->values, word);
	if (!name) {
		no_memory(p);
		return;
	}
	if (name->defined)
		ir_lex_fail(&p->lex, -EINVAL, "value %%%.*s is defined twice",
			    IR_WORD_ARG(word));
	name->index = value;
	name->defined = true;
}

static struct ir_name *block_name(struct parser *p, struct ir_word word)
{
	struct ir_name *name;

	if (p->lex.status)
		return NULL;
	name = ir_names_get(&p->blocks, word);
	if (!name) {
		no_memory(p);
		return NULL;
	}
	if (name->index == IR_NONE) {
		name->index = ir_new_block(&p->build);
		name->line = p->lex.line;
	}
	return built(p) ? name : NULL;
}

static bool push_arg(struct parser *p, uint32_t value)
{
	uint32_t cap = p->cap_args ? p->cap_args * 2 : 64;
	uint32_t *arg;

	if (p->lex.status)
		return false;
	if (p->nr_args == p->cap_args) {
		if (cap > IR_MAX_ARGS)
			return ir_lex_fail(&p->lex, -E2BIG, "too many arguments");
		arg = ir_arena_grow(p->build.unit->arena, p->arg, p->cap_args * sizeof(*arg),
				    cap * sizeof(*arg));
		if (!arg)
			return no_memory(p);
		p->arg = arg;
		p->cap_args = cap;
	}
	p->arg[p->nr_args++] = value;
	return true;
}

/* Values in parentheses, appended to the arguments. Return: how many. */
static uint32_t parse_list(struct parser *p)
{
	uint32_t first = p->nr_args;

	if (ir_lex_accept(&p->lex, ')'))
		return 0;
	do {
		push_arg(p, parse_value(p));
	} while (ir_lex_accept(&p->lex, ','));
	ir_lex_expect(&p->lex, ')');
	return p->nr_args - first;
}

static struct ir_target parse_target(struct parser *p)
{
	struct ir_name *name = block_name(p, ir_lex_word(&p->lex, "a block"));
	struct ir_target target = { .block = name ? name->index : 0 };

	if (ir_lex_accept(&p->lex, '('))
		target.nr_args = parse_list(p);
	return target;
}

static void parse_branch(struct parser *p, const struct ir_insn *insn, bool first)
{
	struct ir_target target[MAX_TARGETS];
	uint32_t nr = 0, i, args = 0;

	p->nr_args = 0;
	while (!p->lex.status && (nr ? ir_lex_accept(&p->lex, ',') :
				       first || ir_lex_expect(&p->lex, ','))) {
		if (nr == MAX_TARGETS) {
			ir_lex_fail(&p->lex, -E2BIG, "more than %u targets", MAX_TARGETS);
			return;
		}
		target[nr++] = parse_target(p);
	}
	if (p->lex.status)
		return;
	for (i = 0; i < nr; i++) {
		target[i].arg = p->arg ? p->arg + args : NULL;
		args += target[i].nr_args;
	}
	ir_emit_branch(&p->build, insn, target, nr);
}

static void parse_call(struct parser *p)
{
	struct ir_word word = ir_lex_word(&p->lex, "a helper");
	struct ir_unit *unit = p->build.unit;
	uint32_t value, nr, i;

	for (i = 0; i < unit->nr_helpers && !ir_word_is(word, unit->helper[i].name); i++)
		;
	if (i == unit->nr_helpers) {
		ir_lex_fail(&p->lex, -EINVAL, "helper \"%.*s\" is not declared",
			    IR_WORD_ARG(word));
		return;
	}
	p->nr_args = 0;
	ir_lex_expect(&p->lex, '(');
	nr = parse_list(p);
	if (nr != unit->helper[i].nr_args) {
		ir_lex_fail(&p->lex, -EINVAL, "%s has %u arguments", unit->helper[i].name,
			    unit->helper[i].nr_args);
		return;
	}
	value = ir_emit_call(&p->build, i, p->arg);
	if (built(p)) {
		unit->insn[value].type = (uint8_t)p->type;
		define_value(p, p->name, value);
	}
}

static bool negative_fits(const struct ir_number *number, unsigned int type)
{
	return ir_is_int(type) && !number->hi && number->lo <= ir_type_mask(type) / 2 + 1;
}

static void parse_const(struct parser *p, struct ir_insn *insn)
{
	struct ir_number number = ir_lex_number(&p->lex);
	uint64_t mask = insn->type == IR_V128 || insn->type == IR_VOID ? ~UINT64_C(0) :
									  ir_type_mask(insn->type);

	insn->b = insn->c = 0;
	insn->imm = number.lo;
	if (number.negative && negative_fits(&number, insn->type)) {
		insn->imm = -number.lo & mask;
	} else if (number.negative || (insn->type != IR_V128 && (number.hi || number.lo > mask))) {
		ir_lex_fail(&p->lex, -EINVAL, "the constant does not fit its type");
	} else if (insn->type == IR_V128) {
		insn->b = (uint32_t)number.hi;
		insn->c = (uint32_t)(number.hi >> 32);
	}
}

static void parse_offset(struct parser *p, struct ir_insn *insn)
{
	struct ir_number number = ir_lex_number(&p->lex);

	insn->imm = number.negative ? -number.lo : number.lo;
	if (number.hi || number.lo > (uint64_t)INT32_MAX + number.negative)
		ir_lex_fail(&p->lex, -EINVAL, "the displacement does not fit 32 bits");
}

static void parse_imm(struct parser *p, struct ir_insn *insn, bool first)
{
	unsigned int imm = ir_ops[insn->op].imm;

	if (imm == I_NONE || p->lex.status || (!first && !ir_lex_expect(&p->lex, ',')))
		return;
	if (imm == I_CONST) {
		parse_const(p, insn);
	} else if (imm == I_OFF) {
		parse_offset(p, insn);
	} else if (imm == I_BITS) {
		insn->lo = (uint32_t)ir_lex_unsigned(&p->lex, 63);
		ir_lex_expect(&p->lex, ',');
		insn->hi = (uint32_t)ir_lex_unsigned(&p->lex, 64);
	} else {
		insn->imm = ir_lex_unsigned(&p->lex, UINT64_MAX);
	}
}

static bool field_value(const struct ir_field *field, struct ir_word word, unsigned int *value)
{
	for (*value = 0; *value < field->nr_names; (*value)++) {
		const char *name = field->name[*value];

		if (name && ir_word_is(word, name))
			return !(field->optional && !*value);
	}
	return false;
}

/* A value without a name, as a number of at most three digits. */
static bool number_value(const struct ir_field *field, struct ir_word word, unsigned int *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < word.bytes && i < 3 && word.text[i] >= '0' && word.text[i] <= '9'; i++)
		*value = *value * 10 + (unsigned int)(word.text[i] - '0');
	return field->number && word.bytes && i == word.bytes && *value <= 255;
}

/* Put the attribute @word into @byte, if it belongs to a field that @seen has not. */
static bool set_attr(unsigned int attr, struct ir_word word, uint8_t *byte, uint32_t *seen)
{
	unsigned int i, value;

	for (i = 0; i < ir_attrs[attr].nr_fields; i++) {
		const struct ir_field *field = &ir_attrs[attr].field[i];

		if (*seen >> i & 1)
			continue;
		if (field_value(field, word, &value) || number_value(field, word, &value)) {
			*byte |= (uint8_t)(value << field->shift);
			*seen |= 1u << i;
			return true;
		}
	}
	return false;
}

static bool complete(unsigned int attr, uint32_t seen)
{
	unsigned int i;

	for (i = 0; i < ir_attrs[attr].nr_fields; i++) {
		if (!ir_attrs[attr].field[i].optional && !(seen >> i & 1))
			return false;
	}
	return attr != X_FENCE || seen;
}

static void parse_attrs(struct parser *p, struct ir_insn *insn)
{
	const struct ir_op_info *info = &ir_ops[insn->op];
	uint32_t seen = 0, seen2 = 0;

	while (!p->lex.status && ir_lex_accept(&p->lex, '.')) {
		struct ir_word word = ir_lex_word(&p->lex, "an attribute");

		if (!set_attr(info->aux, word, &insn->aux, &seen) &&
		    !set_attr(info->aux2, word, &insn->aux2, &seen2))
			ir_lex_fail(&p->lex, -EINVAL, "%s has no attribute \"%.*s\"", info->name,
				    IR_WORD_ARG(word));
	}
	if (!complete(info->aux, seen) || !complete(info->aux2, seen2))
		ir_lex_fail(&p->lex, -EINVAL, "%s needs one more attribute", info->name);
}

static bool find_op(struct parser *p, struct ir_word word, struct ir_insn *insn)
{
	unsigned int op;

	for (op = 0; op < IR_NR_OPS; op++) {
		if (op != IR_param && ir_word_is(word, ir_ops[op].name)) {
			insn->op = (uint8_t)op;
			return true;
		}
	}
	return ir_lex_fail(&p->lex, -EINVAL, "there is no instruction \"%.*s\"",
			   IR_WORD_ARG(word));
}

static void parse_operands(struct parser *p, struct ir_insn *insn)
{
	unsigned int nr = ir_ops[insn->op].nr_operands;

	if (nr)
		insn->a = parse_value(p);
	if (nr > 1) {
		ir_lex_expect(&p->lex, ',');
		insn->b = parse_value(p);
	}
	if (nr > 2) {
		ir_lex_expect(&p->lex, ',');
		insn->c = parse_value(p);
	}
}

static void parse_insn(struct parser *p, struct ir_word mnemonic)
{
	struct ir_insn insn = { .type = (uint8_t)p->type, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
	bool bare;

	if (!find_op(p, mnemonic, &insn))
		return;
	bare = !ir_ops[insn.op].nr_operands;
	parse_attrs(p, &insn);
	if (insn.op == IR_call) {
		parse_call(p);
		return;
	}
	parse_operands(p, &insn);
	if (ir_ops[insn.op].imm >= I_EDGE) {
		parse_branch(p, &insn, bare);
		return;
	}
	parse_imm(p, &insn, bare);
	if (!p->lex.status)
		define_value(p, p->name, ir_emit(&p->build, &insn));
}

static void parse_definition(struct parser *p)
{
	p->name = ir_lex_word(&p->lex, "a value");
	ir_lex_expect(&p->lex, ':');
	p->type = parse_type(p);
	ir_lex_expect(&p->lex, '=');
	parse_insn(p, ir_lex_word(&p->lex, "an instruction"));
}

static void parse_params(struct parser *p)
{
	do {
		struct ir_word word;

		ir_lex_expect(&p->lex, '%');
		word = ir_lex_word(&p->lex, "a parameter");
		ir_lex_expect(&p->lex, ':');
		define_value(p, word, ir_add_param(&p->build, parse_type(p)));
	} while (ir_lex_accept(&p->lex, ','));
	ir_lex_expect(&p->lex, ')');
}

static void parse_label(struct parser *p, struct ir_word word)
{
	struct ir_name *name = block_name(p, word);

	if (!name)
		return;
	if (name->defined) {
		ir_lex_fail(&p->lex, -EINVAL, "block %.*s is defined twice",
			    IR_WORD_ARG(word));
		return;
	}
	name->defined = true;
	ir_start_block(&p->build, name->index);
	if (ir_lex_accept(&p->lex, '('))
		parse_params(p);
	ir_lex_expect(&p->lex, ':');
}

static uint32_t parse_effect(struct parser *p)
{
	static const struct {
		const char *name;
		uint32_t effect;
	} effects[] = {
		{ "fpenv", E_FPENV }, { "rds", E_RDS }, { "wrs", E_WRS },
		{ "rdm", E_RDM },     { "wrm", E_WRM }, { "fault", E_FAULT },
	};
	struct ir_word word = ir_lex_word(&p->lex, "an effect");
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(effects); i++) {
		if (ir_word_is(word, effects[i].name))
			return effects[i].effect;
	}
	ir_lex_fail(&p->lex, -EINVAL, "there is no effect \"%.*s\"", IR_WORD_ARG(word));
	return 0;
}

static void copy_name(struct parser *p, char *name, struct ir_word word)
{
	if (word.bytes >= IR_NAME_BYTES)
		ir_lex_fail(&p->lex, -EINVAL, "the name has more than %d characters",
			    IR_NAME_BYTES - 1);
	else
		memcpy(name, word.text, word.bytes);
}

static void parse_helper_args(struct parser *p, struct ir_helper *helper)
{
	ir_lex_expect(&p->lex, '(');
	if (ir_lex_accept(&p->lex, ')'))
		return;
	do {
		if (helper->nr_args == IR_HELPER_ARGS) {
			ir_lex_fail(&p->lex, -EINVAL, "more than %d arguments", IR_HELPER_ARGS);
			return;
		}
		helper->arg[helper->nr_args++] = (uint8_t)parse_type(p);
	} while (ir_lex_accept(&p->lex, ','));
	ir_lex_expect(&p->lex, ')');
}

static void parse_helper(struct parser *p)
{
	struct ir_helper helper = { .type = IR_VOID };
	struct ir_word word = ir_lex_word(&p->lex, "a name");
	uint32_t i;

	copy_name(p, helper.name, word);
	for (i = 0; i < p->build.unit->nr_helpers; i++) {
		if (ir_word_is(word, p->build.unit->helper[i].name))
			ir_lex_fail(&p->lex, -EINVAL, "helper %s is declared twice", helper.name);
	}
	parse_helper_args(p, &helper);
	helper.type = (uint8_t)parse_type(p);
	while (!p->lex.status && ir_lex_peek(&p->lex) != '\n')
		helper.effects |= (uint16_t)parse_effect(p);
	if (p->lex.status)
		return;
	ir_add_helper(&p->build, &helper);
	built(p);
}

/* A line that begins with a word: a property of the unit, a label, or an instruction. */
static void parse_line(struct parser *p)
{
	struct ir_word word = ir_lex_word(&p->lex, "an instruction, a label or '}'");
	struct ir_unit *unit = p->build.unit;
	char next = ir_lex_peek(&p->lex);

	p->name = (struct ir_word){ .text = "" };
	p->type = IR_VOID;
	if (next == ':' || next == '(')
		parse_label(p, word);
	else if (unit->nr_insns)
		parse_insn(p, word);
	else if (ir_word_is(word, "state"))
		unit->state_bytes = (uint32_t)ir_lex_unsigned(&p->lex, IR_MAX_STATE);
	else if (ir_word_is(word, "fpflags"))
		unit->flags |= IR_UNIT_FPFLAGS;
	else if (ir_word_is(word, "helper"))
		parse_helper(p);
	else
		parse_insn(p, word);
}

static void parse_head(struct parser *p)
{
	struct ir_word word = ir_lex_word(&p->lex, "\"unit\"");

	if (!ir_word_is(word, "unit"))
		ir_lex_fail(&p->lex, -EINVAL, "expected \"unit\"");
	copy_name(p, p->build.unit->name, ir_lex_word(&p->lex, "a name"));
	ir_lex_expect(&p->lex, '{');
	ir_lex_end_line(&p->lex);
}

static void parse_body(struct parser *p)
{
	while (ir_lex_skip_lines(&p->lex)) {
		if (ir_lex_accept(&p->lex, '}')) {
			ir_lex_end_line(&p->lex);
			return;
		}
		if (ir_lex_accept(&p->lex, '%'))
			parse_definition(p);
		else
			parse_line(p);
		if (!built(p) || !ir_lex_end_line(&p->lex))
			return;
	}
	ir_lex_fail(&p->lex, -EINVAL, "the unit has no end");
}

static bool check_blocks_defined(struct parser *p)
{
	uint32_t i;

	for (i = 0; i < p->blocks.nr_slots && !p->lex.status; i++) {
		const struct ir_name *name = &p->blocks.slot[i];

		if (name->word.bytes && !name->defined) {
			ir_lex_fail(&p->lex, -EINVAL, "block %.*s is not defined",
				    IR_WORD_ARG(name->word));
			p->lex.error->line = name->line;
			p->lex.error->column = 1;
		}
	}
	return !p->lex.status;
}

int ir_parse(struct ir_text *text, struct ir_unit *unit, struct ir_error *error)
{
	struct parser p = {
		.lex = { .text = text->text, .bytes = text->bytes, .at = text->at,
			 .line_start = text->at, .line = text->line + 1, .error = error },
		.values = { .arena = unit->arena }, .blocks = { .arena = unit->arena },
	};

	*error = (struct ir_error){ .block = IR_NONE, .insn = IR_NONE };
	if (ir_lex_skip_lines(&p.lex)) {
		ir_build_begin(&p.build, unit);
		parse_head(&p);
		if (!p.lex.status)
			parse_body(&p);
		if (!p.lex.status && check_blocks_defined(&p) && ir_build_end(&p.build))
			ir_lex_fail(&p.lex, p.build.error, "the unit has no block, or no end");
		if (!p.lex.status)
			p.lex.status = 1;
	}
	text->at = p.lex.at;
	text->line = p.lex.line - 1;
	return p.lex.status;
}
