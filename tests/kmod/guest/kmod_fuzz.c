// SPDX-License-Identifier: MIT
/*
 * Hostile use: usage: kmod_fuzz CALLS SEED. Threads share descriptors and memory; structs are random,
 * or valid with some fields changed; pointers lead nowhere, into the kernel, or off the end of a
 * mapping; descriptors are closed meanwhile; signals come; memory goes away under the probes.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/uapi/vmbench.h"
#include "tests/kmod/guest/lib/tap.h"

#define THREADS		4
#define PAGES		64
#define MAX_ERRNO	134

struct fuzz {
	atomic_long left;
	atomic_int fd;
	atomic_bool stop;
	atomic_long result[MAX_ERRNO];
	size_t page_bytes;
	uint8_t *mem;		/* PAGES pages that come and go */
	uint8_t *edge;		/* one page, followed by nothing */
	uint8_t *readonly;
	uint32_t probes[64];
	uint32_t nr_probes;
};

static struct fuzz fuzz;

static uint64_t rnd(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static bool chance(uint64_t *s, unsigned int percent)
{
	return rnd(s) % 100 < percent;
}

static uint64_t nasty_address(uint64_t *s)
{
	const uint64_t list[] = {
		0, 1, fuzz.page_bytes, 0x10000, (uintptr_t)fuzz.mem, (uintptr_t)fuzz.mem + 8,
		(uintptr_t)fuzz.readonly, (uintptr_t)fuzz.edge,
		(uintptr_t)fuzz.edge + fuzz.page_bytes, (uintptr_t)fuzz.edge + fuzz.page_bytes - 8,
		0x00007ffffffff000ull, 0x0000800000000000ull, 0x000ffffffffff000ull,
		0x0100000000000000ull | (uintptr_t)fuzz.mem, 0xffff800000000000ull,
		0xffff888000000000ull, 0xffffffff81000000ull, 0xffff800080000000ull,
		0xffffffffff600000ull, 0xfffffffffffff000ull, UINT64_MAX,
		rnd(s),
	};

	return list[rnd(s) % (sizeof(list) / sizeof(list[0]))];
}

static uint64_t nasty_number(uint64_t *s)
{
	const uint64_t list[] = {
		0, 1, 2, 7, 8, 9, 15, 16, 63, 64, 511, 512, 513, 4095, 4096, 4097, 65535, 65536, 65537,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000ull, INT64_MAX, UINT64_MAX, rnd(s),
	};

	return list[rnd(s) % (sizeof(list) / sizeof(list[0]))];
}

static void plausible(struct vmb_kmod_run *q, uint64_t *s)
{
	memset(q, 0, sizeof(*q));
	q->probe = fuzz.probes[rnd(s) % fuzz.nr_probes];
	if (q->probe == VMB_PROBE_ENTRY_SWITCH && chance(s, 90))	/* starts threads: slow */
		q->probe = VMB_PROBE_TIMER;
	q->flags = (uint32_t)(chance(s, 30) ? rnd(s) % 4 : 0);
	q->method = (uint32_t)(chance(s, 30) ? rnd(s) % 40 : 0);
	q->cpu = chance(s, 90) ? VMB_KMOD_CPU_ANY : (uint32_t)(rnd(s) % 3);
	q->iters = (uint32_t)(1 + rnd(s) % 8);
	q->samples = (uint32_t)(1 + rnd(s) % 4);
	q->pages = (uint32_t)(1 + rnd(s) % PAGES);
	if ((q->probe >> 8) == 1 || (q->probe >> 8) == 2)
		q->addr = (uintptr_t)fuzz.mem + rnd(s) % 8 * fuzz.page_bytes;
	q->sample_buf = chance(s, 95) ? (uintptr_t)fuzz.mem : nasty_address(s);
	if (chance(s, 10)) {
		q->nr_counters = (uint32_t)(rnd(s) % 3);
		for (uint32_t i = 0; i < q->nr_counters; i++)
			q->counters[i] = (struct vmb_kmod_counter){
				(uint32_t)(rnd(s) % 8), 0, chance(s, 80) ? rnd(s) % 10 : rnd(s) };
	}
	if (chance(s, 10)) {
		q->cpus = chance(s, 70) ? (uintptr_t)fuzz.mem : nasty_address(s);
		q->cpus_bytes = (uint32_t)(8 * (rnd(s) % 130));
	}
	q->timeout_ns = 1 + rnd(s) % 1000000;
}

/* Change a few fields, at any place: half of them as numbers, half as addresses. */
static void mutate(void *p, size_t bytes, uint64_t *s)
{
	for (unsigned int n = 1 + (unsigned int)(rnd(s) % 4); n; n--) {
		size_t width = chance(s, 50) ? 4 : 8;
		size_t at = rnd(s) % (bytes / width) * width;
		uint64_t v = chance(s, 50) ? nasty_number(s) : nasty_address(s);

		memcpy((char *)p + at, &v, width);
	}
}

static void run_request(struct vmb_kmod_run *q, uint64_t *s)
{
	if (chance(s, 10)) {
		for (size_t i = 0; i < sizeof(*q) / 8; i++)
			((uint64_t *)q)[i] = rnd(s);
		return;
	}
	plausible(q, s);
	if (chance(s, 40))
		mutate(q, sizeof(*q), s);
	/* Long runs are allowed, but 100,000 of them would take a day. */
	if (!chance(s, 1) && (!q->timeout_ns || q->timeout_ns > 1000000))
		q->timeout_ns = 1000000;
}

static unsigned long command(uint64_t *s)
{
	static const unsigned long known[] = {
		VMB_KMOD_IOC_INFO, VMB_KMOD_IOC_PROBE, VMB_KMOD_IOC_SELFTEST,
	};

	if (chance(s, 85))
		return VMB_KMOD_IOC_RUN;
	if (chance(s, 60))
		return known[rnd(s) % 3];
	return chance(s, 50) ? _IOC(rnd(s) % 4, VMB_KMOD_IOC_MAGIC, rnd(s) % 8, rnd(s) % 16384)
			     : (unsigned long)(uint32_t)rnd(s);
}

/* Where the struct lies: on the stack, in memory that goes away, across an edge, nowhere. */
static void *place(const struct vmb_kmod_run *q, void *stack, uint64_t *s)
{
	unsigned int where = (unsigned int)(rnd(s) % 100);

	if (where < 90) {
		memcpy(stack, q, sizeof(*q));
		return stack;
	}
	if (where < 94) {
		uint8_t *end = fuzz.edge + fuzz.page_bytes - sizeof(*q);

		memcpy(end, q, sizeof(*q));
		return where < 92 ? end : end + 8 * (rnd(s) % 40);
	}
	return (void *)(uintptr_t)nasty_address(s);
}

/* Of several threads that open, one wins; the device refuses the others or they close again. */
static void open_anew(void)
{
	int fd = open(VMB_KMOD_DEVICE, O_RDWR | O_CLOEXEC), none = -1;

	if (fd >= 0 && !atomic_compare_exchange_strong(&fuzz.fd, &none, fd))
		close(fd);
}

static int descriptor(uint64_t *s)
{
	if (!(rnd(s) % 500)) {		/* close it while others use it */
		int old = atomic_exchange(&fuzz.fd, -1);

		if (old >= 0)
			close(old);
	}
	if (atomic_load(&fuzz.fd) < 0)
		open_anew();
	return chance(s, 99) ? atomic_load(&fuzz.fd) : (int)(rnd(s) % 16) - 2;
}

static void one_call(uint64_t *s)
{
	uint64_t stack[sizeof(struct vmb_kmod_run) / 8 + 4];
	struct vmb_kmod_run q;
	int err, fd;

	run_request(&q, s);
	fd = descriptor(s);
	if (fd >= 0 && fd <= 2)		/* not the console's own ioctls */
		return;
	err = ioctl(fd, command(s), place(&q, stack, s)) ? errno : 0;
	atomic_fetch_add(&fuzz.result[err < MAX_ERRNO ? err : MAX_ERRNO - 1], 1);
	if (fd >= 0)	/* while the last user of a closed one is under way nobody can open it */
		atomic_fetch_sub(&fuzz.left, 1);
	else
		sched_yield();
}

static void *caller(void *arg)
{
	uint64_t s = (uintptr_t)arg;

	while (atomic_load(&fuzz.left) > 0)
		one_call(&s);
	return NULL;
}

/* The other party in the same memory. */
static void *disturber(void *arg)
{
	uint64_t s = (uintptr_t)arg;

	while (!atomic_load(&fuzz.stop)) {
		size_t at = rnd(&s) % PAGES * fuzz.page_bytes;
		uint8_t *p = fuzz.mem + at;
		size_t len = PAGES * fuzz.page_bytes - at;

		switch (rnd(&s) % 6) {
		case 0:
			madvise(p, len, MADV_DONTNEED);
			break;
		case 1:
			mprotect(p, len, PROT_READ);
			mprotect(p, len, PROT_READ | PROT_WRITE);
			break;
		case 2:
			mmap(p, len, PROT_READ | PROT_WRITE,
			     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			break;
		case 3:
			madvise(p, len, chance(&s, 50) ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
			break;
		case 4:
			mprotect(p, len, PROT_NONE);
			mprotect(p, len, PROT_READ | PROT_WRITE);
			break;
		case 5:
			usleep(500);
			break;
		}
		usleep(200);
	}
	return NULL;
}

/* A child has the same descriptors and copy-on-write memory; it dies at once. */
static void *forker(void *arg)
{
	uint64_t s = (uintptr_t)arg;

	while (!atomic_load(&fuzz.stop)) {
		pid_t pid = fork();

		if (!pid) {
			one_call(&s);
			_exit(0);
		}
		usleep(20000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		rnd(&s);
	}
	return NULL;
}

static void on_alarm(int sig)
{
	(void)sig;
}

static uint8_t *map(size_t bytes, int rights)
{
	return mmap(NULL, bytes, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void set_up(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };	/* cuts calls short */
	struct itimerval often = { { 0, 3000 }, { 0, 3000 } };
	struct vmb_kmod_probe_info p = { .index = 0 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	fuzz.page_bytes = page;
	fuzz.fd = open(VMB_KMOD_DEVICE, O_RDWR | O_CLOEXEC);
	if (fuzz.fd < 0) {
		printf("not ok - open: %s\n", strerror(errno));
		exit(1);
	}
	while (fuzz.nr_probes < 64 && !ioctl(fuzz.fd, VMB_KMOD_IOC_PROBE, &p)) {
		fuzz.probes[fuzz.nr_probes++] = p.probe;
		p.index++;
	}
	fuzz.mem = map(PAGES * page, PROT_READ | PROT_WRITE);
	fuzz.edge = map(2 * page, PROT_READ | PROT_WRITE);
	munmap(fuzz.edge + page, page);
	fuzz.readonly = map(page, PROT_READ);
	sigaction(SIGALRM, &sa, NULL);
	signal(SIGSEGV, SIG_DFL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void report(long calls)
{
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	long seen = 0;

	setitimer(ITIMER_REAL, &never, NULL);
	for (int e = 0; e < MAX_ERRNO; e++) {
		seen += fuzz.result[e];
		if (fuzz.result[e])
			tap_note("%8ld %s", (long)fuzz.result[e], e ? strerror(e) : "success");
	}
	tap_ok(seen >= calls, "%ld calls came back", seen);
	tap_ok(fuzz.result[0] > calls / 10, "a good part of them measured something (%ld)",
	       (long)fuzz.result[0]);
	tap_ok(fuzz.result[EINVAL] && fuzz.result[EFAULT] && fuzz.result[ENOTTY] &&
	       fuzz.result[EBADF], "and the refusals are of every kind");
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 1000;
	uintptr_t seed = argc > 2 ? (uintptr_t)atol(argv[2]) : 1;
	pthread_t t[THREADS], others[2];

	fuzz.left = calls;
	set_up();
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, caller, (void *)(seed * 1000 + i));
	pthread_create(&others[0], NULL, disturber, (void *)(seed * 1000 + 100));
	pthread_create(&others[1], NULL, forker, (void *)(seed * 1000 + 101));
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	fuzz.stop = true;
	for (int i = 0; i < 2; i++)
		pthread_join(others[i], NULL);
	report(calls);
	return tap_status();
}
