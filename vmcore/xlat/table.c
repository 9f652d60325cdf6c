// SPDX-License-Identifier: MIT
#include "vmcore/xlat/table.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_SLOTS 1024u

int xlat_table_init(struct xlat_table *table)
{
	*table = (struct xlat_table){ .nr_slots = FIRST_SLOTS };
	table->near = calloc(XLAT_NEAR, sizeof(struct xlat_code *));
	table->slot = calloc(table->nr_slots, sizeof(struct xlat_code *));
	return table->near && table->slot ? 0 : -ENOMEM;
}

void xlat_table_fini(struct xlat_table *table)
{
	if (table->near && table->slot)
		xlat_table_clear(table);
	free(table->near);
	free(table->slot);
}

void xlat_table_clear(struct xlat_table *table)
{
	uint32_t i;

	for (i = 0; i < table->nr_slots; i++) {
		free(table->slot[i]);
		table->slot[i] = NULL;
	}
	for (i = 0; i < XLAT_NEAR; i++)
		table->near[i] = NULL;
	table->nr = 0;
}

/* The slot of @pc, or the free one where it would be. */
static struct xlat_code **place(struct xlat_code **slot, uint32_t nr, uint64_t pc)
{
	uint64_t at = (pc * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

	while (slot[at % nr] && slot[at % nr]->pc != pc)
		at++;
	return &slot[at % nr];
}

static int grow(struct xlat_table *table)
{
	uint32_t nr = 2 * table->nr_slots, i;
	struct xlat_code **slot = calloc(nr, sizeof(struct xlat_code *));

	if (!slot)
		return -ENOMEM;
	for (i = 0; i < table->nr_slots; i++) {
		if (table->slot[i])
			*place(slot, nr, table->slot[i]->pc) = table->slot[i];
	}
	free(table->slot);
	table->slot = slot;
	table->nr_slots = nr;
	return 0;
}

struct xlat_code *xlat_table_add(struct xlat_table *table, const struct xlat_code *code)
{
	struct xlat_code **slot;

	if (table->nr >= table->nr_slots / 2 && grow(table))
		return NULL;
	slot = place(table->slot, table->nr_slots, code->pc);
	if (!*slot) {
		*slot = malloc(sizeof(**slot));
		table->nr += !!*slot;
	}
	if (!*slot)
		return NULL;
	**slot = *code;
	table->near[code->pc / 2 % XLAT_NEAR] = *slot;
	return *slot;
}

struct xlat_code *xlat_table_find(struct xlat_table *table, uint64_t pc)
{
	struct xlat_code *code = *place(table->slot, table->nr_slots, pc);

	if (code)
		table->near[pc / 2 % XLAT_NEAR] = code;
	return code;
}
