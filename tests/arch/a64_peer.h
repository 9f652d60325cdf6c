/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_A64_PEER_H
#define VMB_TESTS_ARCH_A64_PEER_H
/*
 * ARM64 instructions executed by qemu: a CPU with LSE, and DC ZVA of 64 bytes.
 */

#include "tests/arch/a64_case.h"

#define CC	  "aarch64-linux-gnu-gcc"
#define QEMU	  "qemu-aarch64"
#define CPU	  "neoverse-n1"
#define PEER_CASE struct a64_case

#include "tests/arch/qemu_peer.h"

#endif /* VMB_TESTS_ARCH_A64_PEER_H */
