// SPDX-License-Identifier: MIT
/*
 * vmbench jit disasm|emit|dump-ir UNIT.ir: what the compiler makes of intermediate code, for any host.
 * The file is anybody's: nothing in it is believed before the parser and the verifier have seen it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/registry.h"
#include "user/jit_view.h"
#include "user/output.h"
#include "user/verbs.h"

#define MOST_TEXT_BYTES (UINT64_C(256) << 20)
#define ARENA_BYTES	(UINT64_C(4) << 30)
#define DEFAULT_LEVEL	2u

struct verb {
	const char *name;
	bool code, disasm, one_unit;
	int (*show)(const struct vmb_jit_view *view, const struct ir_unit *unit, FILE *out,
		    struct vmb_why *why);
};

static const struct verb verbs[] = {
	{ .name = "disasm", .code = true, .disasm = true, .show = vmb_jit_view_code },
	{ .name = "emit", .code = true, .one_unit = true, .show = vmb_jit_view_bytes },
	{ .name = "dump-ir" },
};

/* @path, @text: what is read; @out: where it is shown, in memory until all has gone well. */
struct job {
	const struct vmb_options *options;
	const struct verb *verb;
	struct vmb_jit_view view;
	const char *path;
	char *text;
	size_t bytes;
	FILE *out;
};

static const struct verb *verb_of(const struct vmb_options *o)
{
	size_t i;

	for (i = 0; o->filters.nr == 2 && i < VMB_ARRAY_SIZE(verbs); i++)
		if (!strcmp(o->filters.text[0], verbs[i].name))
			return &verbs[i];
	vmb_complain("jit wants to know what to do, and a file: vmbench jit disasm|emit|dump-ir UNIT.ir");
	return NULL;
}

static const struct vmb_arch *host_of(const struct vmb_options *o)
{
	const struct vmb_arch *host = o->host ? vmb_arch_by_name(o->host) : vmb_arch_host();
	const struct vmb_arch *const *all;
	char list[120] = "";
	size_t nr, i, at = 0;

	if (host && host->host_ops)
		return host;
	all = vmb_arches(&nr);
	for (i = 0; i < nr && at < sizeof(list); i++)
		if (all[i]->host_ops)
			at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", all[i]->name);
	vmb_complain("no code generator for \"%s\"; --host can be:%s",
		     o->host ? o->host : vmb_arch_host()->name, list);
	return NULL;
}

/* -O0 to -O3. Return: false, complained about. */
static bool level_of(const struct vmb_options *o, unsigned int *level)
{
	const char *text = o->opt_level;

	*level = DEFAULT_LEVEL;
	if (!text)
		return true;
	if (text[0] < '0' || text[0] > '3' || text[1]) {
		vmb_complain("-O wants 0, 1, 2 or 3, not \"%s\"", text);
		return false;
	}
	*level = (unsigned int)(text[0] - '0');
	return true;
}

static bool choose(struct job *job)
{
	const struct vmb_options *o = job->options;
	struct vmb_jit_view *view = &job->view;
	const struct vmb_arch *host = host_of(o);
	struct vmb_why why;

	if (!host || !level_of(o, &view->level))
		return false;
	if (o->tier > 2) {
		vmb_complain("--tier wants 1 or 2: tier 0 is the interpreter");
		return false;
	}
	view->host = host->host_ops;
	view->native = host == vmb_arch_host() ? vmb_native()->host_native : NULL;
	view->tier = o->tier ? (unsigned int)o->tier : view->level ? 2 : 1;
	view->dump = o->dump_ir ? o->dump_ir : job->verb->code ? NULL : "all";
	if (view->dump && vmb_jit_view_check_dump(view->dump, view->level, &why)) {
		vmb_complain("%s", why.text);
		return false;
	}
	if (o->dump_ir && job->verb->one_unit) {
		vmb_complain("jit emit writes bytes and nothing else: leave out --dump-ir");
		return false;
	}
	if (job->verb->one_unit && !o->output && isatty(STDOUT_FILENO)) {
		vmb_complain("bytes would go to a terminal: give --output FILE");
		return false;
	}
	return true;
}

/* A pipe has no size: read until the end, and no more than the limit. */
static int read_text(struct job *job, int fd)
{
	size_t room = 0;
	ssize_t nr = 1;

	while (nr > 0) {
		if (job->bytes == room) {
			char *more;

			if (room >= MOST_TEXT_BYTES)
				return -EFBIG;
			room = room ? 2 * room : 1 << 16;
			more = realloc(job->text, room);
			if (!more)
				return -ENOMEM;
			job->text = more;
		}
		nr = read(fd, job->text + job->bytes, room - job->bytes);
		if (nr < 0)
			return -errno;
		job->bytes += (size_t)nr;
	}
	return 0;
}

static int read_file(struct job *job)
{
	int fd = open(job->path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = read_text(job, fd);
	close(fd);
	return err;
}

/* Return: 1, 0 at the end; -errno, complained about. */
static int next_unit(const struct job *job, struct ir_text *at, struct ir_unit *unit)
{
	struct ir_error error = { .text = "" };
	int status = ir_parse(at, unit, &error);

	if (status > 0) {
		int bad = ir_verify(unit, unit->arena, &error);

		if (bad == -EINVAL) {
			vmb_complain("%s: unit %s is not well-formed: instruction %u: %s", job->path,
				     unit->name, error.insn == IR_NONE ? 0 : error.insn, error.text);
			return bad;
		}
		status = bad ? bad : status;
	}
	if (status == -ENOMEM)
		vmb_complain("%s: too large: the unit needs more memory than there is", job->path);
	else if (status < 0)
		vmb_complain("%s:%u:%u: %s", job->path, error.line, error.column, error.text);
	return status;
}

static int show(const struct job *job, struct ir_unit *unit)
{
	struct vmb_why why;
	int err = vmb_jit_view_optimise(&job->view, unit, job->out, &why);

	if (!err && job->verb->show)
		err = job->verb->show(&job->view, unit, job->out, &why);
	if (err)
		vmb_complain("%s: %s", job->path, why.text);
	return err;
}

static int show_all(const struct job *job)
{
	struct ir_text at = { .text = job->text, .bytes = job->bytes };
	struct ir_arena arena;
	struct ir_unit unit;
	unsigned int nr = 0;
	int status;

	ir_arena_init(&arena, ARENA_BYTES);
	do {
		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		status = next_unit(job, &at, &unit);
		if (status > 0 && nr++ && job->verb->one_unit) {
			vmb_complain("%s has more than one unit: which bytes are whose could not be told",
				     job->path);
			status = -EINVAL;
		}
		if (status > 0) {
			int err = show(job, &unit);

			status = err ? err : status;
		}
	} while (status > 0);
	ir_arena_fini(&arena);
	if (!status && !nr) {
		vmb_complain("%s has no unit", job->path);
		status = -EINVAL;
	}
	return status;
}

struct shown {
	const char *text;
	size_t bytes;
};

static int write_shown(FILE *out, const void *arg, const struct vmb_report_opts *opts)
{
	const struct shown *shown = arg;

	(void)opts;
	fwrite(shown->text, 1, shown->bytes, out);
	return 0;
}

/* Return: an exit code. */
static int run(struct job *job)
{
	struct shown shown = { 0 };
	char *text = NULL;
	int err = read_file(job);

	if (err) {
		vmb_complain("%s: %s", job->path,
			     err == -EFBIG ? "more than 256 MiB of text" : strerror(-err));
		return VMB_EXIT_FAILED;
	}
	job->out = open_memstream(&text, &shown.bytes);
	err = job->out ? show_all(job) : -ENOMEM;
	if (!job->out || fclose(job->out)) {
		vmb_complain("out of memory");
		err = -ENOMEM;
	}
	shown.text = text;
	if (!err)
		err = vmb_output(job->options, write_shown, &shown);
	free(text);
	return err ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

int vmb_cmd_jit(const struct vmb_options *o)
{
	struct job job = { .options = o, .verb = verb_of(o) };
	struct vmb_why why;
	int code;

	if (!job.verb || !choose(&job))
		return VMB_EXIT_USAGE;
	job.path = o->filters.text[1];
	if (job.verb->disasm) {
		job.view.disasm = vmb_disasm_open(job.view.host->name, &why);
		if (!job.view.disasm) {
			vmb_complain("%s. vmbench jit emit --host %s -o FILE %s writes the code for another disassembler",
				     why.text, job.view.host->name, job.path);
			return VMB_EXIT_FAILED;
		}
	}
	code = run(&job);
	vmb_disasm_close(job.view.disasm);
	free(job.text);
	return code;
}
