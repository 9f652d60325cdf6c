// SPDX-License-Identifier: MIT
#include "vmcore/opt/pipeline.h"

#include "vmcore/opt/pass.h"

static const struct opt_pass passes[] = {
#define OPT_PASS(id, lowest, text) { .name = #id, .what = text, .level = lowest, .run = opt_##id },
#include "vmcore/opt/passes.def"
#undef OPT_PASS
};

const struct opt_pass *opt_passes(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(passes);
	return passes;
}

static int run_pass(struct ir_unit *unit, const struct opt_pass *pass,
		    const struct opt_options *options, struct ir_arena *scratch,
		    struct ir_error *error)
{
	struct ir_error broken;
	int status;

	ir_arena_reset(scratch);
	status = pass->run(unit, scratch);
	if (status)
		return status;
	if (options->after)
		options->after(options->priv, pass->name, unit);
	if (!options->check)
		return 0;
	ir_arena_reset(scratch);
	status = ir_verify(unit, scratch, &broken);
	if (status) {
		*error = broken;
		snprintf(error->text, sizeof(error->text), "%s: %.120s", pass->name, broken.text);
	}
	return status;
}

int opt_run(struct ir_unit *unit, const struct opt_options *options, struct ir_arena *scratch,
	    struct ir_error *error)
{
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(passes); i++) {
		int status = 0;

		if (passes[i].level <= options->level)
			status = run_pass(unit, &passes[i], options, scratch, error);
		if (status)
			return status;
	}
	return 0;
}
