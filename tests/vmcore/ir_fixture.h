/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_VMCORE_IR_FIXTURE_H
#define VMB_TESTS_VMCORE_IR_FIXTURE_H
/*
 * A unit to work on, with its arenas, and what tests do with one: read, verify, print, generate.
 */

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/gen.h"
#include "vmcore/ir/build.h"

struct fixture {
	struct ir_arena arena;
	struct ir_arena scratch;
	struct ir_unit unit;
	struct ir_error error;
};

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	ir_arena_init(&f->arena, 256u << 20);
	ir_arena_init(&f->scratch, 256u << 20);
	ir_unit_init(&f->unit, &f->arena);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	ir_arena_fini(&f->arena);
	ir_arena_fini(&f->scratch);
	free(f);
	return 0;
}

static inline void clear(struct fixture *f)
{
	ir_arena_reset(&f->arena);
	ir_arena_reset(&f->scratch);
	ir_unit_init(&f->unit, &f->arena);
}

static inline int parse(struct fixture *f, const char *text, size_t bytes)
{
	struct ir_text at = { .text = text, .bytes = bytes };

	clear(f);
	return ir_parse(&at, &f->unit, &f->error);
}

static inline int verify(struct fixture *f)
{
	return ir_verify(&f->unit, &f->scratch, &f->error);
}

static inline char *print(const struct ir_unit *unit)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	assert_int_equal(ir_print(unit, out), 0);
	fclose(out);
	return text;
}

static inline char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	assert_non_null(in);
	assert_true(getdelim(&text, &cap, '\0', in) > 0);
	fclose(in);
	return text;
}

static inline void generate(struct fixture *f, uint64_t seed, uint32_t nr_insns, bool every_op)
{
	const struct gen_options options = { .seed = seed, .nr_insns = nr_insns,
					     .every_op = every_op };

	clear(f);
	assert_int_equal(gen_unit(&f->unit, &options), 0);
	if (verify(f)) {
		char *text = print(&f->unit);

		fail_msg("seed %llu: block %u instruction %u: %s in\n%s", (unsigned long long)seed,
			 f->error.block, f->error.insn, f->error.text, text);
	}
}

#endif /* VMB_TESTS_VMCORE_IR_FIXTURE_H */
