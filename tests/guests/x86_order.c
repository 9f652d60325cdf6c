// SPDX-License-Identifier: MIT
/*
 * What x86_64 promises of the order of memory, between two threads and by plain moves: stores are seen
 * in their order, and no load passes another one; behind MFENCE or a locked instruction no load comes
 * before a store.
 */
#include <pthread.h>
#include <sched.h>

#include "tests/guests/guest.h"

#define ROUNDS 5000u

/* Far from each other, so that they are in lines of their own. */
static struct {
	uint64_t value;
	uint64_t unused[31];
} data[64], flag, other, barrier[2];

static uint64_t get(const uint64_t *from)
{
	uint64_t value;

	__asm__ volatile("mov %1, %0" : "=r"(value) : "m"(*from) : "memory");
	return value;
}

static void put(uint64_t *to, uint64_t value)
{
	__asm__ volatile("mov %1, %0" : "=m"(*to) : "r"(value) : "memory");
}

/* Both threads are in round @round. */
static void meet(unsigned int who, uint64_t round)
{
	__asm__ volatile("lock incq %0" : "+m"(barrier[who].value) : : "memory", "cc");
	while (get(&barrier[!who].value) < round)
		sched_yield();
}

/* Data, then a flag. */
static void *tell(void *unused)
{
	uint64_t round;

	for (round = 1; round <= ROUNDS; round++) {
		put(&data[round % 64].value, round);
		put(&flag.value, round);
	}
	return unused;
}

static void message_passing(void)
{
	uint64_t seen = 0, old = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, tell, NULL);
	while (seen < ROUNDS) {
		seen = get(&flag.value);
		old += seen && get(&data[seen % 64].value) < seen;
	}
	pthread_join(thread, NULL);
	printf("message passing: %lu old\n", (unsigned long)old);
}

static uint64_t result[2][ROUNDS + 1];

static void store_and_load(unsigned int who, uint64_t round)
{
	put(who ? &other.value : &flag.value, round);
	if (round & 1)
		__asm__ volatile("mfence" : : : "memory");
	else
		__asm__ volatile("lock orq $0, (%%rsp)" : : : "memory", "cc");
	result[who][round] = get(who ? &flag.value : &other.value);
}

static void *stores(void *arg)
{
	unsigned int who = arg != NULL;
	uint64_t round;

	for (round = 1; round <= ROUNDS; round++) {
		meet(who, round);
		store_and_load(who, round);
	}
	return NULL;
}

/* One of both sees what the other one has stored. */
static void store_buffering(void)
{
	uint64_t round, blind = 0;
	pthread_t thread;

	flag.value = 0;
	pthread_create(&thread, NULL, stores, result);
	stores(NULL);
	pthread_join(thread, NULL);
	for (round = 1; round <= ROUNDS; round++)
		blind += result[0][round] < round && result[1][round] < round;
	printf("store buffering: %lu blind\n", (unsigned long)blind);
}

int main(void)
{
	message_passing();
	store_buffering();
	return 0;
}
