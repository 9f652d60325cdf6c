// SPDX-License-Identifier: MIT
/*
 * Threads. Whoever is in the slow path of anything holds the heap's lock. Who has to collect asks the
 * others to stop, and waits until each of them has come to a safepoint itself or is blocked: from then
 * on the heap, and each thread's part of it, belongs to the one who collects [gc.world].
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "vmcore/gc/inside.h"

static void run_no_more(struct gc_heap *h)
{
	h->nr_running--;
	if (h->stopping)
		pthread_cond_signal(&h->stopped);
}

static void run_again(struct gc_heap *h)
{
	while (h->stopping)
		pthread_cond_wait(&h->resumed, &h->lock);
	h->nr_running++;
}

/* ---- of the slow path ---- */

/** gc_world_enter - a running thread enters the slow path, which is a safepoint. */
void gc_world_enter(struct gc_heap *h)
{
	pthread_mutex_lock(&h->lock);
	if (VMB_LIKELY(!h->stopping))
		return;
	run_no_more(h);
	run_again(h);
}

void gc_world_exit(struct gc_heap *h)
{
	pthread_mutex_unlock(&h->lock);
}

static void ask_all(struct gc_heap *h, bool stop)
{
	for (struct gc_thread *t = h->threads; t; t = t->next)
		__atomic_store_n(&t->m.stop, stop, __ATOMIC_RELAXED);
}

static void wait_for_others(struct gc_heap *h)
{
	uint64_t begin = gc_pause_begin(h, GC_PAUSE_STOP);

	while (h->nr_running > 1)
		pthread_cond_wait(&h->stopped, &h->lock);
	gc_pause_end(h, GC_PAUSE_STOP, begin, 0, 0);
}

/** gc_world_stop - between gc_world_enter() and gc_world_exit(): wait until no other thread runs. */
void gc_world_stop(struct gc_heap *h)
{
	h->stop++;
	h->stopping = true;
	ask_all(h, true);
	if (h->nr_running > 1)
		wait_for_others(h);
	h->shared = h->nr_attached > 1;
}

/** gc_world_resume - ends gc_world_stop(); the lock is still held. */
void gc_world_resume(struct gc_heap *h)
{
	h->stopping = false;
	ask_all(h, false);
	pthread_cond_broadcast(&h->resumed);
}

/* ---- of threads ---- */

VMB_NOINLINE void gc_safepoint_slowly(struct gc_mutator *m)
{
	gc_world_enter(m->heap);
	gc_world_exit(m->heap);
}

void gc_blocked_begin(struct gc_mutator *m)
{
	struct gc_heap *h = m->heap;

	pthread_mutex_lock(&h->lock);
	gc_thread_of(m)->blocked = true;
	run_no_more(h);
	pthread_mutex_unlock(&h->lock);
}

void gc_blocked_end(struct gc_mutator *m)
{
	struct gc_heap *h = m->heap;

	pthread_mutex_lock(&h->lock);
	VMB_ASSERT(gc_thread_of(m)->blocked);
	gc_thread_of(m)->blocked = false;
	run_again(h);
	pthread_mutex_unlock(&h->lock);
}

static bool is_attached(const struct gc_heap *h, pthread_t owner)
{
	for (const struct gc_thread *t = h->threads; t; t = t->next)
		if (t->attached && pthread_equal(t->owner, owner))
			return true;
	return false;
}

static struct gc_thread *new_thread(struct gc_heap *h)
{
	struct gc_thread *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->log = gc_reserve(gc_log_bytes(h));
	if (!t->log) {
		free(t);
		return NULL;
	}
	t->m.heap = h;
	gc_log_open(t);
	t->m.young_base = h->young;
	t->m.young_bytes = h->young_bytes;
	t->m.cur = t->m.limit = t->begin = (char *)h->young;
	t->m.marking = h->phase == GC_MARKING;
	t->next = h->threads;
	h->threads = t;
	return t;
}

/* One that was detached will do: what it has logged is still to be looked at. */
static struct gc_thread *unused_thread(struct gc_heap *h)
{
	struct gc_thread *t = h->threads;

	while (t && t->attached)
		t = t->next;
	return t ? t : new_thread(h);
}

/** gc_threads_free - when the heap goes. */
void gc_threads_free(struct gc_heap *h)
{
	struct gc_thread *next;

	for (struct gc_thread *t = h->threads; t; t = next) {
		next = t->next;
		munmap(t->log, gc_log_bytes(h));
		free(t);
	}
}

/* The rest of the piece at the end of what was handed out can be handed out again. */
static void give_back(struct gc_heap *h, struct gc_thread *t)
{
	gc_account(h, t);
	if ((uintptr_t)t->m.limit != h->young_next)
		return;
	t->m.limit = t->m.cur;
	h->young_next = (uintptr_t)t->m.cur;
}

/* Who was alone has had all of the nursery in one piece. */
static void share(struct gc_heap *h)
{
	gc_world_stop(h);
	for (struct gc_thread *t = h->threads; t; t = t->next)
		give_back(h, t);
	gc_world_resume(h);
}

static int attach(struct gc_heap *h, struct gc_mutator **out)
{
	struct gc_thread *t = unused_thread(h);

	if (!t)
		return -ENOMEM;
	t->owner = pthread_self();
	t->attached = true;
	h->nr_attached++;
	if (h->nr_attached > 1)
		share(h);
	*out = &t->m;
	return 0;
}

int gc_attach(struct gc_heap *h, struct gc_mutator **out)
{
	int err = -EBUSY;

	pthread_mutex_lock(&h->lock);
	if (!is_attached(h, pthread_self())) {
		run_again(h);
		err = attach(h, out);
		if (err)
			run_no_more(h);
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}

void gc_detach(struct gc_mutator *m)
{
	struct gc_thread *t = gc_thread_of(m);
	struct gc_heap *h = m->heap;

	VMB_ASSERT(!m->frames && !t->blocked);
	pthread_mutex_lock(&h->lock);
	give_back(h, t);
	t->attached = false;
	h->nr_attached--;
	run_no_more(h);
	pthread_mutex_unlock(&h->lock);
}
