// SPDX-License-Identifier: MIT
/* Programs that misbehave, by the word that is their argument. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/guests/guest.h"

static int overflow(volatile char *last)
{
	volatile char here[4000];

	here[0] = last ? last[0] : 1;
	return here[0] ? overflow(here) + here[0] : 0;
}

static void *sleeps(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* Until there can be no more; then the program ends with all of them. */
static int threads(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int nr = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	while (nr < 5000 && !pthread_create(&thread, &attr, sleeps, NULL))
		nr++;
	return nr < 5000 ? 7 : 0;
}

/* Children that have children, as many as are let be. */
static int processes(int depth)
{
	int i, failed = 0, status;

	for (i = 0; i < 3; i++) {
		pid_t child = fork();

		failed |= child < 0;
		if (!child)
			_exit(depth ? processes(depth - 1) : 0);
	}
	while (wait(&status) > 0)
		failed |= WEXITSTATUS(status);
	return failed;
}

static sigjmp_buf back;

static void jump(int number)
{
	siglongjmp(back, number);
}

/* Memory that is there but cannot be read, for a system call that changes what is mapped. */
static int no_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	void *p = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE, fd, 0);

	unlink(path);
	signal(SIGBUS, jump);
	if (p == MAP_FAILED)
		return 1;
	if (!sigsetjmp(back, 1))
		mremap(p, 65536, 2 * 65536, MREMAP_MAYMOVE);
	p = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? 2 : 9;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "stack"))
		return overflow(NULL);
	if (!strcmp(what, "call"))
		return syscall(4000) == -1 && errno == ENOSYS ? 5 : 0;
	if (!strcmp(what, "threads"))
		return threads();
	if (!strcmp(what, "no file"))
		return no_file("empty-file");
	/* A key is pressed on the terminal of whoever has started the program. */
	if (!strcmp(what, "type"))
		return ioctl(0, TIOCSTI, "x") == -1 && errno == EPERM ? 6 : 0;
	if (!strcmp(what, "processes"))
		return processes(2);
	return 0;
}
