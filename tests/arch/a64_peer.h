/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_A64_PEER_H
#define VMB_TESTS_ARCH_A64_PEER_H
/*
 * ARM64 instructions executed by qemu: a CPU with LSE, and DC ZVA of 64 bytes.
 */

#include "tests/arch/a64_case.h"

#define QEMU	   "qemu-aarch64"
#define CPU	   "neoverse-n1"
#define PEER_CASE  struct a64_case
#define PEER_BATCH A64_BATCH

#include "tests/arch/qemu_peer.h"

/* Return: false if there is none. */
static inline bool build_peer(struct peer *peer)
{
	return compile_peer(peer, "a64_runner", "aarch64-linux-gnu-gcc",
			    "-ffreestanding -fno-builtin -fno-pic -nostdlib -fno-stack-protector "
			    "-mgeneral-regs-only");
}

#endif /* VMB_TESTS_ARCH_A64_PEER_H */
