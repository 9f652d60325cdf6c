// SPDX-License-Identifier: MIT
/* Roots: frames of running functions, ranges that were added, the embedder's, finalizers that are due. */
#include <errno.h>
#include <stdlib.h>

#include "vmcore/gc/inside.h"

int gc_root_add(struct gc_heap *h, struct gc_ref *root, size_t nr)
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

void gc_root_remove(struct gc_heap *h, const struct gc_ref *root)
{
	for (size_t i = 0; i < h->nr_ranges; i++)
		if (h->range[i].root == root) {
			h->range[i] = h->range[--h->nr_ranges];
			return;
		}
	VMB_ASSERT(!"a root that was never added");
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
	for (const struct gc_frame *f = h->mutator.frames; f; f = f->up)
		gc_roots_visit(visitor, f->root, f->nr);
	for (size_t i = 0; i < h->nr_ranges; i++)
		gc_roots_visit(visitor, h->range[i].root, h->range[i].nr);
	if (h->options.roots)
		h->options.roots(h->options.priv, visitor);
	visit_ready(h, visitor);
}
