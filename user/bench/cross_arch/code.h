/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CROSS_ARCH_CODE_H
#define VMB_USER_BENCH_CROSS_ARCH_CODE_H
/*
 * Guest code to translate: instructions of an architecture with random registers.
 */

#include <stddef.h>
#include <stdint.h>

enum code_class { CODE_ALU, CODE_LOAD, CODE_STORE, CODE_BRANCH, CODE_FLOAT, CODE_ATOMIC, CODE_MIX };

/**
 * code_words - write @nr instructions of four bytes, the last of which returns.
 * @guest: "riscv64", "arm64"
 * @class: of which kind they are; CODE_MIX: 60 % arithmetic, 18 % loads, 10 % stores, 12 % branches
 * @base: gets the offset in the guest's state of the register that loads and stores address by
 * Return: 0, or -ENOTSUP if nothing is known of the guest.
 */
int code_words(const char *guest, enum code_class class, uint64_t seed, uint32_t *word, size_t nr,
	       uint32_t *base);

#endif /* VMB_USER_BENCH_CROSS_ARCH_CODE_H */
