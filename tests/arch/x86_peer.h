/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_X86_PEER_H
#define VMB_TESTS_ARCH_X86_PEER_H
/* x86_64 instructions executed by a CPU, or where there is none by qemu. */

#include <sys/utsname.h>

#include "tests/arch/x86_case.h"

#define QEMU	   "qemu-x86_64"
#define CPU	   "max"
#define PEER_CASE  struct x86_case
#define PEER_BATCH X86_BATCH

#include "tests/arch/qemu_peer.h"

/* Return: false if there is none. */
static inline bool build_peer(struct peer *peer)
{
	struct utsname host;

	uname(&host);
	peer->native = !strcmp(host.machine, "x86_64");
	return compile_peer(peer, "x86_runner", peer->native ? "cc" : "x86_64-linux-gnu-gcc",
			    "-std=gnu11 -D_GNU_SOURCE -no-pie");
}

#endif /* VMB_TESTS_ARCH_X86_PEER_H */
