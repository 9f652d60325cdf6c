// SPDX-License-Identifier: MIT
/*
 * The argument. A thread stores its epoch, then loads pointers; who takes something away stores to the
 * pointers, then loads the threads' epochs; all four are sequentially consistent. If the thread's
 * epoch is not seen, its loads come later than the stores to the pointers, and do not find what was
 * taken away. The words that compiled code loads (vmcore/jit/link.h) are plain loads: membarrier()
 * orders them on every thread, where the host does not do so itself (x86 does: the store of the
 * epoch is a locked instruction).
 */
#include "vmcore/jit/reclaim.h"

#include <linux/membarrier.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static long membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

void reclaim_init(struct reclaim *reclaim)
{
	*reclaim = (struct reclaim){
		.epoch = 1,
		.syncs_cores = !membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE),
	};
}

void reclaim_add(struct reclaim *reclaim, struct reclaim_reader *reader)
{
	*reader = (struct reclaim_reader){ .next = reclaim->readers };
	reclaim->readers = reader;
}

void reclaim_remove(struct reclaim *reclaim, struct reclaim_reader *reader)
{
	struct reclaim_reader **at = &reclaim->readers;

	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
}

void reclaim_enter(const struct reclaim *reclaim, struct reclaim_reader *reader)
{
	uint64_t now = __atomic_load_n(&reclaim->epoch, __ATOMIC_SEQ_CST);

	__atomic_exchange_n(&reader->epoch, now, __ATOMIC_SEQ_CST);
}

void reclaim_leave(struct reclaim_reader *reader)
{
	__atomic_store_n(&reader->epoch, 0, __ATOMIC_RELEASE);
}

bool reclaim_is_current(const struct reclaim *reclaim, const struct reclaim_reader *reader)
{
	return __atomic_load_n(&reclaim->epoch, __ATOMIC_RELAXED) ==
	       __atomic_load_n(&reader->epoch, __ATOMIC_RELAXED);
}

uint64_t reclaim_retire(struct reclaim *reclaim)
{
	reclaim_sync_cores(reclaim);
	return __atomic_fetch_add(&reclaim->epoch, 1, __ATOMIC_SEQ_CST);
}

bool reclaim_passed(const struct reclaim *reclaim, uint64_t retired)
{
	const struct reclaim_reader *reader;

	for (reader = reclaim->readers; reader; reader = reader->next) {
		uint64_t epoch = __atomic_load_n(&reader->epoch, __ATOMIC_SEQ_CST);

		if (epoch && epoch <= retired)
			return false;
	}
	return true;
}

void reclaim_sync_cores(const struct reclaim *reclaim)
{
	if (reclaim->syncs_cores)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE);
}
