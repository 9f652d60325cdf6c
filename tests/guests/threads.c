// SPDX-License-Identifier: MIT
/* Threads: locks, conditions, atomic operations, thread-local data, ends of threads. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/guests/guest.h"

#define THREADS 4
#define ROUNDS	20000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static long shared;
static atomic_long counter;
static atomic_uint words[8];
static atomic_uint spin;
static long spun;
static unsigned int whose;
static __thread long own;

static void take(void)
{
	unsigned int expected = 0;

	while (!atomic_compare_exchange_weak(&spin, &expected, 1)) {
		expected = 0;
		sched_yield();
	}
}

static void *count(void *arg)
{
	long i, id = (long)arg;

	for (i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		shared += id;
		pthread_mutex_unlock(&lock);
		atomic_fetch_add(&counter, id);
		atomic_fetch_add_explicit(&words[i % 8], (unsigned int)id, memory_order_relaxed);
		take();
		spun++;
		atomic_store_explicit(&spin, 0, memory_order_release);
		own += id;
	}
	return (void *)own;
}

/* Each in its turn. */
static void *in_turn(void *arg)
{
	unsigned int i, id = (unsigned int)(long)arg;

	for (i = 0; i < 200; i++) {
		pthread_mutex_lock(&lock);
		while (whose % THREADS != id)
			pthread_cond_wait(&turn, &lock);
		whose++;
		pthread_cond_broadcast(&turn);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *dies_with_lock(void *robust)
{
	pthread_mutex_lock(robust);
	return NULL;
}

static void *publish(void *arg)
{
	static int data;
	atomic_int *ready = arg;

	data = 42;
	atomic_store_explicit(ready, 1, memory_order_release);
	return &data;
}

static long run(void *(*what)(void *))
{
	pthread_t thread[THREADS];
	long sum = 0;
	void *value;

	for (long i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, what, (void *)i);
	for (long i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &value);
		sum += (long)value;
	}
	return sum;
}

static void robust(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t mutex;
	pthread_t thread;
	int status;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mutex, &attr);
	pthread_create(&thread, NULL, dies_with_lock, &mutex);
	pthread_join(thread, NULL);
	status = pthread_mutex_lock(&mutex);
	printf("robust %d\n", status == EOWNERDEAD);
	printf("consistent %d\n", pthread_mutex_consistent(&mutex));
	pthread_mutex_unlock(&mutex);
}

/* A thread that waits in a loop, without a system call, for what another one writes. */
static void spinning(void)
{
	atomic_int ready = 0;
	pthread_t thread;
	void *data;

	pthread_create(&thread, NULL, publish, &ready);
	while (!atomic_load_explicit(&ready, memory_order_acquire))
		;
	pthread_join(thread, &data);
	printf("published %d\n", *(int *)data);
}

static void *wait_for_word(void *word)
{
	return (void *)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

/* Waiters that are moved to another word, and an operation on a second one. */
static void requeued(void)
{
	static atomic_uint here, there, third;
	pthread_t thread;
	long moved;
	void *woken;

	pthread_create(&thread, NULL, wait_for_word, &here);
	do {
		sched_yield();
		moved = syscall(SYS_futex, &here, FUTEX_CMP_REQUEUE_PRIVATE, 0, (long)INT_MAX, &there,
				0);
	} while (!moved);
	printf("moved %ld here %ld", moved, syscall(SYS_futex, &here, FUTEX_WAKE_PRIVATE, 1));
	printf(" there %ld\n", syscall(SYS_futex, &there, FUTEX_WAKE_PRIVATE, 1));
	pthread_join(thread, &woken);
	printf("woken %ld\n", (long)woken);
	printf("requeue %ld", syscall(SYS_futex, &here, FUTEX_REQUEUE_PRIVATE, 0, 1L, &there));
	printf(" operation %ld", syscall(SYS_futex, &here, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &third,
				 FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0)));
	printf(" %u\n", third);
}

static void *forever(void *arg)
{
	atomic_int *started = arg;

	atomic_store(started, 1);
	for (;;)
		atomic_load_explicit(started, memory_order_relaxed);
	return NULL;
}

int main(int argc, char **argv)
{
	long i, n = repeats(argc, argv), sum = 0, total = 0;
	atomic_int started = 0;
	pthread_t thread;

	for (i = 0; i < n; i++)
		sum += run(count);
	for (i = 0; i < 8; i++)
		total += words[i];
	printf("own %ld shared %ld atomic %ld words %ld spun %ld\n", sum, shared, (long)counter,
	       total, spun);
	run(in_turn);
	printf("turns %u\n", whose);
	for (i = 0; i < 50; i++)
		run(in_turn);
	printf("turns %u\n", whose);
	robust();
	spinning();
	requeued();
	/* The program ends while one runs in a loop. */
	pthread_create(&thread, NULL, forever, &started);
	while (!atomic_load(&started))
		;
	fflush(stdout);
	return 3;
}
