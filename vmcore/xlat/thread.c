// SPDX-License-Identifier: MIT
/*
 * System calls about threads, and how they end.
 */
#include "vmcore/xlat/thread.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmcore/xlat/syscall.h"

/* What a thread of a process must have in common with the others. */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
/* Of a process, what a copy of the memory does as well. */
#define PROCESS_FLAGS                                                                              \
	(CLONE_VM | CLONE_VFORK | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |        \
	 CLONE_CHILD_CLEARTID | CSIGNAL)

/* A process that has the same memory gets a copy: posix_spawn() and vfork() do not need more. */
int64_t xlat_sys_clone(struct xlat_program *p, const uint64_t *arg)
{
	const struct xlat_clone clone = {
		.flags = arg[0], .sp = arg[1], .parent_tid = arg[2], .tls = arg[3],
		.child_tid = arg[4],
	};

	if (clone.flags & CLONE_THREAD)
		return (clone.flags & THREAD_FLAGS) == THREAD_FLAGS ?
		       p->process->spawn(p, &clone) : -EINVAL;
	if (p->process->sandbox)
		return -EPERM;
	return clone.flags & ~(uint64_t)PROCESS_FLAGS ? -EINVAL : p->process->fork(p, &clone);
}

int64_t xlat_sys_exit(struct xlat_program *p, const uint64_t *arg)
{
	p->ended = true;
	p->code = (int)(arg[0] & 0xff);
	return 0;
}

int64_t xlat_sys_set_tid_address(struct xlat_program *p, const uint64_t *arg)
{
	p->clear_tid = arg[0];
	return p->tid;
}

int64_t xlat_sys_set_robust_list(struct xlat_program *p, const uint64_t *arg)
{
	if (arg[1] != sizeof(struct robust_list_head))
		return -EINVAL;
	p->robust = arg[0];
	return 0;
}

int64_t xlat_sys_get_robust_list(struct xlat_program *p, const uint64_t *arg)
{
	const uint64_t bytes = sizeof(struct robust_list_head);

	if (arg[0] && (pid_t)arg[0] != p->tid)
		return -EPERM;
	return xlat_write(p, arg[1], &p->robust, 8) || xlat_write(p, arg[2], &bytes, 8) ? -EFAULT : 0;
}

void xlat_set_clone(struct xlat_program *p, const struct xlat_clone *clone)
{
	const struct guest_linux *abi = p->guest->linux_abi;

	xlat_set(p, abi->result, 0);
	if (clone->sp)
		xlat_set(p, abi->sp, clone->sp);
	if (clone->flags & CLONE_SETTLS)
		xlat_set(p, abi->tls, clone->tls);
	p->clear_tid = clone->flags & CLONE_CHILD_CLEARTID ? clone->child_tid : 0;
	p->robust = 0;
}

void xlat_tell_tid(struct xlat_program *p, const struct xlat_clone *clone, pid_t tid, bool child)
{
	if (!child && clone->flags & CLONE_PARENT_SETTID)
		xlat_write(p, clone->parent_tid, &tid, sizeof(tid));
	if (child && clone->flags & CLONE_CHILD_SETTID)
		xlat_write(p, clone->child_tid, &tid, sizeof(tid));
}

static void wake(const struct xlat_program *p, uint64_t address, int nr)
{
	syscall(SYS_futex, xlat_host(p->space, address), FUTEX_WAKE, nr, NULL, NULL, 0);
}

/* A lock that the thread still holds: the next one that takes it is told. */
static void give_up(const struct xlat_program *p, uint64_t address)
{
	uint32_t *word, seen, tid = (uint32_t)p->tid;

	if (address % 4 || xlat_read(p, address, &seen, sizeof(seen)))
		return;
	word = xlat_host(p->space, address);
	seen = __atomic_load_n(word, __ATOMIC_SEQ_CST);
	while ((seen & FUTEX_TID_MASK) == tid) {
		if (!__atomic_compare_exchange_n(word, &seen,
						 (seen & FUTEX_WAITERS) | FUTEX_OWNER_DIED, false,
						 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			continue;
		if (seen & FUTEX_WAITERS)
			wake(p, address, 1);
		return;
	}
}

/* A list of as many locks as the kernel looks at. */
static void give_up_locks(const struct xlat_program *p)
{
	uint64_t head[3], at;
	unsigned int left = ROBUST_LIST_LIMIT;

	if (!p->robust || xlat_read(p, p->robust, head, sizeof(head)))
		return;
	for (at = head[0]; at & ~UINT64_C(1) && (at & ~UINT64_C(1)) != p->robust && left--;) {
		uint64_t entry = at & ~UINT64_C(1);

		if (entry != head[2])
			give_up(p, entry + head[1]);
		if (xlat_read(p, entry, &at, sizeof(at)))
			return;
	}
	if (head[2])
		give_up(p, head[2] + head[1]);
}

void xlat_thread_end(struct xlat_program *p)
{
	const uint32_t zero = 0;

	give_up_locks(p);
	/* Nobody else has the memory of a program that ends. */
	if (p->ended && p->clear_tid && !xlat_write(p, p->clear_tid, &zero, sizeof(zero)))
		wake(p, p->clear_tid, 1);
}
