// SPDX-License-Identifier: MIT
#include "vmcore/ir/names.h"

#include <string.h>

#define FIRST_SLOTS 64u

/* FNV-1a with a final mix. An adversary can make names collide; the text limits how many. */
static uint32_t hash(struct ir_word word)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < word.bytes; i++)
		h = (h ^ (uint8_t)word.text[i]) * UINT64_C(1099511628211);
	return (uint32_t)(h ^ h >> 32);
}

static struct ir_name *find(struct ir_name *slot, uint32_t nr_slots, struct ir_word word)
{
	uint32_t i = hash(word) & (nr_slots - 1);

	while (slot[i].word.bytes && (slot[i].word.bytes != word.bytes ||
				      memcmp(slot[i].word.text, word.text, word.bytes) != 0))
		i = (i + 1) & (nr_slots - 1);
	return &slot[i];
}

static bool grow(struct ir_names *names)
{
	uint32_t nr_slots = names->nr_slots ? names->nr_slots * 2 : FIRST_SLOTS, i;
	struct ir_name *slot = ir_arena_alloc(names->arena, nr_slots * sizeof(*slot));

	if (!slot)
		return false;
	memset(slot, 0, nr_slots * sizeof(*slot));
	for (i = 0; i < names->nr_slots; i++) {
		if (names->slot[i].word.bytes)
			*find(slot, nr_slots, names->slot[i].word) = names->slot[i];
	}
	names->slot = slot;
	names->nr_slots = nr_slots;
	return true;
}

struct ir_name *ir_names_get(struct ir_names *names, struct ir_word word)
{
	struct ir_name *name;

	if (names->nr * 2 >= names->nr_slots && !grow(names))
		return NULL;
	name = find(names->slot, names->nr_slots, word);
	if (!name->word.bytes) {
		*name = (struct ir_name){ .word = word, .index = IR_NONE };
		names->nr++;
	}
	return name;
}
