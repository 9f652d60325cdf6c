// SPDX-License-Identifier: MIT
/*
 * PROGRAM LEVEL SIZE UNITS SECONDS: compile random units of SIZE instructions, look whether they do
 * what the interpreter says, and print how long both took, of CPU time, children included.
 * PROGRAM LEVEL FILE NAME SECONDS: the same with the unit NAME of a text.
 */
#include "tools/peers/jit/peer.h"
#include "vmcore/ir/build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Of units without loops to speak of, and of those that are a loop. */
#define RUNS	    2000u
#define KERNEL_RUNS 20u

/* The time of a run is the least of so many. */
#define REPEAT 7u

/* What texts may ask the state for: three arrays, and a length. */
#define ARRAY_BYTES   0x4000u
#define LENGTH_OFFSET 24u
#define LENGTH	      2000u

/*
 * A unit, and what the interpreter makes of its world in @runs runs, each from what the last left.
 * @seed: of the world
 * @kernel: the world has arrays
 */
struct subject {
	struct ir_arena arena;
	struct ir_unit unit;
	uint64_t executed, seed;
	uint32_t runs;
	bool kernel;
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[PEER_MEM_BYTES] VMB_ALIGNED(16);
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

static void set_world(const struct subject *s, uint8_t *state, uint8_t *memory)
{
	uint64_t array[] = { PEER_MEM_FIRST, PEER_MEM_FIRST + ARRAY_BYTES,
			     PEER_MEM_FIRST + 2 * ARRAY_BYTES, LENGTH };
	uint32_t at;

	static_assert(sizeof(array) == LENGTH_OFFSET + 8, "three arrays and a length");
	gen_world(s->seed, state, memory, PEER_MEM_FIRST);
	for (at = GEN_MEM_BYTES; at < PEER_MEM_BYTES; at += GEN_MEM_BYTES)
		memcpy(memory + at, memory, GEN_MEM_BYTES);
	if (s->kernel)
		memcpy(state, array, sizeof(array));
}

static void interpret(struct subject *s)
{
	struct ir_flat flat = { s->memory, PEER_MEM_FIRST, PEER_MEM_BYTES };
	struct ir_context context = {
		.state = s->state, .state_bytes = GEN_STATE_BYTES, .fuel = PEER_FUEL,
		.memory = { .priv = &flat, .map = ir_flat_map },
	};
	struct ir_frame frame = { 0 };
	uint32_t i;
	int err = 0;

	set_world(s, s->state, s->memory);
	for (i = 0; i < s->runs && !err; i++)
		err = ir_interpret(&s->unit, &context, &frame, &s->leave);
	if (err)
		die("interpreter", err);
	s->executed = (uint64_t)PEER_FUEL - context.fuel;
	ir_frame_fini(&frame);
}

static struct subject *new_subjects(uint32_t nr)
{
	struct subject *subject = aligned_alloc(64, (nr * sizeof(*subject) + 63) / 64 * 64);
	uint32_t i;

	if (!subject)
		die("units", -ENOMEM);
	memset(subject, 0, nr * sizeof(*subject));
	for (i = 0; i < nr; i++) {
		ir_arena_init(&subject[i].arena, 1u << 30);
		ir_unit_init(&subject[i].unit, &subject[i].arena);
		subject[i].seed = i;
		subject[i].runs = RUNS;
	}
	return subject;
}

static struct subject *make(uint32_t nr, uint32_t size)
{
	struct subject *subject = new_subjects(nr);
	uint32_t i;

	for (i = 0; i < nr; i++) {
		const struct gen_options options = { .seed = 100 + i, .nr_insns = size };
		int err = gen_unit(&subject[i].unit, &options);

		if (err)
			die("units", err);
		interpret(&subject[i]);
	}
	return subject;
}

/* The unit @name of a text. */
static void parse(struct subject *subject, const char *data, size_t bytes, const char *name)
{
	struct ir_text text = { .text = data, .bytes = bytes };
	struct ir_error error;

	while (ir_parse(&text, &subject->unit, &error) == 1) {
		if (!strcmp(subject->unit.name, name)) {
			if (!ir_verify(&subject->unit, &subject->arena, &error))
				return;
			break;
		}
		ir_arena_reset(&subject->arena);
		ir_unit_init(&subject->unit, &subject->arena);
	}
	fprintf(stderr, "%s: there is none, or line %u: %s\n", name, error.line, error.text);
	exit(2);
}

static struct subject *load(const char *path, const char *name)
{
	static char text[1 << 16];
	struct subject *subject = new_subjects(1);
	FILE *file = fopen(path, "r");
	size_t bytes;

	if (!file)
		die(path, -errno);
	bytes = fread(text, 1, sizeof(text), file);
	fclose(file);
	parse(subject, text, bytes, name);
	subject->kernel = true;
	subject->runs = KERNEL_RUNS;
	interpret(subject);
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

static void must_agree(const struct subject *s, const struct peer_world *world, int32_t kind)
{
	if (!memcmp(world->state, s->state, sizeof(s->state)) &&
	    !memcmp(world->memory, s->memory, sizeof(s->memory)) &&
	    (uint32_t)kind == s->leave.kind && world->code == s->leave.code &&
	    world->pc == s->leave.pc)
		return;
	fprintf(stderr, "%s: does something else than in the interpreter\n", s->unit.name);
	exit(4);
}

/* Return: seconds for the runs of a unit, which must end as in the interpreter. */
static double run_once(const struct subject *s, const struct peer_code *code)
{
	static uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(64), memory[PEER_MEM_BYTES] VMB_ALIGNED(64);
	struct peer_world world = { .state = state, .memory = memory, .fuel = PEER_FUEL };
	int32_t kind = -1;
	double begin;
	int err;

	set_world(s, state, memory);
	begin = cpu_seconds();
	err = peer.run(code, &world, s->runs, &kind);
	begin = cpu_seconds() - begin;
	if (err)
		die("run", err);
	must_agree(s, &world, kind);
	return begin;
}

static double run(const struct subject *s, const struct peer_code *code)
{
	double least = run_once(s, code);
	uint32_t i;

	for (i = 1; i < REPEAT; i++) {
		double seconds = run_once(s, code);

		least = seconds < least ? seconds : least;
	}
	return least;
}

/* Return: seconds for a run of a unit that does nothing. */
static double call_seconds(void)
{
	const struct ir_insn leave = { .op = IR_exit, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
	struct subject *s = new_subjects(1);
	struct ir_build build;
	struct peer_code code;
	double seconds;

	s->unit.state_bytes = GEN_STATE_BYTES;
	ir_build_begin(&build, &s->unit);
	ir_start_block(&build, ir_new_block(&build));
	ir_emit(&build, &leave);
	if (ir_build_end(&build))
		die("a unit that does nothing", -ENOMEM);
	interpret(s);
	compile(s, 1, &code);
	seconds = run(s, &code) / s->runs;
	peer.release(&code);
	ir_arena_fini(&s->arena);
	free(s);
	return seconds;
}

static void measure(struct subject *subject, uint32_t nr, double limit)
{
	struct peer_code *code = calloc(nr, sizeof(*code));
	double compile_s = 0, run_s = 0, call_s = call_seconds(), begin = cpu_seconds();
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
		run_s += run(&subject[i], &code[i]);
		executed += subject[i].executed;
		bytes += code[i].bytes;
	}
	printf("insns=%.0f compiled=%.0f compile_ns=%.0f bytes=%.0f executed=%.0f run_ns=%.0f call_ns=%.0f\n",
	       (double)insns, (double)compiled, compile_s * 1e9, (double)bytes, (double)executed,
	       run_s * 1e9, call_s * 1e9 * nr * subject->runs);
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
		fprintf(stderr, "usage: %s LEVEL SIZE UNITS SECONDS | LEVEL FILE NAME SECONDS | version\n",
			argv[0]);
		return 2;
	}
	err = peer.open((unsigned int)atoi(argv[1]));
	if (err)
		die("this level", err);
	if (atoi(argv[2]))
		measure(make((uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[2])), (uint32_t)atoi(argv[3]),
			atof(argv[4]));
	else
		measure(load(argv[2], argv[3]), 1, atof(argv[4]));
	return 0;
}
