// SPDX-License-Identifier: MIT
#include "vmcore/jit/jit.h"

#include <errno.h>
#include <string.h>

#include "vmcore/jit/events.h"

#define ENTRY_ALIGN 64u
/* Within a unit displacements have 31 bits. */
#define MAX_UNIT_BYTES (1u << 30)

int jit_init(struct jit *jit, const struct jit_options *options)
{
	bool one_mapping = options->native && options->native->one_mapping;
	enum code_wx wx = one_mapping ? CODE_WX_MPROTECT : options->wx;

	*jit = (struct jit){ .host = options->host, .native = options->native,
			     .evict = options->evict };
	if (!options->host || !options->host->lower)
		return -EINVAL;
	jit->links = options->links && options->host->link_bytes && wx == CODE_WX_DUAL;
	jit->target = (struct jit_target){
		.features = options->native ? options->native->features() : options->features,
		.flat = options->flat && options->bytes >= JIT_MAX_ACCESS &&
			options->bytes <= INT64_MAX,
		.first = options->first,
		.bytes = options->bytes,
		.margin = options->margin,
		.chained = options->chained && options->host->chains &&
			   options->cache_bytes <= MAX_UNIT_BYTES,
	};
	jit->target.precise = options->precise && jit->target.flat && options->native &&
			      options->native->take_registers;
	jit->target.traps = options->traps && jit->target.precise && options->native->can_trap &&
			    options->native->can_trap();
	return code_cache_init(&jit->cache, options->cache_bytes, wx,
			       options->lazy ? 0 : options->cache_bytes);
}

void jit_fini(struct jit *jit)
{
	code_cache_fini(&jit->cache);
	jit_scratch_fini(&jit->scratch);
	jit_homes_fini(&jit->homes);
	jit_select_fini(&jit->select);
}

static size_t align(size_t at, size_t to)
{
	return (at + to - 1) / to * to;
}

/* Write @job's unit behind what the cache holds: helpers' declarations, then the code. */
static int write_code(struct jit *jit, struct jit_job *job, struct jit_code *code)
{
	struct code_cache *cache = &jit->cache;
	size_t helpers = cache->at, bytes = job->unit->nr_helpers * sizeof(struct ir_helper), room;
	int status;

	code->start = align(helpers + bytes, ENTRY_ALIGN);
	if (code->start >= cache->bytes)
		return -ENOSPC;
	if (bytes)
		memcpy(cache->write + helpers, job->unit->helper, bytes);
	code->helper = (const struct ir_helper *)(const void *)(cache->write + helpers);
	room = cache->bytes - code->start;
	code_buf_init(job->buf, cache->write + code->start,
		      room < MAX_UNIT_BYTES ? room : MAX_UNIT_BYTES);
	job->below_at = (uint32_t)(job->below - code->start);
	status = jit->host->lower(job);
	if (!status && job->no_memory)
		status = -ENOMEM;
	if (!status)
		cache->at = align(code->start + code_buf_at(job->buf), sizeof(uint64_t));
	code->entry = code->start + (job->links ? jit->host->link_bytes : 0);
	code->link_entry = job->links ? cache->run + code->start : NULL;
	code->bytes = code_buf_at(job->buf) - (uint32_t)(code->entry - code->start);
	return status;
}

static void scan(struct jit_job *job)
{
	if (job->lifted)
		jit_scan_lifted(job);
	else
		jit_scan(job);
}

/* Compile into the open cache; once more into the empty one, if that is allowed and helps. */
static int compile(struct jit *jit, struct jit_job *job, struct jit_code *code)
{
	int status;

	scan(job);
	status = write_code(jit, job, code);
	if (status != -ENOSPC || !jit->evict || !jit->cache.at)
		return status;
	code_cache_flush(&jit->cache);
	/* The code to fall back on is gone. */
	if (job->select)
		return -ESTALE;
	scan(job);
	return write_code(jit, job, code);
}

/* What can be run is seen by instruction fetch, and known to who listens. */
static void publish(const struct jit *jit, const struct jit_job *job, const struct jit_code *code)
{
	const uint8_t *run = jit->cache.run + code->start;
	size_t bytes = code->entry - code->start + code->bytes;

	if (!jit->native)
		return;
	jit->native->sync(run, bytes);
	jit_tell(&(struct jit_event){ job->unit, job->homes ? 2 : 1, run, bytes });
}

static void store_word(struct jit *jit, size_t word, size_t target)
{
	uint64_t value = (uint64_t)(uintptr_t)(jit->cache.run + target);
	uint32_t distance = (uint32_t)(target - word - sizeof(distance));

	if (jit->host->relative_ways)
		memcpy(jit->cache.write + word, &distance, sizeof(distance));
	else
		__atomic_store_n((uint64_t *)(void *)(jit->cache.write + word), value,
				 __ATOMIC_RELEASE);
}

/* Each way leads to its stub at first; with a distance it was written so. */
static void set_ways(struct jit *jit, const struct jit_code *code)
{
	const struct jit_scratch *s = &jit->scratch;
	uint32_t i;

	for (i = 0; !jit->host->relative_ways && i < s->nr_ways; i++) {
		if (s->way[i].word)
			store_word(jit, code->start + s->way[i].word,
				   code->start + s->way[i].stub);
	}
}

int jit_lead_to(struct jit *jit, size_t word, size_t target)
{
	int status = code_cache_open(&jit->cache);

	if (status)
		return status;
	store_word(jit, word, target);
	return code_cache_close(&jit->cache);
}

/* Compile a job whose scratch memory is there. */
static int finish(struct jit *jit, struct jit_job *job, struct jit_code *code, uint32_t *insn)
{
	int status = code_cache_open(&jit->cache), closed;

	if (status)
		return status;
	job->first_way = jit->next_way;
	status = jit->next_way + jit->scratch.cap_ways > JIT_MAX_WAYS ? -ENOSPC :
									  compile(jit, job, code);
	if (!status)
		set_ways(jit, code);
	closed = code_cache_close(&jit->cache);
	if (status == -ENOTSUP && insn)
		*insn = job->unsupported;
	if (status || closed)
		return status ? status : closed;
	code->epoch = jit->cache.epoch;
	code->nr_slots = job->nr_slots;
	code->state_bytes = job->unit->state_bytes;
	code->uses_fp = job->uses_fp;
	code->host = jit->host;
	code->first = jit->target.first;
	code->precise = jit->target.precise;
	code->function = job->function;
	code->misses = 0;
	code->guarded = job->select;
	publish(jit, job, code);
	return 0;
}

int jit_compile(struct jit *jit, const struct ir_unit *unit, struct jit_code *code, uint32_t *insn)
{
	struct code_buf buf;
	struct jit_job job = { .unit = unit, .target = &jit->target, .scratch = &jit->scratch,
			       .buf = &buf, .links = jit->links };
	int status = jit_scratch_reserve(&jit->scratch, unit);

	return status ? status : finish(jit, &job, code, insn);
}

int jit_compile_lifted(struct jit *jit, struct ir_unit *unit, struct jit_code *code, uint32_t *insn)
{
	struct code_buf buf;
	struct jit_job job = { .unit = unit, .lifted = unit, .target = &jit->target,
			       .scratch = &jit->scratch, .buf = &buf, .links = jit->links };
	int status = jit_scratch_reserve(&jit->scratch, unit);

	if (!status)
		status = jit_reserve_notes(&jit->scratch, unit->state_bytes);
	return status ? status : finish(jit, &job, code, insn);
}

/* Tier 2 of a unit that is to be copied. */
static int compile_copy(struct jit *jit, const struct ir_unit *unit, const struct jit_code *below,
			struct jit_code *code, uint32_t *insn)
{
	struct jit_select *select = &jit->select;
	struct code_buf buf;
	struct jit_job job = { .unit = &select->unit, .target = &jit->target,
			       .scratch = &jit->scratch, .buf = &buf, .homes = &jit->homes,
			       .home_general = jit->host->home_general,
			       .home_float = jit->host->home_float,
			       .home_vector = jit->host->home_vector, .links = jit->links };
	int status = jit_select(select, unit, &jit->target, below);

	if (!status)
		status = jit_scratch_reserve(&jit->scratch, &select->unit);
	if (!status)
		status = jit_homes_reserve(&jit->homes, &select->unit);
	if (status)
		return status;
	if (below && select->nr_guards) {
		job.select = select;
		job.below = below->entry;
		job.below_fp = below->uses_fp;
	}
	status = finish(jit, &job, code, insn);
	if (!status && below && job.select && code->nr_slots < below->nr_slots)
		code->nr_slots = below->nr_slots;
	return status;
}

int jit_compile_over(struct jit *jit, const struct ir_unit *unit, const struct jit_code *below,
		     struct jit_code *code, uint32_t *insn)
{
	int status;

	if (!jit->host->home_general)
		return jit_compile(jit, unit, code, insn);
	if (below && (below->epoch != jit->cache.epoch || below->host != jit->host ||
		      !jit->host->guards || jit->cache.bytes > MAX_UNIT_BYTES))
		below = NULL;
	status = compile_copy(jit, unit, below, code, insn);
	return status == -ESTALE ? compile_copy(jit, unit, NULL, code, insn) : status;
}

int jit_compile_tier2(struct jit *jit, const struct ir_unit *unit, struct jit_code *code,
		      uint32_t *insn)
{
	return jit_compile_over(jit, unit, NULL, code, insn);
}
