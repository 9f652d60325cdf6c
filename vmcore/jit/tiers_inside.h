/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_TIERS_INSIDE_H
#define VMB_VMCORE_JIT_TIERS_INSIDE_H
/*
 * What the files of the tiers share. Two locks: @lock is held while something is compiled or taken
 * away; running threads never wait for it. @queue_lock guards the requests, for a moment only; it is
 * taken last. What running threads read without a lock is loaded and stored atomically, and freed
 * by way of @reclaim.
 */

#include <pthread.h>

#include "arch/base/assert.h"
#include "vmcore/jit/link.h"
#include "vmcore/jit/osr.h"
#include "vmcore/jit/reclaim.h"
#include "vmcore/jit/tiers.h"

#define TIERS_NR_REQUESTS 64u

/* The point cannot be entered in this code. */
#define TIER_NO_LABEL UINT32_MAX
/* The value is a constant. */
#define TIER_NO_SLOT UINT32_MAX

/**
 * struct tier_code - code of a unit. Immutable but for what @lock guards.
 * @code: first, so that jit_frame.code leads here
 * @links: guarded by @lock
 * @unit: whose it is
 * @nr_helpers: of what was compiled: those of the unit, and at a point those for its values
 * @point: where it goes on, of code that was made for that; NULL: it begins with the unit
 * @at: address of the code's beginning
 * @segment: where it lies
 * @dead: the unit has been removed; guarded by @lock
 * @looked: entries by tiers_run() since somebody looked how often guards had failed; atomic, but counts
 *	of two threads at once may get lost
 * @next: of the segment; guarded by @lock
 * @label: [points of the unit] tier 1: offset of the point's block, or TIER_NO_LABEL; NULL if a run
 *	cannot be resumed there
 * @first_slot, @slot: of point p the slots slot[first_slot[p] ...) have its values
 */
struct tier_code {
	struct jit_code code;
	struct jit_links links;
	struct tier_unit *unit;
	struct tier_point *point;
	const uint8_t *at;
	unsigned int tier;
	uint32_t nr_helpers, segment;
	uint32_t looked;
	bool dead;
	struct tier_code *next;
	uint32_t *label, *first_slot, *slot;
};

/**
 * struct tier_point - the head of a loop.
 * @at: borrowed from the unit's points
 * @code: that goes on here, NULL; atomic
 * @wanted: it has been asked for; atomic
 */
struct tier_point {
	struct osr_point at;
	struct tier_code *code;
	bool wanted;
};

/** struct tier_points - those of a unit, by block. */
struct tier_points {
	uint32_t nr;
	struct tier_point *point;
};

/** struct tier_edges - where a unit's exits lead. @to: becomes NULL with the unit; atomic. */
struct tier_edges {
	uint32_t nr;
	struct tier_edge {
		uint64_t pc;
		struct tier_unit *to;
	} edge[];
};

/**
 * struct tier_unit - a unit.
 * @unit: packed in one piece of memory
 * @code: [tier] NULL; atomic
 * @points: NULL: not looked for yet; atomic
 * @executed: about how many of its instructions; atomic, but counts of two threads at once may get lost
 * @wanted: the highest tier that has been asked for; atomic
 * @edges: NULL: none; atomic
 * @from: [@nr_from] units that have edges here; guarded by @lock
 * @plain: its guards failed too often: tier 2 is to be without; atomic
 * @gone: it has been removed; guarded by @lock
 * @next: of all units; of removed ones
 * @retired: of removed ones
 */
struct tier_unit {
	struct ir_unit unit;
	struct tier_code *code[3];
	struct tier_points *points;
	uint64_t executed;
	uint32_t wanted;
	struct tier_edges *edges;
	struct tier_unit **from;
	uint32_t nr_from, cap_from;
	bool plain;
	bool gone;
	struct tier_unit *next;
	uint64_t retired;
};

/**
 * struct tier_segment - a part of the cache.
 * @codes: what lies there
 * @retired: 0: in use; else since when it is not
 */
struct tier_segment {
	struct code_cache cache;
	struct tier_code *codes;
	uint64_t retired;
};

/** struct tier_request - a compilation. @point: NULL: the unit from its beginning. */
struct tier_request {
	struct tier_unit *unit;
	struct tier_point *point;
	unsigned int tier;
};

/** struct tier_garbage - memory that readers may still look at. */
struct tier_garbage {
	struct tier_garbage *next;
	void *memory;
	uint64_t retired;
};

/** struct tiers - @nr_published: code so far; atomic: stored before a link leads to the code. */
struct tiers {
	struct tiers_options options;
	struct jit jit;
	bool resumes;
	uint64_t nr_published;
	pthread_mutex_t lock;
	struct tier_segment segment[TIERS_MAX_SEGMENTS];
	uint32_t nr_segments, current;
	struct ir_arena unit_arena, scratch;
	struct tier_unit *units, *removed;
	struct tier_garbage *garbage;
	struct tier_thread *threads;
	struct reclaim reclaim;
	struct tiers_stats stats;
	pthread_mutex_t queue_lock;
	pthread_cond_t queue_filled;
	struct tier_request request[TIERS_NR_REQUESTS];
	uint32_t first_request, nr_requests;
	bool stop, asleep;
	pthread_t worker;
};

/**
 * struct tier_thread - who runs units.
 * @values: of the interpreter; at a point, those that are live there, unless they are still in slots
 * @inside: the unit that is run, which must not be freed even while @reader is out; atomic
 * @point, @call, @call_priv: of code that was entered at a point
 */
struct tier_thread {
	struct tiers *tiers;
	struct reclaim_reader reader;
	struct jit_runner runner;
	struct ir_frame values;
	struct tier_unit *inside;
	struct tier_stats stats;
	const struct tier_point *point;
	const struct ir_helper *point_helpers;
	uint32_t nr_point_helpers;
	bool (*call)(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		     union ir_val *result);
	void *call_priv;
	struct tier_thread *next;
};

/* What running threads read. */
#define tier_load(at)	     __atomic_load_n(at, __ATOMIC_SEQ_CST)
#define tier_publish(at, to) __atomic_store_n(at, to, __ATOMIC_SEQ_CST)

/* tiers_code.c. Context: under @lock. */

/* Compile what @request asks for. Return: as tiers_compile(). */
int tier_compile_locked(struct tiers *tiers, const struct tier_request *request);
/* Go on with the next segment. Return: 0 or -EAGAIN. */
int tier_next_segment_locked(struct tiers *tiers);
/* Free all code. Context: no thread is left. */
void tier_free_segments(struct tiers *tiers);

/* tiers_links.c. Context: under @lock. */

/* Link new code with its neighbours; nothing leads to tier 1 of a unit any more that has tier 2. */
void tier_connect_locked(struct tier_code *code);
/* Set or clear an edge. Return: 0 or -ENOMEM. */
int tier_set_edge_locked(struct tiers *tiers, struct tier_unit *from, uint64_t pc,
			 struct tier_unit *to);
/* No edge leads from or to @unit. */
void tier_drop_edges_locked(struct tiers *tiers, struct tier_unit *unit);

/* tiers.c */

/* Have @memory freed when nobody looks at it any more. Context: under @lock. */
void tier_discard_locked(struct tiers *tiers, void *memory);
/* Free what can be. Context: under @lock. */
void tier_collect_locked(struct tiers *tiers);
/* Ask for a compilation. Return: false if that is impossible now. */
bool tier_ask(struct tiers *tiers, const struct tier_request *request);
/* It was not done, and may be asked for again. */
void tier_give_up(const struct tier_request *request);

/* Where @pc leads, NULL: out. */
VMB_INLINE struct tier_unit *tier_edge_to(struct tier_unit *unit, uint64_t pc)
{
	const struct tier_edges *edges = tier_load(&unit->edges);
	uint32_t i;

	for (i = 0; edges && i < edges->nr; i++) {
		if (edges->edge[i].pc == pc)
			return tier_load(&edges->edge[i].to);
	}
	return NULL;
}

#endif /* VMB_VMCORE_JIT_TIERS_INSIDE_H */
