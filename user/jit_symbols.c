// SPDX-License-Identifier: MIT
#include "user/jit_symbols.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "user/jit_dump.h"
#include "user/verbs.h"
#include "vmcore/jit/events.h"

#define NAME_BYTES 64

/**
 * struct vmb_jit_symbols
 * @map, @dump: fd is -1 for what was not asked for
 * @lock: over both, since any thread may compile
 * @nr: units
 */
struct vmb_jit_symbols {
	struct jit_events events;
	struct vmb_jit_file map;
	struct vmb_jit_dump dump;
	pthread_mutex_t lock;
	uint64_t nr;
};

/* No blanks and nothing that ends a line, whatever a unit is called. */
static void clean(char *name)
{
	for (; *name; name++)
		*name = isgraph((unsigned char)*name) ? *name : '_';
}

static void make_name(char *name, const struct jit_event *event)
{
	const struct ir_unit *unit = event->unit;
	uint64_t pc;

	if (unit->name[0])
		snprintf(name, NAME_BYTES, "tier%u:%.*s", event->tier, IR_NAME_BYTES, unit->name);
	else if (jit_unit_pc(unit, &pc))
		snprintf(name, NAME_BYTES, "tier%u:0x%" PRIx64, event->tier, pc);
	else
		snprintf(name, NAME_BYTES, "tier%u:unit", event->tier);
	clean(name);
}

static void compiled(void *priv, const struct jit_event *event)
{
	struct vmb_jit_symbols *s = priv;
	char name[NAME_BYTES];
	const struct vmb_jit_symbol symbol = { name, event->code, event->bytes };

	make_name(name, event);
	pthread_mutex_lock(&s->lock);
	if (s->map.fd >= 0)
		vmb_perf_map_add(&s->map, &symbol);
	if (s->dump.file.fd >= 0)
		vmb_jit_dump_add(&s->dump, &symbol);
	s->nr++;
	pthread_mutex_unlock(&s->lock);
}

static int create(struct vmb_jit_symbols *s, const struct vmb_options *o, struct vmb_why *why)
{
	int err = o->perf_map ? vmb_perf_map_create(&s->map, why) : 0;

	if (err || !o->jitdump)
		return err;
	err = vmb_jit_dump_create(&s->dump, o->jitdump[0] ? o->jitdump : ".",
				  vmb_arch_host()->elf_machine, why);
	if (err && o->perf_map) {
		vmb_jit_file_close(&s->map);
		remove(s->map.path);
	}
	return err;
}

int vmb_jit_symbols_begin(const struct vmb_options *o, struct vmb_jit_symbols **out)
{
	struct vmb_jit_symbols *s;
	struct vmb_why why;

	*out = NULL;
	if (!o->perf_map && !o->jitdump)
		return 0;
	s = calloc(1, sizeof(*s));
	if (!s) {
		vmb_complain("out of memory");
		return VMB_EXIT_FAILED;
	}
	s->map.fd = s->dump.file.fd = -1;
	if (create(s, o, &why)) {
		vmb_complain("%s", why.text);
		free(s);
		return VMB_EXIT_FAILED;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->events = (struct jit_events){ compiled, s };
	jit_listen(&s->events);
	*out = s;
	return 0;
}

static const char *reason(int error)
{
	return error == -EFBIG ? "it has reached its largest size" :
	       error == -EBADF ? "the guest has closed its descriptor" : strerror(-error);
}

/* Return: an exit code. */
static int tell(const struct vmb_options *o, const struct vmb_jit_symbols *s,
		const struct vmb_jit_file *file)
{
	if (file->error) {
		vmb_complain("%s is incomplete: %s", file->path, reason(file->error));
		return VMB_EXIT_FAILED;
	}
	vmb_note(o, "%s: names of %" PRIu64 " compiled units", file->path, s->nr);
	return 0;
}

int vmb_jit_symbols_end(const struct vmb_options *o, struct vmb_jit_symbols *s)
{
	int map = 0, dump = 0;

	if (!s)
		return 0;
	jit_listen(NULL);
	if (s->map.fd >= 0) {
		map = tell(o, s, &s->map);
		vmb_jit_file_close(&s->map);
	}
	if (s->dump.file.fd >= 0) {
		vmb_jit_dump_close(&s->dump);
		dump = tell(o, s, &s->dump.file);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
	return map ? map : dump;
}
