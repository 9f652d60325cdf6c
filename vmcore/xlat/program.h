/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_PROGRAM_H
#define VMB_VMCORE_XLAT_PROGRAM_H
/*
 * A guest program as its system calls see it.
 */

#include <string.h>

#include "vmcore/ports.h"
#include "vmcore/xlat/elf.h"

/**
 * struct xlat_program - a program in memory.
 * @guest: its architecture; borrowed
 * @state: [guest->state_bytes] its registers, aligned to 16
 * @space: its memory
 * @path: of its file, absolute
 * @sandbox: only harmless system calls
 * @brk_start, @brk: the heap of brk(2)
 * @stack: the stack's lowest address
 * @ended, @code, @signal: it has left by exit(2), or by a signal to itself
 */
struct xlat_program {
	const struct guest_ops *guest;
	uint8_t *state;
	struct xlat_space space;
	char *path;
	bool sandbox;
	uint64_t brk_start, brk;
	uint64_t stack;
	bool ended;
	int code, signal;
};

VMB_INLINE uint64_t xlat_get(const struct xlat_program *p, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, p->state + offset, sizeof(value));
	return value;
}

VMB_INLINE void xlat_set(struct xlat_program *p, uint32_t offset, uint64_t value)
{
	memcpy(p->state + offset, &value, sizeof(value));
}

/**
 * xlat_build_stack - map the stack and put arguments, environment and auxiliary vector there.
 * @argv, @envp: NULL-terminated
 * Return: 0 with the stack pointer set; -E2BIG; -ENOMEM.
 */
int xlat_build_stack(struct xlat_program *p, const struct xlat_image *image, char *const *argv,
		     char *const *envp);

/**
 * xlat_read - copy from the program's memory, by way of its protection.
 * Return: 0 or -EFAULT.
 */
int xlat_read(const struct xlat_program *p, uint64_t address, void *to, size_t bytes);

/** xlat_write - copy to it. Return: as xlat_read(). */
int xlat_write(const struct xlat_program *p, uint64_t address, const void *from, size_t bytes);

/** xlat_read_string - copy a text of less than @bytes. Return: 0, -EFAULT, -ENAMETOOLONG. */
int xlat_read_string(const struct xlat_program *p, uint64_t address, char *to, size_t bytes);

/** xlat_syscall - make the system call that the registers describe. */
void xlat_syscall(struct xlat_program *p);

#endif /* VMB_VMCORE_XLAT_PROGRAM_H */
