// SPDX-License-Identifier: MIT
#include "vmcore/jit/jit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/jit/events.h"

/* In-line accesses are compared with the last offset at which this many bytes fit. */
#define MAX_ACCESS 16u
#define ENTRY_ALIGN 64u
/* Within a unit displacements have 31 bits. */
#define MAX_UNIT_BYTES (1u << 30)

int jit_init(struct jit *jit, const struct jit_options *options)
{
	*jit = (struct jit){ .host = options->host, .native = options->native,
			     .evict = options->evict };
	if (!options->host || !options->host->lower)
		return -EINVAL;
	jit->links = options->links && options->host->link_bytes && options->wx == CODE_WX_DUAL;
	jit->target = (struct jit_target){
		.features = options->native ? options->native->features() : options->features,
		.flat = options->flat && options->bytes >= MAX_ACCESS &&
			options->bytes <= INT64_MAX,
		.first = options->first,
		.bytes = options->bytes,
		.chained = options->chained && options->host->chains,
	};
	jit->target.precise = options->precise && jit->target.flat && options->native &&
			      options->native->take_registers;
	return code_cache_init(&jit->cache, options->cache_bytes, options->wx,
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

/* Compile into the open cache; once more into the empty one, if that is allowed and helps. */
static int compile(struct jit *jit, struct jit_job *job, struct jit_code *code)
{
	int status;

	jit_scan(job);
	status = write_code(jit, job, code);
	if (status != -ENOSPC || !jit->evict || !jit->cache.at)
		return status;
	code_cache_flush(&jit->cache);
	/* The code to fall back on is gone. */
	if (job->select)
		return -ESTALE;
	jit_scan(job);
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

	__atomic_store_n((uint64_t *)(void *)(jit->cache.write + word), value, __ATOMIC_RELEASE);
}

/* Each way leads to its stub at first. */
static void set_ways(struct jit *jit, const struct jit_code *code)
{
	const struct jit_scratch *s = &jit->scratch;
	uint32_t i;

	for (i = 0; i < s->nr_ways; i++) {
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
		      jit->cache.bytes > MAX_UNIT_BYTES))
		below = NULL;
	status = compile_copy(jit, unit, below, code, insn);
	return status == -ESTALE ? compile_copy(jit, unit, NULL, code, insn) : status;
}

int jit_compile_tier2(struct jit *jit, const struct ir_unit *unit, struct jit_code *code,
		      uint32_t *insn)
{
	return jit_compile_over(jit, unit, NULL, code, insn);
}

void jit_runner_fini(struct jit_runner *runner)
{
	free(runner->frame);
	*runner = (struct jit_runner){ 0 };
}

/* Slots are in use in pairs. Links lead to units that have not asked for theirs. */
int jit_runner_reserve(struct jit_runner *runner, uint32_t nr_slots)
{
	size_t nr = (size_t)nr_slots + nr_slots / 2 + JIT_LINK_SLOTS;

	if (VMB_LIKELY(runner->frame && runner->nr_slots >= nr_slots))
		return 0;
	jit_runner_fini(runner);
	nr = align(nr, 8);
	runner->frame = aligned_alloc(64, sizeof(struct jit_frame) + nr * sizeof(uint64_t));
	if (!runner->frame)
		return -ENOMEM;
	runner->nr_slots = (uint32_t)nr;
	return 0;
}

/* Is guest memory where the code will look for it? */
static bool has_memory(const struct jit_target *target, const struct ir_context *context)
{
	const struct ir_flat *flat = context->memory.priv;

	return context->memory.map == ir_flat_map && flat->first == target->first &&
	       flat->bytes == target->bytes &&
	       !(((uintptr_t)flat->host - flat->first) % MAX_ACCESS);
}

static void prepare(const struct jit *jit, const struct jit_code *code, struct ir_context *context,
		    struct jit_frame *frame)
{
	const struct ir_flat *flat = context->memory.priv;

	if (jit->target.flat) {
		frame->memory = flat->host;
		frame->limit = jit_limit(&jit->target);
	}
	frame->state = context->state;
	memcpy(frame->stub, jit->native->stub, sizeof(frame->stub));
	frame->fuel = context->fuel > INT64_MAX ? INT64_MAX : (int64_t)context->fuel;
	frame->context = context;
	frame->code = code;
}

static void conclude(struct ir_context *context, const struct jit_frame *frame,
		     struct ir_leave *leave)
{
	uint32_t word = (uint32_t)frame->exit_word;

	*leave = (struct ir_leave){ .kind = word & 0xff, .code = word >> 8, .pc = frame->exit_pc };
	if (leave->kind == IR_LEAVE_FAULT)
		leave->address = frame->fault_address;
	if (leave->kind == IR_LEAVE_FUEL) {
		leave->block = (uint32_t)leave->pc;
		leave->pc = 0;
	}
	context->fuel = frame->fuel < 0 ? 0 : (uint64_t)frame->fuel;
}

int jit_enter(const struct jit *jit, const struct jit_code *code, const void *at,
	      struct ir_context *context, struct jit_runner *runner, struct ir_leave *leave)
{
	struct jit_frame *frame;

	if (!jit->native)
		return -ENOTSUP;
	if (context->state_bytes < code->state_bytes ||
	    (jit->target.flat && !has_memory(&jit->target, context)))
		return -EINVAL;
	if (jit_runner_reserve(runner, code->nr_slots))
		return -ENOMEM;
	frame = runner->frame;
	prepare(jit, code, context, frame);
	if (code->uses_fp) {
		frame->fp_control = code->host->fp_pack(context->fp);
		jit->native->enter_fp(frame, at);
		context->fp = code->host->fp_unpack(frame->fp_control);
	} else {
		jit->native->enter(frame, at);
	}
	conclude(context, frame, leave);
	return 0;
}

int jit_run(const struct jit *jit, const struct jit_code *code, struct ir_context *context,
	    struct jit_runner *runner, struct ir_leave *leave)
{
	if (code->epoch != jit->cache.epoch)
		return -ESTALE;
	return jit_enter(jit, code, jit->cache.run + code->entry, context, runner, leave);
}
