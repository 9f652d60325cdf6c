/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_KMOD_GUEST_LIB_CLIENT_H
#define VMB_TESTS_KMOD_GUEST_LIB_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "kmod/uapi/vmbench.h"

#define CLIENT_PAGES	64

/**
 * struct client - a session and memory to work on.
 * @fd: of the device
 * @info: from VMB_KMOD_IOC_INFO
 * @mem: CLIENT_PAGES base pages, written, aligned to 2 MB, never huge
 * @buf: VMB_KMOD_MAX_SAMPLES samples
 */
struct client {
	int fd;
	struct vmb_kmod_info info;
	uint8_t *mem;
	size_t page_bytes;
	struct vmb_kmod_sample *buf;
};

/** client_open - exits the program with a message when that fails. */
void client_open(struct client *c);
void client_close(struct client *c);

/** client_request - a valid request for @p: one operation, one sample, on this CPU. */
struct vmb_kmod_run client_request(const struct client *c, const struct vmb_kmod_probe_info *p);

/** client_run - run @req. Return: 0, or -errno with @req->reason. */
int client_run(struct client *c, struct vmb_kmod_run *req);

/** client_probe - what the module says about probe @id; exits when it does not know it. */
struct vmb_kmod_probe_info client_probe(const struct client *c, uint32_t id);

/** client_median - median ticks per operation of the samples in @c->buf. */
double client_median(const struct client *c, const struct vmb_kmod_run *req);

/** client_pin - bind this thread to @cpu. Return: 0 or -errno. */
int client_pin(unsigned int cpu);

/** client_pattern - byte that page @i of @mem begins with. */
uint8_t client_pattern(size_t i);

#endif /* VMB_TESTS_KMOD_GUEST_LIB_CLIENT_H */
