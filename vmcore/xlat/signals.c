// SPDX-License-Identifier: MIT
#include "vmcore/xlat/signals.h"

/* What the C library uses to cancel threads and to change their users; the host's has them, too. */
#define CANCEL	    32
#define SETXID	    33
#define HOST_CANCEL 62
#define HOST_SETXID 63

int xlat_host_signal(uint64_t number)
{
	if (number == CANCEL || number == SETXID)
		return (int)number - CANCEL + HOST_CANCEL;
	return number >= 1 && number < HOST_CANCEL ? (int)number : 0;
}

unsigned int xlat_guest_signal(int number)
{
	if (number == HOST_CANCEL || number == HOST_SETXID)
		return (unsigned int)number - HOST_CANCEL + CANCEL;
	return number >= 1 && number < HOST_CANCEL ? (unsigned int)number : 0;
}

bool xlat_is_ignored(unsigned int number)
{
	return number == SIGCHLD || number == SIGURG || number == SIGWINCH || number == SIGCONT;
}

bool xlat_is_fault(unsigned int number)
{
	return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE;
}

void xlat_host_mask(uint64_t mask, sigset_t *set)
{
	unsigned int number;

	sigemptyset(set);
	for (number = 1; number <= XLAT_SIGNALS; number++) {
		int host = xlat_host_signal(number);

		if (host && mask & xlat_signal_bit(number) && !xlat_is_fault(number))
			sigaddset(set, host);
	}
}

void xlat_set_host_mask(uint64_t mask)
{
	sigset_t set;

	xlat_host_mask(mask, &set);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
}

void xlat_set_host_action(unsigned int number, const struct xlat_action *action,
			  void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction host = { .sa_flags = SA_SIGINFO };

	if (xlat_is_fault(number) || !xlat_host_signal(number))
		return;
	sigfillset(&host.sa_mask);
	if (number == SIGCHLD)
		host.sa_flags |= (int)action->flags & (SA_NOCLDSTOP | SA_NOCLDWAIT);
	if (action->handler > XLAT_SIG_IGN) {
		host.sa_sigaction = handler;
	} else {
		host.sa_flags &= ~SA_SIGINFO;
		host.sa_handler = action->handler == XLAT_SIG_IGN ? SIG_IGN : SIG_DFL;
	}
	sigaction(xlat_host_signal(number), &host, NULL);
}
