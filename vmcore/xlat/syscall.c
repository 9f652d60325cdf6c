// SPDX-License-Identifier: MIT
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmcore/xlat/debug.h"
#include "vmcore/xlat/signal.h"

/* syscalls.def has its own numbers from here on. */
#define OWN_NUMBERS 1000u

enum where { ANYWHERE, STDIO, OUTSIDE };

/**
 * struct row - a line of syscalls.def.
 * @host: number of the host's own call; -1: @call does it
 * @args: of @host
 */
struct row {
	uint16_t number;
	uint8_t where;
	long host;
	const char *args;
	xlat_call *call;
};

static const struct row rows[] = {
#define PASS(nr, name, arguments, place) \
	{ .number = nr, .where = place, .host = SYS_##name, .args = arguments },
#define DO(nr, name, place) { .number = nr, .where = place, .host = -1, .call = xlat_sys_##name },
#include "vmcore/xlat/syscalls.def"
#undef PASS
#undef DO
};

/* The rows are sorted. */
static const struct row *find(uint64_t number)
{
	size_t low = 0, high = VMB_ARRAY_SIZE(rows);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (rows[mid].number == number)
			return &rows[mid];
		if (rows[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool is_allowed(const struct xlat_program *p, const struct row *row, const uint64_t *arg)
{
	return !p->process->sandbox || row->where == ANYWHERE || (row->where == STDIO && arg[0] <= 2);
}

/* An address for the host's kernel, which checks what is mapped. Return: false if it is none. */
static bool translate(const struct xlat_program *p, char kind, const uint64_t *arg, long *out)
{
	uint64_t bytes = kind == 'b' ? arg[1] : 1;

	*out = (long)arg[0];
	if (kind == 'v' || (kind == 'p' && !arg[0]) || (kind == 'b' && !bytes))
		return true;
	*out = (long)(uintptr_t)xlat_host(p->space, arg[0]);
	return xlat_space_has(p->space, arg[0], bytes);
}

int xlat_translate(const struct xlat_program *p, const char *args, const uint64_t *arg, long *a)
{
	size_t i;

	memset(a, 0, GUEST_LINUX_ARGS * sizeof(*a));
	for (i = 0; args[i]; i++) {
		if (!translate(p, args[i], &arg[i], &a[i]))
			return -EFAULT;
	}
	return 0;
}

int64_t xlat_call_host(long number, const long *a)
{
	long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);

	return result == -1 ? -errno : result;
}

static int64_t pass_on(const struct xlat_program *p, const struct row *row, const uint64_t *arg)
{
	long a[GUEST_LINUX_ARGS];
	int status = xlat_translate(p, row->args, arg, a);

	return status ? status : xlat_call_host(row->host, a);
}

/* A letter of struct guest_linux_call.args. */
static uint64_t argument(char letter, const uint64_t *guest)
{
	static const struct {
		char letter;
		int32_t value;
	} fixed[] = {
		{ 'C', AT_FDCWD }, { 'L', AT_SYMLINK_NOFOLLOW }, { 'R', AT_REMOVEDIR },
		{ 'S', SIGCHLD }, { 'T', O_CREAT | O_WRONLY | O_TRUNC },
	};
	size_t i;

	if (letter >= '0' && letter < '0' + GUEST_LINUX_ARGS)
		return guest[letter - '0'];
	for (i = 0; i < VMB_ARRAY_SIZE(fixed); i++) {
		if (fixed[i].letter == letter)
			return (uint64_t)fixed[i].value;
	}
	return 0;
}

/*
 * The guest's number as a generic one, with the arguments of that. Numbers of our own are no guest's.
 */
static uint64_t generic(const struct guest_linux *abi, uint64_t number, uint64_t *arg)
{
	const struct guest_linux_call *as;
	uint64_t guest[GUEST_LINUX_ARGS];
	size_t i;

	if (!abi->call)
		return number < OWN_NUMBERS ? number : UINT64_MAX;
	if (number >= abi->nr_calls || !abi->call[number].generic)
		return UINT64_MAX;
	as = &abi->call[number];
	memcpy(guest, arg, sizeof(guest));
	for (i = 0; i < sizeof(as->args) && as->args[i]; i++)
		arg[i] = argument(as->args[i], guest);
	return as->generic;
}

/* @number: gets the generic one. */
static int64_t call(struct xlat_program *p, const struct guest_linux *abi, uint64_t *number)
{
	/* A buffer's length is looked for behind the last argument, too. */
	uint64_t arg[GUEST_LINUX_ARGS + 1] = { 0 };
	const struct row *row;
	int64_t result;
	int i;

	for (i = 0; i < GUEST_LINUX_ARGS; i++)
		arg[i] = xlat_get(p, abi->arg[i]);
	*number = xlat_get(p, abi->number);
	if (abi->own && abi->own(p->state, *number, arg, &result))
		return result;
	*number = generic(abi, *number, arg);
	row = find(*number);
	if (!row)
		return -ENOSYS;
	if (!is_allowed(p, row, arg))
		return -EPERM;
	return row->call ? row->call(p, arg) : pass_on(p, row, arg);
}

/* System calls that go on behind a handler with SA_RESTART, by their generic numbers. */
static bool can_restart(uint64_t number)
{
	static const uint16_t numbers[] = { 25, 29, 32, 56, 63, 64, 65, 66, 67, 68, 71, 95, 98, 202,
					    203, 206, 207, 211, 212, 242, 260 };
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(numbers); i++) {
		if (numbers[i] == number)
			return true;
	}
	return false;
}

/* Let it be made again when handlers have returned: nothing but the program counter has changed. */
static void restart(struct xlat_program *p, const struct guest_linux *abi)
{
	uint64_t pc = xlat_get(p, p->guest->pc_offset);

	xlat_set(p, p->guest->pc_offset, pc - abi->signal->syscall_bytes);
}

/*
 * What was interrupted for something else than a signal of the guest's is made again, and what the
 * host's kernel could not write to since code was translated from there.
 */
static bool is_again(struct xlat_program *p, int64_t result)
{
	if (result == -EFAULT && xlat_unwatch_all(p->space)) {
		xlat_want_all(p->process);
		return true;
	}
	return result == -EINTR && !xlat_signal_pending(p) && !xlat_has_ended(p->process) &&
	       !xlat_debug_waits(p);
}

void xlat_syscall(struct xlat_program *p)
{
	const struct guest_linux *abi = p->guest->linux_abi;
	uint64_t number;
	int64_t result;

	p->keep = false;
	do {
		result = call(p, abi, &number);
	} while (is_again(p, result));
	if (p->keep)
		return;
	if (result == -EINTR && abi->signal &&
	    (xlat_debug_waits(p) || (can_restart(number) && xlat_signal_restarts(p))))
		restart(p, abi);
	else
		xlat_set(p, abi->result, (uint64_t)result);
}
