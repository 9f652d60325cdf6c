// SPDX-License-Identifier: MIT
/*
 * compile SHAPE LEVEL TIER INSNS REPEATS: the CPU time of compiling a unit of so many instructions,
 * the least of the repeats, from a copy of the verified unit to code that could be run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/registry.h"
#include "tools/scale/shape.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"

#define ARENA_BYTES (UINT64_C(8) << 30)
#define CACHE_BYTES (UINT64_C(256) << 20)

struct run {
	struct jit jit;
	struct ir_unit unit;
	struct ir_arena arena, copies, scratch;
	unsigned int level, tier;
};

struct cost {
	double optimise_ns, compile_ns;
	uint32_t bytes;
};

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int fail(const char *what, int status)
{
	fprintf(stderr, "compile: %s: %s\n", what, strerror(-status));
	return 1;
}

/* A name for callgrind (--toggle-collect='compile_once*'). */
__attribute__((noinline)) static int compile_once(struct run *r, struct cost *cost)
{
	const struct opt_options options = { .level = r->level };
	struct ir_error error;
	struct ir_unit unit;
	struct jit_code code;
	double start, between;
	int status;

	ir_arena_reset(&r->copies);
	status = ir_unit_copy(&unit, &r->unit, &r->copies);
	if (status)
		return status;
	code_cache_flush(&r->jit.cache);
	start = cpu_ns();
	status = opt_run(&unit, &options, &r->scratch, &error);
	between = cpu_ns();
	if (!status)
		status = r->tier == 1 ? jit_compile(&r->jit, &unit, &code, NULL) :
					jit_compile_tier2(&r->jit, &unit, &code, NULL);
	*cost = (struct cost){ between - start, cpu_ns() - between, code.bytes };
	return status;
}

static int start(struct run *r, const char *shape, uint32_t nr)
{
	const struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .cache_bytes = CACHE_BYTES, .flat = true,
		.first = 0x10000, .bytes = 4096, .native = vmb_native()->host_native,
	};
	struct ir_error error = { .text = "" };
	int status = jit_init(&r->jit, &options);

	if (status)
		return status;
	ir_arena_init(&r->arena, ARENA_BYTES);
	ir_arena_init(&r->copies, ARENA_BYTES);
	ir_arena_init(&r->scratch, ARENA_BYTES);
	ir_unit_init(&r->unit, &r->arena);
	status = shape_make(shape, &r->unit, nr);
	if (!status)
		status = ir_verify(&r->unit, &r->scratch, &error);
	if (error.text[0])
		fprintf(stderr, "compile: %s\n", error.text);
	return status;
}

int main(int argc, char **argv)
{
	static struct run r;
	struct cost least = { 0 }, cost;
	int status, i, repeats = argc == 6 ? atoi(argv[5]) : 0;

	if (repeats < 1) {
		fprintf(stderr, "usage: compile SHAPE LEVEL TIER INSNS REPEATS; shapes:%s\n", shape_names());
		return 2;
	}
	r.level = (unsigned int)atoi(argv[2]);
	r.tier = (unsigned int)atoi(argv[3]);
	status = start(&r, argv[1], (uint32_t)atoi(argv[4]));
	if (status)
		return fail("cannot make the unit", status);
	for (i = 0; i < repeats; i++) {
		status = compile_once(&r, &cost);
		if (status)
			return fail("cannot compile the unit", status);
		if (!i || cost.optimise_ns + cost.compile_ns < least.optimise_ns + least.compile_ns)
			least = cost;
	}
	printf("insns=%u blocks=%u optimise_ns=%.0f compile_ns=%.0f bytes=%u\n", r.unit.nr_insns,
	       r.unit.nr_blocks, least.optimise_ns, least.compile_ns, least.bytes);
	return 0;
}
