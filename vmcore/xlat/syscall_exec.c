// SPDX-License-Identifier: MIT
/*
 * execve(2): a program of the guest's architecture is run by this program anew, one of another
 * architecture, or a script, is the host's to run.
 */
#include "vmcore/xlat/syscall.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SELF	    "/proc/self/exe"
#define MAX_STRINGS 65536u
/* Linux has no longer ones, either. */
#define MAX_TEXT    131072u

/* Is the file a program for this guest? */
static bool is_guest(const struct xlat_program *p, const char *path)
{
	Elf64_Ehdr e = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, &e, sizeof(e));
	close(fd);
	return got == sizeof(e) && !memcmp(e.e_ident, ELFMAG, SELFMAG) &&
	       e.e_machine == p->guest->linux_abi->elf_machine;
}

static size_t count(const char *const *strings)
{
	size_t nr = 0;

	while (strings && strings[nr])
		nr++;
	return nr;
}

/* A text of the guest's where it is: nobody else changes it while the system call is made. */
static int text_at(const struct xlat_program *p, uint64_t address, char **text)
{
	char room[4096];
	uint64_t at = address;
	int status;

	do {
		status = xlat_read_string(p, at, room, sizeof(room));
		at += sizeof(room) - 1;
	} while (status == -ENAMETOOLONG && at - address < MAX_TEXT);
	*text = xlat_host(p->space, address);
	return status == -ENAMETOOLONG ? -E2BIG : status;
}

/* An array of texts, behind @before of the caller's. Return: to be freed; NULL with *status set. */
static char **strings_at(const struct xlat_program *p, uint64_t address, size_t before, int *status)
{
	size_t nr = before;
	char **text = NULL, **more;
	uint64_t word = 0;

	for (*status = 0; !*status; nr++) {
		if (nr % 64 == before % 64 || !text) {
			more = realloc(text, (nr + 65) * sizeof(*text));
			if (!more)
				break;
			text = more;
		}
		if (address)
			*status = xlat_read(p, address + (nr - before) * sizeof(word), &word,
					    sizeof(word));
		text[nr] = NULL;
		if (*status || !word)
			return *status ? (free(text), NULL) : text;
		*status = nr < MAX_STRINGS ? text_at(p, word, &text[nr]) : -E2BIG;
	}
	free(text);
	*status = *status ? *status : -ENOMEM;
	return NULL;
}

/* What comes before the guest's arguments if this program runs it: @again, its name, its file. */
static void put_prefix(const struct xlat_program *p, char **argv, size_t nr, char *name, char *path)
{
	memcpy(argv, p->process->again, nr * sizeof(*argv));
	argv[nr] = name;
	argv[nr + 1] = path; /* over the guest's own name */
}

static int64_t run(const struct xlat_program *p, char *path, char **argv, size_t before, char **envp)
{
	char **own = argv + before;
	char name[PATH_MAX + 16];

	if (access(path, X_OK))
		return -errno;
	if (!is_guest(p, path)) {
		execve(path, own, envp);
		return -errno;
	}
	if (!p->process->again)
		return -ENOSYS;
	if ((size_t)snprintf(name, sizeof(name), "--argv0=%s", own[0] ? own[0] : "") >= sizeof(name))
		return -E2BIG;
	if (!own[0])
		return -EINVAL;
	put_prefix(p, argv, before - 1, name, path);
	execve(SELF, argv, envp);
	return -errno;
}

int64_t xlat_sys_execve(struct xlat_program *p, const uint64_t *arg)
{
	size_t before = count(p->process->again) + 1;
	char path[PATH_MAX], **argv, **envp;
	int status = xlat_read_string(p, arg[0], path, sizeof(path));
	int64_t result;

	if (status)
		return status;
	argv = strings_at(p, arg[1], before, &status);
	if (!argv)
		return status;
	envp = strings_at(p, arg[2], 0, &status);
	result = envp ? run(p, strcmp(path, SELF) ? path : p->process->path, argv, before, envp) :
			status;
	free(envp);
	free(argv);
	return result;
}
