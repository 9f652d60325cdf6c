// SPDX-License-Identifier: MIT
#include "user/jit_view.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"

/* Guest memory that accesses are compiled for in line, as the translator of programs has it. */
#define MEMORY_FIRST 0x10000u
#define MEMORY_BYTES (UINT64_C(1) << 30)

#define SCRATCH_BYTES	 (UINT64_C(4) << 30)
#define FIRST_CODE_BYTES (UINT64_C(1) << 20)
#define MOST_CODE_BYTES	 (UINT64_C(1) << 30)
#define LINE_BYTES	 8u	/* of code that are shown beside an instruction */

int vmb_jit_view_check_dump(const char *name, unsigned int level, struct vmb_why *why)
{
	size_t nr, i, at = 0;
	const struct opt_pass *pass = opt_passes(&nr);
	char list[160] = "";

	if (!strcmp(name, "all"))
		return 0;
	for (i = 0; i < nr; i++) {
		if (pass[i].level > level)
			continue;
		if (!strcmp(pass[i].name, name))
			return 0;
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", pass[i].name);
	}
	vmb_why_set(why, "--dump-ir: -O%u runs no pass \"%s\"; it runs:%s", level, name,
		    at ? list : " none");
	return -EINVAL;
}

/* Who prints behind passes, and how many there have been. */
struct dump {
	const struct vmb_jit_view *view;
	FILE *out;
	unsigned int nr;
};

static void after_pass(void *priv, const char *pass, const struct ir_unit *unit)
{
	struct dump *d = priv;

	d->nr++;
	if (strcmp(d->view->dump, "all") && strcmp(d->view->dump, pass))
		return;
	fprintf(d->out, "; %u: after %s\n", d->nr, pass);
	ir_print(unit, d->out);
	fputc('\n', d->out);
}

int vmb_jit_view_optimise(const struct vmb_jit_view *view, struct ir_unit *unit, FILE *out,
			  struct vmb_why *why)
{
	struct dump dump = { .view = view, .out = out };
	const struct opt_options options = { .level = view->level, .check = true, .priv = &dump,
					     .after = view->dump ? after_pass : NULL };
	struct ir_error error = { .text = "" };
	struct ir_arena scratch;
	int status;

	if (view->dump && !strcmp(view->dump, "all")) {
		fputs("; 0: as it was read\n", out);
		ir_print(unit, out);
		fputc('\n', out);
	}
	ir_arena_init(&scratch, SCRATCH_BYTES);
	status = opt_run(unit, &options, &scratch, &error);
	ir_arena_fini(&scratch);
	if (status == -EINVAL)
		vmb_why_set(why, "unit %s: a fault in the optimiser, please report it: %s", unit->name,
			    error.text);
	else if (status)
		vmb_why_set(why, "unit %s: %s", unit->name, strerror(-status));
	return status;
}

static void explain(const struct vmb_jit_view *view, const struct ir_unit *unit, int status,
		    uint32_t insn, struct vmb_why *why)
{
	if (status == -ENOTSUP)
		vmb_why_set(why, "unit %s: %s cannot compile instruction %u, %s", unit->name,
			    view->host->name, insn, ir_ops[unit->insn[insn].op].name);
	else if (status == -ENOSPC)
		vmb_why_set(why, "unit %s: its code needs more than %" PRIu64 " MiB", unit->name,
			    MOST_CODE_BYTES >> 20);
	else if (status == -E2BIG)
		vmb_why_set(why, "unit %s: it is too large for %s", unit->name, view->host->name);
	else
		vmb_why_set(why, "unit %s: %s", unit->name, strerror(-status));
}

/* With room for code of @bytes. */
static int try_compile(const struct vmb_jit_view *view, const struct ir_unit *unit, size_t bytes,
		       struct jit *jit, struct jit_code *code, uint32_t *insn)
{
	const struct jit_options options = {
		.host = view->host, .native = view->native, .cache_bytes = bytes, .flat = true,
		.first = MEMORY_FIRST, .bytes = MEMORY_BYTES, .features = UINT64_MAX,
	};
	int status = jit_init(jit, &options);

	if (status)
		return status;
	status = view->tier == 1 ? jit_compile(jit, unit, code, insn) :
				   jit_compile_tier2(jit, unit, code, insn);
	if (status)
		jit_fini(jit);
	return status;
}

/* Return: 0, and @jit is to be taken down. */
static int compile(const struct vmb_jit_view *view, const struct ir_unit *unit, struct jit *jit,
		   struct jit_code *code, struct vmb_why *why)
{
	uint64_t bytes = FIRST_CODE_BYTES;
	uint32_t insn = 0;
	int status;

	do {
		status = try_compile(view, unit, bytes, jit, code, &insn);
		bytes *= 8;
	} while (status == -ENOSPC && bytes <= MOST_CODE_BYTES);
	if (status)
		explain(view, unit, status, insn, why);
	return status;
}

static void print_line(const uint8_t *code, size_t at, size_t length, const char *text, FILE *out)
{
	size_t i;

	fprintf(out, "%6zx: ", at);
	for (i = 0; i < length && i < LINE_BYTES; i++)
		fprintf(out, " %02x", code[at + i]);
	fprintf(out, "%*s%s %s\n", (int)(3 * (LINE_BYTES - i)), "", i < length ? "+" : " ", text);
}

/* The blocks from @next on that begin before @to: their code is in the order of the unit. */
static uint32_t print_labels(const struct jit *jit, const struct ir_unit *unit, uint32_t next,
			     size_t to, FILE *out)
{
	for (; next < unit->nr_blocks && jit->scratch.label[next].at < to; next++)
		fprintf(out, "b%u:\n", next);
	return next;
}

/*
 * A call of the runtime for an access to guest memory is followed by a description of the access:
 * data, which a disassembler would take for instructions.
 * @types: [IR_NR_OPS] types of the unit's accesses, as bits
 * @called: the instruction before was a call
 */
struct data {
	uint16_t types[IR_NR_OPS];
	bool called;
};

static void find_accesses(const struct ir_unit *unit, struct data *data)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		if (ir_ops[insn->op].effects & (E_RDM | E_WRM))
			data->types[insn->op] |= (uint16_t)(1u << insn->type);
	}
}

static bool is_call(const char *text)
{
	static const char *const calls[] = { "call ", "blr ", "jalr ", "c.jalr " };
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(calls); i++)
		if (!strncmp(text, calls[i], strlen(calls[i])))
			return true;
	return false;
}

/* Return: length of the data at @code, 0 if that is an instruction. */
static size_t describe_data(const struct data *data, const uint8_t *code, size_t bytes, char *text,
			    size_t room)
{
	struct jit_access_desc desc;

	if (!data->called || bytes < sizeof(desc))
		return 0;
	memcpy(&desc, code, sizeof(desc));
	if (desc.op >= IR_NR_OPS || desc.type >= IR_NR_TYPES ||
	    !(data->types[desc.op] >> desc.type & 1))
		return 0;
	snprintf(text, room, "; data of the call: %s %s", ir_ops[desc.op].name,
		 desc.type ? ir_type_name(desc.type) : "");
	return sizeof(desc);
}

/* One instruction, or what is there instead. Return: its length. */
static size_t read_one(const struct vmb_jit_view *view, struct data *data, const uint8_t *code,
		       size_t bytes, size_t at, char *text, size_t room)
{
	size_t length = describe_data(data, code, bytes, text, room);

	data->called = false;
	if (length)
		return length;
	length = vmb_disasm_one(view->disasm, code, bytes, at, text, room);
	if (length) {
		data->called = is_call(text);
		return length;
	}
	snprintf(text, room, "; no instruction");
	return bytes < 4 ? bytes : 4;
}

static void print_code(const struct vmb_jit_view *view, const struct jit *jit,
		       const struct ir_unit *unit, const struct jit_code *code, FILE *out)
{
	const uint8_t *bytes = jit->cache.run + code->start;
	size_t end = code->entry - code->start + code->bytes, at, length;
	const char *note = view->tier == 2 && !view->host->home_general ? ", which this host has not: 1" : "";
	struct data data = { .called = false };
	uint32_t next = 0;
	char text[240];

	fprintf(out, "; %s: %s, tier %u%s, O%u: %u IR instructions, %zu bytes\n", unit->name,
		view->host->name, view->tier, note, view->level, unit->nr_insns, end);
	find_accesses(unit, &data);
	for (at = 0; at < end; at += length) {
		length = read_one(view, &data, bytes + at, end - at, at, text, sizeof(text));
		next = print_labels(jit, unit, next, at + length, out);
		print_line(bytes, at, length, text, out);
	}
	fputc('\n', out);
}

int vmb_jit_view_code(const struct vmb_jit_view *view, const struct ir_unit *unit, FILE *out,
		      struct vmb_why *why)
{
	struct jit_code code;
	struct jit jit;
	int status = compile(view, unit, &jit, &code, why);

	if (status)
		return status;
	print_code(view, &jit, unit, &code, out);
	jit_fini(&jit);
	return 0;
}

int vmb_jit_view_bytes(const struct vmb_jit_view *view, const struct ir_unit *unit, FILE *out,
		       struct vmb_why *why)
{
	struct jit_code code;
	struct jit jit;
	int status = compile(view, unit, &jit, &code, why);

	if (status)
		return status;
	fwrite(jit.cache.run + code.start, 1, code.entry - code.start + code.bytes, out);
	jit_fini(&jit);
	return 0;
}
