// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"

/* Longest list of equal instructions, none of which dominates, that is looked through. */
#define MAX_CHAIN 16u

struct work {
	struct ir_unit *unit;
	struct ir_dom dom;
	struct opt_edit edit;
	uint32_t *bucket;
	uint32_t *next;
	uint32_t *block_of;
	uint32_t mask;
	bool merge_fp;
};

static bool commutes(unsigned int op)
{
	static const uint8_t ops[] = {
		IR_add,	   IR_mul,    IR_mulhu,	  IR_mulhs,  IR_and,	IR_or,	   IR_xor,
		IR_smin,   IR_smax,   IR_umin,	  IR_umax,   IR_vand,	IR_vor,	   IR_vxor,
		IR_vadd,   IR_vmul,   IR_vmulhu,  IR_vmulhs, IR_vsmin,	IR_vsmax,  IR_vumin,
		IR_vumax,  IR_vsqadd, IR_vuqadd,  IR_vuavg,  IR_vumull, IR_vsmull, IR_vusad,
	};
	unsigned int i;

	for (i = 0; i < sizeof(ops); i++) {
		if (ops[i] == op)
			return true;
	}
	return false;
}

static void order(struct ir_insn *insn)
{
	uint32_t a = insn->a;

	if (insn->a <= insn->b || !commutes(insn->op))
		return;
	insn->a = insn->b;
	insn->b = a;
}

static uint32_t hash(const struct ir_insn *insn)
{
	uint64_t word[3], h;

	memcpy(word, insn, sizeof(word));
	h = word[0] * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 29 ^ word[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 32 ^ word[2]) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(h >> 32);
}

/*
 * Floating point is merged only if nothing in the unit sees or sets the environment: two equal
 * instructions may stand in different rounding modes.
 */
static bool mergeable(const struct work *w, const struct ir_insn *insn)
{
	const struct ir_op_info *info = &ir_ops[insn->op];

	return info->pure && (!(info->effects & E_FP) || w->merge_fp);
}

static void number(struct work *w, uint32_t at)
{
	struct ir_insn *insn = &w->unit->insn[at];
	uint32_t slot, other, steps = 0;

	opt_rename(&w->edit, insn);
	if (!mergeable(w, insn))
		return;
	order(insn);
	slot = hash(insn) & w->mask;
	for (other = w->bucket[slot]; other != IR_NONE && steps < MAX_CHAIN;
	     other = w->next[other], steps++) {
		if (!memcmp(&w->unit->insn[other], insn, sizeof(*insn)) &&
		    ir_dominates(&w->dom, w->block_of[other], w->block_of[at])) {
			w->edit.same_as[at] = other;
			return;
		}
	}
	w->next[at] = w->bucket[slot];
	w->bucket[slot] = at;
}

static int take_arrays(struct work *w, struct ir_arena *scratch)
{
	uint32_t nr = w->unit->nr_insns, slots = 64;

	while (slots < nr)
		slots *= 2;
	w->mask = slots - 1;
	w->bucket = ir_arena_alloc(scratch, slots * sizeof(*w->bucket));
	w->next = ir_arena_alloc(scratch, nr * sizeof(*w->next));
	w->block_of = ir_arena_alloc(scratch, nr * sizeof(*w->block_of));
	if (!w->bucket || !w->next || !w->block_of)
		return -ENOMEM;
	memset(w->bucket, 0xff, slots * sizeof(*w->bucket));
	return 0;
}

int opt_gvn(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit, .merge_fp = !opt_touches_fpenv(unit) };
	uint32_t b, i, at = 0;
	int status = opt_edit_init(&w.edit, unit, scratch);

	if (!status)
		status = ir_dom_build(&w.dom, unit, scratch);
	if (!status)
		status = take_arrays(&w, scratch);
	if (status)
		return status;
	for (b = 0; b < unit->nr_blocks; b++) {
		for (i = 0; i < unit->block[b].nr; i++, at++) {
			w.block_of[at] = b;
			number(&w, at);
		}
	}
	return opt_apply(&w.edit, unit, scratch);
}
