/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_BARE_RUNNER_H
#define VMB_TESTS_ARCH_BARE_RUNNER_H
/*
 * For the programs that execute cases and have no C library. Before this file is included:
 * call(number, a, b, c, d, e, f), a system call.
 */
#include <stddef.h>
#include <stdint.h>

/* Of every architecture that came late (asm-generic/unistd.h). */
#define SYS_READ  63
#define SYS_WRITE 64
#define SYS_EXIT  93
#define SYS_MMAP  222

/* PROT_READ | PROT_WRITE | PROT_EXEC; MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS */
#define PROT_RWX  7
#define MAP_THERE 0x32

__attribute__((noreturn)) static inline void leave(int code)
{
	for (;;)
		call(SYS_EXIT, code, 0, 0, 0, 0, 0);
}

/* All of it, or the program ends: with 0 if there is no more to read. */
static inline void transfer(long number, long fd, void *data, size_t bytes)
{
	char *at = data;
	long got;

	while (bytes) {
		got = call(number, fd, (long)at, (long)bytes, 0, 0, 0);
		if (got <= 0)
			leave(got ? 3 : 0);
		at += got;
		bytes -= (size_t)got;
	}
}

static inline void map(uint64_t address, long bytes)
{
	if (call(SYS_MMAP, (long)address, bytes, PROT_RWX, MAP_THERE, -1, 0) != (long)address)
		leave(2);
}

/* There is no memcpy(). */
static inline void copy(volatile uint8_t *to, const volatile uint8_t *from, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		to[i] = from[i];
}

#endif /* VMB_TESTS_ARCH_BARE_RUNNER_H */
