// SPDX-License-Identifier: MIT
#include "vmcore/jit/link.h"

#include <errno.h>
#include <stdlib.h>

#include "vmcore/ir/dom.h"

/* The word is the last thing that is written: who reads it sees all that it leads to. */
static void set_word(const struct jit_exit *exit, const struct jit_code *code)
{
	__atomic_store_n(exit->word, code, __ATOMIC_RELEASE);
}

static void disconnect(struct jit_exit *exit)
{
	if (!exit->to)
		return;
	set_word(exit, NULL);
	*exit->prev = exit->next;
	if (exit->next)
		exit->next->prev = exit->prev;
	exit->to = NULL;
}

static void connect(struct jit_exit *exit, struct jit_links *to)
{
	exit->to = to;
	exit->prev = &to->incoming;
	exit->next = to->incoming;
	if (exit->next)
		exit->next->prev = &exit->next;
	to->incoming = exit;
	set_word(exit, to->code);
}

static uint32_t count_exits(const struct jit *jit, const struct ir_unit *unit)
{
	uint32_t nr = 0, b;

	for (b = 0; jit->links && b < unit->nr_blocks; b++)
		nr += !!jit->scratch.label[b].link;
	return nr;
}

int jit_links_init(struct jit_links *links, const struct jit *jit, const struct ir_unit *unit,
		   const struct jit_code *code)
{
	uint32_t nr = count_exits(jit, unit), b;
	struct jit_exit *exit;

	*links = (struct jit_links){ .code = code, .nr_exits = nr };
	if (!nr)
		return 0;
	links->exit = calloc(nr, sizeof(*links->exit));
	if (!links->exit)
		return -ENOMEM;
	exit = links->exit;
	for (b = 0; b < unit->nr_blocks; b++) {
		uint32_t word = jit->scratch.label[b].link;

		if (!word)
			continue;
		exit->pc = ir_terminator(unit, b)->imm;
		exit->word = (void *)(jit->cache.write + code->start + word);
		exit++;
	}
	return 0;
}

void jit_links_fini(struct jit_links *links)
{
	free(links->exit);
	*links = (struct jit_links){ 0 };
}

bool jit_can_link(const struct jit_code *from, const struct jit_code *to)
{
	return to->link_entry && to->nr_slots <= JIT_LINK_SLOTS && to->uses_fp == from->uses_fp &&
	       to->state_bytes <= from->state_bytes;
}

uint32_t jit_link(struct jit_links *from, uint64_t pc, struct jit_links *to)
{
	uint32_t nr = 0, i;

	if (!jit_can_link(from->code, to->code))
		return 0;
	for (i = 0; i < from->nr_exits; i++) {
		if (from->exit[i].pc != pc)
			continue;
		if (from->exit[i].to != to) {
			disconnect(&from->exit[i]);
			connect(&from->exit[i], to);
		}
		nr++;
	}
	return nr;
}

void jit_unlink(struct jit_links *links)
{
	uint32_t i;

	for (i = 0; i < links->nr_exits; i++)
		disconnect(&links->exit[i]);
	while (links->incoming)
		disconnect(links->incoming);
}
