// SPDX-License-Identifier: MIT
/*
 * Marking. The stack holds objects that are to be looked at; their memory is asked for some objects
 * ahead, so that a heap in no order costs the memory's bandwidth and not its latency.
 */
#include "vmcore/gc/object.h"

/*
 * [gc.stack] An entry is an object, which may turn out to be marked already; MARKED: one that was
 * marked when it was pushed, but not scanned; PART: an array of references, and below it the index of
 * the element where to go on. Each slot pushes at most once, and each object at most once more, which
 * is the room that was reserved for it: a stack that overflows does not exist.
 */
#define MARKED 1u
#define PART   2u
#define TAGS   3u

#define AHEAD	    16u	/* objects whose memory is asked for; a power of two */
#define PART_SLOTS 256u	/* of an array at a time */

/** struct marker - what marking keeps at hand. */
struct marker {
	struct gc_heap *heap;
	uintptr_t old, old_bytes;
	const uint64_t *mark;
	uintptr_t *top;
	uint64_t objects, bytes;
};

VMB_INLINE void push(void *ctx, struct gc_ref *slot)
{
	struct marker *k = ctx;
	uintptr_t at = slot->addr - k->old;
	size_t grain = at / GC_GRAIN_BYTES;

	/* null, or in the nursery, or marked */
	if (at >= k->old_bytes || k->mark[grain / 64] >> grain % 64 & 1)
		return;
	*k->top++ = slot->addr;
}

static void push_part(struct marker *k, uintptr_t array, uint64_t from)
{
	struct gc_ref *word = gc_words_of(array);
	uint64_t nr = word->addr, to = nr - from > PART_SLOTS ? from + PART_SLOTS : nr;

	if (to < nr) {
		*k->top++ = to;
		*k->top++ = array | PART;
	}
	for (uint64_t i = from; i < to; i++)
		push(k, word + 1 + i);
	k->objects += (to - from) / 8;
}

VMB_INLINE void scan(struct marker *k, uintptr_t object, uint64_t header)
{
	if (VMB_UNLIKELY(gc_header_bytes(header) > GC_SMALL_BYTES &&
			 k->heap->shape[gc_header_type(header)].layout == GC_LAYOUT_REFS))
		push_part(k, object, 0);
	else
		gc_visit_slots(k->heap, object, header, push, k);
}

VMB_INLINE void mark_object(struct marker *k, uintptr_t object)
{
	uint64_t header = *gc_header_of(object);
	size_t bytes = gc_header_bytes(header);

	if (gc_is_marked(k->heap, object))
		return;
	gc_set_marked(k->heap, object, bytes);
	k->objects++;
	k->bytes += bytes;
	scan(k, object, header);
}

static VMB_NOINLINE void go_on(struct marker *k, uintptr_t entry)
{
	uintptr_t object = entry & ~(uintptr_t)TAGS;

	if (entry & PART)
		push_part(k, object, *--k->top);
	else
		scan(k, object, *gc_header_of(object));
}

/** struct ahead - objects whose memory has been asked for, oldest first. */
struct ahead {
	uintptr_t object[AHEAD];
	uint32_t head, tail;
};

/* Ask for objects of the stack until enough are under way. */
VMB_INLINE void look_ahead(struct marker *k, struct ahead *a)
{
	while (a->tail - a->head < AHEAD && k->top > k->heap->stack) {
		uintptr_t entry = *--k->top;

		if (VMB_UNLIKELY(entry & TAGS)) {
			go_on(k, entry);
			continue;
		}
		__builtin_prefetch((const void *)entry);
		a->object[a->tail++ % AHEAD] = entry;
	}
}

static void drain(struct marker *k, uint64_t objects)
{
	struct ahead a = { .head = 0 };

	while (k->objects < objects) {
		look_ahead(k, &a);
		if (a.head == a.tail)
			return;
		mark_object(k, a.object[a.head++ % AHEAD]);
	}
	while (a.head != a.tail)
		*k->top++ = a.object[a.head++ % AHEAD];
}

/** gc_mark_some - mark about so many objects. Return: true when there are no more. */
bool gc_mark_some(struct gc_heap *h, uint64_t objects)
{
	struct marker k = {
		.heap = h,
		.old = h->old,
		.old_bytes = h->old_bytes,
		.mark = h->mark,
		.top = h->top,
	};

	drain(&k, objects);
	h->top = k.top;
	h->marked_objects += k.objects;
	h->marked_bytes += k.bytes;
	if (h->peak < h->top)
		h->peak = h->top;
	return h->top == h->stack;
}

/** gc_mark_ref - mark now, scan later: each object is pushed here at most once. */
void gc_mark_ref(struct gc_heap *h, struct gc_ref r)
{
	size_t bytes;

	if (!gc_in_old(h, r.addr) || gc_is_marked(h, r.addr))
		return;
	bytes = gc_header_bytes(*gc_header_of(r.addr));
	gc_set_marked(h, r.addr, bytes);
	h->marked_objects++;
	h->marked_bytes += bytes;
	*h->top++ = r.addr | MARKED;
}

void gc_set_while_marking(struct gc_mutator *m, struct gc_ref old)
{
	gc_mark_ref(m->heap, old);
}

static void mark_roots(struct gc_roots *visitor, struct gc_ref *root, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		gc_mark_ref(visitor->heap, root[i]);
}

void gc_mark_roots(struct gc_heap *h)
{
	struct gc_roots r = { h, mark_roots };

	gc_each_root(h, &r);
}
