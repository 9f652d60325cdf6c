/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_JIT_H
#define VMB_VMCORE_JIT_JIT_H
/*
 * Units to machine code, and running it: tier 1 in one pass, made for compile speed; tier 2 with
 * registers allocated over the whole unit.
 */

#include <errno.h>

#include "vmcore/jit/cache.h"
#include "vmcore/jit/frame.h"
#include "vmcore/jit/homes.h"
#include "vmcore/jit/lower.h"
#include "vmcore/jit/select.h"
#include "vmcore/ports.h"

/**
 * struct jit_options - what a compiler is made with.
 * @host: whose code is written; borrowed
 * @native: how it is run; NULL: it is only looked at
 * @cache_bytes: room for code
 * @wx: how the room is protected
 * @lazy: the room gets its memory when it is used, for programs that are to start soon
 * @evict: when the room is used up, throw all code away and go on; otherwise that is an error
 * @flat, @first, @bytes: guest memory is an array whose accesses are compiled in line; every context
 *	must have it as a struct ir_flat with these bounds, at a host address that is as much a
 *	multiple of 16 as @first. Without it all accesses go through the context's memory port
 * @chained: as struct jit_target; the host must be able to (host_ops.chains). Such code is not run by
 *	jit_run() but by an embedder that serves the ways (vmcore/xlat/README.md)
 * @precise: as struct jit_target; @native must be able to (host_native.take_registers), and memory be
 *	@flat. The embedder catches the host's faults
 * @traps: as struct jit_target; of precise code, @native must be able to (host_native.can_trap)
 * @margin: as struct jit_target; less than half of @bytes
 * @features: what code may use if @native is NULL
 * @links: units can be linked (vmcore/jit/link.h), if the host can do that and @wx is CODE_WX_DUAL
 */
struct jit_options {
	const struct host_ops *host;
	const struct host_native *native;
	size_t cache_bytes;
	enum code_wx wx;
	bool evict;
	bool lazy;
	bool flat;
	bool chained;
	bool precise;
	bool traps;
	uint64_t first;
	uint64_t bytes;
	uint64_t margin;
	uint64_t features;
	bool links;
};

/**
 * struct jit_code - a compiled unit; a plain value, nothing needs to be freed.
 * @link_entry: where links enter it; NULL: they cannot. It must be the first member
 * @epoch: of the cache; the code can be run until the cache is flushed
 * @entry, @bytes: offset in the cache and length
 * @start: where it begins: before @entry, if links can enter it. Offsets of labels count from here
 * @nr_slots: room that it needs in a frame
 * @state_bytes: of the unit
 * @uses_fp: runs in the guest's floating-point environment
 * @host: whose code it is
 * @precise: struct jit_target
 * @function: it is entered by a call, as host_enter, and not by host_native.enter
 * @helper: declarations, in the cache
 * @misses: how often @guarded code has fallen back on other code, since a guard did not hold; chained
 *	code does not count. Counts of two threads at once may get lost
 */
struct jit_code {
	const void *link_entry;
	uint32_t epoch;
	uint32_t bytes;
	size_t entry;
	size_t start;
	uint32_t nr_slots;
	uint32_t state_bytes;
	bool uses_fp;
	bool precise;
	bool function;
	const struct host_ops *host;
	const struct ir_helper *helper;
	uint64_t first;
	uint32_t misses;
	bool guarded;
};

/* enter.S knows the first number, compiled code the second. */
#define JIT_CODE_FIRST	64
#define JIT_CODE_MISSES 72
static_assert(offsetof(struct jit_code, first) == JIT_CODE_FIRST, "enter.S");
static_assert(offsetof(struct jit_code, misses) == JIT_CODE_MISSES, "compiled code");

/**
 * struct jit - a compiler with its cache. One thread compiles at a time.
 * @scratch: what is known of the unit that was compiled last, too
 * @links: units are compiled to be linked
 * @next_way: number of the next unit's first way; the embedder's, who finds them in @scratch.way
 */
struct jit {
	struct jit_target target;
	const struct host_ops *host;
	const struct host_native *native;
	struct code_cache cache;
	struct jit_scratch scratch;
	struct jit_homes homes;
	struct jit_select select;
	bool evict;
	bool links;
	uint32_t next_way;
};

/**
 * jit_init - make a compiler.
 * Return: 0; -EINVAL if @options has no host that compiles; as code_cache_init().
 */
int jit_init(struct jit *jit, const struct jit_options *options);

/** jit_fini - free it and all its code. */
void jit_fini(struct jit *jit);

/**
 * jit_compile - compile a verified unit.
 * @unit: borrowed for the call
 * @code: gets the code
 * @insn: gets the instruction that cannot be compiled, if the call fails with -ENOTSUP; may be NULL
 * Return: 0; -ENOTSUP; -ENOSPC if the cache is used up (or, with eviction, too small for this unit);
 * -E2BIG for a limit of the host's; -ENOMEM. Context: allocates only for a unit that is larger than all before.
 */
int jit_compile(struct jit *jit, const struct ir_unit *unit, struct jit_code *code, uint32_t *insn);

/**
 * jit_compile_lifted - the same of a unit as lifters leave it: what is in vain becomes constants that
 * nobody uses, as by opt_light(), at less cost than that and jit_compile() have.
 */
int jit_compile_lifted(struct jit *jit, struct ir_unit *unit, struct jit_code *code, uint32_t *insn);

/**
 * jit_compile_tier2 - the same with registers allocated over the whole unit: slower to compile, and
 * faster code, the more so if opt_run() has optimised the unit. Where the host has no tier 2 this is
 * jit_compile().
 */
int jit_compile_tier2(struct jit *jit, const struct ir_unit *unit, struct jit_code *code,
		      uint32_t *insn);

/**
 * jit_compile_over - the same, with tier 1's code of the unit to fall back on: accesses to guest memory
 * are compared with its bounds once, by ranges, at the entry. Where a range does not lie in guest
 * memory @below runs instead.
 * @below: what jit_compile() made of the same unit, optimised or not; it must stay in the cache as long
 *	as @code is used. Where it cannot be used this is jit_compile_tier2()
 */
int jit_compile_over(struct jit *jit, const struct ir_unit *unit, const struct jit_code *below,
		     struct jit_code *code, uint32_t *insn);

/* A frame has always as many slots; only units that need no more can be linked to. */
#define JIT_LINK_SLOTS 512u

/**
 * jit_lead_to - let a way lead to other code, or back to its own stub.
 * @word: offset in the cache
 * @target: offset in the cache
 * Return: 0, or -errno of mprotect() (CODE_WX_MPROTECT). Context: other threads may run the code if
 * the cache is CODE_WX_DUAL and the host has no relative ways: one aligned word is stored after all
 * that it leads to.
 */
int jit_lead_to(struct jit *jit, size_t word, size_t target);

/* In-line accesses are compared with the last offset at which this many bytes fit. */
#define JIT_MAX_ACCESS 16u

/**
 * struct jit_runner - where a thread runs units. Zero-initialised it is empty.
 * @native: whose stubs are in the frame
 */
struct jit_runner {
	struct jit_frame *frame;
	uint32_t nr_slots;
	const struct host_native *native;
};

/** jit_runner_fini - free it. */
void jit_runner_fini(struct jit_runner *runner);

/** jit_runner_reserve - make room for slots; those it had are lost if it grows. Return: 0, -ENOMEM. */
int jit_runner_reserve(struct jit_runner *runner, uint32_t nr_slots);

/**
 * jit_run - run a unit from its entry until it leaves.
 * @context: as for ir_interpret(), but fuel is counted at back edges only, by the instructions of
 *	the loop's blocks
 * @leave: gets how it ended
 * Return: 0; -EINVAL if @context has less state than the unit asks for, or not the memory that the
 * compiler was told of; -ESTALE if the cache has been flushed since; -ENOTSUP if the compiler has no
 * host_native; -ENOMEM.
 */
int jit_run(const struct jit *jit, const struct jit_code *code, struct ir_context *context,
	    struct jit_runner *runner, struct ir_leave *leave);

/**
 * struct jit_ready - a unit that is ready to be run in a world, as often as one likes.
 * @frame: the runner's
 * @at: where it begins
 * @enter: how; host_native.enter or enter_fp, or the code itself
 * @code, @jit: borrowed
 */
struct jit_ready {
	struct jit_frame *frame;
	const void *at;
	host_enter *enter;
	const struct jit_code *code;
	const struct jit *jit;
};

/**
 * jit_prepare - do once what jit_run() does each time: look at what is given, and set up the frame.
 * @code, @context: borrowed until jit_finish(). In between @context's memory, its state's place and
 *	@runner stay as they are, and @runner runs nothing else
 * Return: as jit_run().
 */
int jit_prepare(struct jit_ready *ready, const struct jit *jit, const struct jit_code *code,
		struct ir_context *context, struct jit_runner *runner);

/* What jit_run_ready() does when it has looked whether the code is there. */
VMB_INLINE void jit_run_now(const struct jit_ready *ready, struct ir_leave *leave)
{
	struct jit_frame *frame = ready->frame;
	struct host_exit exit;

	/* A unit that was linked to this one may have left in the run before. */
	frame->code = ready->code;
	exit = ready->enter(frame, ready->at);
	leave->kind = (uint8_t)exit.word;
	leave->code = (uint32_t)exit.word >> 8;
	leave->pc = exit.pc;
	leave->address = leave->kind == IR_LEAVE_FAULT ? frame->fault_address : 0;
	leave->block = 0;
	if (VMB_UNLIKELY(leave->kind == IR_LEAVE_FUEL)) {
		leave->block = (uint32_t)exit.pc;
		leave->pc = 0;
	}
}

/**
 * jit_run_ready - run a unit that jit_prepare() has made ready. What is left of the fuel, and the guest's
 * floating-point environment, go from one call to the next; the context has them after jit_finish().
 * @leave: gets how it ended
 * Return: 0; -ESTALE if the cache has been flushed since.
 */
VMB_INLINE int jit_run_ready(const struct jit_ready *ready, struct ir_leave *leave)
{
	if (VMB_UNLIKELY(ready->code->epoch != ready->jit->cache.epoch))
		return -ESTALE;
	jit_run_now(ready, leave);
	return 0;
}

/** jit_finish - the context gets its fuel and its floating-point environment back. */
void jit_finish(const struct jit_ready *ready);

/**
 * jit_enter - run code that the caller knows to be there, at a place of it.
 * @at: the code's entry; or, of the code that @runner ran last and that has left for lack of fuel,
 *	the block where it goes on, if the host resumes (host_ops)
 * Return: as jit_run(), but for -ESTALE. Context: neither the cache nor the scratch memory of @jit is
 * looked at, so another thread may compile.
 */
int jit_enter(const struct jit *jit, const struct jit_code *code, const void *at,
	      struct ir_context *context, struct jit_runner *runner, struct ir_leave *leave);

#endif /* VMB_VMCORE_JIT_JIT_H */
