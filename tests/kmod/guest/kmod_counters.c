// SPDX-License-Identifier: MIT
/* Counters read inside the module's window; instructions are exact here (-icount). */
#include <linux/perf_event.h>
#include <string.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

#define SAMPLES	20

/* Instructions of a window of @ops operations; 0 when they differ from sample to sample. */
static uint64_t instructions(struct client *c, uint32_t probe, uint32_t ops)
{
	struct vmb_kmod_probe_info p = client_probe(c, probe);
	struct vmb_kmod_run req = client_request(c, &p);

	req.iters = ops;
	req.samples = SAMPLES;
	req.nr_counters = 2;
	req.counters[0].type = req.counters[1].type = PERF_TYPE_HARDWARE;
	req.counters[0].config = PERF_COUNT_HW_INSTRUCTIONS;
	req.counters[1].config = PERF_COUNT_HW_CPU_CYCLES;
	if (client_run(c, &req)) {
		tap_ok(false, "%s: %s", p.name, req.reason);
		return 0;
	}
	for (uint32_t i = 0; i < SAMPLES; i++)
		if (c->buf[i].counted != 3 || c->buf[i].ops != ops || !c->buf[i].counter[1] ||
		    c->buf[i].counter[0] != c->buf[0].counter[0])
			return 0;
	return c->buf[0].counter[0];
}

static void test_probe(struct client *c, uint32_t probe, const char *name)
{
	uint64_t n10 = instructions(c, probe, 10), n20 = instructions(c, probe, 20);
	uint64_t n40 = instructions(c, probe, 40);

	tap_ok(n10 && n20 > n10 && n40 - n20 == 2 * (n20 - n10),
	       "%s: instructions of 10, 20, 40 operations lie on a line (%llu, %llu, %llu)", name,
	       (unsigned long long)n10, (unsigned long long)n20, (unsigned long long)n40);
}

int main(void)
{
	struct client c;

	client_open(&c);
	client_pin(0);
	tap_ok(c.info.features & VMB_KMOD_F_PMU, "the module sees the PMU");
	test_probe(&c, VMB_PROBE_TLB_FLUSH_PAGE, "tlb/flush_page");
	test_probe(&c, VMB_PROBE_TLB_FLUSH_ALL, "tlb/flush_all");
	test_probe(&c, VMB_PROBE_WALK_WHOLE, "walk/whole");
	test_probe(&c, VMB_PROBE_PTE_CLEAR_SET, "pte/clear_set");
	client_close(&c);
	return tap_status();
}
