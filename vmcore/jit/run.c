// SPDX-License-Identifier: MIT
/*
 * Running what was compiled. A short unit takes less time than it takes to look at what it is given,
 * so that is one step, jit_prepare(), and what every run needs is another, jit_run_ready().
 */
#include "vmcore/jit/jit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void jit_runner_fini(struct jit_runner *runner)
{
	free(runner->frame);
	*runner = (struct jit_runner){ 0 };
}

/* Slots are in use in pairs. Links lead to units that have not asked for theirs. */
static int grow(struct jit_runner *runner, uint32_t nr_slots)
{
	size_t nr = (size_t)nr_slots + nr_slots / 2 + JIT_LINK_SLOTS;

	jit_runner_fini(runner);
	nr = (nr + 7) & ~(size_t)7;
	runner->frame = aligned_alloc(64, jit_frame_bytes(nr));
	if (!runner->frame)
		return -ENOMEM;
	runner->nr_slots = (uint32_t)nr;
	return 0;
}

int jit_runner_reserve(struct jit_runner *runner, uint32_t nr_slots)
{
	return VMB_LIKELY(runner->frame && runner->nr_slots >= nr_slots) ? 0 : grow(runner, nr_slots);
}

/* Is guest memory where the code will look for it? */
static bool has_memory(const struct jit_target *target, const struct ir_context *context)
{
	const struct ir_flat *flat = context->memory.priv;

	return context->memory.map == ir_flat_map && flat->first == target->first &&
	       flat->bytes == target->bytes &&
	       !(((uintptr_t)flat->host - flat->first) % JIT_MAX_ACCESS);
}

static void fill_frame(const struct jit *jit, struct ir_context *context, struct jit_runner *runner)
{
	const struct ir_flat *flat = context->memory.priv;
	struct jit_frame *frame = runner->frame;

	if (VMB_UNLIKELY(runner->native != jit->native)) {
		memcpy(frame->stub, jit->native->stub, sizeof(frame->stub));
		runner->native = jit->native;
	}
	if (jit->target.flat) {
		frame->memory = flat->host;
		frame->limit = jit_limit(&jit->target);
	}
	frame->state = context->state;
	frame->fuel = context->fuel > INT64_MAX ? INT64_MAX : (int64_t)context->fuel;
	frame->context = context;
}

VMB_INLINE int prepare(struct jit_ready *ready, const struct jit *jit, const struct jit_code *code,
		       const void *at, struct ir_context *context, struct jit_runner *runner)
{
	if (!jit->native)
		return -ENOTSUP;
	if (context->state_bytes < code->state_bytes ||
	    (jit->target.flat && !has_memory(&jit->target, context)))
		return -EINVAL;
	if (jit_runner_reserve(runner, code->nr_slots))
		return -ENOMEM;
	fill_frame(jit, context, runner);
	*ready = (struct jit_ready){ .frame = runner->frame, .at = at, .enter = jit->native->enter,
				   .code = code, .jit = jit };
	if (code->function)
		ready->enter = (host_enter *)(uintptr_t)at;
	if (VMB_UNLIKELY(code->uses_fp)) {
		runner->frame->fp_control = code->host->fp_pack(context->fp);
		ready->enter = jit->native->enter_fp;
	}
	return 0;
}

VMB_INLINE void finish(const struct jit_ready *ready)
{
	const struct jit_frame *frame = ready->frame;
	struct ir_context *context = frame->context;

	context->fuel = frame->fuel < 0 ? 0 : (uint64_t)frame->fuel;
	if (VMB_UNLIKELY(ready->code->uses_fp))
		context->fp = ready->code->host->fp_unpack(frame->fp_control);
}

int jit_prepare(struct jit_ready *ready, const struct jit *jit, const struct jit_code *code,
		struct ir_context *context, struct jit_runner *runner)
{
	if (code->epoch != jit->cache.epoch)
		return -ESTALE;
	return prepare(ready, jit, code, jit->cache.run + code->entry, context, runner);
}

void jit_finish(const struct jit_ready *ready)
{
	finish(ready);
}

int jit_enter(const struct jit *jit, const struct jit_code *code, const void *at,
	      struct ir_context *context, struct jit_runner *runner, struct ir_leave *leave)
{
	struct jit_ready ready;
	int status = prepare(&ready, jit, code, at, context, runner);

	if (status)
		return status;
	jit_run_now(&ready, leave);
	finish(&ready);
	return 0;
}

int jit_run(const struct jit *jit, const struct jit_code *code, struct ir_context *context,
	    struct jit_runner *runner, struct ir_leave *leave)
{
	if (code->epoch != jit->cache.epoch)
		return -ESTALE;
	return jit_enter(jit, code, jit->cache.run + code->entry, context, runner, leave);
}
