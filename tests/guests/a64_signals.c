// SPDX-License-Identifier: MIT
/* What handlers of ARM64 programs are told of instructions that are none. */
#include <setjmp.h>
#include <signal.h>

#include "tests/guests/guest.h"

static sigjmp_buf back;
static siginfo_t seen;

static void note(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	seen = *info;
	siglongjmp(back, 1);
}

static void report(const char *name, const char *at)
{
	printf("%s: signal %d code %d at it %d\n", name, seen.si_signo, seen.si_code,
	       (const char *)seen.si_addr == at);
}

/* To an address between two instructions, by each way that there is. */
static void misaligned(unsigned int way)
{
	const char *at = (const char *)(uintptr_t)&&there + 2;

	if (!sigsetjmp(back, 1)) {
		if (way == 0)
			__asm__ goto("br %0" :: "r"(at) :: there);
		else if (way == 1)
			__asm__ goto("blr %0" :: "r"(at) : "x30" : there);
		else
			__asm__ goto("ret %0" :: "r"(at) :: there);
	}
there:
	report("misaligned", at);
}

static void undefined(void)
{
	if (!sigsetjmp(back, 1))
		__asm__ goto("nop\n\tudf #1" :::: there);
there:
	report("undefined", seen.si_addr);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
	unsigned int way;

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	for (way = 0; way < 3; way++)
		misaligned(way);
	undefined();
	return 0;
}
