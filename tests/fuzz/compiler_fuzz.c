// SPDX-License-Identifier: MIT
/*
 * What the verifier accepts is compiled by every tier at every level, for every host, and what this
 * machine can run does what the interpreter does. The input is a text; how it is changed knows units.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "tests/fuzz/compiler_mutate.h"
#include "tests/vmcore/gen.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t room, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t room);

#define STATE_BYTES 4096u
#define MEM_FIRST   0x10000u
#define MEM_BYTES   4096u
#define ARENA_BYTES (64u << 20)
#define CACHE_BYTES (8u << 20)
#define FUEL	    5000u
#define MAX_INSNS   5000u	/* an input has a few seconds at most */

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "compiler_fuzz: %s\n", what);
	abort();
}

/* How a unit becomes code. @compile: NULL: tier 2 over tier 1 */
struct column {
	const char *name;
	unsigned int level;
	int (*compile)(struct jit *jit, const struct ir_unit *unit, struct jit_code *code,
		       uint32_t *insn);
};

static const struct column columns[] = {
	{ "tier 1, O0", 0, jit_compile },	{ "tier 1, O1", 1, jit_compile },
	{ "tier 1, O2", 2, jit_compile },	{ "tier 1, O3", 3, jit_compile },
	{ "tier 2, O0", 0, jit_compile_tier2 }, { "tier 2, O1", 1, jit_compile_tier2 },
	{ "tier 2, O2", 2, jit_compile_tier2 }, { "tier 2, O3", 3, jit_compile_tier2 },
	{ "tier 2 over 1, O0", 0, NULL },	{ "tier 2 over 1, O1", 1, NULL },
	{ "tier 2 over 1, O2", 2, NULL },	{ "tier 2 over 1, O3", 3, NULL },
};

#define MAX_JITS 8

/* @jit: for this machine with memory in line, by the port; then for each other host. */
static struct fuzz {
	bool ready;
	struct jit jit[MAX_JITS];
	size_t nr;
	struct ir_arena arena, scratch, copies;
	struct ir_frame frame;
	struct jit_runner runner;
} fuzz;

static void add_jit(const struct host_ops *host, const struct host_native *native, bool flat)
{
	const struct jit_options options = {
		.host = host, .native = native, .cache_bytes = CACHE_BYTES, .evict = true,
		.flat = flat, .first = MEM_FIRST, .bytes = MEM_BYTES, .features = UINT64_MAX,
	};

	must(fuzz.nr < MAX_JITS && !jit_init(&fuzz.jit[fuzz.nr++], &options), "no compiler");
}

static void get_ready(void)
{
	const struct vmb_arch *const *arch;
	size_t nr, i;

	if (fuzz.ready)
		return;
	if (vmb_native()->host_native && vmb_arch_host()->host_ops) {
		add_jit(vmb_arch_host()->host_ops, vmb_native()->host_native, true);
		add_jit(vmb_arch_host()->host_ops, vmb_native()->host_native, false);
	}
	arch = vmb_arches(&nr);
	for (i = 0; i < nr; i++)
		if (arch[i]->host_ops && arch[i] != vmb_arch_host())
			add_jit(arch[i]->host_ops, NULL, true);
	ir_arena_init(&fuzz.arena, ARENA_BYTES);
	ir_arena_init(&fuzz.scratch, ARENA_BYTES);
	ir_arena_init(&fuzz.copies, ARENA_BYTES);
	fuzz.ready = true;
}

static uint64_t stir(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

/* A helper does what its declaration allows, and all of it. */
static bool call(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		 union ir_val *result)
{
	struct ir_context *context = priv;
	struct ir_flat *flat = context->memory.priv;
	uint64_t hash = 1, word = 0;
	uint32_t i;

	for (i = 0; i < helper->nr_args; i++) {
		hash = stir(hash, arg[i].d[0]);
		hash = stir(hash, helper->arg[i] == IR_V128 ? arg[i].d[1] : 0);
	}
	if (helper->effects & E_RDS && context->state_bytes >= 8)
		memcpy(&word, context->state, sizeof(word));
	if (helper->effects & E_RDM)
		hash = stir(hash, flat->host[8]);
	if (helper->effects & E_FPENV)
		hash = stir(hash, context->fp.rm);
	hash = stir(hash, word);
	*result = (union ir_val){ .d = { hash } };
	if (helper->type == IR_V128)
		result->d[1] = ~hash;
	else if (helper->type)
		result->d[0] &= ir_type_mask(helper->type);
	if (helper->effects & E_WRS && context->state_bytes >= 8)
		memcpy(context->state, &hash, sizeof(hash));
	if (helper->effects & E_WRM)
		flat->host[16] ^= (uint8_t)hash;
	return !(helper->effects & E_FAULT) || hash % 8;
}

struct outcome {
	uint8_t state[STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[MEM_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat;
	struct ir_context context;
	struct ir_leave leave;
};

static void fill(struct outcome *o)
{
	uint64_t hash = 7;
	uint32_t i;

	for (i = 0; i < sizeof(o->state); i++) {
		hash = stir(hash, i);
		o->state[i] = hash >> 40 & 3 ? (uint8_t)(hash >> 32) : 0;
	}
	for (i = 0; i < sizeof(o->memory); i++) {
		hash = stir(hash, i);
		o->memory[i] = hash >> 32 & 1 ? (uint8_t)hash : 0;
	}
	/* What looks like addresses, near both ends of memory, and some numbers. */
	for (i = 0; i < 4; i++) {
		static const uint64_t word[] = { MEM_FIRST, MEM_FIRST + MEM_BYTES - 8, 1, UINT64_MAX };

		memcpy(o->state + 8 * i, &word[i], 8);
	}
}

static void prepare(struct outcome *o, const struct ir_unit *unit, uint64_t fuel)
{
	static struct outcome filled;
	static bool ready;

	if (!ready)
		fill(&filled);
	ready = true;
	memcpy(o->state, filled.state, sizeof(o->state));
	memcpy(o->memory, filled.memory, sizeof(o->memory));
	o->flat = (struct ir_flat){ o->memory, MEM_FIRST, MEM_BYTES };
	o->context = (struct ir_context){
		.state = o->state, .state_bytes = sizeof(o->state), .fuel = fuel, .call = call,
		.memory = { .priv = &o->flat, .map = ir_flat_map }, .call_priv = &o->context,
		.fp = { .rm = unit->nr_insns & 3 },
	};
}

static bool same(const struct ir_unit *unit, const struct outcome *a, const struct outcome *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) &&
	       a->context.fp.rm == b->context.fp.rm &&
	       (!(unit->flags & IR_UNIT_FPFLAGS) || a->context.fp.flags == b->context.fp.flags) &&
	       a->leave.kind == b->leave.kind && a->leave.code == b->leave.code &&
	       a->leave.pc == b->leave.pc && a->leave.address == b->leave.address;
}

static void explain(const struct ir_unit *unit, const struct column *column, size_t nr_jit,
		    const struct outcome *want, const struct outcome *got)
{
	uint32_t i;

	fprintf(stderr, "compiler_fuzz: %s, compiler %zu: not what the interpreter does\n",
		column->name, nr_jit);
	ir_print(unit, stderr);
	for (i = 0; i < STATE_BYTES; i++)
		if (want->state[i] != got->state[i])
			fprintf(stderr, "state %u: %02x, not %02x\n", i, got->state[i], want->state[i]);
	for (i = 0; i < MEM_BYTES; i++)
		if (want->memory[i] != got->memory[i])
			fprintf(stderr, "memory %u: %02x, not %02x\n", i, got->memory[i], want->memory[i]);
	fprintf(stderr, "rm %u, not %u; flags %x, not %x\n", got->context.fp.rm, want->context.fp.rm,
		got->context.fp.flags, want->context.fp.flags);
	fprintf(stderr, "left by %u %u %" PRIx64 " %" PRIx64 ", not %u %u %" PRIx64 " %" PRIx64 "\n",
		got->leave.kind, got->leave.code, got->leave.pc, got->leave.address, want->leave.kind,
		want->leave.code, want->leave.pc, want->leave.address);
	abort();
}

/*
 * Compiled code counts fuel at back edges only, by the instructions of the array between: with as
 * many instructions as the unit has for each that the interpreter had, it gets at least as far.
 */
static void run(const struct ir_unit *unit, const struct column *column, size_t nr_jit,
		const struct jit_code *code, const struct outcome *want)
{
	bool ends = want->leave.kind != IR_LEAVE_FUEL;
	static struct outcome got;

	prepare(&got, unit, ends ? (uint64_t)FUEL * 4 * (unit->nr_insns + 16) : FUEL);
	must(!jit_run(&fuzz.jit[nr_jit], code, &got.context, &fuzz.runner, &got.leave),
	     "compiled code cannot be run");
	must(got.leave.kind <= IR_LEAVE_FUEL, "left in no known way");
	if (ends && !same(unit, want, &got))
		explain(unit, column, nr_jit, want, &got);
}

static int compile_over(struct jit *jit, const struct ir_unit *unit, const struct ir_unit *optimised,
			struct jit_code *code)
{
	/* It is run after this returns. */
	static struct jit_code under;
	int status = jit_compile(jit, unit, &under, NULL);

	return status ? status : jit_compile_over(jit, optimised, &under, code, NULL);
}

static void compile_and_run(const struct ir_unit *unit, const struct column *column,
			    const struct outcome *want)
{
	const struct opt_options options = { .level = column->level, .check = true };
	struct ir_error error = { .text = "" };
	struct ir_unit optimised;
	struct jit_code code;
	size_t i;
	int status;

	ir_arena_reset(&fuzz.copies);
	must(!ir_unit_copy(&optimised, unit, &fuzz.copies), "no memory");
	status = opt_run(&optimised, &options, &fuzz.scratch, &error);
	if (status) {
		fprintf(stderr, "compiler_fuzz: %s: %s\n", column->name, error.text);
		ir_print(unit, stderr);
	}
	must(!status, "a pass broke the unit");
	for (i = 0; i < fuzz.nr; i++) {
		struct jit *jit = &fuzz.jit[i];

		/* Tier 2 of the other hosts, and their levels between, add little but time. */
		if (!jit->native && column->level % 2)
			continue;
		code_cache_flush(&jit->cache);
		if (column->compile)
			status = column->compile(jit, &optimised, &code, NULL);
		else
			status = compile_over(jit, unit, &optimised, &code);
		must(!status, "what the verifier accepts cannot be compiled");
		if (want && jit->native)
			run(unit, column, i, &code, want);
	}
}

/* Without fpflags what is read of the flags is unspecified, and so is all that comes of it. */
static bool is_specified(const struct ir_unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns && !(unit->flags & IR_UNIT_FPFLAGS); i++)
		if (unit->insn[i].op == IR_get_fpflags)
			return false;
	return true;
}

static void check_unit(const struct ir_unit *unit)
{
	bool executes = unit->state_bytes <= STATE_BYTES && is_specified(unit);
	static struct outcome want;
	size_t i;

	if (unit->nr_insns > MAX_INSNS)
		return;
	if (executes) {
		prepare(&want, unit, FUEL);
		must(!ir_interpret(unit, &want.context, &fuzz.frame, &want.leave),
		     "cannot be interpreted");
	}
	for (i = 0; i < VMB_ARRAY_SIZE(columns); i++)
		compile_and_run(unit, &columns[i], executes ? &want : NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ir_text at = { .text = (const char *)data, .bytes = bytes };
	struct ir_error error;
	struct ir_unit unit;

	get_ready();
	for (;;) {
		ir_arena_reset(&fuzz.arena);
		ir_unit_init(&unit, &fuzz.arena);
		if (ir_parse(&at, &unit, &error) <= 0)
			break;
		ir_arena_reset(&fuzz.scratch);
		if (!ir_verify(&unit, &fuzz.scratch, &error))
			check_unit(&unit);
	}
	return 0;
}

/* The text of @unit in place of @data, if there is room. */
static size_t write_text(const struct ir_unit *unit, uint8_t *data, size_t bytes, size_t room)
{
	size_t nr = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &nr);

	must(out && !ir_print(unit, out) && !fclose(out), "no memory");
	if (nr <= room) {
		memcpy(data, text, nr);
		bytes = nr;
	}
	free(text);
	return bytes;
}

/* Now and then a new unit, or bytes without sense; mostly a unit that was changed a little. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t room, unsigned int seed)
{
	struct ir_text at = { .text = (const char *)data, .bytes = bytes };
	const struct gen_options options = { seed, 10 + seed / 64 % 60, true, 0 };
	struct ir_error error;
	struct ir_unit unit;

	get_ready();
	if (seed % 64 == 0)
		return LLVMFuzzerMutate(data, bytes, room);
	ir_arena_reset(&fuzz.arena);
	ir_unit_init(&unit, &fuzz.arena);
	ir_arena_reset(&fuzz.scratch);
	if (seed % 64 == 1 || ir_parse(&at, &unit, &error) != 1 ||
	    ir_verify(&unit, &fuzz.scratch, &error)) {
		ir_arena_reset(&fuzz.arena);
		ir_unit_init(&unit, &fuzz.arena);
		if (gen_unit(&unit, &options))
			return bytes;
	} else if (compiler_mutate(&unit, stir(seed, bytes), &fuzz.scratch) < 0) {
		return bytes;
	}
	return write_text(&unit, data, bytes, room);
}
