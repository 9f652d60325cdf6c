// SPDX-License-Identifier: MIT
/*
 * Template: the smallest benchmark that is complete. It measures one function on one input; here
 * it is the FNV-1a hash of a sentence. Copy the file, put your function in the place of hash(),
 * give the names that you want, and keep check(): a wrong answer must not become a time.
 */
#include "user/bench.h"

#include <errno.h>
#include <inttypes.h>

static const char sentence[] = "the quick brown fox jumps over the lazy dog, and it does so again";

/* Of @sentence; computed with another program: that is what makes it a check. */
#define HASH_OF_SENTENCE 0xbf8b8864850b795bull

static uint64_t hash(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3ull;
	return h;
}

struct work {
	const char *text;
	size_t len;
	uint64_t last, done;
};

/* Once per round, before the clock runs. */
static int setup(struct vmb_state *st)
{
	static struct work w;

	w = (struct work){ .text = sentence, .len = sizeof(sentence) - 1 };
	st->priv = &w;
	return 0;
}

/* What is measured: exactly @iters operations. No clock, no printing, no allocation of its own. */
static void run(void *priv, uint64_t iters)
{
	struct work *w = priv;

	w->done += iters;
	for (; iters; iters--) {
		vmb_black_box(w);	/* the text may be another one now: hash it again */
		w->last = hash(w->text, w->len);
		vmb_keep(w->last);	/* somebody wants the result: do not drop it */
	}
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct work *w = priv;

	if (w->done && w->last == HASH_OF_SENTENCE)
		return 0;
	vmb_why_set(why, "after %" PRIu64 " hashes the last one is %#" PRIx64 ", not %#llx", w->done,
		    w->last, HASH_OF_SENTENCE);
	return -EIO;
}

static const struct vmb_bench bench_hash = {
	.name = "hash",
	.what = "FNV-1a of a sentence of 65 bytes",
	.unit = "hash",
	.setup = setup,
	.run = run,
	.check = check,
};

static const struct vmb_bench *const benches[] = { &bench_hash };

/* The category is the first component of the ids: my_basic/hash. */
static const struct vmb_category category = {
	.name = "my_basic",
	.what = "template of a basic benchmark",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};

VMB_PLUGIN("basic template", &category);
