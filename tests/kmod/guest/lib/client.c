// SPDX-License-Identifier: MIT
#include "tests/kmod/guest/lib/client.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_BYTES	(2u << 20)

static void die(const char *what)
{
	printf("not ok - %s: %s\n", what, strerror(errno));
	exit(1);
}

uint8_t client_pattern(size_t i)
{
	return (uint8_t)(i * 7 + 1);
}

static uint8_t *base_pages(size_t page_bytes)
{
	size_t len = CLIENT_PAGES * page_bytes, room = len + HUGE_BYTES;
	uint8_t *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	p += -(uintptr_t)p & (HUGE_BYTES - 1);
	madvise(p, len, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < CLIENT_PAGES; i++)
		p[i * page_bytes] = client_pattern(i);
	return p;
}

void client_open(struct client *c)
{
	memset(c, 0, sizeof(*c));
	c->fd = open(VMB_KMOD_DEVICE, O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		die("open " VMB_KMOD_DEVICE);
	if (ioctl(c->fd, VMB_KMOD_IOC_INFO, &c->info))
		die("VMB_KMOD_IOC_INFO");
	c->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	c->mem = base_pages(c->page_bytes);
	c->buf = calloc(VMB_KMOD_MAX_SAMPLES, sizeof(*c->buf));
	if (!c->buf)
		die("calloc");
}

void client_close(struct client *c)
{
	free(c->buf);
	close(c->fd);
}

struct vmb_kmod_run client_request(const struct client *c, const struct vmb_kmod_probe_info *p)
{
	return (struct vmb_kmod_run){
		.probe = p->probe,
		.cpu = VMB_KMOD_CPU_ANY,
		.iters = 1,
		.samples = 1,
		.pages = 1,
		.addr = p->needs & VMB_KMOD_NEEDS_ADDR ? (uintptr_t)c->mem : 0,
		.sample_buf = (uintptr_t)c->buf,
	};
}

int client_run(struct client *c, struct vmb_kmod_run *req)
{
	return ioctl(c->fd, VMB_KMOD_IOC_RUN, req) ? -errno : 0;
}

struct vmb_kmod_probe_info client_probe(const struct client *c, uint32_t id)
{
	struct vmb_kmod_probe_info p = { .index = 0 };

	while (!ioctl(c->fd, VMB_KMOD_IOC_PROBE, &p)) {
		if (p.probe == id)
			return p;
		p.index++;
	}
	die("a probe is not in the list");
	return p;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double client_median(const struct client *c, const struct vmb_kmod_run *req)
{
	double *v = calloc(req->done, sizeof(*v)), median;

	for (uint32_t i = 0; i < req->done; i++)
		v[i] = (double)(c->buf[i].end_ticks - c->buf[i].begin_ticks) / c->buf[i].ops;
	qsort(v, req->done, sizeof(*v), by_value);
	median = v[req->done / 2];
	free(v);
	return median;
}

int client_pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}
