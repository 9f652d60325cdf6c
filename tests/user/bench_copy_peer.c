// SPDX-License-Identifier: MIT
/*
 * An independent look at memory/copy/libc: nothing of vmbench, only a loop around memcpy and a
 * clock. How to compare the two, and why with -z now: user/bench/README.md.
 *
 *	cc -O2 -Wl,-z,now -o build/copy_peer tests/user/bench_copy_peer.c
 *	taskset -c 1 build/copy_peer 64
 *
 * prints ns per copy: the median of 301 batches. The second argument is the offset of the
 * destination in its page, 2048 as in vmbench; with 0 small copies run into 4K aliasing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCHES		301
#define BATCH_BYTES	20e6	/* a fraction of a millisecond: most batches are not interrupted */

static char pages[2 * (64 << 20) + 3 * 4096] __attribute__((aligned(4096)));

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 0) : 64;
	size_t offset = argc > 2 ? strtoul(argv[2], NULL, 0) : 2048;
	char *src = pages, *dst = pages + (n + 4095) / 4096 * 4096 + offset;
	long copies = (long)(BATCH_BYTES / (double)(n + 256)) + 1;
	double ns[BATCHES];

	if (n > 64 << 20 || offset > 4096)
		return 2;
	memset(pages, 1, sizeof(pages));
	for (int b = 0; b < BATCHES; b++) {
		double t0 = now_ns();

		for (long i = 0; i < copies; i++) {
			memcpy(dst, src, n);
			__asm__ volatile("" : : : "memory");
		}
		ns[b] = (now_ns() - t0) / (double)copies;
	}
	qsort(ns, BATCHES, sizeof(ns[0]), by_value);
	printf("%zu bytes: %.3f ns per copy\n", n, ns[BATCHES / 2]);
	return 0;
}
