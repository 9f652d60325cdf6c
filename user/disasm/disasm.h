/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_DISASM_DISASM_H
#define VMB_USER_DISASM_DISASM_H
/*
 * Machine code as text, by capstone (capstone.c). It is optional: a build without its header has
 * none.c in its place, and where the library is not installed, that is said.
 */

#include <stddef.h>
#include <stdint.h>

#include "user/bench.h"

struct vmb_disasm;

/**
 * vmb_disasm_open - get ready for an architecture.
 * @arch: as vmb_arch.name
 * @why: on failure a sentence for the user
 * Return: NULL if it cannot be done here. Owned; vmb_disasm_close().
 */
struct vmb_disasm *vmb_disasm_open(const char *arch, struct vmb_why *why);

/** vmb_disasm_close - @d may be NULL. */
void vmb_disasm_close(struct vmb_disasm *d);

/**
 * vmb_disasm_one - the first instruction of some code.
 * @code: [bytes]
 * @address: where @code is taken to be, for the targets of branches
 * @text: [room] gets the text
 * Return: its length in bytes, 0 if there is no instruction.
 */
size_t vmb_disasm_one(struct vmb_disasm *d, const uint8_t *code, size_t bytes, uint64_t address,
		      char *text, size_t room);

#endif /* VMB_USER_DISASM_DISASM_H */
