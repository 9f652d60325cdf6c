/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_OPT_SLOTS_H
#define VMB_VMCORE_OPT_SLOTS_H
/*
 * Slots of the guest's state that are variables: every access has one offset and type.
 */

#include "vmcore/ir/ir.h"

#define OPT_MAX_SLOTS 64u
#define OPT_NO_SLOT   0xffu

/**
 * struct opt_slots - those of a unit; a set of them is a bit each.
 * @slot: [@nr]; @shared: it overlaps another
 * @slot_at: by byte of the state
 */
struct opt_slots {
	struct opt_slot {
		uint32_t offset;
		uint8_t type;
		bool shared;
	} slot[OPT_MAX_SLOTS];
	uint32_t nr;
	uint8_t *slot_at;
};

/** opt_slots_find - find them. Return: 0 or -ENOMEM. */
int opt_slots_find(struct opt_slots *slots, const struct ir_unit *unit, struct ir_arena *scratch);

/** opt_slot_of - the slot that an instruction accesses; OPT_NO_SLOT: none that is a variable. */
uint32_t opt_slot_of(const struct opt_slots *slots, const struct ir_unit *unit,
		     const struct ir_insn *insn);

#endif /* VMB_VMCORE_OPT_SLOTS_H */
