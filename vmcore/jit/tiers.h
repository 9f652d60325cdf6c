/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_TIERS_H
#define VMB_VMCORE_JIT_TIERS_H
/*
 * Units that become faster the more they run: interpreted at first (tier 0), then compiled in one
 * pass (tier 1), then optimised with registers allocated over the whole unit (tier 2). Any number of
 * threads runs them meanwhile. README.md says how.
 */

#include "vmcore/jit/jit.h"

#define TIERS_MAX_SEGMENTS 64u

/**
 * struct tiers_options - how.
 * @jit: the compiler's; @jit.cache_bytes is all there is for code. @jit.evict is ignored.
 *	CODE_WX_MPROTECT allows one thread only, and no @background
 * @nr_segments: parts of the cache, 1 to TIERS_MAX_SEGMENTS: what is thrown away at once, and the
 *	greatest size of a unit's code; 0: 8
 * @max_tier: 0 to 2
 * @level: of the optimiser for tier 2, 0 to 3
 * @tier1_after, @tier2_after: executions of a unit until it is compiled for the tier; running once
 *	through a loop of all its instructions counts as one
 * @slice: instructions that a unit in a loop executes in the tiers 0 and 1 until somebody looks whether
 *	there is something better: 0: 65536. Tier 0 gets a sixteenth
 * @background: a thread of our own compiles; otherwise the one that runs the unit does
 * @poll_us: that thread looks so often whether there is something to do, up to a second; 0: as often as
 *	it thinks best. It sleeps when nobody has run anything for a while, and is woken by a system
 *	call, of tiers_add() or of the one who runs the unit
 */
struct tiers_options {
	struct jit_options jit;
	uint32_t nr_segments;
	unsigned int max_tier;
	unsigned int level;
	uint64_t tier1_after, tier2_after;
	uint64_t slice;
	bool background;
	uint32_t poll_us;
};

/**
 * struct tiers_stats - what has been done.
 * @compiled: units per tier; [0] those at the heads of loops, for tier 2
 * @code_bytes: of all code
 * @failed: compilations that ended with an error; @last_error: -errno of the last
 * @waited: of those, the ones that found the cache full of code that threads might run
 * @evicted: segments of the cache that were thrown away
 * @unguarded: units whose tier 2 was compiled again, because its guards failed too often
 */
struct tiers_stats {
	uint64_t compiled[3];
	uint64_t code_bytes;
	uint64_t failed;
	int last_error;
	uint64_t waited;
	uint64_t evicted;
	uint64_t unguarded;
};

/**
 * struct tier_stats - what a thread has done.
 * @entered: units entered at their beginning by tiers_run(), per tier; not those reached by links
 * @sliced: times that a unit in a loop was looked after
 * @replaced: changes from one code to another at the head of a loop, by the tier that was changed to:
 *	[0] because the code was thrown away
 * @asked: compilations that were asked for
 */
struct tier_stats {
	uint64_t entered[3];
	uint64_t sliced;
	uint64_t replaced[3];
	uint64_t asked;
};

struct tiers;
struct tier_unit;
struct tier_thread;

/**
 * tiers_create - make all of it.
 * Return: NULL with errno: EINVAL for what the options forbid; as jit_init(); EAGAIN, ENOMEM.
 * Owned; tiers_destroy().
 */
struct tiers *tiers_create(const struct tiers_options *options);

/** tiers_destroy - free it, its units and code. Its threads have been destroyed. */
void tiers_destroy(struct tiers *tiers);

/** tiers_resumes - can a loop that runs change to tier 1 (else only to tier 2)? */
bool tiers_resumes(const struct tiers *tiers);

/** tiers_stats - a copy of the counts. */
struct tiers_stats tiers_stats(struct tiers *tiers);

/**
 * tiers_add - take in a verified unit.
 * @unit: copied
 * @out: gets what tiers_run() runs; it belongs to @tiers
 * Return: 0 or -ENOMEM. Context: may wait for a compilation.
 */
int tiers_add(struct tiers *tiers, const struct ir_unit *unit, struct tier_unit **out);

/**
 * tiers_remove - throw a unit away. No thread enters it any more, by links neither; those that are in
 * it run it to its end. The caller must not use @unit any more. Context: as tiers_add().
 */
void tiers_remove(struct tiers *tiers, struct tier_unit *unit);

/**
 * tiers_link - let the exits of @from to guest address @pc (reasons jump and call) go on with @to, in
 * every tier, without returning to the caller of tiers_run().
 * @to: NULL: they are exits again
 * Return: 0 or -ENOMEM. Context: as tiers_add().
 */
int tiers_link(struct tiers *tiers, struct tier_unit *from, uint64_t pc, struct tier_unit *to);

/**
 * tiers_compile - compile a unit now.
 * @tier: 1 or 2
 * Return: 0, also if it has been; as jit_compile(): -ENOSPC if it does not fit a segment; -EAGAIN if
 * the cache is full of code that threads might run; -EINVAL. Context: as tiers_add().
 */
int tiers_compile(struct tiers *tiers, struct tier_unit *unit, unsigned int tier);

/**
 * tiers_evict - throw away the segment that was filled longest ago, and go on with it.
 * Return: 0, or -EAGAIN: its code is not entered any more, but threads may still be in it.
 */
int tiers_evict(struct tiers *tiers);

/** tiers_tier - the tier that @unit is entered in now. */
unsigned int tiers_tier(const struct tier_unit *unit);

/**
 * tier_thread_create - somebody who runs units: one per thread.
 * Return: NULL with errno: ENOMEM; EBUSY if only one thread is allowed. Owned; tier_thread_destroy().
 */
struct tier_thread *tier_thread_create(struct tiers *tiers);

/** tier_thread_destroy - free it. */
void tier_thread_destroy(struct tier_thread *thread);

/** tier_thread_stats - borrow the counts; for the thread itself. */
const struct tier_stats *tier_thread_stats(const struct tier_thread *thread);

/**
 * tiers_run - run a unit, and those that it is linked to, until one leaves.
 * @unit: where it begins; gets the unit that has left
 * @context: as for jit_run(). Fuel is counted as the tier does that runs; while code runs that was
 *	entered at the head of a loop, @context->call is ours, and calls the caller's
 * @leave: gets how it ended; of IR_LEAVE_FUEL the block has no meaning
 * Return: as jit_run(), without -ESTALE.
 */
int tiers_run(struct tier_thread *thread, struct tier_unit **unit, struct ir_context *context,
	      struct ir_leave *leave);

#endif /* VMB_VMCORE_JIT_TIERS_H */
