// SPDX-License-Identifier: MIT
/*
 * Code that changes while the program runs: written over and announced, protected and unprotected,
 * unmapped and mapped again, often enough that what was translated is linked and optimised.
 */
#include "tests/guests/guest.h"

#include <signal.h>
#include <sys/mman.h>

#define VMB_CODE_BYTES 32
#define VMB_PAGE       4096

/* Functions that do not depend on where they are: their bytes are the code. */
#define VMB_RETURNS(name, value)                                                                   \
	static __attribute__((noinline, aligned(64), optimize("no-stack-protector"))) long         \
	name(long a)                                                                               \
	{                                                                                          \
		return a + (value);                                                                \
	}

VMB_RETURNS(plus_one, 1)
VMB_RETURNS(plus_two, 2)
VMB_RETURNS(plus_three, 3)

typedef long function(long);

static void put(uint8_t *page, function *from)
{
	memcpy(page, (const void *)(uintptr_t)from, VMB_CODE_BYTES);
	__builtin___clear_cache((char *)page, (char *)page + VMB_CODE_BYTES);
}

static function *as_function(uint8_t *page)
{
	return (function *)(uintptr_t)page;
}

static __attribute__((noinline)) long call_often(function *f, long times)
{
	long sum = 0;

	while (times--)
		sum = f(sum) % 1000003;
	return sum;
}

static uint8_t *map(void *at, int prot)
{
	uint8_t *page = mmap(at, VMB_PAGE, prot,
			     MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0);

	if (page == MAP_FAILED) {
		puts("no memory");
		exit(1);
	}
	return page;
}

static uint8_t *hidden;
static volatile sig_atomic_t shown;

/* Let the code be there, and the jump to it be done once more. */
static void show(int number)
{
	(void)number;
	shown++;
	mprotect(hidden, VMB_PAGE, PROT_READ | PROT_EXEC);
}

/* Code that is gone when it is called, and comes back by a handler of the fault. */
static void hide(uint8_t *page, long times)
{
	int i;

	hidden = page;
	signal(SIGSEGV, show);
	for (i = 0; i < 3; i++) {
		mprotect(page, VMB_PAGE, PROT_NONE);
		printf("hidden %d: %ld ", i, call_often(as_function(page), times));
		printf("shown %d\n", (int)shown);
	}
}

int main(int argc, char **argv)
{
	function *const from[] = { plus_one, plus_two, plus_three };
	long times = 100000 * repeats(argc, argv);
	uint8_t *page = map(NULL, PROT_READ | PROT_WRITE | PROT_EXEC);
	int i;

	for (i = 0; i < 6; i++) {
		put(page, from[i % 3]);
		printf("written %d: %ld\n", i, call_often(as_function(page), times));
	}
	for (i = 0; i < 6; i++) {
		mprotect(page, VMB_PAGE, PROT_READ | PROT_WRITE);
		put(page, from[(i + 1) % 3]);
		mprotect(page, VMB_PAGE, PROT_READ | PROT_EXEC);
		printf("protected %d: %ld\n", i, call_often(as_function(page), times));
	}
	for (i = 0; i < 3; i++) {
		munmap(page, VMB_PAGE);
		page = map(page, PROT_READ | PROT_WRITE);
		put(page, from[i]);
		mprotect(page, VMB_PAGE, PROT_READ | PROT_EXEC);
		printf("mapped %d: %ld\n", i, call_often(as_function(page), times));
	}
	hide(page, times);
	return 0;
}
