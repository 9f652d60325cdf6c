// SPDX-License-Identifier: MIT
#include "vmcore/xlat/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "vmcore/opt/pipeline.h"

#define ARENA_BYTES   (UINT64_C(256) << 20)
/* Guest instructions in a region; those of tier 1 often run once. */
#define SMALL	      16u
#define LARGE	      256u
#define FIRST_LINKS   1024u
/* Tier 2 is for what was found running so often. */
#define HOT	      3u

uint64_t xlat_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int start_jit(struct xlat_engine *e, const struct host_ops *host,
		     const struct host_native *native, uint64_t cache_bytes)
{
	struct jit_options options = {
		.host = host, .native = native, .cache_bytes = cache_bytes, .flat = true,
		.bytes = e->space->limit, .margin = XLAT_PAGE, .chained = true, .precise = true,
		.lazy = true, .traps = e->guest->nan != IR_NAN_X86,
	};
	int status = jit_init(&e->jit, &options);

	e->has_jit = !status;
	e->native = status ? NULL : native;
	return status;
}

int xlat_engine_init(struct xlat_engine *e, const struct guest_ops *guest, struct xlat_space *space,
		     const struct host_ops *host, const struct host_native *native,
		     uint64_t cache_bytes)
{
	int status;

	*e = (struct xlat_engine){ .guest = guest, .space = space };
	ir_arena_init(&e->arena, ARENA_BYTES);
	ir_arena_init(&e->scratch, ARENA_BYTES);
	ir_arena_init(&e->kept, 4 * ARENA_BYTES);
	status = xlat_table_init(&e->table);
	return status || !host ? status : start_jit(e, host, native, cache_bytes);
}

void xlat_engine_fini(struct xlat_engine *e)
{
	if (e->has_jit)
		jit_fini(&e->jit);
	xlat_table_fini(&e->table);
	jit_recovery_fini(&e->recovery);
	ir_arena_fini(&e->arena);
	ir_arena_fini(&e->scratch);
	ir_arena_fini(&e->kept);
	free(e->link);
}

void xlat_engine_flush(struct xlat_engine *e)
{
	xlat_table_clear(&e->table);
	ir_arena_reset(&e->kept);
	if (e->native)
		code_cache_flush(&e->jit.cache);
	jit_recovery_clear(&e->recovery);
	e->nr_links = 0;
	e->stats.flushes++;
}

static int reserve_links(struct xlat_engine *e)
{
	uint32_t want = e->cap_links ? e->cap_links : FIRST_LINKS;
	struct xlat_link *link;

	while (want < e->nr_links + e->jit.scratch.nr_ways)
		want *= 2;
	if (want == e->cap_links)
		return 0;
	link = realloc(e->link, want * sizeof(*link));
	if (!link)
		return -ENOMEM;
	e->link = link;
	e->cap_links = want;
	return 0;
}

static int by_tier(struct xlat_engine *e, struct ir_unit *unit, struct xlat_code *code)
{
	return code->tier == 2 ? jit_compile_tier2(&e->jit, unit, &code->code, NULL) :
				 jit_compile_lifted(&e->jit, unit, &code->code, NULL);
}

/* A unit to code; once more into the empty cache if that is full. */
static int compile(struct xlat_engine *e, struct ir_unit *unit, struct xlat_code *code)
{
	int status;

	e->jit.next_way = e->nr_links;
	status = by_tier(e, unit, code);
	if (status == -ENOSPC && e->jit.cache.at) {
		xlat_engine_flush(e);
		e->jit.next_way = 0;
		status = by_tier(e, unit, code);
	}
	if (status)
		return status;
	if (code->code.nr_slots > e->nr_slots)
		e->nr_slots = code->code.nr_slots;
	status = jit_recovery_add(&e->recovery, &e->jit.scratch, &code->code);
	return status ? status : reserve_links(e);
}

/* A unit to code, or to a copy that is interpreted. */
static int finish(struct xlat_engine *e, struct ir_unit *unit, struct xlat_code *code)
{
	struct ir_error error;
	struct opt_options options = { .level = 2 };
	int status = 0;

	if (code->tier == 2)
		status = opt_run(unit, &options, &e->scratch, &error);
	if (!status && code->tier == 2)
		status = opt_sink(unit, &e->scratch);
	if (!status && code->tier == 2 && e->jit.target.precise)
		status = opt_lazy(unit, &e->scratch);
	if (!status && e->native)
		return compile(e, unit, code);
	if (!status)
		status = opt_light(unit, &e->scratch);
	if (status)
		return status;
	code->unit = ir_arena_alloc(&e->kept, sizeof(*code->unit));
	return code->unit ? ir_unit_copy(code->unit, unit, &e->kept) : -ENOMEM;
}

static int translate(struct xlat_engine *e, struct xlat_code *code)
{
	const struct xlat_source source = { xlat_fetch, e->space, e->poll, e->space->shared };
	struct xlat_tier_stats *stats = &e->stats.tier[code->tier == 2];
	uint64_t start = xlat_now_ns();
	struct xlat_region region;
	struct ir_unit unit;
	int status;

	ir_arena_reset(&e->arena);
	ir_arena_reset(&e->scratch);
	ir_unit_init(&unit, &e->arena);
	status = xlat_lift(e->guest, &source, code->pc, code->tier == 2 ? LARGE : SMALL, &unit,
			   &region);
	if (status)
		return status;
	code->nr_insns = region.nr_insns;
	code->alone = unit.nr_helpers;
	stats->ir_insns += unit.nr_insns;
	stats->regions++;
	stats->insns += region.nr_insns;
	stats->guest_bytes += region.nr_bytes;
	status = finish(e, &unit, code);
	stats->code_bytes += code->code.bytes;
	stats->translate_ns += xlat_now_ns() - start;
	return status;
}

int xlat_engine_lift_one(struct xlat_engine *e, uint64_t pc, struct ir_unit *unit)
{
	const struct xlat_source source = { xlat_peek, e->space, 0, e->space->shared };

	ir_arena_reset(&e->arena);
	ir_unit_init(unit, &e->arena);
	return xlat_lift(e->guest, &source, pc, 1, unit, NULL);
}

/* The compiler's links are those of @owner, which is in the table. */
static void keep_links(struct xlat_engine *e, struct xlat_code *owner)
{
	const struct jit_scratch *s = &e->jit.scratch;
	size_t start = owner->code.start;
	uint32_t i;

	for (i = 0; e->native && i < s->nr_ways; i++) {
		const struct jit_way *l = &s->way[i];

		e->link[e->nr_links++] = (struct xlat_link){
			.pc = l->pc, .owner = owner, .word = l->word ? start + l->word : 0,
			.stub = start + l->stub, .next = XLAT_NO_LINK,
		};
	}
}

int xlat_engine_find(struct xlat_engine *e, uint64_t pc, struct xlat_code **found)
{
	struct xlat_code code = { .pc = pc, .incoming = XLAT_NO_LINK, .tier = !!e->native };
	int status;

	*found = xlat_table_find(&e->table, pc);
	e->stats.misses++;
	if (*found)
		return 0;
	status = translate(e, &code);
	if (status)
		return status;
	*found = xlat_table_add(&e->table, &code);
	if (!*found)
		return -ENOMEM;
	keep_links(e, *found);
	return 0;
}

/* All links to a region lead where its code is now, or leave if none may lead there. */
static int link_all(struct xlat_engine *e, const struct xlat_code *code)
{
	uint32_t at;
	int status = 0;

	for (at = code->incoming; at != XLAT_NO_LINK && !status; at = e->link[at].next) {
		const struct xlat_link *link = &e->link[at];

		status = jit_lead_to(&e->jit, link->word,
				     code->alone ? link->stub : code->code.entry);
	}
	return status;
}

/* Translate what is at @pc by tier 2, in place of what there is. */
static int promote(struct xlat_engine *e, uint64_t pc)
{
	struct xlat_code *old = xlat_table_find(&e->table, pc), *now;
	struct xlat_code code = { .pc = pc, .incoming = XLAT_NO_LINK, .tier = 2 };
	uint64_t flushes = e->stats.flushes;
	int status;

	if (old && old->tier == 2)
		return 0;
	status = translate(e, &code);
	if (status)
		return status;
	if (old && e->stats.flushes == flushes)
		code.incoming = old->incoming;
	now = xlat_table_add(&e->table, &code);
	if (!now)
		return -ENOMEM;
	keep_links(e, now);
	return link_all(e, now);
}

/* A region was left for want of fuel at @pc: what is found so again is hot, and so is the loop. */
static int note_heat(struct xlat_engine *e, struct xlat_code *owner, uint64_t pc)
{
	uint64_t flushes = e->stats.flushes;
	int status;

	if (!xlat_engine_has_tier2(e) || ++owner->heat < HOT)
		return 0;
	status = promote(e, owner->pc);
	if (!status && e->stats.flushes == flushes)
		status = promote(e, pc);
	return status;
}

int xlat_engine_follow(struct xlat_engine *e, uint32_t number, uint64_t *pc,
		       struct xlat_code **found)
{
	uint64_t flushes = e->stats.flushes;
	struct xlat_link *link = &e->link[number];
	int status = 0;

	*pc = link->pc;
	if (!link->word)
		status = note_heat(e, link->owner, link->pc);
	if (!status)
		status = xlat_engine_find(e, *pc, found);
	/* What was translated may have moved the links, or thrown them away. */
	link = &e->link[number];
	if (status || e->stats.flushes != flushes || !link->word || (*found)->alone)
		return status;
	link->next = (*found)->incoming;
	(*found)->incoming = number;
	e->stats.links++;
	return jit_lead_to(&e->jit, link->word, (*found)->code.entry);
}
