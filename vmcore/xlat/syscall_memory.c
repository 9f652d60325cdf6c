// SPDX-License-Identifier: MIT
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <sys/mman.h>

#include "vmcore/xlat/copy.h"

#define MREMAP_FLAGS (MREMAP_MAYMOVE | MREMAP_FIXED)

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + XLAT_PAGE - 1) & ~(XLAT_PAGE - 1);
}

/* Whole pages of the space. */
static bool is_range(const struct xlat_program *p, uint64_t address, uint64_t bytes)
{
	return !(address % XLAT_PAGE) && bytes && bytes < p->space->end &&
	       xlat_space_has(p->space, address, page_up(bytes));
}

static int64_t do_brk(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t old = page_up(p->process->brk), new = page_up(arg[0]);

	if (arg[0] < p->process->brk_start || arg[0] >= p->space->end)
		return (int64_t)p->process->brk;
	if (new > old && (!xlat_is_free(p->space, old, new - old) ||
			  xlat_map(p->space, old, new - old, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)))
		return (int64_t)p->process->brk;
	if (new < old && xlat_unmap(p->space, new, old - new))
		return (int64_t)p->process->brk;
	p->process->brk = arg[0];
	return (int64_t)p->process->brk;
}

static int64_t do_mmap(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t address = arg[0] & ~(XLAT_PAGE - 1), bytes = page_up(arg[1]);
	int flags = (int)arg[3], status;

	if (!arg[1] || arg[5] % XLAT_PAGE)
		return -EINVAL;
	if (arg[1] >= p->space->end)
		return -ENOMEM;
	if (p->process->sandbox && !(flags & MAP_ANONYMOUS))
		return -EPERM;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!is_range(p, arg[0], bytes))
			return arg[0] % XLAT_PAGE ? -EINVAL : -ENOMEM;
		if (flags & MAP_FIXED_NOREPLACE && !xlat_is_free(p->space, address, bytes))
			return -EEXIST;
	} else if (!is_range(p, address, bytes) || !xlat_is_free(p->space, address, bytes)) {
		address = xlat_find(p->space, bytes);
	}
	if (!address)
		return -ENOMEM;
	status = xlat_map(p->space, address, bytes, (int)arg[2] & 7, flags,
			  flags & MAP_ANONYMOUS ? -1 : (int)arg[4], arg[5]);
	return status ? status : (int64_t)address;
}

static int64_t do_munmap(struct xlat_program *p, const uint64_t *arg)
{
	if (!is_range(p, arg[0], arg[1]))
		return -EINVAL;
	return xlat_unmap(p->space, arg[0], page_up(arg[1]));
}

static int64_t do_mprotect(struct xlat_program *p, const uint64_t *arg)
{
	if (!arg[1])
		return 0;
	if (!is_range(p, arg[0], arg[1]))
		return arg[0] % XLAT_PAGE ? -EINVAL : -ENOMEM;
	return xlat_protect(p->space, arg[0], page_up(arg[1]), (int)arg[2] & 7);
}

/* Is a range mapped, all of it alike? Linux lets no other grow. */
static bool is_alike(const struct xlat_program *p, uint64_t address, uint64_t bytes)
{
	const uint8_t *page = p->space->page + address / XLAT_PAGE;

	return page[0] && !memcmp(page, page + 1, bytes / XLAT_PAGE - 1);
}

/*
 * What is shared is mapped once more; of what is private there is a copy, which the guest cannot tell
 * from its memory. @old bytes are there, of which as many are wanted as fit in @new.
 */
static int move(struct xlat_program *p, uint64_t from, uint64_t old, uint64_t to, uint64_t new)
{
	int prot = p->space->page[from / XLAT_PAGE] & 7;
	int status = xlat_map_again(p->space, from, to, new);

	/* qemu-user has another error for it; without memory the copy cannot be made, either. */
	if (status == -EINVAL || status == -ENOMEM) {
		status = xlat_map(p->space, to, new, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (!status && prot & PROT_READ &&
		    !xlat_copy(xlat_host(p->space, to), xlat_host(p->space, from),
			       old < new ? old : new))
			status = -EFAULT;
		if (!status)
			status = xlat_protect(p->space, to, new, prot);
	}
	if (status)
		xlat_unmap(p->space, to, new);
	return status ? status : xlat_unmap(p->space, from, old);
}

/* Where the memory is to be. Return: 0 with @to set; -errno. */
static int choose(struct xlat_program *p, const uint64_t *arg, uint64_t old, uint64_t new,
		  uint64_t *to)
{
	if (!(arg[3] & MREMAP_MAYMOVE))
		return arg[3] & MREMAP_FIXED ? -EINVAL : -ENOMEM;
	if (!(arg[3] & MREMAP_FIXED)) {
		*to = xlat_find(p->space, new);
		return *to ? 0 : -ENOMEM;
	}
	*to = arg[4];
	if (!is_range(p, *to, new) || (*to < arg[0] + old && arg[0] < *to + new))
		return -EINVAL;
	return 0;
}

static int64_t do_mremap(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t old = page_up(arg[1]), new = page_up(arg[2]), to;
	int status = 0;

	if (!is_range(p, arg[0], arg[1]) || !arg[2] || arg[2] >= p->space->end ||
	    arg[3] & ~(uint64_t)MREMAP_FLAGS)
		return -EINVAL;
	if (memchr(p->space->page + arg[0] / XLAT_PAGE, 0, old / XLAT_PAGE))
		return -EFAULT;
	if (new <= old && !(arg[3] & MREMAP_FIXED)) {
		status = new < old ? xlat_unmap(p->space, arg[0] + new, old - new) : 0;
		return status ? status : (int64_t)arg[0];
	}
	if (!is_alike(p, arg[0], old))
		return -EFAULT;
	status = choose(p, arg, old, new, &to);
	if (!status)
		status = move(p, arg[0], old, to, new);
	return status ? status : (int64_t)to;
}

/* Of all advice only "I do not need the contents" has a meaning that programs see. */
static int64_t do_madvise(struct xlat_program *p, const uint64_t *arg)
{
	if (arg[2] != MADV_DONTNEED || !arg[1])
		return 0;
	if (!is_range(p, arg[0], arg[1]))
		return -EINVAL;
	return madvise(xlat_host(p->space, arg[0]), page_up(arg[1]), MADV_DONTNEED) ? -errno : 0;
}

void xlat_memory_done(struct xlat_program *p)
{
	if (!p->maps)
		return;
	p->maps = false;
	pthread_mutex_unlock(&p->process->memory);
}

/* One at a time: they look at what is mapped, and change it. */
#define LOCKED(name)                                                                               \
	int64_t xlat_sys_##name(struct xlat_program *p, const uint64_t *arg)                       \
	{                                                                                          \
		int64_t result;                                                                    \
												   \
		pthread_mutex_lock(&p->process->memory);                                           \
		p->maps = true;                                                                    \
		result = do_##name(p, arg);                                                        \
		xlat_memory_done(p);                                                               \
		return result;                                                                     \
	}

LOCKED(brk)
LOCKED(mmap)
LOCKED(munmap)
LOCKED(mprotect)
LOCKED(mremap)
LOCKED(madvise)

/* Code that has been written is to be seen by all threads. */
int64_t xlat_sys_flush_icache(struct xlat_program *p, const uint64_t *arg)
{
	(void)arg;
	xlat_space_changed(p->space);
	return 0;
}
