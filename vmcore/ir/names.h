/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_NAMES_H
#define VMB_VMCORE_IR_NAMES_H
/*
 * Names of a text → indices of values or blocks.
 */

#include "vmcore/ir/lex.h"

/** struct ir_name - @word is borrowed from the text; @line: where it was first seen. */
struct ir_name {
	struct ir_word word;
	uint32_t index;
	uint32_t line;
	bool defined;
};

/** struct ir_names - a hash table; zero-initialised it is empty. */
struct ir_names {
	struct ir_arena *arena;
	struct ir_name *slot;
	uint32_t nr;
	uint32_t nr_slots;
};

/**
 * ir_names_get - find a name, or add it with .index = IR_NONE.
 * Return: an entry, valid until the next call; NULL if the arena is exhausted.
 */
struct ir_name *ir_names_get(struct ir_names *names, struct ir_word word);

#endif /* VMB_VMCORE_IR_NAMES_H */
