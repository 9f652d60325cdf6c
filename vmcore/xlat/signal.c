// SPDX-License-Identifier: MIT
/*
 * A signal of the host's is noted and the thread's word set; the thread leaves compiled code, or the
 * system call, and only then the guest's handler is called.
 */
#include "vmcore/xlat/signal.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "vmcore/xlat/signals.h"

/* How often a thread is reminded that a signal has come, should it have begun to wait meanwhile. */
#define REMIND_NS 10000000

static_assert(sizeof(siginfo_t) == GUEST_SIGNAL_INFO, "the kernel's");

static __thread struct xlat_program *self;

static void remind(struct xlat_program *p, long ns)
{
	const struct itimerspec when = { .it_value = { .tv_nsec = ns },
					 .it_interval = { .tv_nsec = ns } };

	if (p->has_timer)
		timer_settime(p->timer, 0, &when, NULL);
}

void xlat_signal_came(const siginfo_t *info)
{
	struct xlat_program *p = self;
	unsigned int number = xlat_guest_signal(info->si_signo);
	int error = errno;

	if (!p || !number)
		return;
	p->info[number - 1] = *info;
	p->info[number - 1].si_signo = (int)number;
	__atomic_fetch_or(&p->pending, xlat_signal_bit(number), __ATOMIC_SEQ_CST);
	xlat_want(p);
	remind(p, REMIND_NS);
	errno = error;
}

static void on_signal(int number, siginfo_t *info, void *unused)
{
	(void)number, (void)unused;
	xlat_signal_came(info);
}

static void on_kick(int unused)
{
	(void)unused;
}

static int make_timer(struct xlat_program *p)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = XLAT_KICK };

	event._sigev_un._tid = gettid();
	/* qemu-user has no such timers: then a reminder may be missed. */
	if (timer_create(CLOCK_MONOTONIC, &event, &p->timer))
		return errno == EINVAL ? 0 : -errno;
	p->has_timer = true;
	return 0;
}

int xlat_signals_start(struct xlat_program *p)
{
	struct sigaction action = { .sa_handler = on_kick };

	p->tid = gettid();
	p->host = pthread_self();
	self = p;
	sigaction(XLAT_KICK, &action, NULL);
	xlat_set_host_mask(p->mask);
	return make_timer(p);
}

void xlat_signals_stop(struct xlat_program *p)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	self = NULL;
	if (p->has_timer)
		timer_delete(p->timer);
	p->has_timer = false;
}

void xlat_signals_forked(struct xlat_program *p)
{
	p->has_timer = false;
	p->pending = 0;
	p->tid = gettid();
	p->host = pthread_self();
	make_timer(p);
}

void xlat_signals_reset(struct xlat_process *process)
{
	unsigned int number;

	for (number = 1; number <= XLAT_SIGNALS; number++) {
		if (process->action[number].handler > XLAT_SIG_IGN)
			xlat_set_host_action(number, &(struct xlat_action){ 0 }, on_signal);
	}
}

void xlat_signal_install(unsigned int number, const struct xlat_action *action)
{
	xlat_set_host_action(number, action, on_signal);
}

static uint64_t ready(const struct xlat_program *p)
{
	uint64_t mask = p->checks ? p->check : p->mask;

	return __atomic_load_n(&p->pending, __ATOMIC_SEQ_CST) & ~mask;
}

bool xlat_signal_pending(const struct xlat_program *p)
{
	return ready(p);
}

bool xlat_signal_restarts(const struct xlat_program *p)
{
	uint64_t bits = ready(p);
	const struct xlat_action *action;

	if (!bits)
		return true;
	action = &p->process->action[__builtin_ctzll(bits) + 1];
	return action->handler <= XLAT_SIG_IGN || action->flags & XLAT_SA_RESTART;
}

static struct xlat_action take_action(struct xlat_program *p, unsigned int number)
{
	struct xlat_process *process = p->process;
	struct xlat_action action;

	pthread_mutex_lock(&process->lock);
	action = process->action[number];
	if (action.handler > XLAT_SIG_IGN && action.flags & XLAT_SA_RESETHAND) {
		process->action[number] = (struct xlat_action){ 0 };
		xlat_signal_install(number, &process->action[number]);
	}
	pthread_mutex_unlock(&process->lock);
	return action;
}

bool xlat_on_alternate(const struct xlat_program *p, uint64_t sp)
{
	return sp - p->alternate.address < p->alternate.bytes;
}

static uint64_t stack_for(const struct xlat_program *p, const struct xlat_action *action)
{
	uint64_t sp = xlat_get(p, p->guest->linux_abi->sp);

	if (action->flags & XLAT_SA_ONSTACK && p->alternate.bytes && !xlat_on_alternate(p, sp))
		return p->alternate.address + p->alternate.bytes;
	return sp - p->guest->linux_abi->signal->red_zone;
}

/* What all architectures have alike at the head of struct ucontext: flags, link, stack. */
static void fill_head(const struct xlat_program *p, uint8_t *uc)
{
	memcpy(uc + XLAT_UC_STACK, &p->alternate, sizeof(p->alternate));
	memcpy(uc + p->guest->linux_abi->signal->mask_at, &p->mask, sizeof(p->mask));
}

static bool write_frame(struct xlat_program *p, uint64_t frame, const siginfo_t *info,
			const struct guest_event *event)
{
	const struct guest_signal *abi = p->guest->linux_abi->signal;
	uint8_t uc[XLAT_UC_BYTES] = { 0 }, apart[XLAT_APART_BYTES] = { 0 };
	uint64_t pointer = frame + abi->apart_at;

	fill_head(p, uc);
	if (abi->apart_bytes)
		memcpy(uc + abi->pointer_at, &pointer, sizeof(pointer));
	abi->save(p->state, p->fp, event, uc, apart);
	return !xlat_write(p, frame + abi->info_at, info, GUEST_SIGNAL_INFO) &&
	       !xlat_write(p, frame + abi->uc_at, uc, abi->uc_bytes) &&
	       !xlat_write(p, pointer, apart, abi->apart_bytes);
}

/* Where the handler returns to, by the register or below the frame. Return: false: no memory. */
static bool set_return(struct xlat_program *p, uint64_t frame, const struct xlat_action *action)
{
	const struct guest_linux *linux_abi = p->guest->linux_abi;
	const struct guest_signal *abi = linux_abi->signal;
	uint64_t to = abi->restorer && action->flags & XLAT_SA_RESTORER ? action->restorer :
									  p->process->trampoline;

	if (!abi->pushes) {
		xlat_set(p, linux_abi->sp, frame);
		xlat_set(p, abi->link, to);
		return true;
	}
	xlat_set(p, linux_abi->sp, frame - sizeof(to));
	return !xlat_write(p, frame - sizeof(to), &to, sizeof(to));
}

static void call_handler(struct xlat_program *p, const struct xlat_action *action,
			 const siginfo_t *info, const struct guest_event *event)
{
	const struct guest_linux *linux_abi = p->guest->linux_abi;
	const struct guest_signal *abi = linux_abi->signal;
	uint64_t frame = (stack_for(p, action) - abi->frame_bytes) & ~UINT64_C(15);

	if (!write_frame(p, frame, info, event) || !set_return(p, frame, action)) {
		xlat_kill(p, SIGSEGV);
		return;
	}
	xlat_set(p, linux_abi->arg[0], event->number);
	xlat_set(p, linux_abi->arg[1], frame + abi->info_at);
	xlat_set(p, linux_abi->arg[2], frame + abi->uc_at);
	xlat_set(p, p->guest->pc_offset, action->handler);
	if (abi->enter)
		abi->enter(p->state, &p->fp);
	p->mask |= action->mask;
	if (!(action->flags & XLAT_SA_NODEFER))
		p->mask |= xlat_signal_bit(event->number);
	p->mask &= ~XLAT_UNBLOCKABLE;
	xlat_set_host_mask(p->mask);
}

static void deliver(struct xlat_program *p, unsigned int number)
{
	struct xlat_action action = take_action(p, number);
	siginfo_t info = p->info[number - 1];

	__atomic_fetch_and(&p->pending, ~xlat_signal_bit(number), __ATOMIC_SEQ_CST);
	if (action.handler > XLAT_SIG_IGN)
		call_handler(p, &action, &info, &(struct guest_event){ .number = number });
	else if (action.handler == XLAT_SIG_DFL && !xlat_is_ignored(number))
		xlat_kill(p, (int)number);
}

void xlat_signal_deliver(struct xlat_program *p)
{
	uint64_t bits;

	__atomic_store_n(p->wanted, 0, __ATOMIC_SEQ_CST);
	remind(p, 0);
	while ((bits = ready(p)) && !xlat_has_ended(p->process)) {
		/* What the first one blocks waits for its end. */
		p->checks = false;
		deliver(p, (unsigned int)__builtin_ctzll(bits) + 1);
	}
	p->checks = false;
}

/* Does the CPU say of an access where it was? */
static bool is_told(const struct guest_signal *s, uint64_t address)
{
	unsigned int unused = s->address_bits ? 64u - s->address_bits : 0;

	return (uint64_t)((int64_t)(address << unused) >> unused) == address;
}

bool xlat_signal_fault(struct xlat_program *p, int number, int code, uint64_t address)
{
	const struct guest_signal *s = p->guest->linux_abi->signal;
	struct guest_event event = {
		.number = (unsigned int)number, .fault = true, .address = address,
		.present = number == SIGSEGV && code == SEGV_ACCERR,
	};
	struct xlat_action action;
	siginfo_t info;

	if (!s || p->mask & xlat_signal_bit(event.number))
		return false;
	action = take_action(p, event.number);
	if (action.handler <= XLAT_SIG_IGN)
		return false;
	if (number == SIGILL)
		code = s->illegal_code;
	if (number == SIGSEGV && !is_told(s, address)) {
		event.untold = true;
		code = SI_KERNEL;
		address = 0;
	}
	memset(&info, 0, sizeof(info));
	info.si_signo = number;
	info.si_code = code;
	info.si_addr = (void *)(uintptr_t)address;
	call_handler(p, &action, &info, &event);
	return true;
}
