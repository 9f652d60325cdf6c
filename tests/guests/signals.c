// SPDX-License-Identifier: MIT
/* Signals: handlers, masks, timers, faults, what interrupts what. */
#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/guests/guest.h"

static volatile sig_atomic_t came[65], depth, deepest;
static volatile int si_code_of, value_of;
static void *volatile address_of;
static sigjmp_buf back;
static char *page;
static volatile char *volatile null;

static void note(int number)
{
	came[number]++;
}

static void on_info(int number, siginfo_t *info, void *context)
{
	came[number]++;
	si_code_of = info->si_code;
	address_of = info->si_addr;
	value_of = info->si_value.sival_int;
	if (!context)
		abort();
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static void handle_info(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static void masks(void)
{
	sigset_t set, old, pending;

	handle(SIGUSR1, note, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	raise(SIGUSR1);
	sigpending(&pending);
	printf("blocked %d pending %d\n", came[SIGUSR1], sigismember(&pending, SIGUSR1));
	sigprocmask(SIG_SETMASK, &old, NULL);
	printf("unblocked %d\n", came[SIGUSR1]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	sigemptyset(&set);
	printf("suspend %d", sigsuspend(&set));
	printf(" %d %d\n", errno == EINTR, came[SIGUSR1]);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* A signal that is blocked but while the call waits ends the call, and one that it blocks does not. */
static void masks_of_calls(void)
{
	struct timespec soon = { .tv_nsec = 1000000 }, never = { .tv_sec = 60 };
	sigset_t set, old, all, none;

	handle(SIGUSR1, note, 0);
	came[SIGUSR1] = 0;
	sigemptyset(&none);
	sigfillset(&all);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	printf("ppoll %d", ppoll(NULL, 0, &soon, &all));
	printf(" %d", ppoll(NULL, 0, &never, &none));
	printf(" %d %d\n", errno == EINTR, came[SIGUSR1]);
	raise(SIGUSR1);
	printf("pselect %d", pselect(0, NULL, NULL, NULL, &soon, &all));
	printf(" %d", pselect(0, NULL, NULL, NULL, &never, &none));
	printf(" %d %d\n", errno == EINTR, came[SIGUSR1]);
	raise(SIGUSR1);
	printf("still blocked %d\n", came[SIGUSR1]);
	sigprocmask(SIG_SETMASK, &old, NULL);
	printf("not any more %d\n", came[SIGUSR1]);
}

static void nest(int number)
{
	if (++depth > deepest)
		deepest = depth;
	if (depth < 3 && came[number]++ < 4)
		raise(number);
	depth--;
}

static void nesting(void)
{
	handle(SIGUSR2, nest, 0);
	raise(SIGUSR2);
	printf("nested %d", deepest);
	came[SIGUSR2] = 0;
	handle(SIGUSR2, nest, SA_NODEFER);
	raise(SIGUSR2);
	printf(" %d\n", deepest);
	came[SIGUSR2] = 0;
	handle(SIGUSR2, note, SA_RESETHAND);
	raise(SIGUSR2);
	struct sigaction now;
	sigaction(SIGUSR2, NULL, &now);
	printf("reset %d %d\n", came[SIGUSR2], now.sa_handler == SIG_DFL);
}

static void jump(int number)
{
	siglongjmp(back, number);
}

/* A loop without a system call, which only the signal ends. */
static void alarms(void)
{
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { { 0, 0 }, { 0, 0 } };
	volatile unsigned long spins = 0;
	volatile double sum = 1;

	handle(SIGALRM, jump, 0);
	if (!sigsetjmp(back, 1)) {
		setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 0, 20000 } }, NULL);
		for (;;)
			spins++;
	}
	printf("alarm out of a loop\n");
	handle(SIGALRM, note, SA_RESTART);
	setitimer(ITIMER_REAL, &often, NULL);
	fesetround(FE_UPWARD);
	while (came[SIGALRM] < 20)
		sum += 1 / sum;
	setitimer(ITIMER_REAL, &never, NULL);
	printf("ticks rounding %d sum %d\n", fegetround() == FE_UPWARD, sum > 1);
	fesetround(FE_TONEAREST);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	on_info(number, info, context);
	siglongjmp(back, 1);
}

static void faults(void)
{
	static void *volatile nowhere = (void *)0x3000000000;

	handle_info(SIGSEGV, on_fault, 0);
	handle_info(SIGILL, on_fault, 0);
	handle_info(SIGTRAP, on_fault, 0);
	page = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!sigsetjmp(back, 1))
		page[100] = 1;
	printf("write %d code %d there %d\n", came[SIGSEGV], si_code_of == SEGV_ACCERR,
	       address_of == page + 100);
	if (!sigsetjmp(back, 1))
		*(volatile char *)nowhere = 1;
	printf("nowhere %d code %d there %d\n", came[SIGSEGV], si_code_of == SEGV_MAPERR,
	       address_of == nowhere);
	if (!sigsetjmp(back, 1))
		((void (*)(void))page)();
	printf("jump %d there %d\n", came[SIGSEGV], address_of == page);
	if (!sigsetjmp(back, 1))
		__builtin_trap();
	printf("trap %d\n", came[SIGILL] + came[SIGTRAP]);
}

static int recurse(volatile char *last)
{
	volatile char here[2000];

	here[0] = last ? last[0] : 1;
	return here[0] ? recurse(here) + here[0] : 0;
}

static void alternate(void)
{
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) }, old;

	sigaltstack(&alternate, &old);
	printf("stack %d\n", old.ss_flags == SS_DISABLE);
	handle_info(SIGSEGV, on_fault, SA_ONSTACK);
	if (!sigsetjmp(back, 1))
		recurse(NULL);
	printf("overflow %d\n", came[SIGSEGV]);
}

static void interrupted(void)
{
	const struct itimerval often = { { 0, 20000 }, { 0, 20000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct timespec long_time = { 20, 0 }, left = { 0, 0 };
	int fd[2];
	char byte;

	if (pipe(fd))
		return;
	handle(SIGALRM, note, 0);
	/* Again and again, should the first one come too early. */
	setitimer(ITIMER_REAL, &often, NULL);
	printf("read %zd", read(fd[0], &byte, 1));
	printf(" %d\n", errno == EINTR);
	printf("sleep %d", nanosleep(&long_time, &left));
	printf(" %d left %d\n", errno == EINTR, left.tv_sec > 0);
	if (!fork()) {
		usleep(50000);
		_exit(write(fd[1], "x", 1) != 1);
	}
	handle(SIGALRM, note, SA_RESTART);
	printf("restarted %zd\n", read(fd[0], &byte, 1));
	setitimer(ITIMER_REAL, &never, NULL);
	wait(NULL);
}

static void *wait_for_signal(void *arg)
{
	sigset_t set;
	int number = 0;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwait(&set, &number);
	return (void *)(long)number;
}

static void *wait_for_cancel(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void threads(void)
{
	pthread_t thread;
	sigset_t set;
	void *value;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&thread, NULL, wait_for_signal, NULL);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &value);
	printf("waited for %ld\n", (long)value);
	pthread_create(&thread, NULL, wait_for_cancel, NULL);
	pthread_cancel(thread);
	pthread_join(thread, &value);
	printf("cancelled %d\n", value == PTHREAD_CANCELED);
}

static void children(void)
{
	int status;

	handle(SIGCHLD, note, SA_RESTART);
	if (!fork())
		_exit(7);
	wait(&status);
	printf("exit %d SIGCHLD %d\n", WEXITSTATUS(status), came[SIGCHLD]);
	if (!fork())
		abort();
	wait(&status);
	printf("killed %d\n", WTERMSIG(status));
	if (!fork()) {
		handle(SIGSEGV, SIG_DFL, 0);
		*null = 1;
	}
	wait(&status);
	printf("killed %d\n", WTERMSIG(status));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	masks();
	masks_of_calls();
	nesting();
	alarms();
	faults();
	alternate();
	interrupted();
	threads();
	children();
	handle_info(SIGRTMIN + 1, on_info, 0);
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 77 });
	printf("queued %d %d\n", value_of, si_code_of == SI_QUEUE);
	fflush(stdout);
	raise(SIGTERM);
	return 0;
}
