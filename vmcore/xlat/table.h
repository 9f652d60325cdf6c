/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_TABLE_H
#define VMB_VMCORE_XLAT_TABLE_H
/*
 * Translations by guest address: one place that is looked at first, and a hash table behind it.
 */

#include "vmcore/jit/jit.h"

/**
 * struct xlat_code - a translated region.
 * @pc: where it begins
 * @code: compiled
 * @unit: or, to be interpreted
 * @nr_insns: guest instructions in it
 * @incoming: the first link that leads here, XLAT_NO_LINK without one; @alone: none may, since the
 *	code calls helpers, which are found by the code that the embedder has entered
 * @heat: times that it was found running
 * @tier: 0 interpreted, 1, 2
 */
struct xlat_code {
	uint64_t pc;
	struct jit_code code;
	struct ir_unit *unit;
	uint32_t nr_insns;
	uint32_t incoming;
	uint32_t heat;
	uint8_t tier;
	bool alone;
};

#define XLAT_NO_LINK UINT32_MAX

/* A power of two. */
#define XLAT_NEAR 4096u

/**
 * struct xlat_table - zero-initialised, it is not usable yet.
 * @near: what was found last at an address that has this index
 * @slot: [@nr_slots, a power of two] open addressing; NULL: free
 * @nr: in use
 */
struct xlat_table {
	struct xlat_code **near;
	struct xlat_code **slot;
	uint32_t nr_slots, nr;
};

/** xlat_table_init - Return: 0 or -ENOMEM. */
int xlat_table_init(struct xlat_table *table);

/** xlat_table_fini - free it; also what xlat_table_init() has failed for. */
void xlat_table_fini(struct xlat_table *table);

/** xlat_table_clear - forget everything. */
void xlat_table_clear(struct xlat_table *table);

/**
 * xlat_table_add - copy a translation to the table, over one of the same address.
 * Return: borrowed until the table is cleared, the same place for the same address; or NULL.
 */
struct xlat_code *xlat_table_add(struct xlat_table *table, const struct xlat_code *code);

/** xlat_table_find - and remember for xlat_table_peek(). Return: borrowed, NULL if there is none. */
struct xlat_code *xlat_table_find(struct xlat_table *table, uint64_t pc);

/** xlat_table_peek - what was found at @pc, if it was there last. */
VMB_INLINE struct xlat_code *xlat_table_peek(const struct xlat_table *table, uint64_t pc)
{
	struct xlat_code *code = table->near[pc / 2 % XLAT_NEAR];

	return code && code->pc == pc ? code : NULL;
}

#endif /* VMB_VMCORE_XLAT_TABLE_H */
