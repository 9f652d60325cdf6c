// SPDX-License-Identifier: MIT
#include "user/counter/rdpmc.h"

#include <glob.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/cpu.h"

const volatile struct perf_event_mmap_page *vmb_pmc_page_map(int fd)
{
	void *p = MAP_FAILED;

	if (CPU_HAS_USER_PMC)
		p = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

void vmb_pmc_page_unmap(const volatile struct perf_event_mmap_page *page)
{
	if (page)
		munmap((void *)(uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE));
}

bool vmb_pmc_read_all(const volatile struct perf_event_mmap_page *const *page, size_t nr,
		      uint64_t *value)
{
	for (size_t i = 0; i < nr; i++)
		if (VMB_UNLIKELY(!vmb_pmc_read(page[i], cpu_rdpmc, &value[i])))
			return false;
	return true;
}

static uint64_t read_format(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned int bit = 64;
	int got;

	if (!f)
		return 0;
	got = fscanf(f, "config1:%u", &bit);
	fclose(f);
	return got == 1 && bit < 64 ? 1ull << bit : 0;
}

uint64_t vmb_pmc_request_bits(const char *devices)
{
	uint64_t bits = 0;
	char pattern[256];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*/format/rdpmc", devices);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++)
		bits |= read_format(found.gl_pathv[i]);
	globfree(&found);
	return bits;
}
