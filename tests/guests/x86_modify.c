// SPDX-License-Identifier: MIT
/*
 * Code that x86_64 programs change without saying so: the next instruction, the loop that they are in,
 * what the system has written, what another thread runs, data beside code, a small compiler.
 */
#include "tests/guests/guest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

typedef long function(long);

static uint8_t *page;

static function *at(size_t offset)
{
	return (function *)(uintptr_t)(page + offset);
}

/* lea eax, [rdi + value]; ret */
static void put_add(uint8_t *to, int8_t value)
{
	const uint8_t code[] = { 0x8d, 0x47, (uint8_t)value, 0xc3 };

	memcpy(to, code, sizeof(code));
}

/* mov byte [rip + 0], 0x01: the immediate of the next instruction; mov eax, 0x7f; ret */
static void next_instruction(void)
{
	const uint8_t code[] = { 0xc6, 0x05, 0x01, 0, 0, 0, 0x01, 0xb8, 0x7f, 0, 0, 0, 0xc3 };

	memcpy(page, code, sizeof(code));
	printf("next instruction %ld", at(0)(0));
	page[8] = 5;
	printf(" %ld\n", at(0)(0));
}

/*
 * xor eax, eax; l: add eax, 1 (which becomes 2, 3, 4 ...); inc byte [the 1]; dec edi; jnz l; ret
 * A byte of 8 bits that wraps is negative on half of the way.
 */
static void own_loop(void)
{
	const uint8_t code[] = { 0x31, 0xc0, 0x83, 0xc0, 1, 0xfe, 0x05, 0xf9, 0xff, 0xff, 0xff,
				 0xff, 0xcf, 0x75, 0xf3, 0xc3 };

	memcpy(page, code, sizeof(code));
	printf("own loop %d", (int)at(0)(100));
	printf(" %d\n", (int)at(0)(300));
}

/* What the system writes, and a copy across two pages. */
static void by_the_system(void)
{
	uint8_t code[8];
	long sum = 0;
	int fd[2], i;

	if (pipe(fd))
		return;
	for (i = 0; i < 5; i++) {
		put_add(code, (int8_t)(i + 1));
		if (write(fd[1], code, sizeof(code)) != 8 || read(fd[0], page + PAGE - 2, 8) != 8)
			puts("not whole");
		sum = 10 * sum + at(PAGE - 2)(0);
	}
	printf("by the system %ld\n", sum);
}

static void data_beside(void)
{
	volatile int *counter = (volatile int *)(void *)(page + 2048);
	long sum = 0;
	int i;

	*counter = 0;
	put_add(page, 1);
	for (i = 0; i < 300; i++) {
		sum = at(0)(sum);
		++*counter;
	}
	printf("data beside code %ld %d\n", sum, *counter);
}

/* Functions with a constant, one after the other, and again where the first ones were. */
static void compiler(void)
{
	unsigned int i, round;
	long sum = 0;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 200; i++) {
			put_add(page + 8 * i, (int8_t)(i * (round + 1)));
			sum = (sum + at(8 * i)(sum)) % 1000003;
			sum = (sum + at(8 * (i / 2))(sum)) % 1000003;
		}
	}
	printf("compiler %ld\n", sum);
}

static atomic_int stage;

static void *runs(void *arg)
{
	long sum = 0, i;
	int wanted;

	(void)arg;
	for (wanted = 1; wanted <= 20; wanted++) {
		/* Runs it all the time, until it sees what is new. */
		while (atomic_load(&stage) < wanted)
			at(0)(0);
		for (i = 0; i < 1000; i++)
			sum += at(0)(0);
		atomic_store(&stage, -wanted);
		while (atomic_load(&stage) == -wanted)
			at(0)(0);
	}
	return (void *)sum;
}

static void threads(void)
{
	pthread_t thread;
	void *sum;
	int i;

	put_add(page, 0);
	pthread_create(&thread, NULL, runs, NULL);
	for (i = 1; i <= 20; i++) {
		page[2] = (uint8_t)i;
		/* A fence for the other one's pipeline, as the manual asks for. */
		usleep(1000);
		atomic_store(&stage, i);
		while (atomic_load(&stage) != -i)
			;
		atomic_store(&stage, 0);
	}
	pthread_join(thread, &sum);
	printf("threads %ld\n", (long)sum);
}

int main(void)
{
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (page == MAP_FAILED)
		return 1;
	next_instruction();
	own_loop();
	by_the_system();
	data_beside();
	compiler();
	threads();
	if (!mprotect(page, PAGE, PROT_READ | PROT_EXEC) && at(0)(1) == 21 &&
	    !mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC)) {
		put_add(page, 9);
		printf("protected %ld\n", at(0)(1));
	}
	return 0;
}
