// SPDX-License-Identifier: MIT
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

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
	return !p->sandbox || row->where == ANYWHERE || (row->where == STDIO && arg[0] <= 2);
}

/* An address for the host's kernel, which checks what is mapped. Return: false if it is none. */
static bool translate(const struct xlat_program *p, char kind, const uint64_t *arg, long *out)
{
	uint64_t bytes = kind == 'b' ? arg[1] : 1;

	*out = (long)arg[0];
	if (kind == 'v' || (kind == 'p' && !arg[0]) || (kind == 'b' && !bytes))
		return true;
	*out = (long)(uintptr_t)xlat_host(&p->space, arg[0]);
	return xlat_space_has(&p->space, arg[0], bytes);
}

static int64_t pass_on(const struct xlat_program *p, const struct row *row, const uint64_t *arg)
{
	long a[GUEST_LINUX_ARGS] = { 0 }, result;
	size_t i;

	for (i = 0; row->args[i]; i++) {
		if (!translate(p, row->args[i], &arg[i], &a[i]))
			return -EFAULT;
	}
	result = syscall(row->host, a[0], a[1], a[2], a[3], a[4], a[5]);
	return result == -1 ? -errno : result;
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

/* The guest's number as a generic one, with the arguments of that. */
static uint64_t generic(const struct guest_linux *abi, uint64_t number, uint64_t *arg)
{
	const struct guest_linux_call *as;
	uint64_t guest[GUEST_LINUX_ARGS];
	size_t i;

	if (!abi->call)
		return number;
	if (number >= abi->nr_calls || !abi->call[number].generic)
		return UINT64_MAX;
	as = &abi->call[number];
	memcpy(guest, arg, sizeof(guest));
	for (i = 0; i < sizeof(as->args) && as->args[i]; i++)
		arg[i] = argument(as->args[i], guest);
	return as->generic;
}

static int64_t call(struct xlat_program *p, const struct guest_linux *abi)
{
	/* A buffer's length is looked for behind the last argument, too. */
	uint64_t arg[GUEST_LINUX_ARGS + 1] = { 0 }, number = xlat_get(p, abi->number);
	const struct row *row;
	int64_t result;
	int i;

	for (i = 0; i < GUEST_LINUX_ARGS; i++)
		arg[i] = xlat_get(p, abi->arg[i]);
	if (abi->own && abi->own(p->state, number, arg, &result))
		return result;
	row = find(generic(abi, number, arg));
	if (!row)
		return -ENOSYS;
	if (!is_allowed(p, row, arg))
		return -EPERM;
	return row->call ? row->call(p, arg) : pass_on(p, row, arg);
}

void xlat_syscall(struct xlat_program *p)
{
	const struct guest_linux *abi = p->guest->linux_abi;

	xlat_set(p, abi->result, (uint64_t)call(p, abi));
}
