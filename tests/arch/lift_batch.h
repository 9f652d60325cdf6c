/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_LIFT_BATCH_H
#define VMB_TESTS_ARCH_LIFT_BATCH_H
/*
 * Random cases of each line of an architecture's insn.def, and sequences of them, by the interpreter
 * and by a peer (qemu_peer.h), a batch at a time. Before this file is included: <isa>_peer.h, and
 *
 * PEER_LINE	  type of such a line, which has a name
 * PEER_SLOT(i)	  the address at which case i of a batch has its instructions
 * PEER_NAME	  NAME_CASES=n in the environment asks for that many cases, NAME_SEED=n for others,
 *		  NAME_ONLY=text for one line
 * DEFAULT_CASES  how many there are otherwise
 * PEER_FAILED(c) perhaps: has the instruction in the case that the peer gave back not been completed?
 *
 * and behind it the functions that are declared here without a body.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/arch/lift_run.h"
#include "tests/arch/operands.h"

#ifndef PEER_FAILED
#define PEER_FAILED(c) 0
#endif

#define MAX_PRINTED 20u
#define MAX_TRIES   1000u

/*
 * A batch of cases, what they were before, and whose they are: NULL of sequences. @lines: the first of
 * all, of which @done says whether an instruction of it was completed.
 */
static struct {
	PEER_CASE before[PEER_BATCH], mine[PEER_BATCH], theirs[PEER_BATCH];
	const PEER_LINE *line[PEER_BATCH];
	const PEER_LINE *lines;
	bool *done;
	uint32_t nr;
	uint64_t cases, failed;
} batch;

static struct peer peer;

/* A case of registers and memory, without instructions. */
static void random_state(PEER_CASE *c);
/* An instruction of @line into it. Return: false if these random bits are none that can be compared. */
static bool random_insn(const PEER_LINE *line, PEER_CASE *c, uint32_t i);
/* Several that use each other's results, and neither jump nor access memory. */
static void random_sequence(PEER_CASE *c, uint32_t i);
/* Run the instructions of a case. Return: NULL, or why they cannot be. */
static const char *interpret(PEER_CASE *c, uint64_t at);
/* Compare case @i of the batch. Return: how much differs, which is printed to @out unless NULL. */
static unsigned int differences(uint32_t i, FILE *out);
static void print_case(const PEER_CASE *c, FILE *out);

/* For differences(), in a function with @nr and @out. */
#define DIFFER(format, ...) (nr++, out ? (void)fprintf(out, format, __VA_ARGS__) : (void)0)

static inline unsigned int bytes_differ(const uint8_t *is, const uint8_t *want, unsigned int bytes,
					FILE *out)
{
	unsigned int nr = 0, i;

	for (i = 0; i < bytes; i++) {
		if (is[i] != want[i])
			DIFFER("  byte %u %02x, not %02x\n", i, is[i], want[i]);
	}
	return nr;
}

static inline unsigned int vectors_differ(uint8_t (*is)[16], uint8_t (*want)[16], unsigned int n,
					  const char *name, FILE *out)
{
	unsigned int nr = 0, i;
	uint64_t a[2], b[2];

	for (i = 0; i < n; i++) {
		if (!memcmp(is[i], want[i], 16))
			continue;
		memcpy(a, is[i], 16);
		memcpy(b, want[i], 16);
		DIFFER("  %s%u %016" PRIx64 "%016" PRIx64 ", not %016" PRIx64 "%016" PRIx64 "\n", name,
		       i, a[1], a[0], b[1], b[0]);
	}
	return nr;
}

static inline unsigned int words_differ(const uint64_t *is, const uint64_t *want, unsigned int first,
					unsigned int end, const char *name, FILE *out)
{
	unsigned int nr = 0, i;

	for (i = first; i < end; i++) {
		if (is[i] != want[i])
			DIFFER("  %s%u %016" PRIx64 ", not %016" PRIx64 "\n", name, i, is[i], want[i]);
	}
	return nr;
}

static inline void print_before(uint32_t i)
{
	fprintf(stderr, "%s: ", batch.line[i] ? batch.line[i]->name : "sequence");
	print_case(&batch.before[i], stderr);
}

static inline void restart_peer(void)
{
	stop_peer(&peer);
	start_peer(&peer);
}

/* The peer dies of one case: of the last one of the shortest batch that kills it. */
static inline void find_killer(void)
{
	uint32_t nr = 0;

	restart_peer();
	do {
		memcpy(batch.theirs, batch.before, ++nr * sizeof(batch.before[0]));
	} while (nr < batch.nr && execute(&peer, batch.theirs, nr));
	restart_peer();
	print_before(nr - 1);
	fail_msg("kills %s", peer.native ? "the program that executes it" : QEMU);
}

/* One of each line, and not too many. */
static inline void complain(uint32_t i, const char *why)
{
	static const PEER_LINE *last;
	static unsigned int printed;

	if (printed >= MAX_PRINTED || (batch.line[i] && batch.line[i] == last))
		return;
	last = batch.line[i];
	printed++;
	print_before(i);
	if (why)
		fprintf(stderr, "  %s\n", why);
	else
		differences(i, stderr);
}

static inline void run_batch(void)
{
	const char *why;
	uint32_t i;

	if (!batch.nr)
		return;
	memcpy(batch.theirs, batch.before, batch.nr * sizeof(batch.before[0]));
	if (!execute(&peer, batch.theirs, batch.nr))
		find_killer();
	memcpy(batch.mine, batch.before, batch.nr * sizeof(batch.before[0]));
	for (i = 0; i < batch.nr; i++) {
		why = interpret(&batch.mine[i], PEER_SLOT(i));
		batch.cases++;
		if (batch.line[i] && batch.done && !PEER_FAILED(&batch.theirs[i]))
			batch.done[batch.line[i] - batch.lines] = true;
		if (!why && !differences(i, NULL))
			continue;
		batch.failed++;
		complain(i, why);
	}
	batch.nr = 0;
}

/* Where the next case goes, which becomes one with keep_case(). */
static inline PEER_CASE *next_case(const PEER_LINE *line)
{
	if (batch.nr == PEER_BATCH)
		run_batch();
	batch.line[batch.nr] = line;
	random_state(&batch.before[batch.nr]);
	return &batch.before[batch.nr];
}

static inline void keep_case(void)
{
	batch.nr++;
}

static inline void all_agree(void)
{
	run_batch();
	print_message("%" PRIu64 " cases, %" PRIu64 " differ\n", batch.cases, batch.failed);
	assert_int_equal(batch.failed, 0);
}

static inline uint64_t asked_for(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static inline uint64_t wanted_cases(void)
{
	return asked_for(PEER_NAME "_CASES", DEFAULT_CASES);
}

static inline void add_case(const PEER_LINE *line)
{
	unsigned int tries;
	PEER_CASE *c;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		c = next_case(line);
		if (random_insn(line, c, batch.nr)) {
			keep_case();
			return;
		}
	}
	fail_msg("%s: none of its instructions is taken", line->name);
}

/* Random cases of each of @nr lines but those that @is_left_out. */
static inline void lines_agree(const PEER_LINE *lines, size_t nr,
			       bool (*is_left_out)(const PEER_LINE *line))
{
	const uint64_t per_line = (wanted_cases() + nr - 1) / nr;
	const char *only = getenv(PEER_NAME "_ONLY");
	uint64_t i, missing = 0;
	bool *done = calloc(nr, sizeof(*done));
	size_t k;

	assert_non_null(done);
	batch.lines = lines;
	batch.done = done;
	for (k = 0; k < nr; k++) {
		if (is_left_out(&lines[k]) || (only && strcmp(only, lines[k].name))) {
			done[k] = true;
			continue;
		}
		for (i = 0; i < per_line; i++)
			add_case(&lines[k]);
	}
	all_agree();
	batch.done = NULL;
	for (k = 0; k < nr; k++) {
		if (!done[k])
			print_error("%s, line %zu, was never completed\n", lines[k].name, k);
		missing += !done[k];
	}
	free(done);
	assert_int_equal(missing, 0);
}

/* Instructions that use each other's results, and the flags that the ones before have set. */
static inline void test_sequences_agree(void **state)
{
	uint64_t i, nr = wanted_cases() / 4;
	PEER_CASE *c;

	(void)state;
	for (i = 0; i < nr; i++) {
		c = next_case(NULL);
		random_sequence(c, batch.nr);
		keep_case();
	}
	all_agree();
}

/* The same when what is overwritten is not stored, and flags that are not read are not computed. */
static inline void test_optimised_sequences_agree(void **state)
{
	opt_level = 2;
	test_sequences_agree(state);
}

/* Before each test, which is skipped where there is nothing to compare with. */
static inline int need_peer(void **state)
{
	(void)state;
	batch.nr = 0;
	batch.cases = 0;
	batch.failed = 0;
	opt_level = 0;
	if (peer.pid)
		return 0;
	print_message("skipped: %s is not installed\n", peer.missing);
	skip();
	return 0;
}

static inline int setup(void **state)
{
	(void)state;
	rng_state = asked_for(PEER_NAME "_SEED", 1);
	lift_run_init();
	if (build_peer(&peer))
		start_peer(&peer);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	lift_run_fini();
	if (!peer.pid)
		return 0;
	stop_peer(&peer);
	unlink(peer.program);
	return 0;
}

#endif /* VMB_TESTS_ARCH_LIFT_BATCH_H */
