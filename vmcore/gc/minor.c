// SPDX-License-Identifier: MIT
/*
 * The minor collection: what lives in the nursery moves to the old space, in the order in which it
 * hangs together, so that what dies together leaves one hole.
 */
#include <string.h>

#include "vmcore/gc/object.h"

/** struct copier - what a minor collection keeps at hand. */
struct copier {
	struct gc_heap *heap;
	uintptr_t young, young_bytes;
	uintptr_t *top;
	uint64_t objects, bytes;
};

VMB_INLINE void copy_words(uintptr_t to, uintptr_t from, uint64_t header, size_t bytes)
{
	uint64_t *dst = gc_header_of(to);
	const uint64_t *src = gc_header_of(from);

	if (bytes > 128) {
		memcpy(dst, src, bytes);
	} else {
		for (size_t i = 1; i < bytes / 8; i++)
			dst[i] = src[i];
	}
	dst[0] = header;
}

VMB_INLINE uintptr_t move(struct copier *c, uintptr_t object, uint64_t header)
{
	struct gc_heap *h = c->heap;
	size_t bytes = gc_header_bytes(header);
	uintptr_t to = gc_old_alloc(h, bytes);

	copy_words(to, object, header, bytes);
	*gc_header_of(object) = to | GC_MOVED;
	c->objects++;
	c->bytes += bytes;
	/* while a mark is under way, what comes to the old space counts as marked [gc.snapshot] */
	if (VMB_UNLIKELY(h->phase == GC_MARKING))
		gc_set_marked(h, to, bytes);
	*c->top++ = to;
	return to;
}

VMB_INLINE void follow(void *ctx, struct gc_ref *slot)
{
	struct copier *c = ctx;
	uintptr_t object = slot->addr;
	uint64_t header;

	if (object - c->young >= c->young_bytes)
		return;
	header = *gc_header_of(object);
	slot->addr = header & GC_MOVED ? (uintptr_t)header & ~(uintptr_t)GC_MOVED :
					 move(c, object, header);
}

static void drain(struct copier *c)
{
	const struct gc_heap *h = c->heap;

	while (c->top > h->copy) {
		uintptr_t object = *--c->top;

		gc_visit_slots(h, object, *gc_header_of(object), follow, c);
	}
}

static void follow_log(struct copier *c)
{
	for (struct gc_thread *t = c->heap->threads; t; t = t->next) {
		for (struct gc_ref **slot = t->log; slot < t->m.log; slot++) {
			follow(c, *slot);
			drain(c);
		}
		gc_log_open(t);
	}
}

struct copy_roots {
	struct gc_roots roots;
	struct copier *copier;
};

static void follow_roots(struct gc_roots *visitor, struct gc_ref *root, size_t nr)
{
	struct copier *c = ((struct copy_roots *)visitor)->copier;

	for (size_t i = 0; i < nr; i++) {
		follow(c, root + i);
		drain(c);
	}
}

static struct copier make_copier(struct gc_heap *h)
{
	return (struct copier){
		.heap = h,
		.young = h->young,
		.young_bytes = h->young_bytes,
		.top = h->copy,
	};
}

static void account(struct gc_heap *h, const struct copier *c)
{
	h->stats.promoted_objects += c->objects;
	h->stats.promoted_bytes += c->bytes;
	if (h->phase == GC_MARKING)
		h->marked_bytes += c->bytes;
}

/** gc_copy_root - keep what @root refers to, with all that hangs on it; also after the roots. */
void gc_copy_root(struct gc_heap *h, struct gc_ref *root)
{
	struct copier c = make_copier(h);

	follow(&c, root);
	drain(&c);
	account(h, &c);
}

static void empty_nursery(struct gc_heap *h)
{
	h->young_filled = h->young_next - h->young;
	for (struct gc_thread *t = h->threads; t; t = t->next) {
		h->young_filled -= (size_t)(t->m.limit - t->m.cur);
		gc_account(h, t);
		t->m.cur = t->m.limit = t->begin = (char *)h->young;
	}
	if (h->options.verify)
		memset((void *)h->young, GC_POISON, h->young_next - h->young);
	h->young_next = h->young_sliced = h->young;
}

void gc_minor(struct gc_heap *h)
{
	uint64_t begin = gc_pause_begin(h, GC_PAUSE_MINOR);
	uint64_t objects = h->stats.promoted_objects, bytes = h->stats.promoted_bytes;
	struct copier c = make_copier(h);
	struct copy_roots r = { { h, follow_roots }, &c };

	follow_log(&c);
	gc_each_root(h, &r.roots);
	account(h, &c);
	gc_weak_after_copy(h);
	gc_final_after_copy(h);
	gc_weak_follow_copy(h);
	h->young_survived = h->stats.promoted_bytes - bytes;
	empty_nursery(h);
	h->stats.minor++;
	gc_pause_end(h, GC_PAUSE_MINOR, begin, h->stats.promoted_objects - objects,
		     h->stats.promoted_bytes - bytes);
}
