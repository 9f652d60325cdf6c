/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_VMCORE_TIERS_FIXTURE_H
#define VMB_TESTS_VMCORE_TIERS_FIXTURE_H
/* What the tests of tiers share: options that change tiers early, and a guest that is run in them. */
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/registry.h"
#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/ir/build.h"
#include "vmcore/jit/tiers.h"

/* How many random units; TIERS_UNITS in the environment asks for another number. */
#define UNITS 1500u
#define FUEL  100000000u

#define NR_THREADS 3u
#define NR_SHARED  40u

static inline uint64_t asked(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static inline struct tiers_options options(void)
{
	if (!vmb_arch_host()->host_ops || !vmb_native()->host_native)
		skip();
	return (struct tiers_options){
		.jit = {
			.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
			.cache_bytes = 2u << 20, .flat = true, .first = CASE_MEM_FIRST,
			.bytes = GEN_MEM_BYTES, .links = true,
			.wx = getenv("JIT_MPROTECT") ? CODE_WX_MPROTECT : CODE_WX_DUAL,
		},
		.max_tier = 2, .level = 2, .tier1_after = 2, .tier2_after = 4, .slice = 256,
	};
}

static inline struct tiers *create(const struct tiers_options *o)
{
	struct tiers *t = tiers_create(o);

	assert_non_null(t);
	return t;
}

static inline struct tier_thread *create_thread(struct tiers *t)
{
	struct tier_thread *thread = tier_thread_create(t);

	assert_non_null(thread);
	return thread;
}

/* The guest's side of a run, and what it leaves. */
struct world {
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat;
	struct ir_context context;
	struct ir_leave leave;
};

static inline void open_world(struct world *w, uint64_t seed)
{
	gen_world(seed, w->state, w->memory, CASE_MEM_FIRST);
	w->flat = (struct ir_flat){ w->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	w->context = (struct ir_context){
		.state = w->state, .state_bytes = GEN_STATE_BYTES, .fuel = FUEL, .call = case_call,
		.memory = { .priv = &w->flat, .map = ir_flat_map }, .call_priv = &w->context,
		.fp = { .rm = seed & 3 },
	};
}

static inline uint64_t *slot(struct world *w, uint32_t number)
{
	return (uint64_t *)(void *)w->state + number;
}

static inline bool same(uint32_t flags, const struct world *a, const struct world *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) &&
	       a->context.fp.rm == b->context.fp.rm &&
	       (!(flags & IR_UNIT_FPFLAGS) || a->context.fp.flags == b->context.fp.flags) &&
	       a->leave.kind == b->leave.kind && a->leave.code == b->leave.code &&
	       a->leave.pc == b->leave.pc && a->leave.address == b->leave.address;
}

static inline void interpret(const struct ir_unit *unit, struct ir_frame *frame, uint64_t seed,
		      struct world *w)
{
	open_world(w, seed);
	assert_int_equal(ir_interpret(unit, &w->context, frame, &w->leave), 0);
}

static inline int run(struct tier_thread *thread, struct tier_unit *unit, uint64_t seed,
		      struct world *w)
{
	open_world(w, seed);
	return tiers_run(thread, &unit, &w->context, &w->leave);
}

static inline void parse(struct ir_unit *unit, struct ir_arena *arena, const char *text)
{
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_error error;

	ir_unit_init(unit, arena);
	assert_int_equal(ir_parse(&at, unit, &error), 1);
	assert_int_equal(ir_verify(unit, arena, &error), 0);
}

static inline uint64_t next_random(uint64_t *x)
{
	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return *x >> 33;
}

#endif /* VMB_TESTS_VMCORE_TIERS_FIXTURE_H */
