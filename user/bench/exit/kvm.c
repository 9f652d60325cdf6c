// SPDX-License-Identifier: MIT
/*
 * Exits of a virtual machine, through /dev/kvm: a guest of one CPU that does nothing but leave
 * (arch/base/kvm_guest.h). hlt, io and mmio come out to this program and go in again; cpuid and
 * hypercall are answered by the kernel, and the guest comes out once when all are done.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/kvm_stats.h"
#include "user/bench/exit/work.h"

#define KVM_DEVICE	"/dev/kvm"
#define MOST_TURNS	(1u << 30)
#define TRIAL		1000

static const struct vmb_value causes[] = {
	{ "hlt", VMB_KVM_HLT }, { "io", VMB_KVM_IO }, { "mmio", VMB_KVM_MMIO },
	{ "cpuid", VMB_KVM_CPUID }, { "hypercall", VMB_KVM_HYPERCALL },
};

static const struct vmb_value modes[] = { { "real", VMB_KVM_REAL }, { "long", VMB_KVM_LONG } };

static const struct vmb_axis axes[] = { VMB_AXIS("exit", causes), VMB_AXIS("mode", modes) };

static int explain_device(int error, struct vmb_why *why)
{
	if (error == ENOENT)
		vmb_why_set(why, "there is no " KVM_DEVICE ": modprobe kvm-intel or kvm-amd; in a "
			    "virtual machine its host must allow nested virtualisation");
	else if (error == EACCES)
		vmb_why_set(why, "you may not open " KVM_DEVICE ": join the group kvm, or use sudo");
	else
		vmb_why_set(why, KVM_DEVICE " cannot be opened: %s", strerror(error));
	return -ENOTSUP;
}

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	int fd = open(KVM_DEVICE, O_RDWR | O_CLOEXEC);

	(void)st;
	if (fd < 0)
		return explain_device(errno, why);
	close(fd);
	return 0;
}

static void close_machine(struct kvm_work *w)
{
	if (w->run)
		munmap(w->run, w->run_bytes);
	if (w->cpu.memory)
		munmap(w->cpu.memory, VMB_KVM_MEMORY_BYTES);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(w->fds); i++)
		if (w->fds[i] >= 0)
			close(w->fds[i]);
	free(w);
}

static void *map(size_t bytes, int flags, int fd)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int add_memory(struct kvm_work *w)
{
	struct kvm_userspace_memory_region region = { .memory_size = VMB_KVM_MEMORY_BYTES };

	w->cpu.memory = map(VMB_KVM_MEMORY_BYTES, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (!w->cpu.memory)
		return -errno;
	region.userspace_addr = (uintptr_t)w->cpu.memory;
	return ioctl(w->cpu.vm_fd, KVM_SET_USER_MEMORY_REGION, &region) ? -errno : 0;
}

static int add_cpu(struct kvm_work *w)
{
	int bytes = ioctl(w->cpu.kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	if (bytes < 0)
		return -errno;
	w->cpu.fd = w->fds[2] = ioctl(w->cpu.vm_fd, KVM_CREATE_VCPU, 0);
	if (w->cpu.fd < 0)
		return -errno;
	w->run_bytes = (size_t)bytes;
	w->run = map(w->run_bytes, MAP_SHARED, w->cpu.fd);
	return w->run ? 0 : -errno;
}

static int build(struct kvm_work *w)
{
	int err;

	w->cpu.kvm_fd = w->fds[0] = open(KVM_DEVICE, O_RDWR | O_CLOEXEC);
	if (w->cpu.kvm_fd < 0)
		return -errno;
	w->cpu.vm_fd = w->fds[1] = ioctl(w->cpu.kvm_fd, KVM_CREATE_VM, 0);
	if (w->cpu.vm_fd < 0)
		return -errno;
	err = add_memory(w);
	if (!err)
		err = add_cpu(w);
	return err ? err : vmb_kvm_guest_load(&w->cpu);
}

/* A signal handler has no argument of ours. Only set while a guest is tried out. */
static volatile sig_atomic_t patience_is_over;

/* Into the guest until it comes out for a reason of its own; a signal to this process is none. */
static void enter(struct kvm_work *w)
{
	int err;

	do {
		err = ioctl(w->cpu.fd, KVM_RUN, 0);
	} while (VMB_UNLIKELY(err && errno == EINTR) && !patience_is_over);
	if (VMB_UNLIKELY(err || w->run->exit_reason != w->reason)) {
		w->wrong++;
		w->wrong_reason = err ? 0 : w->run->exit_reason;
	}
}

/* In the kernel's hands: it comes out once, when all are done. */
static void run_inside(struct kvm_work *w, uint64_t iters)
{
	for (uint64_t n; iters; iters -= n) {
		n = iters < MOST_TURNS ? iters : MOST_TURNS;
		w->wrong += !!vmb_kvm_guest_ask(&w->cpu, (uint32_t)n);
		enter(w);
		w->wrong += w->run->io.port != VMB_KVM_DONE_PORT;
	}
}

static bool is_inside(const struct kvm_work *w)
{
	return w->cpu.exit == VMB_KVM_CPUID || w->cpu.exit == VMB_KVM_HYPERCALL;
}

static void run(void *priv, uint64_t iters)
{
	struct kvm_work *w = priv;

	w->done += iters;
	if (is_inside(w)) {
		run_inside(w, iters);
		return;
	}
	for (; iters; iters--)
		enter(w);
}

/* The machine of these arguments, or NULL with @err and @why. */
static struct kvm_work *make(const struct vmb_state *st, int *err, struct vmb_why *why)
{
	static const uint32_t reason[] = {
		[VMB_KVM_HLT] = KVM_EXIT_HLT, [VMB_KVM_IO] = KVM_EXIT_IO,
		[VMB_KVM_MMIO] = KVM_EXIT_MMIO, [VMB_KVM_CPUID] = KVM_EXIT_IO,
		[VMB_KVM_HYPERCALL] = KVM_EXIT_IO,
	};
	struct kvm_work *w = calloc(1, sizeof(*w));

	*err = -ENOMEM;
	if (!w)
		return NULL;
	w->fds[0] = w->fds[1] = w->fds[2] = -1;
	w->cpu.exit = (enum vmb_kvm_exit)st->arg[0].num;
	w->cpu.mode = (enum vmb_kvm_mode)st->arg[1].num;
	w->reason = reason[w->cpu.exit];
	*err = build(w);
	if (!*err && w->run)
		return w;
	if (*err == -ENOTSUP)
		vmb_why_set(why, "vmbench has no guest program for this architecture yet");
	else
		vmb_why_set(why, "a virtual machine cannot be made: %s", strerror(-*err));
	close_machine(w);
	return NULL;
}

static void lose_patience(int sig)
{
	(void)sig;
	patience_is_over = 1;
}

/* Again and again: the first signal may come just before the guest is entered. */
static bool try_out(struct kvm_work *w)
{
	const struct itimerval second = { { 1, 0 }, { 1, 0 } }, never = { 0 };
	struct sigaction act = { .sa_handler = lose_patience }, before;
	bool came_back;

	patience_is_over = 0;
	sigaction(SIGALRM, &act, &before);
	setitimer(ITIMER_REAL, &second, NULL);
	run_inside(w, TRIAL);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &before, NULL);
	came_back = !w->wrong || !patience_is_over;
	patience_is_over = 0;
	return came_back;
}

/*
 * Not every hypervisor leaves the guest for what it does by itself: some run cpuid as it stands, some
 * know no hypercall instruction. What is no exit has no cost of one.
 */
static int look_inside(struct kvm_work *w, struct vmb_why *why)
{
	uint64_t exits = 0;

	if (!try_out(w)) {
		vmb_why_set(why, "this machine's KVM does not take the instruction: the guest never "
			    "comes back from it");
		return -ENOTSUP;
	}
	if (w->wrong && (w->wrong_reason == KVM_EXIT_SHUTDOWN ||
			 w->wrong_reason == KVM_EXIT_INTERNAL_ERROR)) {
		vmb_why_set(why, "this machine's KVM does not take the instruction: the guest died of "
			    "it (exit reason %u)", w->wrong_reason);
		return -ENOTSUP;
	}
	if (bench_kvm_stat(w->cpu.fd, "exits", &exits) || w->wrong || exits >= TRIAL)
		return 0;
	vmb_why_set(why, "this machine's KVM does not leave the guest for it: %" PRIu64 " exits in %d "
		    "turns", exits, TRIAL);
	return -ENOTSUP;
}

static int setup(struct vmb_state *st)
{
	struct kvm_work *w;
	int err;

	w = make(st, &err, &st->why);
	if (w && is_inside(w)) {
		err = look_inside(w, &st->why);
		close_machine(w);
		w = err ? NULL : make(st, &err, &st->why);
	}
	st->priv = w;
	return err;
}

/* A device sees an access before the guest's own count does: the last one is still under way. */
static int check_guest(const struct kvm_work *w, struct vmb_why *why)
{
	uint64_t wanted = is_inside(w) ? w->done : w->done - 1;
	bool answered = false;
	uint32_t turns = 0;
	int err = vmb_kvm_guest_tell(&w->cpu, &turns, &answered);

	if (!err && turns == (uint32_t)wanted && answered)
		return 0;
	if (err)
		vmb_why_set(why, "the guest's registers cannot be read: %s", strerror(-err));
	else if (!answered)
		vmb_why_set(why, "the guest got a wrong answer from the kernel");
	else
		vmb_why_set(why, "the guest made %u turns, not %" PRIu64, turns, wanted);
	return -EIO;
}

/* The kernel counts too, where it is new enough; interrupts are exits as well. */
static int check_kernel(const struct kvm_work *w, struct vmb_why *why)
{
	uint64_t all = 0;
	int err = bench_kvm_stat(w->cpu.fd, "exits", &all);

	if (err == -ENOENT || (!err && all >= w->done))
		return 0;
	vmb_why_set(why, "KVM counted %" PRIu64 " exits of %" PRIu64 " (%s)", all, w->done,
		    err ? strerror(-err) : "read");
	return -EIO;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct kvm_work *w = priv;
	int err;

	if (!w->done || w->wrong) {
		vmb_why_set(why, "%" PRIu64 " of %" PRIu64 " exits were others (reason %u, wanted %u)",
			    w->wrong, w->done, w->wrong_reason, w->reason);
		return -EIO;
	}
	err = check_guest(w, why);
	return err ? err : check_kernel(w, why);
}

static void teardown(struct vmb_state *st)
{
	close_machine(st->priv);
}

const struct vmb_bench bench_exit_kvm = {
	.name = "kvm",
	.what = "exit of a virtual machine and the way back in, by cause and by the guest's mode",
	.unit = "exit",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
