// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "vmcore/gc/inside.h"

/** gc_words_room - have room for @nr words altogether: collections may not fail to add what is due. */
int gc_words_room(struct gc_words *w, size_t nr)
{
	size_t room = w->room ? w->room : 64;
	uint64_t *word;

	if (nr <= w->room)
		return 0;
	while (room < nr)
		room *= 2;
	word = realloc(w->word, room * sizeof(*word));
	if (!word)
		return -ENOMEM;
	w->word = word;
	w->room = room;
	return 0;
}

/** gc_words_add - two words at a time: an object and what belongs to it. There must be room. */
void gc_words_add(struct gc_words *w, uint64_t a, uint64_t b)
{
	VMB_ASSERT(w->nr + 2 <= w->room);
	w->word[w->nr++] = a;
	w->word[w->nr++] = b;
}

void gc_words_free(struct gc_words *w)
{
	free(w->word);
	*w = (struct gc_words){ 0 };
}
