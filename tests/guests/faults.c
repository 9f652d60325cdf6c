// SPDX-License-Identifier: MIT
/*
 * Faults in the middle of loops that keep much in registers: a handler makes the page accessible and
 * returns, so that the access is done once more and the loop goes on with all that it had.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "tests/guests/guest.h"

#define PAGES 64
#define PAGE  4096

static uint8_t *area;
static volatile sig_atomic_t faults;
static sigjmp_buf back;

static void on_fault(int number, siginfo_t *info, void *context)
{
	uint8_t *at = info->si_addr;

	(void)number, (void)context;
	faults++;
	if (at < area || at >= area + PAGES * PAGE)
		siglongjmp(back, 1);
	mprotect(area + (at - area) / PAGE * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void hide(void)
{
	mprotect(area, PAGES * PAGE, PROT_NONE);
	faults = 0;
}

/* Stores and loads through the area, with eight sums that each step changes. */
static __attribute__((noinline)) uint64_t integers(uint64_t seed, uint32_t steps)
{
	uint64_t a = seed, b = 1, c = 2, d = 3, e = 4, f = 5, g = 6, h = 7;
	uint32_t i;

	for (i = 0; i < steps; i++) {
		uint64_t *at = (uint64_t *)(void *)(area + (i * 4099u % (PAGES * PAGE) & ~7u));

		a += b ^ i;
		b = b << 7 | b >> 57;
		c += a;
		*at = c;
		d ^= c + *(uint64_t *)(void *)(area + (i * 8209u % (PAGES * PAGE) & ~7u));
		e += d & 0xffff;
		if (e & 1)
			f += *at;
		else
			g -= e;
		h = h * 5 + f + g;
	}
	return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

static __attribute__((noinline)) double reals(uint32_t steps)
{
	double x = 1, y = 0.5, z = 0.25;
	uint32_t i;

	for (i = 0; i < steps; i++) {
		double *at = (double *)(void *)(area + (i * 4099u % (PAGES * PAGE) & ~7u));

		x = 1 + y / 3;
		y = z - x / 1024;
		*at = y;
		z = x * 0.001953125 + *at / 2;
	}
	return x + y + z;
}

/* Every other pointer leads out of all memory: the loop is left, and entered again behind it. */
static void wild(void)
{
	static uint64_t datum = 3;
	static volatile uint64_t *where[1000];
	static volatile uint32_t i;
	static volatile uint64_t sum;

	for (i = 0; i < 1000; i++)
		where[i] = i % 2 ? &datum : (volatile uint64_t *)(UINT64_C(0x3000000000) << i % 16);
	faults = 0;
	i = 0;
	(void)sigsetjmp(back, 1);
	while (i < 1000) {
		uint32_t now = i;

		i = now + 1;
		sum += *where[now];
	}
	printf("wild %d sum %d\n", (int)faults, (int)sum);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	uint32_t steps = (uint32_t)repeats(argc, argv) * 20000;
	int i;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	area = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < 20; i++) {
		hide();
		printf("integers %016llx", (unsigned long long)integers((uint64_t)i, steps));
		printf(" faults %d\n", (int)faults);
		hide();
		printf("reals %a", reals(steps));
		printf(" faults %d\n", (int)faults);
	}
	wild();
	return 0;
}
