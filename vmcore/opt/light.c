// SPDX-License-Identifier: MIT
/*
 * What is not used goes, without moving anything: what tier 1 does of lifted units while it looks for
 * last uses, for those that are not compiled.
 */
#include <errno.h>
#include <stdlib.h>

#include "vmcore/jit/lower.h"
#include "vmcore/opt/pipeline.h"

int opt_light(struct ir_unit *unit, struct ir_arena *scratch)
{
	static const struct jit_target target;
	struct jit_scratch s = {
		.value = ir_arena_alloc(scratch, (unit->nr_insns + 1) * sizeof(*s.value)),
		.label = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*s.label)),
	};
	struct jit_job job = { .unit = unit, .lifted = unit, .target = &target, .scratch = &s };
	int status;

	if (!s.value || !s.label)
		return -ENOMEM;
	status = jit_reserve_notes(&s, unit->state_bytes);
	if (status)
		return status;
	jit_scan_lifted(&job);
	free(s.note);
	return 0;
}
