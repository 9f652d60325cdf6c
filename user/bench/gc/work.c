// SPDX-License-Identifier: MIT
#include "user/bench/gc/work.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Behind a node's reference: which list, and how many nodes follow. */
struct node_data {
	uint64_t list, rest;
};

static struct node_data *data_of(struct gc_ref node)
{
	return gc_data(node, 8);
}

/* Does not look at @root: between two allocations the list is only in @head, which is its frame. */
static bool make_list(struct gc_work *w, struct gc_ref *head)
{
	struct gc_mutator *m = w->m;

	*head = (struct gc_ref){ 0 };
	for (uint64_t i = 0; i < GC_LIST_NODES; i++) {
		struct gc_ref node = gc_alloc(m, w->node);

		if (VMB_UNLIKELY(gc_is_null(node)))
			return false;
		gc_init(node, 0, *head);
		data_of(node)->list = w->lists;
		data_of(node)->rest = i;
		*head = node;
	}
	return true;
}

static void keep(struct gc_work *w, uint64_t slot, struct gc_ref list)
{
	gc_put(w->m, w->root[0], slot, list);
	w->kept++;
}

void gc_work_list(struct gc_work *w)
{
	struct gc_ref head = { 0 };
	struct gc_frame frame;

	gc_enter(w->m, &frame, &head, 1);
	if (VMB_UNLIKELY(!make_list(w, &head)))
		w->failed++;
	else if (w->slots && w->lists % GC_KEPT_LISTS == 0)
		keep(w, (uint64_t)(((unsigned __int128)vmb_random(&w->seed) * w->slots) >> 64),
		     head);
	gc_leave(w->m, &frame);
	w->lists++;
}

static void make_objects(struct gc_work *w, uint64_t objects)
{
	w->done += objects;
	w->pending += objects;
	for (; w->pending >= GC_LIST_NODES; w->pending -= GC_LIST_NODES)
		gc_work_list(w);
}

void gc_work_run(void *priv, uint64_t objects)
{
	struct gc_work *w = priv;

	pauses_run_begin(&w->pauses);
	make_objects(w, objects);
	pauses_run_end(&w->pauses);
}

/* ---- set-up ---- */

static int open_heap(struct gc_work *w, uint64_t heap_bytes)
{
	const struct gc_type_spec node = { .name = "node", .bytes = 24, .refs = 1 };
	const struct gc_type_spec table = { .name = "table", .layout = GC_LAYOUT_REFS };
	const struct gc_options options = {
		.heap_bytes = heap_bytes, .events = &w->pauses.events,
	};
	int err = gc_heap_create(&options, &w->heap);

	if (!err)
		err = gc_attach(w->heap, &w->m);
	if (!err)
		err = gc_type_add(w->heap, &node, &w->node);
	if (!err)
		err = gc_type_add(w->heap, &table, &w->table);
	return err ? err : gc_root_add(w->heap, w->root, 1);
}

/* All slots, in a random order, so that neighbours in memory are none in the table. */
static int fill_table(struct gc_work *w)
{
	struct gc_ref head = { 0 };
	struct gc_frame frame;
	uint64_t slot = 0, step = (w->slots * 5 / 8) | 1;

	if (!w->slots)
		return 0;
	w->root[0] = gc_alloc_array(w->m, w->table, w->slots);
	if (gc_is_null(w->root[0]))
		return -ENOMEM;
	gc_enter(w->m, &frame, &head, 1);
	for (uint64_t i = 0; i < w->slots; i++, w->lists++) {
		while (!gc_is_null(gc_at(w->root[0], slot)))
			slot = slot + 1 < w->slots ? slot + 1 : 0;
		if (!make_list(w, &head)) {
			w->failed++;
			break;
		}
		keep(w, slot, head);
		slot = (slot + step) % w->slots;
	}
	gc_leave(w->m, &frame);
	return w->failed ? -ENOMEM : 0;
}

static int prepare(struct gc_work *w, uint64_t heap_bytes)
{
	int err = pauses_init(&w->pauses);

	if (!err)
		err = open_heap(w, heap_bytes);
	return err ? err : fill_table(w);
}

int gc_work_setup(struct vmb_state *st, uint64_t heap_bytes, uint64_t live_bytes)
{
	struct gc_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	st->priv = w;
	w->seed = st->seed;
	w->slots = live_bytes / (GC_LIST_BYTES + sizeof(struct gc_ref));
	err = prepare(w, heap_bytes);
	if (err) {
		vmb_why_set(&st->why, "cannot make a heap of %" PRIu64 " KiB with %" PRIu64
			    " KiB of live objects: %s; free some memory", heap_bytes >> 10,
			    live_bytes >> 10, strerror(-err));
		gc_work_close(st);
		return err;
	}
	gc_heap_stats(w->heap, &w->first);
	pauses_forget(&w->pauses);
	w->lists = w->kept = 0;
	return 0;
}

void gc_work_close(struct vmb_state *st)
{
	struct gc_work *w = st->priv;

	if (w->m)
		gc_detach(w->m);
	gc_heap_destroy(w->heap);
	pauses_fini(&w->pauses);
	free(w);
}

/* ---- afterwards ---- */

struct gc_stats gc_work_stats(const struct gc_work *w)
{
	struct gc_stats s;

	gc_heap_stats(w->heap, &s);
	s.allocated_bytes -= w->first.allocated_bytes;
	s.promoted_bytes -= w->first.promoted_bytes;
	s.promoted_objects -= w->first.promoted_objects;
	s.marked_objects -= w->first.marked_objects;
	s.minor -= w->first.minor;
	s.major -= w->first.major;
	s.full -= w->first.full;
	return s;
}

static bool list_is_whole(struct gc_ref node)
{
	uint64_t list = data_of(node)->list;

	for (uint64_t rest = GC_LIST_NODES; rest--; node = gc_get(node, 0))
		if (gc_is_null(node) || data_of(node)->rest != rest || data_of(node)->list != list)
			return false;
	return gc_is_null(node);
}

static uint64_t broken_lists(const struct gc_work *w)
{
	uint64_t nr = 0;

	for (uint64_t i = 0; i < w->slots; i++) {
		struct gc_ref list = gc_at(w->root[0], i);

		nr += gc_is_null(list) || !list_is_whole(list);
	}
	return nr;
}

int gc_work_check(const void *priv, struct vmb_why *why)
{
	const struct gc_work *w = priv;
	uint64_t bytes = gc_work_stats(w).allocated_bytes, broken;

	if (!w->done || w->failed || bytes != w->lists * GC_LIST_BYTES) {
		vmb_why_set(why, "after %" PRIu64 " operations %" PRIu64 " allocations have failed, "
			    "and the collector knows of %" PRIu64 " bytes for %" PRIu64 " lists",
			    w->done, w->failed, bytes, w->lists);
		return -EIO;
	}
	broken = broken_lists(w);
	if (!broken)
		return 0;
	vmb_why_set(why, "of %" PRIu64 " lists in the table %" PRIu64 " are not what was put there",
		    w->slots, broken);
	return -EIO;
}
