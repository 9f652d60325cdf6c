// SPDX-License-Identifier: MIT
/*
 * PROGRAM LEVEL SIZE UNITS SECONDS: compile random units of SIZE instructions, look whether they do
 * what the interpreter says, and print how long both took, of CPU time, children included.
 */
#include "tools/peers/jit/peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define RUNS 2000u

/* A unit, and what the interpreter makes of its world in RUNS runs, each from what the last left. */
struct subject {
	struct ir_arena arena;
	struct ir_unit unit;
	uint64_t executed;
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_leave leave;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* The children are compilers and assemblers that have been waited for. */
static double cpu_seconds(void)
{
	struct timespec t;
	struct rusage children;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	getrusage(RUSAGE_CHILDREN, &children);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9 + seconds_of(children.ru_utime) +
	       seconds_of(children.ru_stime);
}

int64_t peer_loop_insns(const struct ir_unit *unit, uint32_t from, uint32_t to)
{
	int64_t insns = 0;
	uint32_t block;

	for (block = to; block <= from; block++)
		insns += unit->block[block].nr;
	return insns;
}

int peer_call(const struct peer_code *code, struct peer_world *world, uint32_t runs, int32_t *kind)
{
	for (; runs; runs--)
		*kind = code->fn(world);
	return 0;
}

static void interpret(struct subject *s, uint64_t seed)
{
	struct ir_flat flat = { s->memory, PEER_MEM_FIRST, GEN_MEM_BYTES };
	struct ir_context context = {
		.state = s->state, .state_bytes = GEN_STATE_BYTES, .fuel = PEER_FUEL,
		.memory = { .priv = &flat, .map = ir_flat_map },
	};
	struct ir_frame frame = { 0 };
	uint32_t i;
	int err = 0;

	gen_world(seed, s->state, s->memory, PEER_MEM_FIRST);
	for (i = 0; i < RUNS && !err; i++)
		err = ir_interpret(&s->unit, &context, &frame, &s->leave);
	if (err)
		die("interpreter", err);
	s->executed = (uint64_t)PEER_FUEL - context.fuel;
	ir_frame_fini(&frame);
}

static struct subject *make(uint32_t nr, uint32_t size)
{
	struct subject *subject = calloc(nr, sizeof(*subject));
	uint32_t i;
	int err;

	if (!subject)
		die("units", -ENOMEM);
	for (i = 0; i < nr; i++) {
		const struct gen_options options = { .seed = 100 + i, .nr_insns = size };

		ir_arena_init(&subject[i].arena, 1u << 30);
		ir_unit_init(&subject[i].unit, &subject[i].arena);
		err = gen_unit(&subject[i].unit, &options);
		if (err)
			die("units", err);
		interpret(&subject[i], i);
	}
	return subject;
}

/* Return: seconds for all units, peer.copies times; the first copy of each stays in @code. */
static double compile(const struct subject *subject, uint32_t nr, struct peer_code *code)
{
	uint32_t total = nr * peer.copies, i;
	struct ir_unit *copy = calloc(total, sizeof(*copy));
	struct peer_code *all = calloc(total, sizeof(*all));
	struct ir_arena arena;
	double begin;
	int err = copy && all ? 0 : -ENOMEM;

	ir_arena_init(&arena, 1u << 30);
	for (i = 0; i < total && !err; i++)
		err = ir_unit_copy(&copy[i], &subject[i % nr].unit, &arena);
	begin = cpu_seconds();
	for (i = 0; i < total && !err; i++)
		err = peer.compile(&copy[i], &all[i]);
	begin = cpu_seconds() - begin;
	if (err)
		die("compilation", err);
	memcpy(code, all, nr * sizeof(*code));
	for (i = nr; i < total; i++)
		peer.release(&all[i]);
	ir_arena_fini(&arena);
	free(all);
	free(copy);
	return begin;
}

/* Return: seconds for RUNS runs of unit @i, which must end as in the interpreter. */
static double run(const struct subject *s, uint32_t i, const struct peer_code *code)
{
	static uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16), memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct peer_world world = { .state = state, .memory = memory, .fuel = PEER_FUEL };
	int32_t kind = -1;
	double begin;
	int err;

	gen_world(i, state, memory, PEER_MEM_FIRST);
	begin = cpu_seconds();
	err = peer.run(code, &world, RUNS, &kind);
	begin = cpu_seconds() - begin;
	if (err)
		die("run", err);
	if (memcmp(state, s->state, sizeof(state)) || memcmp(memory, s->memory, sizeof(memory)) ||
	    (uint32_t)kind != s->leave.kind || world.code != s->leave.code || world.pc != s->leave.pc) {
		fprintf(stderr, "unit %u: does something else than in the interpreter\n", i);
		exit(4);
	}
	return begin;
}

static void measure(uint32_t size, uint32_t nr, double limit)
{
	struct subject *subject = make(nr, size);
	struct peer_code *code = calloc(nr, sizeof(*code));
	double compile_s = 0, run_s = 0, begin = cpu_seconds();
	uint64_t insns = 0, executed = 0, bytes = 0, compiled = 0;
	uint32_t i;

	if (!code)
		die("code", -ENOMEM);
	for (i = 0; i < nr; i++)
		insns += subject[i].unit.nr_insns;
	do {
		for (i = 0; compiled && i < nr; i++)
			peer.release(&code[i]);
		compile_s += compile(subject, nr, code);
		compiled += insns * peer.copies;
	} while (cpu_seconds() - begin < limit);
	for (i = 0; i < nr; i++) {
		run(&subject[i], i, &code[i]); /* once before time is taken */
		run_s += run(&subject[i], i, &code[i]);
		executed += subject[i].executed;
		bytes += code[i].bytes;
	}
	printf("insns=%.0f compiled=%.0f compile_ns=%.0f bytes=%.0f executed=%.0f run_ns=%.0f\n",
	       (double)insns, (double)compiled, compile_s * 1e9, (double)bytes, (double)executed,
	       run_s * 1e9);
	for (i = 0; i < nr; i++) {
		peer.release(&code[i]);
		ir_arena_fini(&subject[i].arena);
	}
	free(code);
	free(subject);
}

int main(int argc, char **argv)
{
	char version[64];
	int err;

	if (argc == 2 && !strcmp(argv[1], "version")) {
		peer.version(version, sizeof(version));
		puts(version);
		return 0;
	}
	if (argc != 5) {
		fprintf(stderr, "usage: %s LEVEL SIZE UNITS SECONDS | version\n", argv[0]);
		return 2;
	}
	err = peer.open((unsigned int)atoi(argv[1]));
	if (err)
		die("this level", err);
	measure((uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]), atof(argv[4]));
	return 0;
}
