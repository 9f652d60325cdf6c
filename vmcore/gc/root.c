// SPDX-License-Identifier: MIT
/* Roots: frames of running functions, ranges that were added, the embedder's, finalizers that are due. */
#include <errno.h>
#include <stdlib.h>

#include "vmcore/gc/inside.h"

static int add(struct gc_heap *h, struct gc_ref *root, size_t nr)
{
	if (h->nr_ranges == h->room_ranges) {
		size_t room = h->room_ranges ? h->room_ranges * 2 : 8;
		struct gc_root_range *range = realloc(h->range, room * sizeof(*range));

		if (!range)
			return -ENOMEM;
		h->range = range;
		h->room_ranges = room;
	}
	h->range[h->nr_ranges++] = (struct gc_root_range){ root, nr };
	return 0;
}

int gc_root_add(struct gc_heap *h, struct gc_ref *root, size_t nr)
{
	int err;

	gc_books_lock(h);
	err = add(h, root, nr);
	gc_books_unlock(h);
	return err;
}

void gc_root_remove(struct gc_heap *h, const struct gc_ref *root)
{
	size_t i = 0;

	gc_books_lock(h);
	while (i < h->nr_ranges && h->range[i].root != root)
		i++;
	VMB_ASSERT(i < h->nr_ranges); /* else it was never added */
	h->range[i] = h->range[--h->nr_ranges];
	gc_books_unlock(h);
}

void gc_roots_visit(struct gc_roots *visitor, struct gc_ref *root, size_t nr)
{
	visitor->visit(visitor, root, nr);
}

static void visit_ready(struct gc_heap *h, struct gc_roots *visitor)
{
	for (size_t i = h->ready_at; i < h->ready.nr; i += 2) {
		struct gc_ref r = { (uintptr_t)h->ready.word[i] };

		gc_roots_visit(visitor, &r, 1);
		h->ready.word[i] = r.addr;
	}
}

void gc_each_root(struct gc_heap *h, struct gc_roots *visitor)
{
	for (const struct gc_thread *t = h->threads; t; t = t->next)
		for (const struct gc_frame *f = t->m.frames; f; f = f->up)
			gc_roots_visit(visitor, f->root, f->nr);
	for (size_t i = 0; i < h->nr_ranges; i++)
		gc_roots_visit(visitor, h->range[i].root, h->range[i].nr);
	if (h->options.roots)
		h->options.roots(h->options.priv, visitor);
	visit_ready(h, visitor);
}
