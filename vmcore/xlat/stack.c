// SPDX-License-Identifier: MIT
#include "vmcore/xlat/program.h"

#include <elf.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#define STACK_BYTES (UINT64_C(8) << 20)
#define MAX_STRINGS (STACK_BYTES / 4)
#define NR_AUX 20

/* A stack being filled from the top: strings first, then words. */
struct stack {
	struct xlat_program *program;
	uint64_t at, end;
};

static uint64_t push(struct stack *s, const void *bytes, size_t nr)
{
	if (s->end - s->at + nr > MAX_STRINGS)
		return 0;
	s->at -= nr;
	memcpy(xlat_host(s->program->space, s->at), bytes, nr);
	return s->at;
}

static size_t count(char *const *strings)
{
	size_t nr = 0;

	while (strings[nr])
		nr++;
	return nr;
}

static size_t bytes_of(char *const *strings)
{
	size_t bytes = 0, i;

	for (i = 0; strings[i]; i++)
		bytes += strlen(strings[i]) + 1 + sizeof(uint64_t);
	return bytes;
}

/* Push strings, and write their addresses to @words. */
static void push_strings(struct stack *s, char *const *strings, uint64_t words)
{
	size_t i, nr = count(strings);
	uint64_t *word = xlat_host(s->program->space, words);

	for (i = 0; i < nr; i++)
		word[i] = push(s, strings[i], strlen(strings[i]) + 1);
	word[nr] = 0;
}

static void fill_aux(struct xlat_program *p, const struct xlat_image *image, uint64_t random,
		     uint64_t path, uint64_t platform, uint64_t words)
{
	const struct guest_linux *abi = p->guest->linux_abi;
	const uint64_t aux[NR_AUX][2] = {
		{ AT_PHDR, image->phdr }, { AT_PHENT, sizeof(Elf64_Phdr) },
		{ AT_PHNUM, image->nr_phdrs }, { AT_PAGESZ, XLAT_PAGE }, { AT_BASE, 0 },
		{ AT_FLAGS, 0 }, { AT_ENTRY, image->entry }, { AT_UID, getuid() },
		{ AT_EUID, geteuid() }, { AT_GID, getgid() }, { AT_EGID, getegid() },
		{ AT_HWCAP, abi->hwcap }, { AT_HWCAP2, abi->hwcap2 }, { AT_CLKTCK, 100 },
		{ AT_SECURE, 0 }, { AT_RANDOM, random }, { AT_EXECFN, path },
		{ platform ? AT_PLATFORM : AT_IGNORE, platform }, { AT_NULL, 0 },
	};

	memcpy(xlat_host(p->space, words), aux, sizeof(aux));
}

int xlat_build_stack(struct xlat_program *p, const struct xlat_image *image, char *const *argv,
		     char *const *envp)
{
	const char *platform = p->guest->linux_abi->platform;
	size_t nr_args = count(argv), nr_env = count(envp);
	size_t words = 1 + nr_args + 1 + nr_env + 1 + 2 * (size_t)NR_AUX;
	struct stack s = { .program = p, .end = p->space->end - XLAT_PAGE };
	uint64_t random, path, bottom, named = 0;
	uint8_t seed[16];
	int status;

	if (bytes_of(argv) + bytes_of(envp) + strlen(p->process->path) > MAX_STRINGS / 2)
		return -E2BIG;
	p->process->stack = s.end - STACK_BYTES;
	status = xlat_map(p->space, p->process->stack, STACK_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (status)
		return status;
	/* A guard that no mapping takes. */
	p->space->top = p->process->stack - (UINT64_C(1) << 20);
	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	s.at = s.end;
	path = push(&s, p->process->path, strlen(p->process->path) + 1);
	if (platform)
		named = push(&s, platform, strlen(platform) + 1);
	random = push(&s, seed, sizeof(seed));
	bottom = (s.at - bytes_of(argv) - bytes_of(envp) - words * sizeof(uint64_t)) & ~UINT64_C(15);
	*(uint64_t *)xlat_host(p->space, bottom) = nr_args;
	push_strings(&s, argv, bottom + 8);
	push_strings(&s, envp, bottom + 8 * (nr_args + 2));
	fill_aux(p, image, random, path, named, bottom + 8 * (nr_args + nr_env + 3));
	xlat_set(p, p->guest->linux_abi->sp, bottom);
	return 0;
}
