// SPDX-License-Identifier: MIT
/*
 * System calls about signals.
 */
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmcore/xlat/signal.h"
#include "vmcore/xlat/signals.h"

#define SET_BYTES 8u

/* The kernel's struct sigaction: handler, flags, on some a restorer, mask. */
static size_t action_bytes(const struct xlat_program *p)
{
	const struct guest_signal *abi = p->guest->linux_abi->signal;

	return abi && !abi->restorer ? 24 : 32;
}

static int read_action(const struct xlat_program *p, uint64_t address, struct xlat_action *action)
{
	uint64_t word[4];
	size_t bytes = action_bytes(p);
	int status = xlat_read(p, address, word, bytes);

	*action = (struct xlat_action){ word[0], word[1], bytes == 32 ? word[2] : 0,
					word[bytes / 8 - 1] };
	return status;
}

static int write_action(const struct xlat_program *p, uint64_t address,
			const struct xlat_action *action)
{
	uint64_t word[4] = { action->handler, action->flags, action->restorer, action->mask };
	size_t bytes = action_bytes(p);

	word[bytes / 8 - 1] = action->mask;
	return xlat_write(p, address, word, bytes);
}

/* From the first handler on code looks whether its thread is wanted. */
static void set_action(struct xlat_program *p, unsigned int number,
		       const struct xlat_action *action)
{
	struct xlat_process *process = p->process;

	process->action[number] = *action;
	xlat_signal_install(number, action);
	if (action->handler > XLAT_SIG_IGN && (!xlat_is_fault(number) || number == SIGILL ||
					       number == SIGFPE))
		xlat_need_polls_locked(process);
}

int64_t xlat_sys_sigaction(struct xlat_program *p, const uint64_t *arg)
{
	unsigned int number = (unsigned int)arg[0];
	struct xlat_action new, old;
	int64_t status = 0;

	if (!xlat_host_signal(arg[0]) || arg[3] != SET_BYTES ||
	    (arg[1] && (number == SIGKILL || number == SIGSTOP)))
		return -EINVAL;
	if (arg[1])
		status = read_action(p, arg[1], &new);
	if (status)
		return status;
	pthread_mutex_lock(&p->process->lock);
	old = p->process->action[number];
	if (arg[1] && p->guest->linux_abi->signal)
		set_action(p, number, &new);
	pthread_mutex_unlock(&p->process->lock);
	return arg[2] ? write_action(p, arg[2], &old) : 0;
}

/* What has come before the mask changes is delivered by the one that was. */
static void set_mask(struct xlat_program *p, uint64_t mask)
{
	p->check = p->mask & mask;
	p->checks = true;
	p->mask = mask & ~XLAT_UNBLOCKABLE;
	xlat_set_host_mask(p->mask);
	xlat_want(p);
}

int64_t xlat_sys_sigprocmask(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t set, old = p->mask;

	if (arg[3] != SET_BYTES || (arg[1] && arg[0] > SIG_SETMASK))
		return -EINVAL;
	if (arg[1] && xlat_read(p, arg[1], &set, sizeof(set)))
		return -EFAULT;
	if (arg[1])
		set_mask(p, arg[0] == SIG_SETMASK ? set :
			 arg[0] == SIG_BLOCK ? old | set : old & ~set);
	return arg[2] ? xlat_write(p, arg[2], &old, sizeof(old)) : 0;
}

/* The handler is called with the mask that was before in its frame. */
int64_t xlat_sys_sigsuspend(struct xlat_program *p, const uint64_t *arg)
{
	const struct timespec reminder = { .tv_sec = 3600 };
	uint64_t set;

	if (arg[1] != SET_BYTES)
		return -EINVAL;
	if (xlat_read(p, arg[0], &set, sizeof(set)))
		return -EFAULT;
	p->check = set & ~XLAT_UNBLOCKABLE;
	p->checks = true;
	xlat_set_host_mask(p->check);
	while (!xlat_signal_pending(p) && !xlat_has_ended(p->process))
		nanosleep(&reminder, NULL);
	xlat_set_host_mask(p->mask);
	return -EINTR;
}

/* Those that the host's kernel holds back for the thread, and those that have come and wait here. */
int64_t xlat_sys_sigpending(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t set = __atomic_load_n(&p->pending, __ATOMIC_SEQ_CST) & p->mask;
	unsigned int number;
	sigset_t host;

	if (arg[1] > SET_BYTES)
		return -EINVAL;
	sigpending(&host);
	for (number = 1; number <= XLAT_SIGNALS; number++) {
		if (xlat_host_signal(number) && sigismember(&host, xlat_host_signal(number)))
			set |= xlat_signal_bit(number);
	}
	return xlat_write(p, arg[0], &set, (size_t)arg[1]);
}

/* The first of @set that has come and was not delivered. Return: 0: none. */
static unsigned int take_pending(struct xlat_program *p, uint64_t set, siginfo_t *info)
{
	uint64_t bits = __atomic_load_n(&p->pending, __ATOMIC_SEQ_CST) & set;
	unsigned int number;

	if (!bits)
		return 0;
	number = (unsigned int)__builtin_ctzll(bits) + 1;
	*info = p->info[number - 1];
	__atomic_fetch_and(&p->pending, ~xlat_signal_bit(number), __ATOMIC_SEQ_CST);
	return number;
}

int64_t xlat_sys_sigtimedwait(struct xlat_program *p, const uint64_t *arg)
{
	long a[GUEST_LINUX_ARGS];
	uint64_t set;
	unsigned int number;
	int64_t result;
	siginfo_t info;
	sigset_t host;
	int status = xlat_translate(p, "pppv", arg, a);

	if (!status && arg[3] != SET_BYTES)
		status = -EINVAL;
	if (!status)
		status = xlat_read(p, arg[0], &set, sizeof(set));
	if (status)
		return status;
	xlat_host_mask(set, &host);
	a[0] = (long)(uintptr_t)&host;
	a[1] = (long)(uintptr_t)&info;
	number = take_pending(p, set, &info);
	if (!number) {
		result = xlat_call_host(SYS_rt_sigtimedwait, a);
		/* A fault's signal that somebody sends is not blocked for the host. */
		number = result > 0 ? xlat_guest_signal((int)result) : take_pending(p, set, &info);
	}
	if (!number)
		return result;
	info.si_signo = (int)number;
	return arg[1] && xlat_write(p, arg[1], &info, sizeof(info)) ? -EFAULT : (int64_t)number;
}

int64_t xlat_sys_sigaltstack(struct xlat_program *p, const uint64_t *arg)
{
	bool on = xlat_on_alternate(p, xlat_get(p, p->guest->linux_abi->sp));
	uint64_t old[3] = { p->alternate.address, p->alternate.bytes ? on : SS_DISABLE,
			    p->alternate.bytes };
	uint64_t new[3];

	if (arg[0] && xlat_read(p, arg[0], new, sizeof(new)))
		return -EFAULT;
	if (arg[0] && on)
		return -EPERM;
	if (arg[0] && !((uint32_t)new[1] & SS_DISABLE) && new[2] < 2048)
		return -ENOMEM;
	if (arg[0]) {
		p->alternate.address = new[0];
		p->alternate.bytes = (uint32_t)new[1] & SS_DISABLE ? 0 : new[2];
	}
	return arg[1] ? xlat_write(p, arg[1], old, sizeof(old)) : 0;
}

int64_t xlat_sys_sigreturn(struct xlat_program *p, const uint64_t *arg)
{
	const struct guest_signal *abi = p->guest->linux_abi->signal;
	uint8_t uc[XLAT_UC_BYTES], apart[XLAT_APART_BYTES];
	uint64_t frame = xlat_get(p, p->guest->linux_abi->sp), pointer = 0, mask;

	(void)arg;
	if (!abi)
		return -ENOSYS;
	if (xlat_read(p, frame + abi->uc_at, uc, abi->uc_bytes)) {
		xlat_kill(p, SIGSEGV);
		return 0;
	}
	if (abi->apart_bytes)
		memcpy(&pointer, uc + abi->pointer_at, sizeof(pointer));
	if (pointer && xlat_read(p, pointer, apart, abi->apart_bytes)) {
		xlat_kill(p, SIGSEGV);
		return 0;
	}
	abi->restore(p->state, &p->fp, uc, pointer ? apart : NULL);
	memcpy(&mask, uc + abi->mask_at, sizeof(mask));
	p->keep = true;
	set_mask(p, mask);
	p->checks = false;
	return 0;
}

/* A signal to ourselves without a handler ends the guest, and the host's process says so. */
static bool ends(struct xlat_program *p, uint64_t number)
{
	return p->process->action[number].handler == XLAT_SIG_DFL && number != SIGSTOP &&
	       number != SIGTSTP && number != SIGTTIN && number != SIGTTOU &&
	       !xlat_is_ignored((unsigned int)number) &&
	       !(p->mask & xlat_signal_bit((unsigned int)number));
}

static int64_t send(struct xlat_program *p, bool own, uint64_t number, long call, long a, long b)
{
	int host = xlat_host_signal(number);
	long result;

	if (!own && p->process->sandbox)
		return -EPERM;
	if (number && !host)
		return -EINVAL;
	if (own && number && ends(p, number)) {
		xlat_kill(p, (int)number);
		return 0;
	}
	/* Faults are not blocked for the host. */
	if (own && number && xlat_is_fault((unsigned int)number) &&
	    p->process->action[number].handler == XLAT_SIG_IGN)
		return 0;
	result = call == SYS_tgkill ? syscall(call, a, b, host) : syscall(call, a, host);
	return result ? -errno : 0;
}

int64_t xlat_sys_kill(struct xlat_program *p, const uint64_t *arg)
{
	return send(p, (int)arg[0] == getpid(), arg[1], SYS_kill, (int)arg[0], 0);
}

int64_t xlat_sys_tkill(struct xlat_program *p, const uint64_t *arg)
{
	return send(p, true, arg[1], SYS_tgkill, getpid(), (int)arg[0]);
}

int64_t xlat_sys_tgkill(struct xlat_program *p, const uint64_t *arg)
{
	return send(p, (int)arg[0] == getpid(), arg[2], SYS_tgkill, (int)arg[0], (int)arg[1]);
}

/* struct siginfo is the same everywhere, and its number is the first word of it. */
static int64_t queue(struct xlat_program *p, long call, const uint64_t *id, uint64_t number,
		     uint64_t address)
{
	int host = xlat_host_signal(number);
	siginfo_t info;
	long result;

	if (p->process->sandbox && (int)id[0] != getpid())
		return -EPERM;
	if (number && !host)
		return -EINVAL;
	if (xlat_read(p, address, &info, sizeof(info)))
		return -EFAULT;
	info.si_signo = host;
	result = call == SYS_rt_sigqueueinfo ? syscall(call, id[0], host, &info) :
					       syscall(call, id[0], id[1], host, &info);
	return result ? -errno : 0;
}

int64_t xlat_sys_sigqueueinfo(struct xlat_program *p, const uint64_t *arg)
{
	return queue(p, SYS_rt_sigqueueinfo, arg, arg[1], arg[2]);
}

int64_t xlat_sys_tgsigqueueinfo(struct xlat_program *p, const uint64_t *arg)
{
	return queue(p, SYS_rt_tgsigqueueinfo, arg, arg[2], arg[3]);
}
