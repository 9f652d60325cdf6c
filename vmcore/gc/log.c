// SPDX-License-Identifier: MIT
/*
 * The list of old slots that refer to the nursery. A slot is logged whenever it comes to refer there,
 * so that one which changes to and fro is in the list many times. So when the list is full, it is freed
 * of repetitions; if it is half full then, it becomes longer [gc.log].
 */
#include "vmcore/gc/object.h"

#define LEAST_SLOTS 32768u

/* Enough that programs fill it only by changing the same slots: a sixteenth of the heap's size. */
static size_t least_slots(const struct gc_heap *h)
{
	size_t slots = h->old_bytes / 16 / sizeof(struct gc_ref *);

	return slots > LEAST_SLOTS ? slots : LEAST_SLOTS;
}

/** gc_log_bytes - what to reserve: twice as much as when each slot is in it once. */
size_t gc_log_bytes(const struct gc_heap *h)
{
	return 2 * h->old_bytes + least_slots(h) * sizeof(struct gc_ref *);
}

/** gc_log_open - nothing is in it. */
void gc_log_open(struct gc_thread *t)
{
	t->m.log = t->log;
	t->m.log_end = t->log + least_slots(t->m.heap);
}

/* Return: how many there are without repetitions. */
static size_t drop_repetitions(const struct gc_heap *h, struct gc_ref **log, size_t nr)
{
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++) {
		size_t word = gc_grain_of(h, (uintptr_t)log[i]);
		uint64_t bit = (uint64_t)1 << word % 64;

		if (h->logged[word / 64] & bit)
			continue;
		h->logged[word / 64] |= bit;
		log[kept++] = log[i];
	}
	for (size_t i = 0; i < kept; i++)
		h->logged[gc_grain_of(h, (uintptr_t)log[i]) / 64] = 0;
	return kept;
}

VMB_NOINLINE void gc_log_full(struct gc_mutator *m)
{
	struct gc_ref **log = gc_thread_of(m)->log;
	struct gc_heap *h = m->heap;
	size_t kept;

	gc_books_lock(h);
	kept = drop_repetitions(h, log, (size_t)(m->log - log));
	gc_books_unlock(h);
	m->log = log + kept;
	m->log_end = log + (2 * kept > least_slots(h) ? 2 * kept : least_slots(h));
}
