// SPDX-License-Identifier: MIT
#include "user/jit_dump.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAP_MOST    (UINT64_C(64) << 20)
#define DUMP_MOST   (UINT64_C(1) << 30)
#define LINE_BYTES  128

#define MAGIC	    0x4a695444u
#define VERSION	    1u
#define RECORD_LOAD  0u
#define RECORD_CLOSE 3u

int vmb_perf_map_create(struct vmb_jit_file *file, struct vmb_why *why)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%ld.map", (long)getpid());
	return vmb_jit_file_create(file, path, MAP_MOST, why);
}

void vmb_perf_map_add(struct vmb_jit_file *file, const struct vmb_jit_symbol *symbol)
{
	char line[LINE_BYTES];
	int bytes = snprintf(line, sizeof(line), "%" PRIxPTR " %zx %.64s\n", (uintptr_t)symbol->code,
			     symbol->bytes, symbol->name);

	vmb_jit_file_append(file, &(struct iovec){ line, (size_t)bytes }, 1);
}

struct header {
	uint32_t magic, version, bytes, elf_machine, pad, pid;
	uint64_t time_ns, flags;
};

struct record {
	uint32_t id, bytes;
	uint64_t time_ns;
};

struct load {
	struct record record;
	uint32_t pid, tid;
	uint64_t address, code_address, code_bytes, index;
};

static_assert(sizeof(struct header) == 40, "as specified");
static_assert(sizeof(struct record) == 16, "as specified");
static_assert(sizeof(struct load) == 56, "as specified");

/* The clock of `perf record -k mono`. */
static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * perf finds the dump by the event of its executable mapping. The file is opened again for it: what
 * is written through must not be readable by the way.
 */
static int mark(struct vmb_jit_dump *dump, struct vmb_why *why)
{
	int err, fd = open(dump->file.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	dump->mark_bytes = (size_t)sysconf(_SC_PAGESIZE);
	dump->mark = fd < 0 ? MAP_FAILED :
			      mmap(NULL, dump->mark_bytes, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	err = dump->mark == MAP_FAILED ? -errno : 0;
	if (err)
		vmb_why_set(why, "%s cannot be mapped as perf wants it: %s%s", dump->file.path,
			    strerror(-err),
			    err == -EPERM ? "; give --jitdump=DIR on a file system without noexec" : "");
	if (fd >= 0)
		close(fd);
	return err;
}

static void write_header(struct vmb_jit_dump *dump, uint32_t elf_machine)
{
	struct header header = { .magic = MAGIC, .version = VERSION, .bytes = sizeof(header),
				 .elf_machine = elf_machine, .pid = (uint32_t)getpid(),
				 .time_ns = now_ns() };

	vmb_jit_file_append(&dump->file, &(struct iovec){ &header, sizeof(header) }, 1);
}

int vmb_jit_dump_create(struct vmb_jit_dump *dump, const char *dir, uint32_t elf_machine,
			struct vmb_why *why)
{
	char path[PATH_MAX];
	int err, bytes = snprintf(path, sizeof(path), "%s/jit-%ld.dump", dir, (long)getpid());

	*dump = (struct vmb_jit_dump){ .file = { .fd = -1 } };
	if (bytes < 0 || (size_t)bytes >= sizeof(path)) {
		vmb_why_set(why, "--jitdump: the directory's name is too long");
		return -ENAMETOOLONG;
	}
	err = vmb_jit_file_create(&dump->file, path, DUMP_MOST, why);
	if (err)
		return err;
	write_header(dump, elf_machine);
	err = dump->file.error;
	if (err)
		vmb_why_set(why, "cannot write %s: %s", path, strerror(-err));
	else
		err = mark(dump, why);
	if (err) {
		vmb_jit_file_close(&dump->file);
		unlink(path);
	}
	return err;
}

void vmb_jit_dump_add(struct vmb_jit_dump *dump, const struct vmb_jit_symbol *symbol)
{
	size_t name_bytes = strlen(symbol->name) + 1;
	uint32_t bytes = (uint32_t)(sizeof(struct load) + name_bytes + symbol->bytes);
	struct load load = {
		.record = { RECORD_LOAD, bytes, now_ns() },
		.pid = (uint32_t)getpid(), .tid = (uint32_t)syscall(SYS_gettid),
		.address = (uintptr_t)symbol->code, .code_address = (uintptr_t)symbol->code,
		.code_bytes = symbol->bytes, .index = dump->index++,
	};
	struct iovec part[] = {
		{ &load, sizeof(load) },
		{ (void *)(uintptr_t)symbol->name, name_bytes },
		{ (void *)(uintptr_t)symbol->code, symbol->bytes },
	};

	vmb_jit_file_append(&dump->file, part, VMB_ARRAY_SIZE(part));
}

void vmb_jit_dump_close(struct vmb_jit_dump *dump)
{
	struct record record = { RECORD_CLOSE, sizeof(record), now_ns() };

	vmb_jit_file_append(&dump->file, &(struct iovec){ &record, sizeof(record) }, 1);
	munmap(dump->mark, dump->mark_bytes);
	vmb_jit_file_close(&dump->file);
}
