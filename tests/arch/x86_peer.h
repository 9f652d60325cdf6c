/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_X86_PEER_H
#define VMB_TESTS_ARCH_X86_PEER_H
/* x86_64 instructions executed by a CPU, or where there is none by qemu. */

#include <sys/utsname.h>

#include "tests/arch/x86_case.h"

#define QEMU	  "qemu-x86_64"
#define CPU	  "max"
#define PEER_CASE struct x86_case

#include "tests/arch/qemu_peer.h"

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

#endif /* VMB_TESTS_ARCH_X86_PEER_H */
