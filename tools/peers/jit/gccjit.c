// SPDX-License-Identifier: MIT
/*
 * libgccjit: GCC as a library, one context a unit; assembler and linker are programs that it starts.
 * Every value becomes a local variable, as the library's expressions are trees and may not be shared.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <libgccjit.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/peers/jit/peer.h"

static int optimise;

static int open_level(unsigned int level)
{
	optimise = (int)level;
	return level <= 3 ? 0 : -ENOTSUP;
}

static void version(char *text, size_t bytes)
{
	snprintf(text, bytes, "%d.%d.%d", gcc_jit_version_major(), gcc_jit_version_minor(),
		 gcc_jit_version_patchlevel());
}

/*
 * A unit on its way.
 * @u, @s: unsigned and signed integers of 1, 2, 4, 8 bytes by log2 of the size
 * @loose: pointer to @u that may be anywhere
 */
struct translation {
	const struct ir_unit *unit;
	gcc_jit_context *c;
	gcc_jit_function *function;
	gcc_jit_type *u[4], *s[4], *loose[4], *i32, *pointer;
	gcc_jit_lvalue *world, *state, *memory, *address, **value;
	gcc_jit_block **block, *open, *fault[2], *fuel;
	uint32_t at;
	uint32_t nr_names;
};

static unsigned int log2_of(unsigned int type)
{
	return (unsigned int)__builtin_ctz(ir_type_bytes(type));
}

static gcc_jit_rvalue *read_value(gcc_jit_lvalue *variable)
{
	return gcc_jit_lvalue_as_rvalue(variable);
}

static gcc_jit_rvalue *value(const struct translation *t, uint32_t i)
{
	return read_value(t->value[i]);
}

static gcc_jit_rvalue *number(const struct translation *t, gcc_jit_type *type, uint64_t n)
{
	return gcc_jit_context_new_rvalue_from_long(t->c, type, (long)n);
}

static gcc_jit_rvalue *word(const struct translation *t, uint64_t n)
{
	return number(t, t->u[3], n);
}

static gcc_jit_lvalue *local(struct translation *t, gcc_jit_type *type)
{
	char name[16];

	snprintf(name, sizeof(name), "v%u", t->nr_names++);
	return gcc_jit_function_new_local(t->function, NULL, type, name);
}

static void assign(const struct translation *t, gcc_jit_lvalue *to, gcc_jit_rvalue *from)
{
	gcc_jit_block_add_assignment(t->open, NULL, to, from);
}

static gcc_jit_block *new_block(const struct translation *t)
{
	return gcc_jit_function_new_block(t->function, NULL);
}

static gcc_jit_rvalue *calculate(const struct translation *t, enum gcc_jit_binary_op op,
				 gcc_jit_type *type, gcc_jit_rvalue *a, gcc_jit_rvalue *b)
{
	return gcc_jit_context_new_binary_op(t->c, NULL, op, type, a, b);
}

static gcc_jit_rvalue *cast(const struct translation *t, gcc_jit_rvalue *from, gcc_jit_type *type)
{
	return gcc_jit_context_new_cast(t->c, NULL, from, type);
}

/* base[offset] as an access of 1 << @size bytes. */
static gcc_jit_lvalue *place(const struct translation *t, gcc_jit_rvalue *base,
			     gcc_jit_rvalue *offset, unsigned int size)
{
	gcc_jit_lvalue *byte = gcc_jit_context_new_array_access(t->c, NULL, base, offset);
	gcc_jit_rvalue *at = cast(t, gcc_jit_lvalue_get_address(byte, NULL), t->loose[size]);

	return gcc_jit_rvalue_dereference(at, NULL);
}

static gcc_jit_lvalue *field(const struct translation *t, size_t offset)
{
	return place(t, read_value(t->world), word(t, offset), 3);
}

static void leave(const struct translation *t, uint32_t kind, uint64_t code, uint64_t pc)
{
	assign(t, field(t, offsetof(struct peer_world, code)), word(t, code));
	assign(t, field(t, offsetof(struct peer_world, pc)), word(t, pc));
	gcc_jit_block_end_with_return(t->open, NULL, number(t, t->i32, kind));
}

static gcc_jit_block *fault(struct translation *t, bool write)
{
	gcc_jit_block *here = t->open;

	if (t->fault[write])
		return t->fault[write];
	t->open = t->fault[write] = new_block(t);
	assign(t, field(t, offsetof(struct peer_world, address)), read_value(t->address));
	leave(t, IR_LEAVE_FAULT, write ? IR_FAULT_WRITE : IR_FAULT_READ, 0);
	t->open = here;
	return t->fault[write];
}

/* Is the access inside the memory? Return: the place there. */
static gcc_jit_lvalue *checked(struct translation *t, const struct ir_insn *insn, bool write)
{
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK;
	gcc_jit_block *next = new_block(t);
	gcc_jit_rvalue *offset;

	assign(t, t->address, calculate(t, GCC_JIT_BINARY_OP_PLUS, t->u[3], value(t, insn->a),
					word(t, insn->imm)));
	offset = calculate(t, GCC_JIT_BINARY_OP_MINUS, t->u[3], read_value(t->address),
			   word(t, PEER_MEM_FIRST));
	gcc_jit_block_end_with_conditional(
		t->open, NULL,
		gcc_jit_context_new_comparison(t->c, NULL, GCC_JIT_COMPARISON_GT, offset,
					       word(t, PEER_MEM_BYTES - (1u << size))),
		fault(t, write), next);
	t->open = next;
	return place(t, read_value(t->memory), offset, size);
}

static gcc_jit_rvalue *condition(const struct translation *t, unsigned int cond, unsigned int size,
				 gcc_jit_rvalue *a, gcc_jit_rvalue *b)
{
	static const enum gcc_jit_comparison comparison[] = {
		[IR_EQ] = GCC_JIT_COMPARISON_EQ,  [IR_NE] = GCC_JIT_COMPARISON_NE,
		[IR_SLT] = GCC_JIT_COMPARISON_LT, [IR_SGE] = GCC_JIT_COMPARISON_GE,
		[IR_SLE] = GCC_JIT_COMPARISON_LE, [IR_SGT] = GCC_JIT_COMPARISON_GT,
		[IR_ULT] = GCC_JIT_COMPARISON_LT, [IR_UGE] = GCC_JIT_COMPARISON_GE,
		[IR_ULE] = GCC_JIT_COMPARISON_LE, [IR_UGT] = GCC_JIT_COMPARISON_GT,
		[IR_TST] = GCC_JIT_COMPARISON_NE, [IR_TSN] = GCC_JIT_COMPARISON_EQ,
	};

	if (cond == IR_TST || cond == IR_TSN) {
		a = calculate(t, GCC_JIT_BINARY_OP_BITWISE_AND, t->u[size], a, b);
		b = number(t, t->u[size], 0);
	}
	if (cond >= IR_SLT && cond <= IR_SGT) {
		a = cast(t, a, t->s[size]);
		b = cast(t, b, t->s[size]);
	}
	return gcc_jit_context_new_comparison(t->c, NULL, comparison[cond], a, b);
}

static gcc_jit_rvalue *binary(const struct translation *t, const struct ir_insn *insn)
{
	static const struct {
		bool known;
		enum gcc_jit_binary_op op;
	} rule[IR_NR_OPS] = {
		[IR_add] = { true, GCC_JIT_BINARY_OP_PLUS },
		[IR_sub] = { true, GCC_JIT_BINARY_OP_MINUS },
		[IR_mul] = { true, GCC_JIT_BINARY_OP_MULT },
		[IR_and] = { true, GCC_JIT_BINARY_OP_BITWISE_AND },
		[IR_or] = { true, GCC_JIT_BINARY_OP_BITWISE_OR },
		[IR_xor] = { true, GCC_JIT_BINARY_OP_BITWISE_XOR },
		[IR_shl] = { true, GCC_JIT_BINARY_OP_LSHIFT },
		[IR_shr] = { true, GCC_JIT_BINARY_OP_RSHIFT },
		[IR_sar] = { true, GCC_JIT_BINARY_OP_RSHIFT },
	};
	unsigned int size = log2_of(insn->type);
	gcc_jit_rvalue *a, *b;

	if (!rule[insn->op].known)
		return NULL;
	a = value(t, insn->a);
	b = value(t, insn->b);
	if (insn->op == IR_shl || insn->op == IR_shr || insn->op == IR_sar)
		b = calculate(t, GCC_JIT_BINARY_OP_BITWISE_AND, t->u[size], b,
			      number(t, t->u[size], (8u << size) - 1));
	if (insn->op != IR_sar)
		return calculate(t, rule[insn->op].op, t->u[size], a, b);
	a = calculate(t, rule[insn->op].op, t->s[size], cast(t, a, t->s[size]),
		      cast(t, b, t->s[size]));
	return cast(t, a, t->u[size]);
}

static gcc_jit_block *out_of_fuel(struct translation *t)
{
	gcc_jit_block *here = t->open;

	if (!t->fuel) {
		t->open = t->fuel = new_block(t);
		leave(t, IR_LEAVE_FUEL, 0, 0);
		t->open = here;
	}
	return t->fuel;
}

static void to_block(struct translation *t, uint32_t to)
{
	int64_t insns = peer_loop_insns(t->unit, t->at, to);
	gcc_jit_lvalue *fuel = field(t, offsetof(struct peer_world, fuel));

	if (!insns) {
		gcc_jit_block_end_with_jump(t->open, NULL, t->block[to]);
		return;
	}
	assign(t, fuel, calculate(t, GCC_JIT_BINARY_OP_MINUS, t->u[3], read_value(fuel),
				  word(t, (uint64_t)insns)));
	gcc_jit_block_end_with_conditional(
		t->open, NULL,
		gcc_jit_context_new_comparison(t->c, NULL, GCC_JIT_COMPARISON_LT,
					       cast(t, read_value(fuel), t->s[3]),
					       number(t, t->s[3], 0)),
		out_of_fuel(t), t->block[to]);
}

/* Where edge @n goes by way of the arguments: all are read before a parameter is written. */
static gcc_jit_block *edge(struct translation *t, uint32_t n)
{
	const struct ir_edge *e = &t->unit->edge[n];
	uint32_t first = t->unit->block[e->block].first, i;
	gcc_jit_block *here = t->open, *way = new_block(t);
	gcc_jit_lvalue *saved[16];

	if (e->nr_args > VMB_ARRAY_SIZE(saved))
		return NULL;
	t->open = way;
	for (i = 0; i < e->nr_args; i++) {
		saved[i] = local(t, t->u[log2_of(t->unit->insn[first + i].type)]);
		assign(t, saved[i], value(t, t->unit->arg[e->first_arg + i]));
	}
	for (i = 0; i < e->nr_args; i++)
		assign(t, t->value[first + i], read_value(saved[i]));
	to_block(t, e->block);
	t->open = here;
	return way;
}

static int branch(struct translation *t, const struct ir_insn *insn)
{
	gcc_jit_block *yes = edge(t, insn->lo), *no;
	gcc_jit_rvalue *holds, *a;
	unsigned int size;

	if (!yes)
		return -ENOTSUP;
	if (insn->op == IR_br) {
		gcc_jit_block_end_with_jump(t->open, NULL, yes);
		return 0;
	}
	no = edge(t, insn->lo + 1);
	if (!no)
		return -ENOTSUP;
	a = value(t, insn->a);
	size = log2_of(t->unit->insn[insn->a].type);
	holds = insn->op == IR_brcmp ? condition(t, insn->aux, size, a, value(t, insn->b)) :
				       condition(t, IR_NE, size, a, number(t, t->u[size], 0));
	gcc_jit_block_end_with_conditional(t->open, NULL, holds, yes, no);
	return 0;
}

static gcc_jit_rvalue *guest_load(struct translation *t, const struct ir_insn *insn)
{
	unsigned int size = insn->aux & IR_MEM_SIZE_MASK, type = log2_of(insn->type);
	gcc_jit_rvalue *got = cast(t, read_value(checked(t, insn, false)), t->u[size]);

	if (!(insn->aux & IR_MEM_SIGNED))
		return cast(t, got, t->u[type]);
	return cast(t, cast(t, cast(t, got, t->s[size]), t->s[type]), t->u[type]);
}

static void guest_store(struct translation *t, const struct ir_insn *insn)
{
	gcc_jit_lvalue *to = checked(t, insn, true);

	assign(t, to, cast(t, value(t, insn->b), t->u[insn->aux & IR_MEM_SIZE_MASK]));
}

/* What instruction @i computes; NULL if it is not known here. */
static gcc_jit_rvalue *result(struct translation *t, const struct ir_insn *insn)
{
	unsigned int size = log2_of(insn->type);

	switch (insn->op) {
	case IR_const:
		return number(t, t->u[size], insn->imm);
	case IR_cmp:
		return cast(t, condition(t, insn->aux, log2_of(t->unit->insn[insn->a].type),
					 value(t, insn->a), value(t, insn->b)), t->u[size]);
	case IR_ld_state:
		return cast(t, read_value(place(t, read_value(t->state), word(t, insn->imm), size)),
			    t->u[size]);
	case IR_ld:
		return guest_load(t, insn);
	default:
		return binary(t, insn);
	}
}

static int statement(struct translation *t, const struct ir_insn *insn)
{
	unsigned int size;

	switch (insn->op) {
	case IR_st_state:
		size = log2_of(t->unit->insn[insn->a].type);
		assign(t, place(t, read_value(t->state), word(t, insn->imm), size), value(t, insn->a));
		return 0;
	case IR_st:
		guest_store(t, insn);
		return 0;
	case IR_br:
	case IR_brcond:
	case IR_brcmp:
		return branch(t, insn);
	case IR_exit:
		leave(t, IR_LEAVE_EXIT, insn->aux, insn->imm);
		return 0;
	default:
		return -ENOTSUP;
	}
}

static int translate_insn(struct translation *t, uint32_t i)
{
	const struct ir_insn *insn = &t->unit->insn[i];
	gcc_jit_rvalue *computed;

	if (insn->op == IR_param)
		return 0;
	if (insn->type == IR_VOID)
		return statement(t, insn);
	computed = result(t, insn);
	if (!computed)
		return -ENOTSUP;
	assign(t, t->value[i], computed);
	return 0;
}

static void types(struct translation *t)
{
	static const enum gcc_jit_types u[] = { GCC_JIT_TYPE_UINT8_T, GCC_JIT_TYPE_UINT16_T,
						GCC_JIT_TYPE_UINT32_T, GCC_JIT_TYPE_UINT64_T };
	static const enum gcc_jit_types s[] = { GCC_JIT_TYPE_INT8_T, GCC_JIT_TYPE_INT16_T,
						GCC_JIT_TYPE_INT32_T, GCC_JIT_TYPE_INT64_T };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		t->u[i] = gcc_jit_context_get_type(t->c, u[i]);
		t->s[i] = gcc_jit_context_get_type(t->c, s[i]);
		t->loose[i] = gcc_jit_type_get_pointer(gcc_jit_type_get_aligned(t->u[i], 1));
	}
	t->i32 = t->s[2];
	t->pointer = gcc_jit_type_get_pointer(t->u[0]);
}

/* A pointer in the world. */
static gcc_jit_rvalue *pointer_at(const struct translation *t, size_t offset)
{
	gcc_jit_lvalue *byte = gcc_jit_context_new_array_access(t->c, NULL, read_value(t->world),
								 word(t, offset));
	gcc_jit_rvalue *at = gcc_jit_lvalue_get_address(byte, NULL);

	return read_value(gcc_jit_rvalue_dereference(
		cast(t, at, gcc_jit_type_get_pointer(t->pointer)), NULL));
}

/* The function begins with the block that is made first. */
static void entry(struct translation *t)
{
	uint32_t i;

	t->open = new_block(t);
	for (i = 0; i < t->unit->nr_blocks; i++)
		t->block[i] = new_block(t);
	t->state = local(t, t->pointer);
	t->memory = local(t, t->pointer);
	t->address = local(t, t->u[3]);
	assign(t, t->state, pointer_at(t, offsetof(struct peer_world, state)));
	assign(t, t->memory, pointer_at(t, offsetof(struct peer_world, memory)));
	gcc_jit_block_end_with_jump(t->open, NULL, t->block[0]);
}

static int translate(struct translation *t)
{
	gcc_jit_param *param = gcc_jit_context_new_param(t->c, NULL, t->pointer, "world");
	uint32_t i;
	int err = 0;

	t->function = gcc_jit_context_new_function(t->c, NULL, GCC_JIT_FUNCTION_EXPORTED, t->i32,
						   "unit", 1, &param, 0);
	t->world = gcc_jit_param_as_lvalue(param);
	for (i = 0; i < t->unit->nr_insns; i++) {
		unsigned int type = t->unit->insn[i].type;

		if (type != IR_VOID && !ir_is_int(type))
			return -ENOTSUP;
		if (type != IR_VOID)
			t->value[i] = local(t, t->u[log2_of(type)]);
	}
	entry(t);
	for (t->at = 0; t->at < t->unit->nr_blocks && !err; t->at++) {
		const struct ir_block *block = &t->unit->block[t->at];

		t->open = t->block[t->at];
		for (i = block->first; i < block->first + block->nr && !err; i++)
			err = translate_insn(t, i);
	}
	return err;
}

static uint32_t code_bytes(void *fn)
{
	ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!dladdr1(fn, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol)
		return 0;
	return (uint32_t)symbol->st_size;
}

static int finish(struct translation *t, struct peer_code *code)
{
	gcc_jit_result *made = gcc_jit_context_compile(t->c);
	void *fn = made ? gcc_jit_result_get_code(made, "unit") : NULL;

	if (!fn)
		return -EIO;
	code->own[0] = made;
	code->bytes = code_bytes(fn);
	memcpy(&code->fn, &fn, sizeof(fn));
	return 0;
}

static int compile(struct ir_unit *unit, struct peer_code *code)
{
	struct translation t = { .unit = unit, .c = gcc_jit_context_acquire() };
	int err = -ENOMEM;

	t.value = calloc(unit->nr_insns, sizeof(*t.value));
	t.block = calloc(unit->nr_blocks, sizeof(*t.block));
	if (t.c && t.value && t.block) {
		gcc_jit_context_set_int_option(t.c, GCC_JIT_INT_OPTION_OPTIMIZATION_LEVEL, optimise);
		gcc_jit_context_add_command_line_option(t.c, "-fno-strict-aliasing");
		types(&t);
		err = translate(&t);
		err = err ? err : finish(&t, code);
	}
	if (t.c)
		gcc_jit_context_release(t.c);
	free(t.value);
	free(t.block);
	return err;
}

static void release(struct peer_code *code)
{
	gcc_jit_result_release(code->own[0]);
}

const struct peer peer = {
	.copies = 1,
	.open = open_level,
	.version = version,
	.compile = compile,
	.run = peer_call,
	.release = release,
};
