/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_RV_PEER_H
#define VMB_TESTS_ARCH_RV_PEER_H
/* RISC-V instructions executed by qemu. */

#include "tests/arch/rv_case.h"

#define QEMU	   "qemu-riscv64"
#define CPU	   "rv64,zba=true,zbb=true,zbs=true"
#define PEER_CASE  struct rv_case
#define PEER_BATCH RV_BATCH

#include "tests/arch/qemu_peer.h"

/* Return: false if there is none. */
static inline bool build_peer(struct peer *peer)
{
	return compile_peer(peer, "rv_runner", "riscv64-linux-gnu-gcc",
			    "-ffreestanding -fno-builtin -fno-pic -nostdlib -fno-stack-protector "
			    "-Wl,--no-relax,-Ttext=" RV_TEXT);
}

#endif /* VMB_TESTS_ARCH_RV_PEER_H */
