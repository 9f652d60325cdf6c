// SPDX-License-Identifier: MIT
/*
 * What `vmbench exec` does, for machines that have a compiler and an emulator and none of the libraries
 * that vmbench needs: cross_exec GUEST.elf [ARG...]. Its status is the guest's. The emulator does not see
 * that code has changed through another mapping, so there is one.
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/registry.h"
#include "vmcore/xlat/xlat.h"

static const uint8_t *map_file(const char *path, size_t *nr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat s;
	void *bytes;

	if (fd < 0 || fstat(fd, &s) || (size_t)s.st_size < sizeof(Elf64_Ehdr))
		return NULL;
	*nr = (size_t)s.st_size;
	bytes = mmap(NULL, *nr, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return bytes == MAP_FAILED ? NULL : bytes;
}

static int status_of(const struct xlat_end *end)
{
	if (end->kind == XLAT_EXITED)
		return end->code;
	fprintf(stderr, "ended by %d, code %d, at 0x%llx\n", (int)end->kind, end->code,
		(unsigned long long)end->pc);
	return 128 + end->code;
}

int main(int argc, char **argv)
{
	static const char *const again[] = { "cross_exec", NULL };
	struct host_native native = *vmb_native()->host_native;
	struct xlat_options o = { .path = argv[1], .fd = -1, .argv = argv + 1,
				  .envp = environ, .again = again };
	const struct vmb_arch *arch;
	const char *why = NULL;
	struct xlat_end end;
	const uint8_t *file;
	Elf64_Ehdr e;
	struct xlat *x;
	size_t nr;

	file = argc > 1 ? map_file(argv[1], &nr) : NULL;
	if (!file)
		return 2;
	memcpy(&e, file, sizeof(e));
	arch = vmb_arch_by_elf(e.e_machine);
	if (!arch || !arch->guest_ops)
		return 2;
	o.guest = arch->guest_ops;
	native.one_mapping = true;
	o.native = &native;
	o.host = vmb_arch_host()->host_ops;
	x = xlat_start(&o, file, nr, &why);
	if (!x) {
		fprintf(stderr, "%s\n", why ? why : "not started");
		return 2;
	}
	xlat_run(x, &end);
	xlat_free(x);
	return status_of(&end);
}
