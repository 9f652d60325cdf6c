// SPDX-License-Identifier: MIT
/*
 * Weak references and finalizers. A weak reference is an object of one word, which is no reference to
 * the collector; its target never changes but to null. It moves with its target, so that none in the
 * old space has a target in the nursery.
 *
 * The order at the end of a collection: weak references to what nothing led to become null, all of
 * them; then finalizers that are due make what they belong to live again.
 */
#include <string.h>

#include "vmcore/gc/object.h"

static struct gc_ref *target_of(uintptr_t weak)
{
	return gc_words_of(weak);
}

static bool has_moved(uintptr_t object)
{
	return *gc_header_of(object) & GC_MOVED;
}

static uintptr_t moved_to(uintptr_t object)
{
	return (uintptr_t)*gc_header_of(object) & ~(uintptr_t)GC_MOVED;
}

/* ---- weak references ---- */

static int make_room_for_weak(struct gc_heap *h)
{
	int err = gc_words_room(&h->young_weak, h->young_weak.nr + 2);

	return err ? err : gc_words_room(&h->old_weak, h->old_weak.nr + h->young_weak.nr + 2);
}

struct gc_ref gc_weak_new(struct gc_mutator *m, struct gc_ref target)
{
	struct gc_ref root = target, weak;
	struct gc_heap *h = m->heap;
	struct gc_frame frame;
	int err;

	gc_enter(m, &frame, &root, 1);
	weak = gc_alloc(m, h->weak_type);
	gc_leave(m, &frame);
	if (gc_is_null(weak))
		return weak;
	gc_books_lock(h);
	err = make_room_for_weak(h);
	if (!err)
		gc_words_add(&h->young_weak, weak.addr, 0);
	gc_books_unlock(h);
	if (err)
		return gc_exhausted(h, GC_GRAIN_BYTES);
	*target_of(weak.addr) = root;
	return weak;
}

/* [gc.snapshot] A target that only weak references led to when the mark began lives from now on. */
struct gc_ref gc_weak_get(struct gc_mutator *m, struct gc_ref weak)
{
	struct gc_ref target = *target_of(weak.addr);

	if (VMB_UNLIKELY(m->marking))
		gc_set_while_marking(m, target);
	return target;
}

static void clear_dead_target(struct gc_heap *h, uintptr_t weak)
{
	struct gc_ref *target = target_of(weak);

	if (gc_in_young(h, target->addr) && !has_moved(target->addr))
		target->addr = 0;
}

/** gc_weak_after_copy - the roots have been followed: what has not moved is dead. */
void gc_weak_after_copy(struct gc_heap *h)
{
	for (size_t i = 0; i < h->young_weak.nr; i += 2) {
		uintptr_t weak = (uintptr_t)h->young_weak.word[i];

		clear_dead_target(h, has_moved(weak) ? moved_to(weak) : weak);
	}
}

/** gc_weak_follow_copy - everything has moved that will: the rest of the nursery goes. */
void gc_weak_follow_copy(struct gc_heap *h)
{
	for (size_t i = 0; i < h->young_weak.nr; i += 2) {
		uintptr_t weak = (uintptr_t)h->young_weak.word[i];
		struct gc_ref *target;

		if (!has_moved(weak))
			continue;
		weak = moved_to(weak);
		target = target_of(weak);
		if (gc_in_young(h, target->addr))
			target->addr = moved_to(target->addr);
		gc_words_add(&h->old_weak, weak, 0);
	}
	h->young_weak.nr = 0;
}

static void forward(const struct gc_heap *h, struct gc_words *w)
{
	for (size_t i = 0; i < w->nr; i += 2)
		w->word[i] = gc_forwarded(h, (uintptr_t)w->word[i]);
}

/** gc_weak_forward - the lists, and weak references' targets, after a mark that moves objects. */
void gc_weak_forward(struct gc_heap *h)
{
	if (!h->moving)
		return;
	forward(h, &h->old_weak);
	forward(h, &h->old_final);
	for (size_t i = 0; i < h->old_weak.nr; i += 2) {
		struct gc_ref *target = target_of((uintptr_t)h->old_weak.word[i]);

		target->addr = gc_forwarded(h, target->addr);
	}
}

/** gc_weak_after_mark - what is not marked is dead. */
void gc_weak_after_mark(struct gc_heap *h)
{
	for (size_t i = 0; i < h->old_weak.nr; i += 2) {
		struct gc_ref *target = target_of((uintptr_t)h->old_weak.word[i]);

		if (gc_in_old(h, target->addr) && !gc_is_marked(h, target->addr))
			target->addr = 0;
	}
}

/** gc_weak_drop_unmarked - forget weak references that are dead themselves. */
void gc_weak_drop_unmarked(struct gc_heap *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->old_weak.nr; i += 2)
		if (gc_is_marked(h, (uintptr_t)h->old_weak.word[i])) {
			h->old_weak.word[kept] = h->old_weak.word[i];
			kept += 2;
		}
	h->old_weak.nr = kept;
}

/* ---- finalizers ---- */

static void forget_what_was_returned(struct gc_heap *h)
{
	size_t left = h->ready.nr - h->ready_at;

	if (h->ready_at)
		memmove(h->ready.word, h->ready.word + h->ready_at, left * sizeof(uint64_t));
	h->ready.nr = left;
	h->ready_at = 0;
}

/* Each may move on to the next list during a collection, which cannot ask for memory. */
static int make_room_for_final(struct gc_heap *h)
{
	size_t nr = h->young_final.nr + h->old_final.nr + 2;
	int err = gc_words_room(&h->young_final, h->young_final.nr + 2);

	if (!err)
		err = gc_words_room(&h->old_final, nr);
	if (!err && h->ready_at >= h->ready.nr / 2)
		forget_what_was_returned(h);
	return err ? err : gc_words_room(&h->ready, h->ready.nr + nr);
}

int gc_finalizer_add(struct gc_mutator *m, struct gc_ref object, uint64_t cookie)
{
	struct gc_heap *h = m->heap;
	int err;

	gc_books_lock(h);
	err = make_room_for_final(h);
	if (!err)
		gc_words_add(gc_is_young(m, object) ? &h->young_final : &h->old_final,
			     object.addr, cookie);
	gc_books_unlock(h);
	return err;
}

struct gc_ref gc_finalizer_next(struct gc_mutator *m, uint64_t *cookie)
{
	struct gc_heap *h = m->heap;
	struct gc_ref r = { 0 };

	gc_books_lock(h);
	if (h->ready_at < h->ready.nr) {
		r.addr = (uintptr_t)h->ready.word[h->ready_at];
		*cookie = h->ready.word[h->ready_at + 1];
		h->ready_at += 2;
	}
	gc_books_unlock(h);
	return r;
}

/* First find out which are due, all of them; then let them live. */
void gc_final_after_copy(struct gc_heap *h)
{
	size_t due = h->ready.nr;

	for (size_t i = 0; i < h->young_final.nr; i += 2) {
		uintptr_t object = (uintptr_t)h->young_final.word[i];
		uint64_t cookie = h->young_final.word[i + 1];

		if (has_moved(object))
			gc_words_add(&h->old_final, moved_to(object), cookie);
		else
			gc_words_add(&h->ready, object, cookie);
	}
	h->young_final.nr = 0;
	for (; due < h->ready.nr; due += 2) {
		struct gc_ref root = { (uintptr_t)h->ready.word[due] };

		gc_copy_root(h, &root);
		h->ready.word[due] = root.addr;
	}
}

/** gc_final_after_mark - what becomes live again has to be marked yet. */
void gc_final_after_mark(struct gc_heap *h)
{
	size_t due = h->ready.nr, kept = 0;

	for (size_t i = 0; i < h->old_final.nr; i += 2) {
		uint64_t object = h->old_final.word[i], cookie = h->old_final.word[i + 1];

		if (!gc_is_marked(h, (uintptr_t)object)) {
			gc_words_add(&h->ready, object, cookie);
			continue;
		}
		h->old_final.word[kept++] = object;
		h->old_final.word[kept++] = cookie;
	}
	h->old_final.nr = kept;
	for (; due < h->ready.nr; due += 2) {
		struct gc_ref r = { (uintptr_t)h->ready.word[due] };

		gc_mark_slot(h, &r);
		h->ready.word[due] = r.addr;
	}
}
