// SPDX-License-Identifier: MIT
/* The machine sleeps while a session is open and a probe runs: afterwards everything is as it was. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

#define PM_TEST		"/sys/power/pm_test"
#define PM_STATE	"/sys/power/state"
#define PM_TEST_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

struct worker {
	struct client *c;
	atomic_bool stop;
	atomic_long runs;
	int err;
};

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* One long call after the other; the freezer ends them as a signal does. */
static void *work(void *arg)
{
	static const uint32_t probes[] = {
		VMB_PROBE_ENTRY_SWITCH, VMB_PROBE_TLB_SHOOT_ALL, VMB_PROBE_PTE_PROTECT,
	};
	struct worker *w = arg;

	for (unsigned int i = 0; !w->stop && !w->err; i++) {
		struct vmb_kmod_probe_info p = client_probe(w->c, probes[i % 3]);
		struct vmb_kmod_run req = client_request(w->c, &p);
		int err;

		req.iters = 16;
		req.samples = VMB_KMOD_MAX_SAMPLES;
		req.timeout_ns = 500000000;
		err = client_run(w->c, &req);
		if (err && err != -EINTR)
			w->err = err;
		atomic_fetch_add(&w->runs, 1);
	}
	return NULL;
}

static void check_memory(const struct client *c)
{
	size_t wrong = 0;

	for (size_t i = 0; i < CLIENT_PAGES; i++)
		wrong += c->mem[i * c->page_bytes] != client_pattern(i);
	tap_ok(!wrong, "the memory that was worked on is as it was");
}

/* Down to @level with a probe at work, and up again; the kernel wakes itself. */
static void sleep_at(struct client *c, const char *level)
{
	struct worker w = { .c = c };
	struct vmb_kmod_info after;
	long before_runs;
	pthread_t t;
	int err;

	if (put(PM_TEST, level)) {
		tap_skip("the kernel does not offer it", "sleep, tested down to %s", level);
		return;
	}
	pthread_create(&t, NULL, work, &w);
	usleep(100000);
	err = put(PM_STATE, "mem");
	before_runs = w.runs;
	while (!err && !w.err && w.runs < before_runs + 4)
		usleep(1000);
	w.stop = true;
	pthread_join(t, NULL);
	tap_ok(!err, "sleep, tested down to %s, with a session open%s%s", level, err ? ": " : "",
	       err ? strerror(-err) : "");
	tap_ok(!w.err, "probes run before and after, %ld calls%s%s", (long)w.runs,
	       w.err ? ": " : "", w.err ? strerror(-w.err) : "");
	tap_ok(!ioctl(c->fd, VMB_KMOD_IOC_INFO, &after) && after.features == c->info.features &&
	       after.nr_cpus == c->info.nr_cpus && after.tick_hz == c->info.tick_hz,
	       "CPUs and features are as before");
	check_memory(c);
}

int main(void)
{
	struct client c;

	if (access(PM_TEST, W_OK)) {
		tap_skip("the kernel has no CONFIG_PM_DEBUG: no " PM_TEST, "sleep with a session open");
		return tap_status();
	}
	put(PM_TEST_DELAY, "1");
	client_open(&c);
	client_pin(0);
	ioctl(c.fd, VMB_KMOD_IOC_SELFTEST);
	ioctl(c.fd, VMB_KMOD_IOC_INFO, &c.info);
	sleep_at(&c, "freezer");
	sleep_at(&c, "devices");
	sleep_at(&c, "processors");
	put(PM_TEST, "none");
	client_close(&c);
	return tap_status();
}
