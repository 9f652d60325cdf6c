// SPDX-License-Identifier: MIT
#include "tests/vmcore/case.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What the guest sees, and how the unit was left. */
struct world {
	uint8_t state[CASE_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[CASE_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_fpenv fp;
	uint64_t fuel;
	struct ir_leave leave;
};

struct file {
	const char *path;
	const struct case_engine *engine;
	struct case_count *count;
	FILE *out;
	struct ir_arena arena;
	struct ir_unit unit;
	uint32_t line;
	bool usable;
	bool any_pc, any_fp;
};

static void complain(struct file *file, const char *what, const char *detail)
{
	file->count->failed++;
	fprintf(file->out, "%s:%u: %s: unit %s: %s %s\n", file->path, file->line,
		file->engine->name, file->unit.name, what, detail);
}

static unsigned int type_of(const char *name, size_t length)
{
	unsigned int type;

	for (type = IR_I8; type < IR_NR_TYPES; type++) {
		if (strlen(ir_type_name(type)) == length &&
		    !strncmp(name, ir_type_name(type), length))
			return type;
	}
	return IR_VOID;
}

/* Hexadecimal digits, the most significant first, as @bytes little-endian bytes. */
static bool read_number(const char *digits, uint8_t *data, uint32_t bytes)
{
	size_t all = strlen(digits), n = strspn(digits, "0123456789abcdef"), i;

	memset(data, 0, bytes);
	for (i = 0; i < n; i++) {
		char c = digits[n - 1 - i];
		uint8_t nibble = (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);

		if (i / 2 < bytes)
			data[i / 2] |= (uint8_t)(nibble << (i & 1) * 4);
		else if (nibble)
			return false;
	}
	return n && n == all;
}

/* sOFFSET.TYPE=NUMBER */
static bool set_state(struct world *world, const char *token)
{
	char *end;
	unsigned long offset = strtoul(token, &end, 10);
	const char *equals = strchr(token, '=');
	unsigned int type;

	if (*end != '.' || !equals)
		return false;
	type = type_of(end + 1, (size_t)(equals - end - 1));
	if (!type || offset > CASE_STATE_BYTES - 16)
		return false;
	return read_number(equals + 1, world->state + offset, ir_type_bytes(type));
}

/* mADDRESS=BYTES, in the order of their addresses */
static bool set_memory(struct world *world, const char *token)
{
	char *end;
	unsigned long at = strtoul(token, &end, 16) - CASE_MEM_FIRST;
	size_t i, n;

	if (*end != '=' || strlen(end + 1) % 2)
		return false;
	n = strlen(end + 1) / 2;
	if (at > CASE_MEM_BYTES || n > CASE_MEM_BYTES - at)
		return false;
	for (i = 0; i < n; i++) {
		const char byte[] = { end[1 + 2 * i], end[2 + 2 * i], 0 };

		if (!read_number(byte, &world->memory[at + i], 1))
			return false;
	}
	return true;
}

/* KIND:CODE:PC, fault:CODE:ADDRESS:PC, fuel:BLOCK */
static bool set_leave(struct world *world, const char *token)
{
	static const char *const kinds[] = { "exit", "indirect", "trap", "fault", "helper", "fuel" };
	struct ir_leave *leave = &world->leave;
	uint32_t code;
	char kind[16];
	uint64_t x, y;
	int n, i;

	n = sscanf(token, "%15[a-z]:%" SCNx32 ":%" SCNx64 ":%" SCNx64, kind, &code, &x, &y);
	for (i = 0; i < 6 && strcmp(kind, kinds[i]) != 0; i++)
		;
	if (i == 6 || n != (i == IR_LEAVE_FAULT ? 4 : i == IR_LEAVE_FUEL ? 2 : 3))
		return false;
	*leave = (struct ir_leave){ .kind = (uint32_t)i, .code = code, .pc = x };
	if (i == IR_LEAVE_FAULT) {
		leave->address = x;
		leave->pc = y;
	} else if (i == IR_LEAVE_FUEL) {
		*leave = (struct ir_leave){ .kind = IR_LEAVE_FUEL, .block = code };
	}
	return true;
}

static bool set_token(struct file *file, struct world *world, const char *token)
{
	unsigned int number;

	if (sscanf(token, "rm=%x", &number) == 1)
		world->fp.rm = (uint8_t)number;
	else if (sscanf(token, "fuel=%u", &number) == 1)
		world->fuel = number;
	else if (sscanf(token, "fl=%x", &number) == 1) {
		world->fp.flags = (uint8_t)number;
		file->any_fp = false;
	} else if (token[0] == 's' && isdigit((unsigned char)token[1])) {
		return set_state(world, token + 1);
	} else if (token[0] == 'm' && isxdigit((unsigned char)token[1])) {
		return set_memory(world, token + 1);
	} else {
		file->any_pc = false;
		return set_leave(world, token);
	}
	return true;
}

static void describe(struct file *file, const char *what, const uint8_t *got, const uint8_t *want,
		     uint32_t bytes)
{
	char text[160];
	uint32_t i, n = 0;

	for (i = 0; i < bytes && got[i] == want[i]; i++)
		;
	i &= ~15u;
	n = (uint32_t)snprintf(text, sizeof(text), "at %u: got ", i);
	for (uint32_t k = 16; k-- > 0;)
		n += (uint32_t)snprintf(text + n, sizeof(text) - n, "%02x", got[i + k]);
	n += (uint32_t)snprintf(text + n, sizeof(text) - n, ", expected ");
	for (uint32_t k = 16; k-- > 0;)
		n += (uint32_t)snprintf(text + n, sizeof(text) - n, "%02x", want[i + k]);
	complain(file, what, text);
}

static bool same_leave(const struct file *file, const struct ir_leave *got,
		       const struct ir_leave *want)
{
	return got->kind == want->kind && got->code == want->code &&
	       (file->any_pc || (got->pc == want->pc && got->address == want->address)) &&
	       got->block == want->block;
}

/* Does a result that is rounded up to the least normal number raise underflow on this host? */
static bool is_tiny_before_rounding(void)
{
	volatile double least = DBL_MIN, less = 1 - DBL_EPSILON / 2, product;

	feclearexcept(FE_ALL_EXCEPT);
	product = least * less;
	(void)product;
	return fetestexcept(FE_UNDERFLOW);
}

/* The texts say what hosts do that look at the rounded result. */
static bool same_flags(const struct file *file, uint8_t got, uint8_t want)
{
	return file->any_fp || got == want ||
	       (want & IR_FP_INEXACT && got == (want | IR_FP_UNDERFLOW) &&
		is_tiny_before_rounding());
}

static void compare(struct file *file, const struct world *got, const struct world *want)
{
	char text[160];

	if (!same_leave(file, &got->leave, &want->leave)) {
		snprintf(text, sizeof(text), "kind %u code %u pc %" PRIx64 " address %" PRIx64
			 " block %u", got->leave.kind, got->leave.code, got->leave.pc,
			 got->leave.address, got->leave.block);
		complain(file, "was left by", text);
	} else if (memcmp(got->state, want->state, sizeof(got->state)) != 0) {
		describe(file, "state", got->state, want->state, sizeof(got->state));
	} else if (memcmp(got->memory, want->memory, sizeof(got->memory)) != 0) {
		describe(file, "memory", got->memory, want->memory, sizeof(got->memory));
	} else if (got->fp.rm != want->fp.rm ||
		   !same_flags(file, got->fp.flags, want->fp.flags)) {
		snprintf(text, sizeof(text), "rm %u flags %x, expected %u %x", got->fp.rm,
			 got->fp.flags, want->fp.rm, want->fp.flags);
		complain(file, "floating-point environment", text);
	}
}

static void run_case(struct file *file, struct world *got, const struct world *want)
{
	struct ir_flat flat = { got->memory, CASE_MEM_FIRST, CASE_MEM_BYTES };
	struct ir_context context = {
		.state = got->state, .state_bytes = sizeof(got->state),
		.memory = { .priv = &flat, .map = ir_flat_map, .page_bytes = 2048 },
		.call = case_call, .fp = got->fp, .fuel = got->fuel,
	};

	context.call_priv = &context;
	file->count->cases++;
	if (file->engine->run(file->engine->priv, &file->unit, &context, &got->leave)) {
		complain(file, "cannot be run", "");
		return;
	}
	got->fp = context.fp;
	compare(file, got, want);
}

/* A line that begins with ";!": INPUT... -> OUTPUT... */
static void read_case(struct file *file, char *line)
{
	struct world got = { .fuel = CASE_FUEL }, want;
	struct world *world = &got;
	char *token, *save;

	file->any_pc = file->any_fp = true;
	for (token = strtok_r(line, " \t\n", &save); token; token = strtok_r(NULL, " \t\n", &save)) {
		if (!strcmp(token, "->")) {
			want = got;
			world = &want;
			file->any_pc = file->any_fp = true;
		} else if (!set_token(file, world, token)) {
			complain(file, "does not understand", token);
			return;
		}
	}
	if (world != &want)
		complain(file, "case without", "->");
	else if (file->usable && !(file->engine->other_fuel && got.fuel != CASE_FUEL))
		run_case(file, &got, &want);
}

static void count_ops(struct file *file)
{
	bool seen[IR_NR_OPS] = { false };
	uint32_t i;

	for (i = 0; i < file->unit.nr_insns; i++)
		seen[file->unit.insn[i].op] = true;
	for (i = 0; i < IR_NR_OPS; i++)
		file->count->op[i] += seen[i];
	file->count->units++;
}

/* The unit that begins at @text. Return: the text behind it, NULL if it is not one. */
static const char *read_unit(struct file *file, const char *text)
{
	struct ir_text at = { .text = text, .bytes = strlen(text), .line = file->line - 1 };
	struct ir_error error;
	int status;

	ir_arena_reset(&file->arena);
	ir_unit_init(&file->unit, &file->arena);
	file->usable = false;
	status = ir_parse(&at, &file->unit, &error);
	if (status != 1 || ir_verify(&file->unit, &file->arena, &error)) {
		fprintf(file->out, "%s:%u:%u: block %d instruction %d\n", file->path, error.line,
			error.column, (int)error.block, (int)error.insn);
		complain(file, "is refused:", error.text);
		return status == 1 ? text + at.at : NULL;
	}
	count_ops(file);
	file->usable = !file->engine->begin ||
		       !file->engine->begin(file->engine->priv, &file->unit);
	if (!file->usable)
		complain(file, "cannot be prepared", "");
	file->line = at.line + 1;
	return text + at.at;
}

static void run_text(struct file *file, char *text)
{
	const char *at = text;

	while (at && *at) {
		size_t length = strcspn(at, "\n");

		if (!strncmp(at, ";!", 2)) {
			char *line = strndup(at + 2, length - 2);

			if (line)
				read_case(file, line);
			free(line);
		} else if (!strncmp(at, "unit", 4)) {
			at = read_unit(file, at);
			continue;
		}
		at += length + (at[length] == '\n');
		file->line++;
	}
}

static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &cap, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

void case_run_file(const char *path, const struct case_engine *engine, struct case_count *count,
		   FILE *out)
{
	struct file file = { .path = path, .engine = engine, .count = count, .out = out, .line = 1 };
	char *text = read_file(path);

	ir_arena_init(&file.arena, 64u << 20);
	ir_unit_init(&file.unit, &file.arena);
	if (text)
		run_text(&file, text);
	else
		complain(&file, "cannot be read:", strerror(errno));
	ir_arena_fini(&file.arena);
	free(text);
}

static int is_ir(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".ir");
}

void case_run_dir(const char *path, const struct case_engine *engine, struct case_count *count,
		  FILE *out)
{
	struct dirent **list;
	int n = scandir(path, &list, is_ir, alphasort), i;

	for (i = 0; i < n; i++) {
		char name[512];

		snprintf(name, sizeof(name), "%s/%s", path, list[i]->d_name);
		case_run_file(name, engine, count, out);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static int interpret(void *frame, const struct ir_unit *unit, struct ir_context *context,
		     struct ir_leave *leave)
{
	return ir_interpret(unit, context, frame, leave);
}

struct case_engine case_interpreter(struct ir_frame *frame)
{
	return (struct case_engine){ .name = "interpreter", .priv = frame, .run = interpret };
}

static bool call_mix(struct ir_context *context, const union ir_val *arg, union ir_val *result)
{
	uint32_t i;

	(void)context;
	*result = (union ir_val){ .d = { 0 } };
	for (i = 0; i < IR_HELPER_ARGS; i++)
		result->d[0] += (arg[i].d[0] ^ arg[i].d[1]) * (2 * i + 1);
	return true;
}

static bool call_swap(struct ir_context *context, const union ir_val *arg, union ir_val *result)
{
	(void)context;
	*result = (union ir_val){ .d = { arg[0].d[1], arg[0].d[0] } };
	return true;
}

static bool call_poke(struct ir_context *context, const union ir_val *arg, union ir_val *result)
{
	(void)result;
	memcpy(context->state, arg, 8);
	return true;
}

static bool call_peek(struct ir_context *context, const union ir_val *arg, union ir_val *result)
{
	(void)arg;
	*result = (union ir_val){ .d = { 0 } };
	memcpy(result, context->state, 8);
	return true;
}

static bool call_bump(struct ir_context *context, const union ir_val *arg, union ir_val *result)
{
	uint8_t *slot = (uint8_t *)context->state + 16;
	uint64_t value;

	(void)result;
	memcpy(&value, slot, sizeof(value));
	value += arg[0].d[0];
	memcpy(slot, &value, sizeof(value));
	return true;
}

static bool call_quit(struct ir_context *context, const union ir_val *arg, union ir_val *result)
{
	(void)context, (void)arg, (void)result;
	return false;
}

bool case_call(void *context, const struct ir_helper *helper, const union ir_val *arg,
	       union ir_val *result)
{
	static const struct {
		const char *name;
		bool (*call)(struct ir_context *context, const union ir_val *arg,
			     union ir_val *result);
	} helpers[] = {
		{ "mix", call_mix },   { "swap", call_swap }, { "poke", call_poke },
		{ "peek", call_peek }, { "bump", call_bump }, { "quit", call_quit },
	};
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(helpers); i++) {
		if (!strcmp(helper->name, helpers[i].name))
			return helpers[i].call(context, arg, result);
	}
	return false;
}
