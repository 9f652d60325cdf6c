/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_LINK_H
#define VMB_VMCORE_JIT_LINK_H
/*
 * Links: units that follow each other without anybody looking for the next one. Each exit to a
 * constant guest address, with the reasons jump and call, goes by a word: 0, and the unit is left; or
 * the code of the unit to go on with. A word is written at once, while any thread runs the code.
 *
 * What this needs: jit_options.links, frames of JIT_LINK_SLOTS at least (a struct jit_runner's are),
 * and code whose struct jit_code stays where it is, since frames and words point to it. When a linked
 * unit leaves, jit_frame.code says which it was. A link burns the instructions of the unit that it
 * leaves from the frame's fuel; without fuel the exit is one as if it were not linked.
 *
 * Context: calls about the same compiler's code must not be made at the same time. Threads may run
 * the code: one that has read a word still goes there after the word has changed, so code and its
 * struct jit_code can be freed only when every thread has left compiled code once since jit_unlink().
 */

#include "vmcore/jit/jit.h"

/**
 * struct jit_exit - an exit to a constant address.
 * @pc: the address
 * @word: what code reads; in the cache's mapping for writing
 * @to: where it is linked to, NULL
 * @next, @prev: of the exits that are linked to the same
 */
struct jit_exit {
	uint64_t pc;
	const struct jit_code **word;
	struct jit_links *to;
	struct jit_exit *next, **prev;
};

/**
 * struct jit_links - a unit's exits, and who is linked to it.
 * @code: borrowed
 * @exit: [@nr_exits] owned
 * @incoming: exits that are linked to it
 */
struct jit_links {
	const struct jit_code *code;
	struct jit_exit *exit;
	uint32_t nr_exits;
	struct jit_exit *incoming;
};

/**
 * jit_links_init - find the exits of the unit that was compiled last.
 * @unit: as it was compiled, that is, after the optimiser
 * @code: what it became; it must stay where it is
 * Return: 0; -ENOMEM. Without links in @jit there are no exits.
 */
int jit_links_init(struct jit_links *links, const struct jit *jit, const struct ir_unit *unit,
		   const struct jit_code *code);

/** jit_links_fini - free it. It has been unlinked, or its code and that of its neighbours is gone. */
void jit_links_fini(struct jit_links *links);

/** jit_can_link - may code of @from go on with @to? Both need the same of frame and state. */
bool jit_can_link(const struct jit_code *from, const struct jit_code *to);

/**
 * jit_link - let the exits of @from to @pc go to @to. They may be linked elsewhere before.
 * Return: number of exits that are linked to @to now; 0 if jit_can_link() says no.
 */
uint32_t jit_link(struct jit_links *from, uint64_t pc, struct jit_links *to);

/** jit_unlink - no exit of @links is linked any more, and none to it. */
void jit_unlink(struct jit_links *links);

#endif /* VMB_VMCORE_JIT_LINK_H */
