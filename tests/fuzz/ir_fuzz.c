// SPDX-License-Identifier: MIT
/*
 * A text is parsed; what is accepted is verified, printed and parsed again (the same text must come
 * out), executed with little fuel, and optimised, which must leave a well-formed unit.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/interp/interp.h"
#include "vmcore/ir/ir.h"
#include "vmcore/opt/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define STATE_BYTES 4096u
#define MEM_BYTES   4096u
#define ARENA_BYTES (64u << 20)

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "ir_fuzz: %s\n", what);
	abort();
}

static bool call(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		 union ir_val *result)
{
	uint32_t i;

	(void)priv;
	*result = (union ir_val){ .d = { 0 } };
	for (i = 0; i < helper->nr_args; i++)
		result->d[0] += arg[i].d[0];
	if (helper->type && helper->type != IR_V128)
		result->d[0] &= ir_type_mask(helper->type);
	return result->d[0] != 99;
}

static void execute(const struct ir_unit *unit)
{
	static uint8_t state[STATE_BYTES] VMB_ALIGNED(16), memory[MEM_BYTES];
	struct ir_flat flat = { memory, 0, sizeof(memory) };
	struct ir_context context = {
		.state = state, .state_bytes = sizeof(state), .fuel = 20000, .call = call,
		.memory = { .priv = &flat, .map = ir_flat_map, .page_bytes = 1024 },
	};
	struct ir_frame frame = { 0 };
	struct ir_leave leave;

	memset(state, 0x41, sizeof(state));
	memset(memory, 0x42, sizeof(memory));
	if (!ir_interpret(unit, &context, &frame, &leave))
		must(leave.kind <= IR_LEAVE_FUEL, "left in no known way");
	ir_frame_fini(&frame);
}

static char *print(const struct ir_unit *unit, size_t *bytes)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, bytes);

	must(out && !ir_print(unit, out) && !fclose(out), "no memory");
	return text;
}

static void round_trip(const struct ir_unit *unit, struct ir_arena *arena)
{
	struct ir_error error;
	struct ir_unit again;
	size_t bytes, bytes_again;
	char *text = print(unit, &bytes), *text_again;
	struct ir_text at = { .text = text, .bytes = bytes };

	ir_unit_init(&again, arena);
	must(ir_parse(&at, &again, &error) == 1, "its own print is refused by the parser");
	must(!ir_verify(&again, arena, &error), "its own print is refused by the verifier");
	text_again = print(&again, &bytes_again);
	must(bytes == bytes_again && !memcmp(text, text_again, bytes), "prints differ");
	free(text);
	free(text_again);
}

static void optimise(struct ir_unit *unit)
{
	const struct opt_options options = { .level = 3, .check = true };
	struct ir_arena scratch;
	struct ir_error error;

	ir_arena_init(&scratch, ARENA_BYTES);
	must(opt_run(unit, &options, &scratch, &error) != -EINVAL, "a pass broke the unit");
	ir_arena_fini(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ir_text at = { .text = (const char *)data, .bytes = bytes };
	struct ir_arena arena;
	struct ir_error error;
	struct ir_unit unit;
	int status;

	ir_arena_init(&arena, ARENA_BYTES);
	for (;;) {
		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		status = ir_parse(&at, &unit, &error);
		must(status >= 0 || error.text[0], "refused without a reason");
		if (status <= 0)
			break;
		status = ir_verify(&unit, &arena, &error);
		must(!status || error.text[0], "refused without a reason");
		if (!status) {
			round_trip(&unit, &arena);
			execute(&unit);
			optimise(&unit);
			execute(&unit);
		}
	}
	ir_arena_fini(&arena);
	return 0;
}
