/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_DECODE_H
#define VMB_ARCH_ARM64_GUEST_DECODE_H
/*
 * From an instruction word to its line of insn.def.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct a64;

/**
 * struct a64_insn - a line of insn.def.
 * @name: the mnemonic that the architecture manual heads the encoding with, aliases aside
 * @mask, @value: a word is this instruction if (word & @mask) == @value
 * @arg: for @lift, which it tells what instructions with one form differ in
 * @lift: append its IR. Return: false if the word is unallocated or not supported after all
 */
struct a64_insn {
	const char *name;
	uint32_t mask;
	uint32_t value;
	uint32_t arg;
	bool (*lift)(const struct a64 *t);
};

/** a64_decode - NULL if no line of insn.def matches. */
const struct a64_insn *a64_decode(uint32_t word);

/** a64_insns - the whole table. Return: [*@nr] borrowed. */
const struct a64_insn *a64_insns(size_t *nr);

#endif /* VMB_ARCH_ARM64_GUEST_DECODE_H */
