// SPDX-License-Identifier: MIT
/*
 * A program for the architectures that this machine is not: cross.sh compiles it with a cross
 * compiler and runs it under qemu-user, so it needs nothing but a C library. It prints one line
 * and exits with 0 when arch/cpu.h and the native copies do what they promise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/cpu.h"
#include "arch/registry.h"

#define ARENA_BYTES	1024u

static uint8_t source[ARENA_BYTES], got[ARENA_BYTES], want[ARENA_BYTES];

static void fail(const char *what, size_t a, size_t b, size_t c)
{
	printf("%s: %s is wrong at %zu %zu %zu\n", CPU_NAME, what, a, b, c);
	exit(1);
}

static void check_copies(vmb_copy_fn *copy, const char *what)
{
	for (size_t n = 0; n <= 300; n++)
		for (size_t to = 0; to < 17; to++)
			for (size_t from = 0; from < 17; from++) {
				memset(got, 0xa5, ARENA_BYTES);
				memset(want, 0xa5, ARENA_BYTES);
				memcpy(want + to, source + from, n);
				copy(got + to, source + from, n);
				if (memcmp(got, want, ARENA_BYTES))
					fail(what, n, to, from);
			}
}

static void check_ticks(void)
{
	uint64_t first = cpu_ticks_begin(), now = first;
	uint32_t cpu;

	for (int i = 0; i < 100000000 && now == first; i++) {
		cpu_pause();
		now = cpu_ticks_end(&cpu);
		if (now < first)
			fail("ticks", first, now, 0);
	}
	if (now == first)
		fail("ticks (they stand still)", first, now, 0);
}

int main(void)
{
	const struct vmb_native *v = vmb_native();

	for (size_t i = 0; i < ARENA_BYTES; i++)
		source[i] = (uint8_t)(i * 131 + (i >> 8) + 7);
	check_copies(v->copy_vector, "vector copy");
	if (v->copy_nontemporal)
		check_copies(v->copy_nontemporal, "non-temporal copy");
	check_ticks();
	if (CPU_HAS_FLUSH_LINE)
		cpu_flush_line(got);
	cpu_fence_all();
	cpu_serialise();
	for (uint64_t n = 0; n < 100; n++)
		if (cpu_add_chain(5, n) != 5 + n)
			fail("add chain", n, 0, 0);
	if (strcmp(vmb_arch_host()->name, v->isa))
		fail("host architecture", 0, 0, 0);
	printf("%s %s %s\n", v->isa, v->vector_isa, v->nontemporal_isa ? v->nontemporal_isa : "-");
	return 0;
}
