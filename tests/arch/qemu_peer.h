/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_QEMU_PEER_H
#define VMB_TESTS_ARCH_QEMU_PEER_H
/*
 * Instructions executed by qemu-user, or by the CPU itself: a process with two pipes, which takes
 * cases and gives them back.
 * Before this file is included:
 *
 * QEMU	      the emulator
 * CPU	      its model of a CPU
 * PEER_CASE  type of a case
 * PEER_BATCH how many cases at once
 */

#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * struct peer - the other side: a process with two pipes.
 * @native: it runs on the CPU, not under qemu
 * @missing: a program without which there is no peer
 */
struct peer {
	pid_t pid;
	int to, from;
	bool native;
	const char *missing;
	char program[32];
};

static inline bool have(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	return !system(command);
}

/* Compile tests/arch/@name.c. Return: false if @peer->missing is. */
static inline bool compile_peer(struct peer *peer, const char *name, const char *cc, const char *flags)
{
	char command[512];

	peer->missing = !have(cc) ? cc : !peer->native && !have(QEMU) ? QEMU : NULL;
	if (peer->missing)
		return false;
	snprintf(peer->program, sizeof(peer->program), "/tmp/%s-%ld", name, (long)getpid());
	snprintf(command, sizeof(command), "%s -I. -O1 -Wall -Wextra -Werror -static %s -o %s "
		 "tests/arch/%s.c -lgcc", cc, flags, peer->program, name);
	assert_int_equal(system(command), 0);
	return true;
}

static inline void start_peer(struct peer *peer)
{
	int to[2], from[2];

	signal(SIGPIPE, SIG_IGN);
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
			execlp(QEMU, QEMU, "-cpu", CPU, peer->program, (char *)NULL);
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
static inline bool execute(struct peer *peer, PEER_CASE *batch, uint32_t nr)
{
	return transfer(peer->to, &nr, sizeof(nr), true) &&
	       transfer(peer->to, batch, nr * sizeof(*batch), true) &&
	       transfer(peer->from, batch, nr * sizeof(*batch), false);
}

#endif /* VMB_TESTS_ARCH_QEMU_PEER_H */
