// SPDX-License-Identifier: MIT
/*
 * The library is loaded when it is asked for: every round of a benchmark is a process of this
 * program, and none needs it.
 */
#include "user/disasm/disasm.h"

#include <capstone/capstone.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(x)	    #x
#define SONAME(major) "libcapstone.so." TEXT(major)

/* Of capstone 5 and later; an older library says that it does not know the number. */
#define ARCH_RISCV ((cs_arch)15)
#define MODE_RV64  ((cs_mode)(1 << 1))
#define MODE_RVC   ((cs_mode)(1 << 2))

struct vmb_disasm {
	void *library;
	csh handle;
	__typeof__(cs_open) *open;
	__typeof__(cs_close) *close;
	__typeof__(cs_disasm) *disasm;
	__typeof__(cs_free) *free;
};

static const struct arch {
	const char *name;
	cs_arch arch;
	cs_mode mode;
} arches[] = {
	{ "x86_64", CS_ARCH_X86, CS_MODE_64 },
	{ "arm64", CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN },
	{ "riscv64", ARCH_RISCV, (cs_mode)(MODE_RV64 | MODE_RVC) },
};

/* dlsym() gives an object pointer; POSIX says that this is how it becomes one to a function. */
static bool find(void *library, const char *name, void *function)
{
	void *at = dlsym(library, name);

	memcpy(function, &at, sizeof(at));
	return at;
}

static bool load(struct vmb_disasm *d, struct vmb_why *why)
{
	d->library = dlopen(SONAME(CS_API_MAJOR), RTLD_NOW | RTLD_LOCAL);
	if (!d->library) {
		vmb_why_set(why, "no disassembler: " SONAME(CS_API_MAJOR) " cannot be loaded; install the package libcapstone" TEXT(CS_API_MAJOR));
		return false;
	}
	if (find(d->library, "cs_open", &d->open) && find(d->library, "cs_close", &d->close) &&
	    find(d->library, "cs_disasm", &d->disasm) && find(d->library, "cs_free", &d->free))
		return true;
	vmb_why_set(why, SONAME(CS_API_MAJOR) " is no disassembler that is known here");
	return false;
}

static bool start(struct vmb_disasm *d, const char *name, struct vmb_why *why)
{
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(arches); i++) {
		if (!strcmp(arches[i].name, name) &&
		    d->open(arches[i].arch, arches[i].mode, &d->handle) == CS_ERR_OK)
			return true;
	}
	vmb_why_set(why, "capstone %d.%d, which is installed here, cannot disassemble %s",
		    CS_API_MAJOR, CS_API_MINOR, name);
	return false;
}

struct vmb_disasm *vmb_disasm_open(const char *arch, struct vmb_why *why)
{
	struct vmb_disasm *d = calloc(1, sizeof(*d));

	if (!d) {
		vmb_why_set(why, "out of memory");
		return NULL;
	}
	if (load(d, why) && start(d, arch, why))
		return d;
	vmb_disasm_close(d);
	return NULL;
}

void vmb_disasm_close(struct vmb_disasm *d)
{
	if (!d)
		return;
	if (d->handle)
		d->close(&d->handle);
	if (d->library)
		dlclose(d->library);
	free(d);
}

size_t vmb_disasm_one(struct vmb_disasm *d, const uint8_t *code, size_t bytes, uint64_t address,
		      char *text, size_t room)
{
	cs_insn *insn = NULL;
	size_t length = 0;

	if (!d->disasm(d->handle, code, bytes, address, 1, &insn))
		return 0;
	snprintf(text, room, "%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "", insn->op_str);
	length = insn->size;
	d->free(insn, 1);
	return length;
}
