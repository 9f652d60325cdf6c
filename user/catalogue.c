// SPDX-License-Identifier: MIT
#include "user/catalogue.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bench/categories.h"
#include "user/bench/fault/fault.h"

static int add(struct vmb_catalogue *c, const struct vmb_category *cat, struct vmb_why *why)
{
	if (c->nr == VMB_MAX_CATEGORIES) {
		vmb_why_set(why, "more than %d categories", VMB_MAX_CATEGORIES);
		return -EINVAL;
	}
	c->category[c->nr++] = cat;
	return 0;
}

static bool good_word(const char *s)
{
	if (!s || !*s || strlen(s) > 30)
		return false;
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

static bool good_label(const char *s)
{
	if (!s || !*s || strlen(s) > 31)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_-.", *s))
			return false;
	return true;
}

/* A label that is there twice would give two benchmarks the same id. */
static bool good_values(const struct vmb_axis *axis)
{
	if (!good_word(axis->name) || !axis->nr || !axis->values || axis->nr_rigorous > axis->nr)
		return false;
	for (size_t i = 0; i < axis->nr; i++) {
		if (!good_label(axis->values[i].label))
			return false;
		for (size_t k = 0; k < i; k++)
			if (!strcmp(axis->values[k].label, axis->values[i].label))
				return false;
	}
	return true;
}

static bool good_axes(const struct vmb_bench *b)
{
	if (b->nr_axes > VMB_MAX_AXES || (b->nr_axes && !b->axes))
		return false;
	for (size_t a = 0; a < b->nr_axes; a++)
		if (!good_values(&b->axes[a]))
			return false;
	return true;
}

static bool good_bench(const struct vmb_bench *b)
{
	return b && good_word(b->name) && b->what && b->unit && b->setup && b->run &&
	       b->engine == VMB_ENGINE_USER && good_axes(b);
}

static int check_benches(const struct vmb_category *cat, const char *path, struct vmb_why *why)
{
	for (size_t i = 0; i < cat->nr; i++) {
		if (!good_bench(cat->benches[i])) {
			vmb_why_set(why, "%s: benchmark %zu of \"%s\" is incomplete: it needs name, what, unit, "
				    "setup and run, and different labels of letters, digits, _, - and .",
				    path, i + 1, cat->name);
			return -EINVAL;
		}
		for (size_t k = 0; k < i; k++)
			if (!strcmp(cat->benches[k]->name, cat->benches[i]->name)) {
				vmb_why_set(why, "%s: \"%s\" has two benchmarks of the name \"%s\"", path,
					    cat->name, cat->benches[i]->name);
				return -EINVAL;
			}
	}
	return 0;
}

/* A plugin may add to a category of its own only: ids of vmbench mean the same everywhere. */
static int add_category(struct vmb_catalogue *c, const struct vmb_category *cat, const char *path,
			struct vmb_why *why)
{
	if (!cat || !good_word(cat->name) || !cat->what || (cat->nr && !cat->benches)) {
		vmb_why_set(why, "%s: a category has no valid name or table", path);
		return -EINVAL;
	}
	for (size_t i = 0; i < c->nr; i++)
		if (!strcmp(c->category[i]->name, cat->name)) {
			vmb_why_set(why, "%s: the category \"%s\" exists already; choose another name",
				    path, cat->name);
			return -EINVAL;
		}
	if (check_benches(cat, path, why))
		return -EINVAL;
	return add(c, cat, why);
}

static int check_abi(const struct vmb_plugin *p, const char *path, struct vmb_why *why)
{
	if (p->abi != VMB_BENCH_ABI || p->bench_bytes != sizeof(struct vmb_bench)) {
		vmb_why_set(why, "%s: built for benchmark ABI %u (struct of %u bytes); this vmbench has ABI %d "
			    "(%zu bytes). Rebuild it with this vmbench's user/bench.h",
			    path, p->abi, p->bench_bytes, VMB_BENCH_ABI, sizeof(struct vmb_bench));
		return -EPROTO;
	}
	if (!p->nr || !p->categories) {
		vmb_why_set(why, "%s: offers no category", path);
		return -EINVAL;
	}
	return 0;
}

static int load(struct vmb_catalogue *c, const char *path, struct vmb_why *why)
{
	char *full = realpath(path, NULL);
	const struct vmb_plugin *p;
	void *object;
	int err;

	if (!full) {
		vmb_why_set(why, "plugin %s: %s", path, strerror(errno));
		return -ENOENT;
	}
	object = dlopen(full, RTLD_NOW | RTLD_LOCAL);
	p = object ? dlsym(object, "vmb_plugin") : NULL;
	if (!p) {
		vmb_why_set(why, "plugin %s: %s (a plugin is a shared object with VMB_PLUGIN(); see "
			    "tools/templates)", path, dlerror());
		free(full);
		return -ENOEXEC;
	}
	err = check_abi(p, path, why);
	for (size_t i = 0; !err && i < p->nr; i++)
		err = add_category(c, p->categories[i], path, why);
	if (err)
		free(full);
	else	/* kept for as long as the object is loaded */
		c->plugins.text[c->plugins.nr++] = full;
	return err;
}

int vmb_catalogue_open(struct vmb_catalogue *c, const struct vmb_list *plugins, struct vmb_why *why)
{
	size_t nr;
	const struct vmb_category *const *builtin = vmb_categories(&nr);
	int err = 0;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < nr && !err; i++)
		err = add(c, builtin[i], why);
	if (!err && getenv("VMBENCH_FAULTS"))
		err = add(c, &vmb_category_fault, why);
	for (size_t i = 0; !err && plugins && i < plugins->nr; i++)
		err = load(c, plugins->text[i], why);
	return err;
}
