// SPDX-License-Identifier: MIT
/*
 * vmcore: level 0 is tier 1 alone, 1 to 3 put the optimiser before it; 10 to 13 are tier 2 behind the
 * optimiser's levels 0 to 3.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/registry.h"
#include "tools/peers/jit/peer.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"

static struct jit jit;
static struct jit_runner runner;
static struct ir_arena scratch;
static unsigned int optimise;
static bool tier2;

#define TIER2 10u

static_assert(sizeof(struct jit_code) <= sizeof(((struct peer_code *)0)->own), "kept in it");

static int open_level(unsigned int level)
{
	const struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = 64u << 20, .flat = true, .first = PEER_MEM_FIRST,
		.bytes = PEER_MEM_BYTES,
	};

	optimise = level % TIER2;
	tier2 = level >= TIER2;
	ir_arena_init(&scratch, 1u << 30);
	return options.native ? jit_init(&jit, &options) : -ENOTSUP;
}

static void version(char *text, size_t bytes)
{
	snprintf(text, bytes, "this tree");
}

/* Tier 2 falls back on tier 1's code where a range is not in guest memory. */
static int compile_in(struct ir_unit *unit, struct jit_code *own)
{
	const struct opt_options options = { .level = optimise };
	struct jit_code below;
	int err = tier2 ? jit_compile(&jit, unit, &below, NULL) : 0;

	if (!err && optimise)
		err = opt_run(unit, &options, &scratch, NULL);
	if (err)
		return err;
	return tier2 ? jit_compile_over(&jit, unit, &below, own, NULL) :
		       jit_compile(&jit, unit, own, NULL);
}

/* Used code is not freed one by one: the cache begins again when it is full. */
static int compile(struct ir_unit *unit, struct peer_code *code)
{
	struct jit_code own;
	int err = compile_in(unit, &own);

	if (err == -ENOSPC) {
		code_cache_flush(&jit.cache);
		err = compile_in(unit, &own);
	}
	if (err)
		return err;
	memcpy(code->own, &own, sizeof(own));
	code->bytes = own.bytes;
	return 0;
}

static int run(const struct peer_code *code, struct peer_world *world, uint32_t runs, int32_t *kind)
{
	struct ir_flat flat = { world->memory, PEER_MEM_FIRST, PEER_MEM_BYTES };
	struct ir_context context = {
		.state = world->state, .state_bytes = GEN_STATE_BYTES, .fuel = (uint64_t)world->fuel,
		.memory = { .priv = &flat, .map = ir_flat_map },
	};
	struct ir_leave leave = { 0 };
	struct jit_code own;
	struct jit_ready ready;
	int err;

	memcpy(&own, code->own, sizeof(own));
	err = jit_prepare(&ready, &jit, &own, &context, &runner);
	for (; runs && !err; runs--)
		err = jit_run_ready(&ready, &leave);
	if (!err)
		jit_finish(&ready);
	*kind = (int32_t)leave.kind;
	world->code = leave.code;
	world->pc = leave.pc;
	world->address = leave.address;
	return err;
}

static void release(struct peer_code *code)
{
	(void)code;
}

const struct peer peer = {
	.copies = 16,
	.open = open_level,
	.version = version,
	.compile = compile,
	.run = run,
	.release = release,
};
