// SPDX-License-Identifier: MIT
/*
 * System calls that wait: with another mask of signals meanwhile, and for words of memory.
 */
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "vmcore/xlat/signal.h"
#include "vmcore/xlat/signals.h"

#define SET_BYTES 8u

/*
 * The call with @mask while it waits. A signal that the mask lets through is delivered by it when the
 * call has ended, as after sigsuspend(2), although the thread blocks it.
 */
static int64_t call_masked(struct xlat_program *p, long number, const long *a, uint64_t mask)
{
	int64_t result = -EINTR;

	p->check = mask;
	p->checks = true;
	if (xlat_signal_pending(p))
		xlat_want(p);
	else
		result = xlat_call_host(number, a);
	if (result != -EINTR)
		p->checks = false;
	return result;
}

/* The mask at @address, if there is one, for the guest and for the host. Return: 0 or -errno. */
static int read_mask(const struct xlat_program *p, uint64_t address, uint64_t bytes, uint64_t *mask,
		     sigset_t *host)
{
	if (!address)
		return 0;
	if (bytes != SET_BYTES)
		return -EINVAL;
	if (xlat_read(p, address, mask, sizeof(*mask)))
		return -EFAULT;
	*mask &= ~XLAT_UNBLOCKABLE;
	xlat_host_mask(*mask, host);
	return 0;
}

int64_t xlat_sys_ppoll(struct xlat_program *p, const uint64_t *arg)
{
	long a[GUEST_LINUX_ARGS];
	uint64_t mask;
	sigset_t host;
	int status = xlat_translate(p, "pvpvv", arg, a);

	if (!status)
		status = read_mask(p, arg[3], arg[4], &mask, &host);
	if (status)
		return status;
	if (!arg[3])
		return xlat_call_host(SYS_ppoll, a);
	a[3] = (long)(uintptr_t)&host;
	return call_masked(p, SYS_ppoll, a, mask);
}

/* The mask's address and size are in memory, too. */
int64_t xlat_sys_pselect6(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t mask, at[2] = { 0 };
	struct {
		const sigset_t *set;
		size_t bytes;
	} with;
	long a[GUEST_LINUX_ARGS];
	sigset_t host;
	int status = xlat_translate(p, "vpppp", arg, a);

	if (!status && arg[5])
		status = xlat_read(p, arg[5], at, sizeof(at));
	if (!status)
		status = read_mask(p, at[0], at[1], &mask, &host);
	if (status)
		return status;
	if (!at[0])
		return xlat_call_host(SYS_pselect6, a);
	with.set = &host;
	with.bytes = SET_BYTES;
	a[5] = (long)(uintptr_t)&with;
	return call_masked(p, SYS_pselect6, a, mask);
}

/* What the fourth and fifth argument are depends on the command. */
int64_t xlat_sys_futex(struct xlat_program *p, const uint64_t *arg)
{
	static const char *const args[] = {
		[FUTEX_WAIT] = "pvvp", [FUTEX_WAKE] = "pvv", [FUTEX_REQUEUE] = "pvvvp",
		[FUTEX_CMP_REQUEUE] = "pvvvpv", [FUTEX_WAKE_OP] = "pvvvpv",
		[FUTEX_LOCK_PI] = "pvvp", [FUTEX_UNLOCK_PI] = "pv", [FUTEX_TRYLOCK_PI] = "pv",
		[FUTEX_WAIT_BITSET] = "pvvpvv", [FUTEX_WAKE_BITSET] = "pvvvvv",
		[FUTEX_WAIT_REQUEUE_PI] = "pvvppv", [FUTEX_CMP_REQUEUE_PI] = "pvvvpv",
	};
	uint64_t command = (uint32_t)arg[1] & FUTEX_CMD_MASK;
	long a[GUEST_LINUX_ARGS];
	int status;

	if (command >= VMB_ARRAY_SIZE(args) || !args[command])
		return -ENOSYS;
	status = xlat_translate(p, args[command], arg, a);
	return status ? status : xlat_call_host(SYS_futex, a);
}
