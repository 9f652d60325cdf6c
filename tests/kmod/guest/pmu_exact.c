// SPDX-License-Identifier: MIT
/*
 * Instructions of a known loop, by perf_event_open, read with read(2) and in user space. The loop is
 * n dependent additions, sixteen to a turn: a turn has sixteen of them and the few that count it, so
 * the count is a whole number for each turn, and a constant for the call and the reading.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch/cpu.h"
#include "tests/kmod/guest/lib/tap.h"

#define TURN		16
#define PER_TURN_MIN	(TURN + 2)	/* at least a subtraction and a branch */
#define PER_TURN_MAX	(TURN + 4)
#define ARM64_USER_READ	2		/* armv8_pmuv3: config1 bit 1 */

struct counter {
	int fd;
	struct perf_event_mmap_page *page;
};

static bool counter_open(struct counter *c, uint64_t config)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr), .type = PERF_TYPE_HARDWARE, .config = config,
		.config1 = ARM64_USER_READ, .exclude_kernel = 1, .exclude_hv = 1, .pinned = 1,
	};

	c->fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (!tap_ok(c->fd >= 0, "event %llu opens %s", (unsigned long long)config,
		    c->fd < 0 ? strerror(errno) : ""))
		return false;
	c->page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, c->fd, 0);
	return tap_ok(c->page != MAP_FAILED && c->page->cap_user_rdpmc && c->page->index,
		      "and may be read in user space");
}

static uint64_t by_syscall(const struct counter *c)
{
	uint64_t v = 0;

	return read(c->fd, &v, sizeof(v)) == sizeof(v) ? v : 0;
}

static uint64_t in_user_space(const struct counter *c)
{
	const volatile struct perf_event_mmap_page *page = c->page;
	unsigned int shift = 64u - page->pmc_width;
	uint32_t seq;
	int64_t v;

	do {
		seq = page->lock;
		__asm__ volatile("" : : : "memory");
		v = (int64_t)(cpu_rdpmc(page->index - 1) << shift) >> shift;
		v += page->offset;
		__asm__ volatile("" : : : "memory");
	} while (seq != page->lock);
	return (uint64_t)v;
}

static __attribute__((noinline)) uint64_t loop_count(const struct counter *c,
						      uint64_t (*now)(const struct counter *),
						      uint64_t turns)
{
	uint64_t before = now(c), after;

	__asm__ volatile("" : : "r"(cpu_add_chain(turns, turns * TURN)) : "memory");
	after = now(c);
	return after - before;
}

static void test_exact(const struct counter *c, uint64_t (*now)(const struct counter *),
		       const char *how)
{
	uint64_t one, two, four, turn, constant;

	loop_count(c, now, 100);
	one = loop_count(c, now, 1000);
	two = loop_count(c, now, 2000);
	four = loop_count(c, now, 4000);
	turn = (two - one) / 1000;
	constant = one - turn * 1000;
	tap_note("%s: %llu, %llu, %llu for 1000, 2000, 4000 turns", how, (unsigned long long)one,
		 (unsigned long long)two, (unsigned long long)four);
	tap_ok(turn >= PER_TURN_MIN && turn <= PER_TURN_MAX, "%s: %llu instructions a turn", how,
	       (unsigned long long)turn);
	tap_ok(two == turn * 2000 + constant && four == turn * 4000 + constant,
	       "%s: exact, with %llu for the call", how, (unsigned long long)constant);
	tap_ok(loop_count(c, now, 1000) == one, "%s: the same count again", how);
}

static void test_cycles(const struct counter *cycles)
{
	uint64_t n = loop_count(cycles, in_user_space, 1000);
	uint64_t n2 = loop_count(cycles, in_user_space, 2000);

	tap_ok(n > 1000 && n2 > n, "cycles count too (%llu, %llu)", (unsigned long long)n,
	       (unsigned long long)n2);
}

int main(void)
{
	struct counter instructions, cycles;

	if (counter_open(&instructions, PERF_COUNT_HW_INSTRUCTIONS)) {
		test_exact(&instructions, by_syscall, "read(2)");
		test_exact(&instructions, in_user_space, "in user space");
	}
	if (counter_open(&cycles, PERF_COUNT_HW_CPU_CYCLES))
		test_cycles(&cycles);
	return tap_status();
}
