// SPDX-License-Identifier: MIT
/*
 * vmbench exec GUEST.elf [ARG...]: a static Linux program of another architecture. Its exit status
 * is ours; what ends it otherwise is said on stderr, with the status that a shell would give.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/registry.h"
#include "user/gdb.h"
#include "user/jit_symbols.h"
#include "user/verbs.h"
#include "vmcore/xlat/debug.h"
#include "vmcore/xlat/xlat.h"

#define BY_SIGNAL 128

struct file {
	int fd;
	const uint8_t *bytes;
	size_t nr;
};

/* Return: false with errno set; ENOEXEC if it is no file or empty. */
static bool map_file(const char *path, struct file *file)
{
	struct stat s = { 0 };
	void *bytes = MAP_FAILED;

	*file = (struct file){ .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
	if (file->fd < 0)
		return false;
	if (fstat(file->fd, &s) || !S_ISREG(s.st_mode) || !s.st_size)
		errno = ENOEXEC;
	else
		bytes = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, file->fd, 0);
	if (bytes == MAP_FAILED) {
		close(file->fd);
		return false;
	}
	file->bytes = bytes;
	file->nr = (size_t)s.st_size;
	return true;
}

/* The guest numbers its files from 3, as any program does. */
static void close_file(struct file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

static const struct vmb_arch *arch_of(const struct file *file)
{
	Elf64_Ehdr e = { 0 };

	memcpy(&e, file->bytes, file->nr < sizeof(e) ? file->nr : sizeof(e));
	return memcmp(e.e_ident, ELFMAG, SELFMAG) ? NULL : vmb_arch_by_elf(e.e_machine);
}

static void print_end(const char *path, const struct xlat_end *end)
{
	uint32_t i;

	fflush(stdout);
	fprintf(stderr, "vmbench: %s: ", path);
	switch (end->kind) {
	case XLAT_ILLEGAL:
		fprintf(stderr, "illegal instruction at 0x%" PRIx64 ":", end->pc);
		for (i = 0; i < end->nr_bytes; i++)
			fprintf(stderr, " %02x", end->bytes[i]);
		fputc('\n', stderr);
		break;
	case XLAT_NO_CODE:
		fprintf(stderr, "jumped to 0x%" PRIx64 ", where no code is\n", end->pc);
		break;
	case XLAT_FAULT:
	case XLAT_UNALIGNED:
		fprintf(stderr, "%s 0x%" PRIx64 ", near 0x%" PRIx64 "\n",
			end->kind == XLAT_FAULT ? "bad access to address" :
						  "misaligned access to address",
			end->address, end->pc);
		break;
	case XLAT_BREAK:
		fprintf(stderr, "stopped at a breakpoint at 0x%" PRIx64 "\n", end->pc);
		break;
	case XLAT_KILLED:
		fprintf(stderr, "ended itself by signal %d (%s)\n", end->code, strsignal(end->code));
		break;
	case XLAT_ERROR:
		fprintf(stderr, "cannot translate the code at 0x%" PRIx64 ": %s\n", end->pc,
			strerror(-end->code));
		break;
	default:
		fprintf(stderr, "trap %d at 0x%" PRIx64 "\n", end->code, end->pc);
		break;
	}
}

static int status_of(const char *path, const struct xlat_end *end)
{
	if (end->kind == XLAT_EXITED)
		return end->code;
	print_end(path, end);
	if (end->kind == XLAT_ERROR)
		return VMB_EXIT_FAILED;
	return end->kind == XLAT_TRAP ? BY_SIGNAL + 8 : BY_SIGNAL + end->code;
}

/* @name: 17 columns at most */
static void print_count(const char *name, uint64_t count)
{
	fprintf(stderr, "%-17s %12" PRIu64 "\n", name, count);
}

static void print_tier(unsigned int tier, const struct xlat_tier_stats *s)
{
	double seconds = (double)s->translate_ns / 1e9;

	if (!s->regions)
		return;
	fprintf(stderr, "tier %u\n", tier);
	print_count("regions", s->regions);
	print_count("guest insns", s->insns);
	print_count("guest bytes", s->guest_bytes);
	print_count("IR insns", s->ir_insns);
	print_count("code bytes", s->code_bytes);
	fprintf(stderr, "translation       %12.3f ms, %.2f M guest insns/s\n", seconds * 1e3,
		(double)s->insns / seconds / 1e6);
}

static void print_stats(const struct xlat *x, bool interpret)
{
	const struct xlat_stats *s = xlat_stats(x);

	fflush(stdout);
	print_tier(!interpret, &s->tier[0]);
	print_tier(2, &s->tier[1]);
	fprintf(stderr, "all\n");
	print_count("regions linked", s->links);
	print_count("regions entered", s->entries);
	print_count("looked up further", s->misses);
	print_count("flushes", s->flushes);
	print_count("system calls", s->syscalls);
}

/* The program's arguments with another name. Return: to be freed; NULL: no memory. */
static char **renamed(char *const *guest, const char *name)
{
	size_t nr = 0;
	char **argv;

	while (guest[nr])
		nr++;
	argv = malloc((nr + 1) * sizeof(*argv));
	if (!argv)
		return NULL;
	memcpy(argv, guest, (nr + 1) * sizeof(*argv));
	if (name)
		argv[0] = (char *)(uintptr_t)name;
	return argv;
}

/* Return: 0, or an exit code when there is no debugger, which has been complained about. */
static int debug(const struct vmb_options *o, struct xlat *x)
{
	int fd = vmb_gdb_accept(o->gdb), status;

	if (fd < 0)
		return VMB_EXIT_FAILED;
	status = xlat_debug_begin(x, fd);
	if (!status)
		return 0;
	close(fd);
	vmb_complain("the program cannot be debugged: %s", strerror(-status));
	return VMB_EXIT_FAILED;
}

static int execute(const struct vmb_options *o, const struct vmb_arch *arch, struct file *file)
{
	static const char *const again[] = { "vmbench", "exec", NULL };
	static const char *const again_interpreted[] = { "vmbench", "exec", "--interpret", NULL };
	const char *path = o->guest[0], *why;
	char **argv = renamed(o->guest, o->argv0);
	struct vmb_jit_symbols *symbols;
	const struct host_native *native = vmb_native()->host_native;
	struct xlat_options options = {
		.guest = arch->guest_ops, .sandbox = o->sandbox, .path = path, .fd = file->fd,
		.argv = argv, .envp = environ, .again = o->interpret ? again_interpreted : again,
	};
	struct xlat_end end;
	struct xlat *x;
	int status;

	if (!o->interpret && native) {
		options.host = vmb_arch_host()->host_ops;
		options.native = native;
	}
	why = strerror(ENOMEM);
	x = argv ? xlat_start(&options, file->bytes, file->nr, &why) : NULL;
	close_file(file);
	free(argv);
	if (!x) {
		vmb_complain("%s: %s", path, why ? why : strerror(errno));
		return VMB_EXIT_FAILED;
	}
	status = o->gdb ? debug(o, x) : 0;
	if (!status)
		status = vmb_jit_symbols_begin(o, &symbols);
	if (status) {
		xlat_free(x);
		return status;
	}
	xlat_run(x, &end);
	status = status_of(path, &end);
	if (o->stats)
		print_stats(x, !options.native);
	xlat_free(x);
	vmb_jit_symbols_end(o, symbols);
	return status;
}

int vmb_cmd_exec(const struct vmb_options *o)
{
	const struct vmb_arch *arch;
	struct file file;
	int status;

	if (!o->guest || !o->guest[0]) {
		vmb_complain("exec wants a program: vmbench exec GUEST.elf [ARG...]");
		return VMB_EXIT_USAGE;
	}
	if (!map_file(o->guest[0], &file)) {
		vmb_complain("%s: %s", o->guest[0],
			     errno == ENOEXEC ? "it is no file with a program" : strerror(errno));
		return VMB_EXIT_FAILED;
	}
	arch = arch_of(&file);
	if (arch && arch->guest_ops && arch->guest_ops->linux_abi) {
		status = execute(o, arch, &file);
	} else {
		vmb_complain("%s: %s", o->guest[0],
			     arch ? "programs for its architecture cannot be run yet" :
				    "it is no ELF file of a known architecture");
		status = VMB_EXIT_FAILED;
	}
	close_file(&file);
	munmap((void *)(uintptr_t)file.bytes, file.nr);
	return status;
}
