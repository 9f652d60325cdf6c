/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_RECLAIM_H
#define VMB_VMCORE_JIT_RECLAIM_H
/*
 * When may memory be used again that other threads could still be in? Each thread says when it begins
 * to follow shared pointers (into code, too) and when it holds none any more. What was taken away
 * from where pointers lead can be freed once every thread has been without since.
 */

#include <stdbool.h>
#include <stdint.h>

/**
 * struct reclaim_reader - a thread.
 * @epoch: since when it may hold pointers; 0: it holds none
 */
struct reclaim_reader {
	uint64_t epoch;
	struct reclaim_reader *next;
};

/**
 * struct reclaim - all of them.
 * @epoch: counts what was taken away, from 1
 * @readers: guarded by the caller's lock
 * @syncs_cores: the system can have all threads fetch their instructions anew
 */
struct reclaim {
	uint64_t epoch;
	struct reclaim_reader *readers;
	bool syncs_cores;
};

void reclaim_init(struct reclaim *reclaim);

/** reclaim_add, reclaim_remove - a thread comes, and goes. Context: under the caller's lock. */
void reclaim_add(struct reclaim *reclaim, struct reclaim_reader *reader);
void reclaim_remove(struct reclaim *reclaim, struct reclaim_reader *reader);

/** reclaim_enter - pointers that are loaded from now on, atomically, may be followed. */
void reclaim_enter(const struct reclaim *reclaim, struct reclaim_reader *reader);

/** reclaim_leave - the thread holds none any more. */
void reclaim_leave(struct reclaim_reader *reader);

/** reclaim_is_current - has nothing been taken away since reclaim_enter()? */
bool reclaim_is_current(const struct reclaim *reclaim, const struct reclaim_reader *reader);

/**
 * reclaim_retire - what no shared pointer leads to any more is about to be freed.
 * Return: for reclaim_passed(). Context: under the caller's lock.
 */
uint64_t reclaim_retire(struct reclaim *reclaim);

/** reclaim_passed - can it be freed? Context: under the caller's lock. */
bool reclaim_passed(const struct reclaim *reclaim, uint64_t retired);

/** reclaim_sync_cores - let no thread have instructions in its pipeline that were written over. */
void reclaim_sync_cores(const struct reclaim *reclaim);

#endif /* VMB_VMCORE_JIT_RECLAIM_H */
