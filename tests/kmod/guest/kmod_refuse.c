// SPDX-License-Identifier: MIT
/* What must be refused, with which errno, and with a sentence. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

static void refuse(struct client *c, struct vmb_kmod_run req, int want, const char *what)
{
	int err = client_run(c, &req);

	tap_ok(err == want && req.reason[0] && !req.done, "%s: %s%s%s", what,
	       err == want ? "" : strerror(-err), err == want ? "" : ", ", req.reason);
}

static void test_numbers(struct client *c, struct vmb_kmod_run good)
{
	struct vmb_kmod_run q;

#define BAD(field, value, err)						\
	do {								\
		q = good;						\
		q.field = (value);					\
		refuse(c, q, err, #field " = " #value);			\
	} while (0)
	BAD(probe, 0x7777, -ENOENT);
	BAD(flags, 1u << 31, -EINVAL);
	BAD(flags, VMB_KMOD_RUN_COLD, -EINVAL);
	BAD(method, 64, -EINVAL);
	BAD(method, 63, -EOPNOTSUPP);
	BAD(iters, 0, -EINVAL);
	BAD(iters, VMB_KMOD_MAX_ITERS + 1, -EINVAL);
	BAD(samples, 0, -EINVAL);
	BAD(samples, VMB_KMOD_MAX_SAMPLES + 1, -EINVAL);
	BAD(pages, 0, -EINVAL);
	BAD(pages, VMB_KMOD_MAX_PAGES + 1, -EINVAL);
	BAD(nr_counters, VMB_KMOD_MAX_COUNTERS + 1, -EINVAL);
	BAD(counters[3].config, 1, -EINVAL);
	BAD(reserved, 1, -EINVAL);
	BAD(cpus_bytes, 8, -EINVAL);
	BAD(cpus, (uintptr_t)&q, -EINVAL);
	BAD(timeout_ns, VMB_KMOD_MAX_TIMEOUT_NS + 1, -EINVAL);
	BAD(cpu, 4000, -EXDEV);
	BAD(sample_buf, 0, -EFAULT);
#undef BAD
	q = good;
	q.nr_counters = 1;
	q.counters[0].type = 1;		/* software */
	refuse(c, q, -EINVAL, "a software counter");
}

static void test_addresses(struct client *c, struct vmb_kmod_run good)
{
	static const struct { uint64_t addr; int err; const char *what; } bad[] = {
		{ 0, -EINVAL, "no address" },
		{ 0x1001, -EINVAL, "a crooked address" },
		{ 0x10000, -EFAULT, "an unmapped address" },
		{ 0xffff888000000000ull, -EFAULT, "a kernel address" },
		{ 0xffff800080000000ull, -EFAULT, "another kernel address" },
		{ 0xfffffffffffff000ull, -EFAULT, "the last page" },
		{ 0x00f0000000000000ull, -EFAULT, "a non-canonical address" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		good.addr = bad[i].addr & ~(bad[i].addr == 0x1001 ? 0 : c->page_bytes - 1);
		refuse(c, good, bad[i].err, bad[i].what);
	}
}

static void test_mappings(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_WALK_LEVELS);
	struct vmb_kmod_run q = client_request(c, &p);
	int fd = open("/proc/self/exe", O_RDONLY);
	uint8_t *shared, *file, *none;

	shared = mmap(NULL, c->page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	*(volatile uint8_t *)shared = 1;
	q.addr = (uintptr_t)shared;
	refuse(c, q, -EOPNOTSUPP, "a walk of shared memory");
	file = mmap(NULL, c->page_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	q.addr = (uintptr_t)file;
	refuse(c, q, -EOPNOTSUPP, "a walk of a file's mapping");
	none = mmap(NULL, c->page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	q.addr = (uintptr_t)none;
	refuse(c, q, -EFAULT, "a walk of memory without rights");
	munmap(shared, c->page_bytes);
	munmap(file, c->page_bytes);
	munmap(none, c->page_bytes);
	close(fd);
}

static void test_table_border(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_PTE_SCAN);
	struct vmb_kmod_run q = client_request(c, &p);
	size_t bytes = c->page_bytes / 8 * c->page_bytes;
	uint8_t *m = mmap(NULL, 3 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	madvise(m, 3 * bytes, MADV_NOHUGEPAGE);
	q.addr = ((uintptr_t)m / bytes + 1) * bytes - c->page_bytes;
	q.pages = 2;
	refuse(c, q, -EOPNOTSUPP, "entries of two tables");
	munmap(m, 3 * bytes);
}

static void test_commands(const struct client *c)
{
	char arg[512] = "";

	tap_ok(ioctl(c->fd, _IO(VMB_KMOD_IOC_MAGIC, 0x55), arg) && errno == ENOTTY,
	       "an unknown command is ENOTTY");
	tap_ok(ioctl(c->fd, _IOR(VMB_KMOD_IOC_MAGIC, 0, int), arg) && errno == ENOTTY,
	       "a known number with another size is ENOTTY");
	tap_ok(ioctl(c->fd, VMB_KMOD_IOC_INFO, 0) && errno == EFAULT, "INFO to nowhere is EFAULT");
	tap_ok(ioctl(c->fd, VMB_KMOD_IOC_RUN, 0) && errno == EFAULT, "RUN from nowhere is EFAULT");
	tap_ok(read(c->fd, arg, 1) < 0 && write(c->fd, arg, 1) < 0, "there is nothing to read or write");
	tap_ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, c->fd, 0) == MAP_FAILED,
	       "there is nothing to map");
}

int main(void)
{
	struct vmb_kmod_probe_info p;
	struct vmb_kmod_run touching;
	struct client c;

	client_open(&c);
	client_pin(0);
	p = client_probe(&c, VMB_PROBE_TLB_FLUSH_PAGE);
	test_numbers(&c, client_request(&c, &p));
	touching = client_request(&c, &p);
	touching.flags = VMB_KMOD_RUN_TOUCH;
	test_addresses(&c, touching);
	p = client_probe(&c, VMB_PROBE_WALK_WHOLE);
	test_addresses(&c, client_request(&c, &p));
	test_mappings(&c);
	test_table_border(&c);
	test_commands(&c);
	client_close(&c);
	return tap_status();
}
