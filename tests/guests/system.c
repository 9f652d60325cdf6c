// SPDX-License-Identifier: MIT
/* What a program sees of its system: arguments, files, memory, time, the way it ends. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/guests/guest.h"

/* What a call gave, and errno if it failed. */
static void result(const char *name, long value)
{
	printf("%s %ld %d\n", name, value, value == -1 ? errno : 0);
}

static void files(const char *path)
{
	char text[32] = "";
	struct stat s = { 0 };
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	result("write", write(fd, "hello, file", 11));
	result("fstat", fstat(fd, &s));
	printf("%lld %o\n", (long long)s.st_size, s.st_mode & 07777);
	result("pread", pread(fd, text, 5, 7));
	puts(text);
	close(fd);
	result("stat", stat(path, &s));
	result("directory", open(path, O_RDONLY | O_DIRECTORY));
	result("unlink", unlink(path));
	result("gone", open(path, O_RDONLY));
}

static void mappings(void)
{
	static void *volatile nowhere = (void *)16;
	char *p = mmap(NULL, 3 * 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[70000] = 3;
	result("mprotect", mprotect(p, 65536, PROT_READ));
	result("munmap", munmap(p, 65536));
	p = mremap(p + 65536, 2 * 65536, 8 * 65536, MREMAP_MAYMOVE);
	printf("mremap %d %d\n", p[70000 - 65536], p[7 * 65536]);
	result("bad address", write(1, nowhere, 4));
	mprotect(p + 65536, 65536, PROT_NONE);
	result("mremap of unlike pages",
	       (long)(intptr_t)mremap(p, 8 * 65536, 16 * 65536, MREMAP_MAYMOVE));
}

/* Arguments that are numbers, and an address where one is wanted. */
static void requests(void)
{
	int fd[2], nr = 0;

	if (pipe(fd) || write(fd[1], "abc", 3) != 3)
		return;
	result("waiting", ioctl(fd[0], FIONREAD, &nr));
	printf("%d\n", nr);
	result("close on exec", ioctl(fd[0], FIOCLEX));
	result("flags", fcntl(fd[0], F_GETFD));
	result("flush", tcflush(fd[0], TCOFLUSH));
	result("bad address", ioctl(fd[0], FIONREAD, (void *)16));
	close(fd[0]);
	close(fd[1]);
}

int main(int argc, char **argv)
{
	struct timespec before, after;
	struct utsname name;

	printf("arguments %d", argc);
	for (int i = 2; i < argc; i++)
		printf(" \"%s\"", argv[i]);
	printf("\nenvironment %s\n", getenv("VMB_TEST_WORD"));
	if (argc > 1)
		files(argv[1]);
	mappings();
	requests();
	clock_gettime(CLOCK_MONOTONIC, &before);
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("later %d\n", after.tv_sec > before.tv_sec || after.tv_nsec > before.tv_nsec);
	result("uname", uname(&name));
	puts(name.sysname);
	fflush(stdout);
	if (argc > 2 && !strcmp(argv[2], "abort"))
		abort();
	if (argc > 2 && !strcmp(argv[2], "wild"))
		((void (*)(void))(uintptr_t)0x123456780)();
	if (argc > 2 && !strcmp(argv[2], "null"))
		return *(volatile int *)(uintptr_t)(argc - 3 ? 0 : 8);
	return 200;
}
