// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>

#include "user/counter/counter.h"
#include "user/plan.h"
#include "user/verbs.h"

/* Ids and descriptions come from our own tables: nothing in them needs escaping. */
static void list_json(const struct vmb_plan *plan)
{
	printf("[");
	for (size_t i = 0; i < plan->nr; i++) {
		const struct vmb_entry *e = &plan->entry[i];

		printf("%s\n  {\"id\": \"%s\", \"category\": \"%s\", \"what\": \"%s\", \"unit\": \"%s\", "
		       "\"params\": {", i ? "," : "", e->id, e->category->name, e->bench->what,
		       e->bench->unit);
		for (size_t a = 0; a < e->bench->nr_axes; a++)
			printf("%s\"%s\": \"%s\"", a ? ", " : "", e->bench->axes[a].name, e->arg[a].label);
		printf("}}");
	}
	printf("\n]\n");
}

static void list_text(const struct vmb_plan *plan, bool verbose)
{
	for (size_t i = 0; i < plan->nr; i++) {
		if (verbose)
			printf("%-44s %s\n", plan->entry[i].id, plan->entry[i].bench->what);
		else
			printf("%s\n", plan->entry[i].id);
	}
}

int vmb_cmd_list(const struct vmb_options *o)
{
	struct vmb_catalogue catalogue;
	struct vmb_plan plan;
	struct vmb_why why;

	if (o->events)
		return vmb_counter_list(stdout, o->json) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
	if (vmb_catalogue_open(&catalogue, &o->plugins, &why) ||
	    vmb_plan_make(&catalogue, o, &plan, &why)) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (o->json)
		list_json(&plan);
	else
		list_text(&plan, o->verbose);
	vmb_plan_fini(&plan);
	return fflush(stdout) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}
