// SPDX-License-Identifier: MIT
/* What handlers are told of faults: signal, code, and where, within the two pages that are accessed. */
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/guests/guest.h"

#define PAGE 4096

static sigjmp_buf back;
static siginfo_t seen;

static void note(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	seen = *info;
	siglongjmp(back, 1);
}

enum kind { READ, WRITE, JUMP };

static void probe(const char *name, char *page, long at, enum kind kind)
{
	volatile uint64_t *p = (volatile uint64_t *)(uintptr_t)(page + at);

	memset(&seen, 0, sizeof(seen));
	if (!sigsetjmp(back, 1)) {
		if (kind == READ)
			(void)*p;
		else if (kind == WRITE)
			*p = 1;
		else
			((void (*)(void))(uintptr_t)p)();
	}
	printf("%s: signal %d code %d at %ld\n", name, seen.si_signo, seen.si_code,
	       seen.si_signo ? (long)((char *)seen.si_addr - page) : 0);
}

/* Two pages of which the second has another protection, or is not there. */
static void pages(const char *name, int second, bool gone)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[64];
	long at;

	if (page == MAP_FAILED)
		abort();
	if (gone)
		munmap(page + PAGE, PAGE);
	else
		mprotect(page + PAGE, PAGE, second);
	for (at = PAGE - 12; at <= PAGE + 4; at += 4) {
		snprintf(text, sizeof(text), "%s, read at %ld", name, at);
		probe(text, page, at, READ);
		snprintf(text, sizeof(text), "%s, write at %ld", name, at);
		probe(text, page, at, WRITE);
	}
	snprintf(text, sizeof(text), "%s, jump", name);
	probe(text, page, PAGE, JUMP);
}

/* A mapping of two pages of a file that has one. */
static void behind_a_file(void)
{
	int fd = (int)syscall(SYS_memfd_create, "causes", 0);
	char *page;

	if (fd < 0 || ftruncate(fd, PAGE))
		abort();
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 0);
	probe("file, read", page, PAGE - 8, READ);
	probe("behind it, read", page, PAGE, READ);
	probe("behind it, write", page, PAGE + 8, WRITE);
	probe("over its end, read", page, PAGE - 4, READ);
}

int main(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
	unsigned int i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &action, NULL);
	pages("read-only", PROT_READ, false);
	pages("nothing allowed", PROT_NONE, false);
	pages("no code", PROT_READ | PROT_WRITE, false);
	pages("nothing there", 0, true);
	behind_a_file();
	return 0;
}
