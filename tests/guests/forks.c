// SPDX-License-Identifier: MIT
/* A child goes on in code whose calls by address and returns its parent has made often. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/guests/guest.h"

static uint64_t add(uint64_t a, uint64_t b)
{
	return a + b;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	return (a ^ b) * 3;
}

static uint64_t (*volatile const work[])(uint64_t a, uint64_t b) = { add, mix };

static uint64_t run(uint64_t seed)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < 10000; i++)
		sum = work[next(&seed) & 1](sum, (uint64_t)i);
	return sum;
}

static void child(uint64_t seed)
{
	printf("child %llx\n", (unsigned long long)run(seed));
	fflush(stdout);
	_exit((int)(seed & 63));
}

int main(int argc, char **argv)
{
	long nr = 3 * repeats(argc, argv), i;
	int status = 0;
	pid_t pid;

	for (i = 0; i < nr; i++) {
		printf("parent %llx\n", (unsigned long long)run((uint64_t)i));
		fflush(stdout);
		pid = fork();
		if (!pid)
			child((uint64_t)i + 17);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 1;
		printf("status %d\n", WEXITSTATUS(status));
	}
	return 5;
}
