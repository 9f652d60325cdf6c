// SPDX-License-Identifier: MIT
/*
 * The old space's cycle: a mark, which begins with an empty nursery and goes on in slices; its end;
 * the sweep. When memory runs short, the rest of it at once.
 */
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "vmcore/gc/object.h"

#define BATCH	     512 /* objects between two looks at the clock */
#define SWEEP_BATCH  64	 /* blocks */
#define ALL	     UINT64_MAX
#define FIRST_ROOM   ((uint64_t)32 << 20)
#define KEPT_STACK   ((size_t)1 << 20)

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* What the old space can hold besides what must be kept for the nursery. */
static uint64_t capacity(const struct gc_heap *h)
{
	return (uint64_t)(h->nr_blocks - gc_reserve_for(h, h->young_least)) << GC_BLOCK_SHIFT;
}

/*
 * When the next mark begins, and by when it should have ended. Slices need time: half of the free
 * memory is left to them.
 *
 * Memory that was never used has to be had from the kernel, which may cost as much as marking does.
 * So it is taken in step with the marks that it saves: at first as much as lives, then half as much
 * more with every mark.
 */
static void set_trigger(struct gc_heap *h)
{
	uint64_t most = capacity(h), live = h->live_bytes < most ? h->live_bytes : most;
	uint64_t room = (most - live) / 2, wanted = h->room_bytes > live ? h->room_bytes : live;

	if (room > wanted)
		room = wanted;
	h->goal_bytes = live + 2 * room;
	h->trigger_bytes = h->options.stop_the_world ? h->goal_bytes : live + room;
}

void gc_major_init(struct gc_heap *h)
{
	h->room_bytes = FIRST_ROOM;
	set_trigger(h);
}

/* ---- the mark ---- */

static void tell_marking(struct gc_heap *h, bool marking)
{
	for (struct gc_thread *t = h->threads; t; t = t->next)
		t->m.marking = marking;
}

static void mark_begin(struct gc_heap *h)
{
	h->phase = GC_MARKING;
	tell_marking(h, true);
	h->marked_objects = h->marked_bytes = 0;
	h->begin_bytes = h->used_bytes;
	gc_mark_roots(h);
}

static void begin_in_pause(struct gc_heap *h)
{
	uint64_t begin = gc_pause_begin(h, GC_PAUSE_MARK_BEGIN);

	mark_begin(h);
	gc_pause_end(h, GC_PAUSE_MARK_BEGIN, begin, h->marked_objects, 0);
}

/* A stack that was large once need not stay so. */
static void shrink_stack(struct gc_heap *h)
{
	uintptr_t keep = (uintptr_t)h->stack + KEPT_STACK;

	if ((uintptr_t)h->peak > keep)
		(void)madvise((void *)keep, ((uintptr_t)h->peak - keep + 4095) & -(size_t)4096,
			      MADV_DONTNEED);
	h->peak = h->stack;
}

static void mark_end(struct gc_heap *h)
{
	gc_mark_some(h, ALL);
	gc_weak_forward(h);
	gc_weak_after_mark(h);
	gc_final_after_mark(h);
	gc_mark_some(h, ALL);
	gc_weak_forward(h);
	gc_weak_drop_unmarked(h);
	if (h->options.verify)
		gc_verify_or_die(h, true);
	tell_marking(h, false);
	h->live_bytes = h->used_bytes = h->marked_bytes;
	h->stats.marked_objects += h->marked_objects;
	h->stats.major++;
	gc_sweep_begin(h);
	gc_old_ask_huge(h);
	shrink_stack(h);
	h->room_bytes += h->marked_bytes / 2;
	set_trigger(h);
}

static void end_in_pause(struct gc_heap *h)
{
	uint64_t before = h->marked_objects, begin = gc_pause_begin(h, GC_PAUSE_MARK_END);

	mark_end(h);
	gc_pause_end(h, GC_PAUSE_MARK_END, begin, h->marked_objects - before, h->live_bytes);
}

/* Of what is in the nursery, as much as survived last time will come. */
static uint64_t coming_bytes(const struct gc_heap *h)
{
	uint64_t young = h->young_next - h->young;

	return h->young_filled ? young * h->young_survived / h->young_filled : young;
}

/*
 * How many bytes should be marked by now: as large a part of what was used when the mark began, and a
 * third more, as of the memory that was left to it is used up; and what came since, which counts as
 * marked.
 */
static uint64_t due_bytes(const struct gc_heap *h)
{
	uint64_t came = h->used_bytes - h->begin_bytes, goal = h->goal_bytes;
	uint64_t room = goal > h->begin_bytes ? goal - h->begin_bytes : 1;
	double part = (double)(came + coming_bytes(h)) / (double)room;

	return (uint64_t)((double)h->begin_bytes * part * 4 / 3) + came + BATCH * 64;
}

static bool mark_slice(struct gc_heap *h, uint64_t objects)
{
	uint64_t before = h->marked_objects, begin, until;
	bool done;

	if (objects == ALL && h->marked_bytes >= due_bytes(h))
		return false;
	begin = gc_pause_begin(h, GC_PAUSE_MARK);
	until = now_ns() + h->options.slice_us * 1000ull;
	do
		done = gc_mark_some(h, objects < BATCH ? objects : BATCH);
	while (!done && objects == ALL && h->marked_bytes < due_bytes(h) && now_ns() < until);
	gc_pause_end(h, GC_PAUSE_MARK, begin, h->marked_objects - before, 0);
	return done;
}

/* ---- the sweep ---- */

static void sweep_slice(struct gc_heap *h, bool all)
{
	uint64_t begin = gc_pause_begin(h, GC_PAUSE_SWEEP);
	uint64_t until = now_ns() + h->options.slice_us * 1000ull;

	while (!gc_sweep_some(h, SWEEP_BATCH) && (all || now_ns() < until))
		;
	gc_pause_end(h, GC_PAUSE_SWEEP, begin, 0, 0);
}

/* ---- slices ---- */

/** gc_slice - go on with what is under way, as far as it is due. */
void gc_slice(struct gc_heap *h)
{
	if (h->phase == GC_SWEEPING)
		sweep_slice(h, false);
	else if (h->phase == GC_MARKING && mark_slice(h, ALL))
		end_in_pause(h);
}

/** gc_step - the next step of a cycle, begun if none is under way; the nursery is empty. */
void gc_step(struct gc_heap *h, uint64_t objects)
{
	if (h->phase == GC_IDLE)
		begin_in_pause(h);
	else if (h->phase == GC_SWEEPING)
		sweep_slice(h, false);
	else if (mark_slice(h, objects))
		end_in_pause(h);
}

/* ---- everything at once ---- */

/* [gc.bits] The bits of the last mark still say where the holes are. */
static void abandon_mark(struct gc_heap *h)
{
	memset(h->mark, 0, (size_t)h->fresh_from * GC_BLOCK_WORDS * sizeof(uint64_t));
	h->top = h->stack;
	tell_marking(h, false);
	h->phase = GC_IDLE;
}

static void sweep_all(struct gc_heap *h)
{
	while (h->phase == GC_SWEEPING)
		gc_sweep_some(h, h->nr_blocks);
}

static void all_at_once(struct gc_heap *h)
{
	mark_begin(h);
	mark_end(h);
	sweep_all(h);
	h->stats.full++;
	h->full_at = h->stats.promoted_bytes;
}

/** gc_full - mark and sweep everything; the nursery is empty. */
void gc_full(struct gc_heap *h)
{
	uint64_t begin = gc_pause_begin(h, GC_PAUSE_FULL);

	if (h->phase == GC_MARKING)
		abandon_mark(h);
	sweep_all(h);
	all_at_once(h);
	gc_pause_end(h, GC_PAUSE_FULL, begin, h->marked_objects, h->live_bytes);
}

/**
 * gc_compact - gc_full() that empties sparse blocks, right after another one, which has found out what
 * they hold. Does nothing if that would not be worth it, unless @force.
 */
void gc_compact(struct gc_heap *h, bool force)
{
	uint64_t begin;

	if (!gc_compact_begin(h, force))
		return;
	begin = gc_pause_begin(h, GC_PAUSE_FULL);
	all_at_once(h);
	gc_compact_end(h);
	gc_pause_end(h, GC_PAUSE_FULL, begin, h->marked_objects, h->live_bytes);
}

/* ---- after a minor collection ---- */

static bool is_short(const struct gc_heap *h, size_t wanted)
{
	size_t room = gc_young_room(h);

	return room < wanted || room < h->young_least / 2;
}

/* A full collection pays only if something has come since the last one; or there is no choice. */
static bool full_may_help(const struct gc_heap *h, size_t wanted)
{
	return gc_young_room(h) < wanted ||
	       h->stats.promoted_bytes - h->full_at > h->old_bytes / 64;
}

static void make_room(struct gc_heap *h, size_t wanted)
{
	if (is_short(h, wanted) && h->phase == GC_MARKING)
		end_in_pause(h);
	if (is_short(h, wanted) && h->phase == GC_SWEEPING)
		sweep_slice(h, true);
	if (!is_short(h, wanted) || !full_may_help(h, wanted))
		return;
	gc_full(h);
	if (is_short(h, wanted))
		gc_compact(h, false);
}

static void move_on(struct gc_heap *h)
{
	if (h->phase != GC_IDLE)
		gc_slice(h);
	else if (h->used_bytes < h->trigger_bytes)
		return;
	else if (h->options.stop_the_world)
		gc_full(h);
	else
		begin_in_pause(h);
}

/** gc_settle - a collection ends: have room for an object of @wanted bytes. */
void gc_settle(struct gc_heap *h, size_t wanted)
{
	make_room(h, wanted);
	gc_young_open(h);
	if (h->options.verify)
		gc_verify_or_die(h, false);
}

/** gc_after_minor - what is due besides, then gc_settle(). */
void gc_after_minor(struct gc_heap *h, size_t wanted)
{
	gc_young_adapt(h);
	move_on(h);
	gc_settle(h, wanted);
}
