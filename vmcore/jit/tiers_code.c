// SPDX-License-Identifier: MIT
/*
 * Code of units, and the cache that it lies in: a ring of segments. When one is full, the next is
 * emptied: nothing leads to its code any more, and once every thread has left code since, it is
 * filled again. Nobody waits for that: a compilation that would have to fails.
 */
#include "vmcore/jit/tiers_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/opt/pipeline.h"

static void free_code(struct tier_code *code)
{
	jit_links_fini(&code->links);
	free(code->label);
	free(code->first_slot);
	free(code->slot);
	free(code);
}

/*
 * Points.
 */

/* One piece of memory: points, then their values. */
static struct tier_points *pack_points(const struct osr_point *found, uint32_t nr)
{
	size_t bytes = sizeof(struct tier_points) + nr * sizeof(struct tier_point);
	size_t nr_values = 0;
	struct tier_points *points;
	uint32_t *value, i;

	for (i = 0; i < nr; i++)
		nr_values += found[i].nr;
	points = calloc(1, bytes + nr_values * sizeof(uint32_t));
	if (!points)
		return NULL;
	points->nr = nr;
	points->point = (struct tier_point *)(void *)(points + 1);
	value = (uint32_t *)(void *)(points->point + nr);
	for (i = 0; i < nr; i++) {
		points->point[i].at = found[i];
		points->point[i].at.value = value;
		if (found[i].nr)
			memcpy(value, found[i].value, found[i].nr * sizeof(*value));
		value += found[i].nr;
	}
	return points;
}

/* A unit whose values are live in too many places has none. */
static int find_points(struct tiers *t, struct tier_unit *unit)
{
	struct tier_points *points;
	struct osr_point *found;
	uint32_t nr;
	int status;

	if (unit->points)
		return 0;
	ir_arena_reset(&t->scratch);
	status = osr_find_points(&unit->unit, &t->scratch, &found, &nr);
	if (status && status != -E2BIG)
		return status;
	points = pack_points(found, status ? 0 : nr);
	if (!points)
		return -ENOMEM;
	tier_publish(&unit->points, points);
	return 0;
}

/* The slot of each value that is live at a point. Return: false if one has none. */
static bool find_slots(const struct tiers *t, const struct osr_point *point, uint32_t *slot)
{
	const struct jit_value *value = t->jit.scratch.value;
	uint32_t i;

	for (i = 0; i < point->nr; i++) {
		const struct jit_value *v = &value[point->value[i]];

		slot[i] = v->flags & JIT_CONST ? TIER_NO_SLOT : v->slot;
		if (!(v->flags & (JIT_CONST | JIT_SLOTTED)))
			return false;
	}
	return true;
}

/* Where the code that was compiled last can be resumed, and where it has the values for that. */
static int find_labels(const struct tiers *t, struct tier_code *code)
{
	const struct tier_points *points = code->unit->points;
	uint32_t nr = points->nr, nr_slots = 0, p;

	if (!t->resumes)
		return 0;
	for (p = 0; p < nr; p++)
		nr_slots += points->point[p].at.nr;
	code->label = calloc(nr + 1, sizeof(*code->label));
	code->first_slot = calloc(nr + 1, sizeof(*code->first_slot));
	code->slot = calloc(nr_slots + 1, sizeof(*code->slot));
	if (!code->label || !code->first_slot || !code->slot)
		return -ENOMEM;
	nr_slots = 0;
	for (p = 0; p < nr; p++) {
		const struct osr_point *point = &points->point[p].at;

		code->first_slot[p] = nr_slots;
		code->label[p] = t->jit.scratch.label[point->block].at;
		/* None at all, so that no run ends where it cannot go on; and no link leads here. */
		if (!find_slots(t, point, code->slot + nr_slots)) {
			free(code->label);
			code->label = NULL;
			code->code.link_entry = NULL;
			return 0;
		}
		nr_slots += point->nr;
	}
	return 0;
}

/*
 * Segments.
 */

/* What remains of the unit's tiers when @code is gone. */
static void unpublish(struct tier_code *code)
{
	struct tier_unit *unit = code->unit;

	jit_unlink(&code->links);
	if (code->point) {
		if (code->point->code != code)
			return;
		tier_publish(&code->point->code, NULL);
		__atomic_store_n(&code->point->wanted, false, __ATOMIC_RELAXED);
		return;
	}
	if (unit->code[code->tier] != code)
		return;
	tier_publish(&unit->code[code->tier], NULL);
	__atomic_store_n(&unit->executed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&unit->wanted, unit->code[2] ? 2u : unit->code[1] ? 1u : 0u,
			 __ATOMIC_RELAXED);
}

static void retire(struct tiers *t, struct tier_segment *segment)
{
	struct tier_code *code;

	for (code = segment->codes; code; code = code->next) {
		if (code->dead)
			jit_unlink(&code->links);
		else
			unpublish(code);
	}
	segment->retired = reclaim_retire(&t->reclaim);
}

static void empty(struct tier_segment *segment)
{
	while (segment->codes) {
		struct tier_code *code = segment->codes;

		segment->codes = code->next;
		free_code(code);
	}
	code_cache_flush(&segment->cache);
	segment->retired = 0;
}

int tier_next_segment_locked(struct tiers *t)
{
	uint32_t next = (t->current + 1) % t->nr_segments;
	struct tier_segment *segment = &t->segment[next];

	if (segment->codes) {
		if (!segment->retired)
			retire(t, segment);
		if (!reclaim_passed(&t->reclaim, segment->retired))
			return -EAGAIN;
		empty(segment);
		t->stats.evicted++;
	}
	t->current = next;
	return 0;
}

/* Half a segment early, so that threads have the time to leave. */
static void retire_next(struct tiers *t)
{
	struct tier_segment *segment = &t->segment[(t->current + 1) % t->nr_segments];
	const struct code_cache *cache = &t->segment[t->current].cache;

	if (t->nr_segments > 1 && cache->at > cache->bytes / 2 && segment->codes &&
	    !segment->retired)
		retire(t, segment);
}

void tier_free_segments(struct tiers *t)
{
	uint32_t i;

	for (i = 0; i < t->nr_segments; i++) {
		empty(&t->segment[i]);
		if (i)
			code_cache_fini(&t->segment[i].cache);
	}
	t->jit.cache = t->segment[0].cache;
}

/*
 * Compiling.
 */

/* Tier 2 may fall back on tier 1's code of the unit, if that lies in the same segment and goes with it. */
static const struct jit_code *below(const struct tiers *t, const struct tier_code *code)
{
	const struct tier_code *tier1 = code->unit->code[1];

	if (!tier1 || code->point || __atomic_load_n(&code->unit->plain, __ATOMIC_RELAXED))
		return NULL;
	return tier1->segment == t->current ? &tier1->code : NULL;
}

static int emit_here(struct tiers *t, const struct ir_unit *unit, struct tier_code *code)
{
	struct tier_segment *segment = &t->segment[t->current];
	int status;

	t->jit.cache = segment->cache;
	if (code->tier == 2)
		status = jit_compile_over(&t->jit, unit, below(t, code), &code->code, NULL);
	else
		status = jit_compile(&t->jit, unit, &code->code, NULL);
	segment->cache = t->jit.cache;
	if (status)
		return status;
	code->segment = t->current;
	code->at = segment->cache.run + code->code.start;
	code->next = segment->codes;
	segment->codes = code;
	/* Other code lay here once: no thread may have fetched that. */
	if (segment->cache.epoch > 1)
		reclaim_sync_cores(&t->reclaim);
	return 0;
}

static int emit(struct tiers *t, const struct ir_unit *unit, struct tier_code *code)
{
	int status;

	for (;;) {
		/* The next segment may be one whose turn it was when threads were still in it. */
		status = t->segment[t->current].retired ? -ENOSPC :
							  emit_here(t, unit, code);
		if (status != -ENOSPC || !t->segment[t->current].codes)
			return status;
		status = tier_next_segment_locked(t);
		if (status)
			return status;
	}
}

/* The unit to compile: @request's own, or a copy that goes on at the point or is optimised. */
static int make_unit(struct tiers *t, const struct tier_request *request, struct ir_unit *copy,
		     const struct ir_unit **unit)
{
	const struct opt_options options = { .level = t->options.level };
	struct ir_error error;
	int status;

	*unit = &request->unit->unit;
	if (request->tier < 2)
		return 0;
	ir_arena_reset(&t->scratch);
	ir_arena_reset(&t->unit_arena);
	ir_unit_init(copy, &t->unit_arena);
	status = request->point ? osr_build(copy, *unit, &request->point->at, &t->scratch) :
				  ir_unit_copy(copy, *unit, &t->unit_arena);
	*unit = copy;
	return status ? status : opt_run(copy, &options, &t->scratch, &error);
}

/* What other code of its tier comes in place of is not linked any more, and goes with its segment. */
static void publish_unit(struct tiers *t, struct tier_code *code)
{
	struct tier_code *before = code->unit->code[code->tier];

	if (before) {
		jit_unlink(&before->links);
		t->stats.unguarded++;
	}
	tier_publish(&code->unit->code[code->tier], code);
}

static void publish(struct tiers *t, struct tier_code *code)
{
	if (code->point)
		tier_publish(&code->point->code, code);
	else
		publish_unit(t, code);
	tier_publish(&t->nr_published, t->nr_published + 1);
	tier_connect_locked(code);
	t->stats.compiled[code->point ? 0 : code->tier]++;
	t->stats.code_bytes += code->code.bytes;
	retire_next(t);
}

/* Code that was emitted stays in its segment whatever happens then, and goes with it. */
static int compile(struct tiers *t, const struct tier_request *request, struct tier_code *code)
{
	const struct ir_unit *unit;
	struct ir_unit copy;
	int status = make_unit(t, request, &copy, &unit);

	if (!status)
		status = emit(t, unit, code);
	if (status) {
		free_code(code);
		return status;
	}
	code->nr_helpers = unit->nr_helpers;
	status = jit_links_init(&code->links, &t->jit, unit, &code->code);
	if (!status && code->tier == 1)
		status = find_labels(t, code);
	if (status)
		return status;
	publish(t, code);
	return 0;
}

static bool is_there(const struct tier_request *request)
{
	const struct tier_unit *unit = request->unit;
	const struct tier_code *code = unit->code[request->tier];

	if (request->point)
		return request->point->code;
	return code && !(code->code.guarded && __atomic_load_n(&unit->plain, __ATOMIC_RELAXED));
}

int tier_compile_locked(struct tiers *t, const struct tier_request *request)
{
	struct tier_code *code;
	int status;

	if (request->unit->gone || is_there(request))
		return 0;
	tier_collect_locked(t);
	status = find_points(t, request->unit);
	if (status)
		goto failed;
	code = calloc(1, sizeof(*code));
	status = -ENOMEM;
	if (!code)
		goto failed;
	code->unit = request->unit;
	code->point = request->point;
	code->tier = request->tier;
	status = compile(t, request, code);
	if (!status)
		return 0;
failed:
	t->stats.failed++;
	t->stats.last_error = status;
	t->stats.waited += status == -EAGAIN;
	return status;
}
