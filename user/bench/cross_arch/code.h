/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CROSS_ARCH_CODE_H
#define VMB_USER_BENCH_CROSS_ARCH_CODE_H
/*
 * Guest code to translate: instructions of an architecture with random registers.
 */

#include <stddef.h>
#include <stdint.h>

/** enum code_class - CODE_BYTES_n: of that length each. */
enum code_class {
	CODE_ALU, CODE_LOAD, CODE_STORE, CODE_BRANCH, CODE_FLOAT, CODE_ATOMIC, CODE_VECTOR,
	CODE_BYTES_2, CODE_BYTES_4, CODE_BYTES_8, CODE_BYTES_15, CODE_MIX,
};

/**
 * struct code - guest code.
 * @max_insns: how many instructions it shall have; 0: so many that they have @max_bytes, or a few less
 * @bytes, @nr_bytes, @nr_insns: the code, whose last instruction returns
 * @base: offset in the guest's state of the register that loads and stores address by
 * @stack: of the stack pointer, if returning needs it, else @base
 */
struct code {
	uint32_t max_insns;
	size_t max_bytes;
	uint8_t *bytes;
	uint32_t nr_bytes, nr_insns;
	uint32_t base, stack;
};

/**
 * code_make - make random code.
 * @guest: "riscv64", "arm64", "x86_64"
 * @class: of which kind it is; CODE_MIX: 60 % arithmetic, 18 % loads, 10 % stores, 12 % branches
 * @code: @max_insns and @max_bytes say how much; the rest is set. @code->bytes is owned, to be freed
 * Return: 0; -ENOTSUP if the guest has no such instructions; -ENOMEM.
 */
int code_make(const char *guest, enum code_class class, uint64_t seed, struct code *code);

#endif /* VMB_USER_BENCH_CROSS_ARCH_CODE_H */
