// SPDX-License-Identifier: MIT
/*
 * How processes with threads end: by a thread while the others wait in system calls, or in a thread
 * that is all that a child of fork() has. Each is a process of its own, whose end is printed.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/guests/guest.h"

static pthread_t main_thread;

static void start(void *(*function)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, NULL))
		abort();
}

/* Long enough for the others to wait. */
static void let_wait(void)
{
	poll(NULL, 0, 30);
}

static void *faults(void *arg)
{
	let_wait();
	*(volatile int *)8 = 1;
	return arg;
}

static void *exits(void *arg)
{
	let_wait();
	exit(7);
	return arg;
}

static void *is_killed(void *arg)
{
	let_wait();
	raise(SIGKILL);
	return arg;
}

static void *sleeps(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *reads(void *arg)
{
	char byte;
	int fd[2];

	if (!pipe(fd) && read(fd[0], &byte, 1) == 1)
		abort();
	return arg;
}

static void report(const char *name, int status)
{
	printf("%s: %s %d\n", name, WIFSIGNALED(status) ? "signal" : "status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fflush(stdout);
}

/* A child that is a copy of this thread alone does something. */
static void forks(const char *name, void (*does)(void))
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		does();
		_exit(99);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	report(name, status);
}

static void fault_beside(void)
{
	start(sleeps);
	start(reads);
	start(faults);
	pause();
}

static void exit_beside(void)
{
	start(sleeps);
	start(reads);
	start(exits);
	pthread_join(main_thread, NULL);
	pause();
}

static void kill_beside(void)
{
	start(is_killed);
	pause();
}

static void exit_alone(void)
{
	_exit(5);
}

static void fault_alone(void)
{
	raise(SIGSEGV);
}

static void leave_alone(void)
{
	start(exits);
	pthread_exit(NULL);
}

static void fork_again(void)
{
	forks("child of a child", exit_alone);
	_exit(6);
}

static void all(const char *name)
{
	printf("%s\n", name);
	fflush(stdout);
	forks("fault", fault_beside);
	forks("exit", exit_beside);
	forks("kill", kill_beside);
	forks("exit alone", exit_alone);
	forks("fault alone", fault_alone);
	forks("leave alone", leave_alone);
	forks("fork", fork_again);
}

static void *all_in_a_thread(void *arg)
{
	all("in a thread");
	return arg;
}

int main(void)
{
	pthread_t thread;

	/* Nobody waits for ever. */
	alarm(100);
	main_thread = pthread_self();
	all("in the first thread");
	if (pthread_create(&thread, NULL, all_in_a_thread, NULL))
		return 1;
	pthread_join(thread, NULL);
	start(exits);
	pause();
	return 0;
}
