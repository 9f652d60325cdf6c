// SPDX-License-Identifier: MIT
/* Who may open the device, and what happens to it when clients end, are killed or fight. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

#define NOBODY	65534

static int try_open(void)
{
	int fd = open(VMB_KMOD_DEVICE, O_RDWR | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* errno of an open in a child that has become nobody. */
static int try_open_as_nobody(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setgid(NOBODY) || setuid(NOBODY))
			_exit(255);
		_exit(-try_open());
	}
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

static void test_rights(void)
{
	struct stat st;

	tap_ok(!stat(VMB_KMOD_DEVICE, &st) && (st.st_mode & 07777) == 0600 && !st.st_uid,
	       "the device is root's, mode 0600");
	tap_ok(try_open_as_nobody() == -EACCES, "nobody cannot open it");
	chmod(VMB_KMOD_DEVICE, 0666);
	tap_ok(try_open_as_nobody() == -EPERM, "not even when the mode allows it");
	chmod(VMB_KMOD_DEVICE, 0600);
	tap_ok(!try_open(), "root can");
}

static void test_second(void)
{
	struct client c;

	client_open(&c);
	tap_ok(try_open() == -EBUSY, "a second client is refused");
	client_close(&c);
	tap_ok(!try_open(), "and accepted when the first has gone");
}

/* A run that lasts until somebody ends it: 4096 samples of thread switches within ten seconds. */
static struct vmb_kmod_run long_run(const struct client *c, uint32_t probe)
{
	struct vmb_kmod_probe_info p = client_probe(c, probe);
	struct vmb_kmod_run req = client_request(c, &p);

	req.iters = VMB_KMOD_MAX_ITERS;
	req.samples = VMB_KMOD_MAX_SAMPLES;
	req.pages = CLIENT_PAGES;
	req.timeout_ns = VMB_KMOD_MAX_TIMEOUT_NS;
	return req;
}

static void kill_during(uint32_t probe)
{
	int status, ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		return;
	pid = fork();
	if (!pid) {
		struct client c;
		struct vmb_kmod_run req;

		client_open(&c);
		for (;;) {
			req = long_run(&c, probe);
			if (write(ready[1], "", 1) != 1 || client_run(&c, &req) == -EINVAL)
				_exit(1);
		}
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		tap_ok(false, "the client to be killed has begun");
	usleep(50000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(ready[0]);
	tap_ok(WIFSIGNALED(status) && !try_open(), "a client killed in probe %#x leaves it usable", probe);
}

static volatile sig_atomic_t alarmed;

static void on_alarm(int sig)
{
	(void)sig;
	alarmed = 1;
}

/*
 * After a signal: what there is, or EINTR; soon. All the samples that one call may have can be there
 * before the alarm is, so call until it has come: it must not be left for the next test either. It
 * may come between two calls, when there is nothing to end; again, then.
 */
static void test_signal(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
	struct vmb_kmod_run req;
	bool ended = false;
	struct client c;
	int err = 0;

	sigaction(SIGALRM, &sa, NULL);
	client_open(&c);
	for (int i = 0; i < 5 && !err && !ended; i++) {
		alarmed = 0;
		setitimer(ITIMER_REAL, &soon, NULL);
		while (!alarmed && !err) {
			req = long_run(&c, VMB_PROBE_ENTRY_SWITCH);
			err = client_run(&c, &req);
		}
		ended = !err && req.result & VMB_KMOD_RESULT_SIGNAL && req.done < req.samples;
	}
	tap_ok(alarmed && (err == -EINTR || (ended && req.done)),
	       "a signal ends a run (%d, %u samples, result %u)", err, req.done, req.result);
	client_close(&c);
}

static void test_timeout(void)
{
	struct vmb_kmod_run req;
	struct client c;
	int err;

	client_open(&c);
	req = long_run(&c, VMB_PROBE_TLB_FLUSH_ALL);
	req.timeout_ns = 1;
	err = client_run(&c, &req);
	tap_ok(!err && req.result == VMB_KMOD_RESULT_TIMEOUT && req.done && req.done < req.samples,
	       "timeout_ns ends a run with the samples so far (%u, error %d, result %u)", req.done,
	       err, req.result);
	client_close(&c);
}

struct fighter {
	struct client *c;
	struct vmb_kmod_sample *buf;
	int err;
};

static void *fight(void *arg)
{
	struct fighter *f = arg;
	struct vmb_kmod_probe_info p = client_probe(f->c, VMB_PROBE_TLB_SHOOT_ALL);

	for (int i = 0; i < 50 && !f->err; i++) {
		struct vmb_kmod_run req = client_request(f->c, &p);

		req.flags = VMB_KMOD_RUN_TOUCH;
		req.sample_buf = (uintptr_t)f->buf;
		f->err = client_run(f->c, &req);
	}
	return NULL;
}

static void test_threads(void)
{
	struct vmb_kmod_sample buf[4];
	struct fighter f[4];
	pthread_t t[4];
	struct client c;
	int err = 0;

	client_open(&c);
	for (int i = 0; i < 4; i++) {
		f[i] = (struct fighter){ .c = &c, .buf = &buf[i] };
		pthread_create(&t[i], NULL, fight, &f[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		err |= f[i].err;
	}
	tap_ok(!err, "threads of one client take turns");
	client_close(&c);
}

/* Somebody else in the same memory takes pages away and protects them while probes work on them. */
static void *disturb(void *arg)
{
	struct client *c = arg;

	for (;;) {
		size_t len = CLIENT_PAGES * c->page_bytes;

		madvise(c->mem, len, MADV_DONTNEED);
		for (size_t i = 0; i < CLIENT_PAGES; i++)
			c->mem[i * c->page_bytes] = 1;
		mprotect(c->mem, len, PROT_READ);
		mprotect(c->mem, len, PROT_READ | PROT_WRITE);
		pthread_testcancel();
	}
	return NULL;
}

static void test_disturbed(void)
{
	static const uint32_t probes[] = {
		VMB_PROBE_WALK_LEVELS, VMB_PROBE_WALK_HARDWARE, VMB_PROBE_PTE_CLEAR_SET,
		VMB_PROBE_PTE_PROTECT, VMB_PROBE_PTE_CLEAR_DIRTY, VMB_PROBE_TLB_TOUCH,
	};
	unsigned int good = 0;
	int odd = 0;
	struct client c;
	pthread_t t;

	client_open(&c);
	pthread_create(&t, NULL, disturb, &c);
	for (int i = 0; i < 300; i++) {
		struct vmb_kmod_probe_info p = client_probe(&c, probes[i % 6]);
		struct vmb_kmod_run req = client_request(&c, &p);
		int err;

		req.pages = 16;
		req.iters = 4;
		req.samples = 4;
		err = client_run(&c, &req);
		good += !err;
		odd = err && err != -EFAULT ? err : odd;
	}
	pthread_cancel(t);
	pthread_join(t, NULL);
	tap_ok(good && !odd, "memory that changes under a probe gives samples (%u of 300) or EFAULT (%s)",
	       good, odd ? strerror(-odd) : "nothing else");
	client_close(&c);
}

static int unload(void)
{
	return syscall(SYS_delete_module, "vmbench", O_NONBLOCK) ? -errno : 0;
}

static void test_unload_in_use(void)
{
	struct client c;

	client_open(&c);
	tap_ok(unload() == -EAGAIN || errno == EWOULDBLOCK || errno == EBUSY,
	       "the module does not unload while somebody has it open");
	tap_ok(!ioctl(c.fd, VMB_KMOD_IOC_INFO, &c.info), "and goes on working");
	client_close(&c);
}

static void test_reload(void)
{
	int fd = open("/rig/vmbench.ko", O_RDONLY);

	tap_ok(!unload() && access(VMB_KMOD_DEVICE, F_OK), "unloading takes the device away");
	tap_ok(!syscall(SYS_finit_module, fd, "", 0) && !try_open(), "loading brings it back");
	close(fd);
}

static int set_online(unsigned int cpu, char value)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	if (write(fd, &value, 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

static void test_hotplug(void)
{
	struct vmb_kmod_probe_info p;
	struct vmb_kmod_run req;
	struct client c;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || set_online(1, '0')) {
		tap_skip("there is no CPU that can be switched off", "CPU hotplug");
		return;
	}
	client_open(&c);
	client_pin(0);
	p = client_probe(&c, VMB_PROBE_ENTRY_IPI);
	req = client_request(&c, &p);
	tap_ok(client_run(&c, &req) == -EOPNOTSUPP, "with one CPU left: %s", req.reason);
	p = client_probe(&c, VMB_PROBE_TLB_SHOOT_ALL);
	req = client_request(&c, &p);
	tap_ok(!client_run(&c, &req), "a shootdown of one CPU works %s", req.reason);
	client_close(&c);
	set_online(1, '1');
	client_open(&c);
	p = client_probe(&c, VMB_PROBE_ENTRY_IPI);
	req = client_request(&c, &p);
	tap_ok(!p.error && !client_run(&c, &req), "the CPU is used again when it is back %s",
	       req.reason);
	client_close(&c);
}

int main(void)
{
	test_rights();
	test_second();
	kill_during(VMB_PROBE_ENTRY_SWITCH);
	kill_during(VMB_PROBE_TLB_FLUSH_RANGE);
	kill_during(VMB_PROBE_PTE_PROTECT);
	kill_during(VMB_PROBE_ENTRY_SOFTIRQ);
	test_signal();
	test_timeout();
	test_threads();
	test_disturbed();
	test_unload_in_use();
	test_reload();
	test_hotplug();
	return tap_status();
}
