// SPDX-License-Identifier: MIT
#include "vmcore/opt/slots.h"

#include <errno.h>
#include <string.h>

static bool state_access(const struct ir_unit *unit, const struct ir_insn *insn, unsigned int *type)
{
	if (insn->op != IR_ld_state && insn->op != IR_st_state)
		return false;
	*type = insn->op == IR_ld_state ? insn->type : unit->insn[insn->a].type;
	return true;
}

/* A slot that overlaps another is shared; those of a table that is full are left alone. */
static void note_slot(struct opt_slots *s, uint32_t offset, unsigned int type)
{
	uint32_t bytes = ir_type_bytes(type), i;
	bool shared = false;
	uint8_t mine = s->slot_at[offset];

	if (mine != OPT_NO_SLOT && s->slot[mine].offset == offset && s->slot[mine].type == type)
		return;
	for (i = 0; i < bytes; i++) {
		uint8_t other = s->slot_at[offset + i];

		if (other != OPT_NO_SLOT) {
			s->slot[other].shared = true;
			shared = true;
		}
	}
	if (s->nr == OPT_MAX_SLOTS)
		return;
	s->slot[s->nr] = (struct opt_slot){ offset, (uint8_t)type, shared };
	memset(s->slot_at + offset, (int)s->nr, bytes);
	s->nr++;
}

int opt_slots_find(struct opt_slots *s, const struct ir_unit *unit, struct ir_arena *scratch)
{
	unsigned int type;
	uint32_t i;

	s->nr = 0;
	s->slot_at = ir_arena_alloc(scratch, unit->state_bytes);
	if (!s->slot_at)
		return -ENOMEM;
	memset(s->slot_at, OPT_NO_SLOT, unit->state_bytes);
	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		if (state_access(unit, insn, &type))
			note_slot(s, (uint32_t)insn->imm, type);
	}
	return 0;
}

uint32_t opt_slot_of(const struct opt_slots *s, const struct ir_unit *unit,
		     const struct ir_insn *insn)
{
	unsigned int type;
	uint8_t slot;

	if (!state_access(unit, insn, &type))
		return OPT_NO_SLOT;
	slot = s->slot_at[insn->imm];
	if (slot == OPT_NO_SLOT || s->slot[slot].shared || s->slot[slot].type != type ||
	    s->slot[slot].offset != insn->imm)
		return OPT_NO_SLOT;
	return slot;
}
