/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_X86_PEER_H
#define VMB_TESTS_ARCH_X86_PEER_H
/*
 * x86_64 instructions executed by a CPU, or where there is none by qemu: a process with two pipes,
 * which takes cases and gives them back.
 */

#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/arch/x86_case.h"

#define QEMU "qemu-x86_64"

struct peer {
	pid_t pid;
	int to, from;
	bool native;
	char program[32];
};

static inline bool have(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	return !system(command);
}

/* Build the runner. Return: NULL, or what is missing. */
static inline const char *build_peer(struct peer *peer)
{
	char command[256];
	struct utsname host;
	const char *cc;

	uname(&host);
	peer->native = !strcmp(host.machine, "x86_64");
	cc = peer->native ? "cc" : "x86_64-linux-gnu-gcc";
	if (!have(cc))
		return cc;
	if (!peer->native && !have(QEMU))
		return QEMU;
	snprintf(peer->program, sizeof(peer->program), "/tmp/x86-runner-%d", (int)getpid());
	snprintf(command, sizeof(command),
		 "%s -std=gnu11 -D_GNU_SOURCE -O1 -I. -static -no-pie -o %s tests/arch/x86_runner.c", cc,
		 peer->program);
	assert_int_equal(system(command), 0);
	return NULL;
}

static inline void start_peer(struct peer *peer)
{
	int to[2], from[2];

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	peer->pid = fork();
	assert_true(peer->pid >= 0);
	if (!peer->pid) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		close(to[1]);
		close(from[0]);
		if (peer->native)
			execl(peer->program, peer->program, (char *)NULL);
		else
			execlp(QEMU, QEMU, "-cpu", "max", peer->program, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	peer->to = to[1];
	peer->from = from[0];
}

static inline void stop_peer(struct peer *peer)
{
	int status;

	close(peer->to);
	close(peer->from);
	waitpid(peer->pid, &status, 0);
}

static inline bool transfer(int fd, void *data, size_t bytes, bool to)
{
	char *at = data;
	ssize_t got;

	while (bytes) {
		got = to ? write(fd, at, bytes) : read(fd, at, bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		bytes -= (size_t)got;
	}
	return true;
}

/* Return: false if the peer has died. */
static inline bool execute(struct peer *peer, struct x86_case *batch, uint32_t nr)
{
	return transfer(peer->to, &nr, sizeof(nr), true) &&
	       transfer(peer->to, batch, nr * sizeof(*batch), true) &&
	       transfer(peer->from, batch, nr * sizeof(*batch), false);
}

#endif /* VMB_TESTS_ARCH_X86_PEER_H */
