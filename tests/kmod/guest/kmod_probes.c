// SPDX-License-Identifier: MIT
/* Every probe with every method it has, and what must be true of the samples. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

#define SAMPLES	20
#define GIGANTIC_SHIFT	30
#define GIGANTIC_BYTES	(1ul << GIGANTIC_SHIFT)

static const char *bad_sample(const struct vmb_kmod_run *req, const struct vmb_kmod_sample *s)
{
	if (s->end_ticks < s->begin_ticks)
		return "it ends before it begins";
	if (!s->ops || s->ops > req->iters)
		return "its operations are not 1 to iters";
	if (req->cpu != VMB_KMOD_CPU_ANY && s->cpu != req->cpu)
		return "it is from another CPU";
	return s->flags & ~VMB_KMOD_SAMPLE_LONG ? "it has unknown flags" : NULL;
}

static bool run_ok(struct client *c, struct vmb_kmod_run *req, const char *what)
{
	const char *bad = NULL;
	int err;

	memset(c->buf, 0xa5, sizeof(*c->buf) * (req->samples + 1));
	err = client_run(c, req);
	for (uint32_t i = 0; !err && !bad && i < req->done; i++)
		bad = bad_sample(req, &c->buf[i]);
	if (!err && !bad && req->done != req->samples)
		bad = "there are fewer than asked for";
	if (!err && !bad && c->buf[req->samples].ops != 0xa5a5a5a5u)
		bad = "the module wrote beyond the buffer";
	return tap_ok(!err && !bad, "%s%s%s%s", what, err || bad ? ": " : "", bad ? bad : req->reason,
		      err && !req->reason[0] ? strerror(-err) : "");
}

/* In flag combinations: 0, each alone, all. */
static void one_method(struct client *c, const struct vmb_kmod_probe_info *p, uint32_t method)
{
	uint32_t flags = 0;

	do {
		struct vmb_kmod_run req = client_request(c, p);
		char what[96];

		req.flags = flags;
		req.method = method;
		req.cpu = 0;
		req.iters = 16;
		req.samples = SAMPLES;
		req.pages = 8;
		snprintf(what, sizeof(what), "%s method %u flags %u", p->name, method, flags);
		if (run_ok(c, &req, what))
			tap_note("%s: %.1f ticks, %u ops a sample", what, client_median(c, &req),
				 c->buf[0].ops);
		flags = (flags - p->flags) & p->flags;
	} while (flags);
}

static void every_probe(struct client *c)
{
	struct vmb_kmod_probe_info p = { .index = 0 };

	for (; !ioctl(c->fd, VMB_KMOD_IOC_PROBE, &p); p.index++) {
		if (p.error) {
			tap_skip(p.reason, "%s", p.name);
			continue;
		}
		for (uint32_t m = 0; m <= VMB_KMOD_MAX_METHOD; m++)
			if (m == VMB_METHOD_DEFAULT || p.methods >> m & 1)
				one_method(c, &p, m);
	}
}

static double median_of(struct client *c, uint32_t probe, uint32_t flags, uint32_t npages)
{
	struct vmb_kmod_probe_info p = client_probe(c, probe);
	struct vmb_kmod_run req = client_request(c, &p);

	req.flags = flags;
	req.iters = 1;
	req.samples = 500;
	req.pages = npages;
	return client_run(c, &req) ? -1 : client_median(c, &req);
}

/*
 * Time under emulation is the host's, but QEMU's own TLB makes the order real: a full flush clears
 * its tables. Three tries, for the host has other things to do.
 */
static void test_flush_order(struct client *c)
{
	double all = 0, one = 0;

	for (int i = 0; i < 3 && all <= one; i++) {
		one = median_of(c, VMB_PROBE_TLB_FLUSH_PAGE, VMB_KMOD_RUN_TOUCH, 1);
		all = median_of(c, VMB_PROBE_TLB_FLUSH_ALL, VMB_KMOD_RUN_TOUCH, 1);
	}
	tap_ok(one > 0 && all > one, "flush all + touch (%.0f) is dearer than flush one + touch (%.0f)",
	       all, one);
}

static void test_walk_tiles(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_WALK_LEVELS);
	struct vmb_kmod_run req = client_request(c, &p);
	uint64_t whole = 0, sum = 0;

	req.samples = 100;
	if (client_run(c, &req)) {
		tap_ok(false, "walk/levels: %s", req.reason);
		return;
	}
	for (uint32_t i = 0; i < req.done; i++) {
		whole += c->buf[i].end_ticks - c->buf[i].begin_ticks;
		for (uint32_t l = 0; l < req.levels; l++)
			sum += c->buf[i].detail[l];
	}
	tap_ok(req.levels == c->info.levels && 1ull << req.leaf_shift == c->page_bytes,
	       "a base page is %u levels down", req.levels);
	tap_ok(sum >= whole - whole / 10 && sum <= whole + whole / 10,
	       "the levels (%llu) add up to the whole (%llu)", (unsigned long long)sum,
	       (unsigned long long)whole);
}

static bool scan(struct client *c, uint64_t *accessed, uint64_t *dirty)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_PTE_SCAN);
	struct vmb_kmod_run req = client_request(c, &p);

	req.pages = CLIENT_PAGES;
	if (client_run(c, &req))
		return tap_ok(false, "pte/scan: %s", req.reason);
	*accessed = c->buf[0].detail[0];
	*dirty = c->buf[0].detail[1];
	return true;
}

static bool run_pages(struct client *c, uint32_t probe)
{
	struct vmb_kmod_probe_info p = client_probe(c, probe);
	struct vmb_kmod_run req = client_request(c, &p);

	req.pages = CLIENT_PAGES;
	return !client_run(c, &req) || tap_ok(false, "%s: %s", p.name, req.reason);
}

static void test_dirty(struct client *c)
{
	uint64_t accessed = 0, dirty = 0;

	for (size_t i = 0; i < CLIENT_PAGES; i++)
		c->mem[i * c->page_bytes] = client_pattern(i);
	if (!scan(c, &accessed, &dirty))
		return;
	tap_ok(dirty == CLIENT_PAGES && accessed == CLIENT_PAGES,
	       "pages just written are accessed (%llu) and dirty (%llu)",
	       (unsigned long long)accessed, (unsigned long long)dirty);
	if (!run_pages(c, VMB_PROBE_PTE_CLEAR_DIRTY))
		return;
	tap_ok(c->buf[0].detail[0] == CLIENT_PAGES, "clear_dirty cleared them all");
	scan(c, &accessed, &dirty);
	tap_ok(dirty == CLIENT_PAGES, "and they are dirty again afterwards (%llu)",
	       (unsigned long long)dirty);
}

static void test_accessed(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_PTE_CLEAR_ACCESSED);
	struct vmb_kmod_run req = client_request(c, &p);

	req.pages = CLIENT_PAGES;
	req.samples = 2;
	if (client_run(c, &req)) {
		tap_ok(false, "%s: %s", p.name, req.reason);
		return;
	}
	tap_ok(c->buf[0].detail[0] == CLIENT_PAGES && c->buf[1].detail[0] == CLIENT_PAGES,
	       "clear_accessed cleared them all, each time");
}

static void test_memory_intact(struct client *c)
{
	size_t wrong = 0;

	for (size_t i = 0; i < CLIENT_PAGES; i++) {
		volatile uint8_t *p = c->mem + i * c->page_bytes;

		wrong += *p != client_pattern(i);
		*p = (uint8_t)(*p + 1);	/* still writable */
		*p = (uint8_t)(*p - 1);
	}
	tap_ok(!wrong, "the memory worked on has its contents and rights");
}

static void test_huge(struct client *c)
{
	size_t bytes = c->page_bytes / 8 * c->page_bytes;	/* of one table */
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_WALK_LEVELS);
	struct vmb_kmod_run req = client_request(c, &p);
	uint8_t *m = mmap(NULL, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	m += -(uintptr_t)m & (bytes - 1);
	madvise(m, bytes, MADV_HUGEPAGE);
	*(volatile uint8_t *)m = 1;
	req.addr = (uintptr_t)m;
	if (client_run(c, &req)) {
		tap_ok(false, "walk of a huge page: %s", req.reason);
		return;
	}
	if (1ull << req.leaf_shift == c->page_bytes) {
		tap_skip("the kernel gave no huge page", "walk of a huge page");
		return;
	}
	tap_ok(req.levels == c->info.levels - 1 && 1ull << req.leaf_shift == bytes,
	       "a huge page's walk is one level shorter");
	p = client_probe(c, VMB_PROBE_PTE_CLEAR_SET);
	req = client_request(c, &p);
	req.addr = (uintptr_t)m;
	tap_ok(client_run(c, &req) == -EOPNOTSUPP && req.reason[0],
	       "changing entries of a huge page is refused: %s", req.reason);
}

/* A page that one entry of the third level from below maps; the machine must have set one apart. */
static void test_gigantic(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_WALK_LEVELS);
	struct vmb_kmod_run req = client_request(c, &p);
	uint8_t *m = MAP_FAILED;

	if (c->page_bytes == 4096)
		m = mmap(NULL, GIGANTIC_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | GIGANTIC_SHIFT << MAP_HUGE_SHIFT,
			 -1, 0);
	if (m == MAP_FAILED) {
		tap_skip("no page of 1 GB is set apart: boot with hugepagesz=1G hugepages=1",
			 "walk of a 1 GB page");
		return;
	}
	*(volatile uint8_t *)m = 1;
	req.addr = (uintptr_t)m + GIGANTIC_BYTES / 2;
	req.samples = SAMPLES;
	run_ok(c, &req, "walk of a 1 GB page");
	tap_ok(req.levels == c->info.levels - 2 && req.leaf_shift == GIGANTIC_SHIFT,
	       "it is two levels shorter (%u, leaf 2^%u)", req.levels, req.leaf_shift);
	tap_ok(c->buf[0].detail[req.levels - 1] && !c->buf[0].detail[req.levels],
	       "and there is no time for a level below the leaf");
	p = client_probe(c, VMB_PROBE_WALK_HARDWARE);
	req = client_request(c, &p);
	req.addr = (uintptr_t)m;
	run_ok(c, &req, "the CPU's own walk of it");
	p = client_probe(c, VMB_PROBE_PTE_SCAN);
	req = client_request(c, &p);
	req.addr = (uintptr_t)m;
	tap_ok(client_run(c, &req) == -EOPNOTSUPP && req.reason[0],
	       "its entry is not for changing: %s", req.reason);
	munmap(m, GIGANTIC_BYTES);
}

/* The module shows, from this CPU, that flushes sent to all arrive on the others. */
static void test_remote(struct client *c)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		tap_skip("there is one CPU only", "no stale entry is left on another CPU");
		return;
	}
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		client_close(c);	/* the next session knows nothing yet */
		client_open(c);
		client_pin(cpu);
		tap_ok(!ioctl(c->fd, VMB_KMOD_IOC_SELFTEST) &&
		       !ioctl(c->fd, VMB_KMOD_IOC_INFO, &c->info),
		       "flushes sent by CPU %u leave no stale entry on the other %s", cpu,
		       c->info.selftest_text);
	}
	client_pin(0);
}

static void test_counters(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_TLB_FLUSH_PAGE);
	struct vmb_kmod_run req = client_request(c, &p);
	int err;

	req.nr_counters = 1;
	req.counters[0] = (struct vmb_kmod_counter){ PERF_TYPE_HARDWARE, 0,
						     PERF_COUNT_HW_CPU_CYCLES };
	req.iters = 100;
	req.samples = SAMPLES;
	err = client_run(c, &req);
	if (!(c->info.features & VMB_KMOD_F_PMU)) {
		tap_ok(err && req.reason[0], "without a PMU a counter is refused: %s", req.reason);
		return;
	}
	if (!tap_ok(!err, "a counter opens %s", req.reason))
		return;
	tap_ok(c->buf[0].counted == 1 && c->buf[0].counter[0],
	       "%llu cycles in %u flushes", (unsigned long long)c->buf[0].counter[0],
	       c->buf[0].ops);
}

/* The CPU that is spoken to stamps between begin and end, if the clocks are in step. */
static void test_ipi(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_ENTRY_IPI);
	struct vmb_kmod_run req = client_request(c, &p);
	uint32_t bad = 0;

	if (p.error)
		return;
	req.samples = SAMPLES;
	if (client_run(c, &req)) {
		tap_ok(false, "entry/ipi: %s", req.reason);
		return;
	}
	for (uint32_t i = 0; i < req.done; i++)
		bad += c->buf[i].detail[0] > c->buf[i].end_ticks - c->buf[i].begin_ticks;
	tap_ok(!bad, "the other CPU's entry lies within the round trip");
}

int main(void)
{
	struct client c;

	client_open(&c);
	client_pin(0);
	every_probe(&c);
	test_flush_order(&c);
	test_walk_tiles(&c);
	test_dirty(&c);
	test_accessed(&c);
	test_huge(&c);
	test_gigantic(&c);
	test_remote(&c);
	test_counters(&c);
	test_ipi(&c);
	test_memory_intact(&c);
	client_close(&c);
	return tap_status();
}
