// SPDX-License-Identifier: MIT
/*
 * Edges of system calls: memory that is mapped and not there, signals that the C library keeps for
 * itself, mappings that are moved, locks of a process that has gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/guests/guest.h"

#define PAGE   4096
#define CANCEL 32
#define SETXID 33

/* What a call gave, and errno if it failed. */
static void result(const char *name, long value)
{
	printf("%s %ld %d\n", name, value, value == -1 ? errno : 0);
}

/* A file of one page, of which two are mapped. */
static char *two_pages(int *fd)
{
	char *p;

	*fd = (int)syscall(SYS_memfd_create, "edges", 0);
	if (*fd < 0 || ftruncate(*fd, PAGE))
		abort();
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (p == MAP_FAILED)
		abort();
	return p;
}

static void addresses(char *page)
{
	char *gone = page + PAGE;
	struct stat s;

	strcpy(gone - 2, "/");
	result("text before the end", access(gone - 2, F_OK));
	gone[-1] = 'x';
	result("text over the end", access(gone - 2, F_OK));
	result("text behind the end", access(gone, F_OK));
	result("structure behind the end", fstat(0, (void *)gone));
	result("structure over the end", fstat(0, (void *)(gone - sizeof(s) + 8)));
	result("action behind the end", syscall(SYS_rt_sigaction, SIGUSR1, NULL, gone, 8));
	result("time behind the end", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, gone));
	result("write behind the end", write(1, gone, 1));
}

static int ready[2];

/* Lists and a word that it is to write to when it ends, where nothing is. */
static void *ends_badly(void *page)
{
	char *gone = (char *)page + PAGE;
	int tid = (int)syscall(SYS_gettid);

	syscall(SYS_set_robust_list, gone + 64, sizeof(struct robust_list_head));
	syscall(SYS_set_tid_address, gone);
	if (write(ready[1], &tid, sizeof(tid)) != sizeof(tid))
		abort();
	syscall(SYS_exit, 0);
	return NULL;
}

static void ends(char *page)
{
	pthread_attr_t attr;
	pthread_t thread;
	int tid;

	if (pipe(ready))
		return;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_create(&thread, &attr, ends_badly, page);
	if (read(ready[0], &tid, sizeof(tid)) != sizeof(tid))
		abort();
	while (!syscall(SYS_tgkill, getpid(), tid, 0))
		sched_yield();
	printf("the thread is gone %d\n", errno == ESRCH);
}

/* A process that ends, or is killed, with a lock that it shares. */
static void locks_of_the_dead(void)
{
	pthread_mutex_t *lock = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	for (int killed = 0; killed < 2; killed++) {
		int status;

		pthread_mutex_init(lock, &attr);
		fflush(stdout);
		if (!fork()) {
			pthread_mutex_lock(lock);
			if (killed)
				abort();
			_exit(0);
		}
		wait(&status);
		status = pthread_mutex_lock(lock);
		printf("owner dead %d %d\n", killed, status == EOWNERDEAD);
	}
}

static void library_signals(void)
{
	uint64_t set = UINT64_C(1) << (CANCEL - 1) | UINT64_C(1) << (SETXID - 1) |
		       UINT64_C(1) << (SIGUSR1 - 1), old, pending = 0;
	struct timespec none = { 0, 0 };
	siginfo_t info;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, sizeof(set));
	result("nothing waits", syscall(SYS_rt_sigtimedwait, &set, &info, &none, sizeof(set)));
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SETXID);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), CANCEL);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	result("pending", syscall(SYS_rt_sigpending, &pending, sizeof(pending)));
	printf("pending %llx\n", (unsigned long long)(pending & set));
	for (int i = 0; i < 3; i++) {
		result("waited", syscall(SYS_rt_sigtimedwait, &set, &info, NULL, sizeof(set)));
		printf("number %d\n", info.si_signo);
	}
	pending = 1;
	syscall(SYS_rt_sigpending, &pending, sizeof(pending));
	printf("pending %llx\n", (unsigned long long)(pending & set));
	result("a set of another size", syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 4));
	result("a set of another size", syscall(SYS_rt_sigpending, &pending, 16));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof(set));
}

/* One that instructions cause, sent by somebody who blocks it. */
static void waits_for_fault(void)
{
	sigset_t set, pending;
	int number = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGSEGV);
	sigpending(&pending);
	printf("fault pending %d", sigismember(&pending, SIGSEGV));
	sigwait(&set, &number);
	printf(" waited for %d", number == SIGSEGV);
	sigpending(&pending);
	printf(" pending %d\n", sigismember(&pending, SIGSEGV));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* What is written to a shared mapping that has been moved is in the file. */
static void moved(void)
{
	char *p, *old, *to, text[8] = "";
	int fd, out[2];

	p = two_pages(&fd);
	if (ftruncate(fd, 16 * PAGE) || pipe(out))
		abort();
	strcpy(p, "before");
	/* So that it cannot grow where it is. */
	old = p;
	p = mremap(p, 2 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	printf("grown %d %s\n", p != MAP_FAILED, p);
	strcpy(p, "after");
	strcpy(p + 15 * PAGE, "end");
	result("file", pread(fd, text, sizeof(text), 0));
	puts(text);
	result("file", pread(fd, text, sizeof(text), (off_t)15 * PAGE));
	puts(text);
	if (p != old)
		result("old place", write(out[1], old, 1));
	else
		printf("old place -1 %d\n", EFAULT);
	to = mmap(NULL, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	result("moved", mremap(p, 16 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	to[1] = 'F';
	result("file", pread(fd, text, sizeof(text), 0));
	puts(text);
	result("old place", write(out[1], p, 1));
	result("over itself", mremap(to, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
				     to + 4 * PAGE) == MAP_FAILED ? -1 : 0);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[2 * PAGE] = 7;
	result("moved", mremap(p, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	printf("%d %d\n", to[2 * PAGE], to[5 * PAGE]);
}

int main(void)
{
	char *page;
	int fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	page = two_pages(&fd);
	addresses(page);
	ends(page);
	locks_of_the_dead();
	library_signals();
	waits_for_fault();
	moved();
	return 3;
}
