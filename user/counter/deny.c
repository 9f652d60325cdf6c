// SPDX-License-Identifier: MIT
#include "user/counter/deny.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "user/counter/event.h"

/* The first number after @key in a text file, or the first of the file; -1: cannot be read. */
static long read_number(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	size_t skip = key ? strlen(key) : 0;
	char line[4096];
	long n = -1;

	if (!f)
		return -1;
	while (n < 0 && fgets(line, sizeof(line), f))
		if (!key || !strncmp(line, key, skip))
			if (sscanf(line + skip, "%ld", &n) != 1)
				n = -1;
	fclose(f);
	return n;
}

static bool file_has_word(const char *path, const char *word)
{
	FILE *f = fopen(path, "re");
	bool found = false;
	char line[8192];

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, word) != NULL;
	fclose(f);
	return found;
}

/* x86 says it in cpuid; ARM64 and RISC-V guests have it in the device tree, when they have one. */
static bool is_guest(void)
{
	return file_has_word("/proc/cpuinfo", " hypervisor ") ||
	       !access("/proc/device-tree/hypervisor", F_OK) ||
	       !access("/sys/hypervisor/type", F_OK);
}

static bool is_filtered(void)
{
	return read_number("/proc/self/status", "Seccomp:") == 2;
}

bool vmb_pmu_is_hidden(void)
{
	struct vmb_event cycles = {
		.attr = { .type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_CPU_CYCLES,
			  .exclude_kernel = 1, .exclude_hv = 1 },
		.may_widen = true,
	};
	int fd = vmb_event_open(&cycles, -1);

	if (fd >= 0)
		close(fd);
	return fd == -ENOENT || fd == -EOPNOTSUPP || fd == -ENODEV || fd == -ENXIO;
}

static int say_not_offered(char *buf, size_t len, const char *name)
{
	if (!vmb_pmu_is_hidden())
		return snprintf(buf, len, "this CPU's PMU does not offer it (perf_event_open: %s)",
				name);
	if (is_guest())
		return snprintf(buf, len, "hidden by the hypervisor (perf_event_open: %s)", name);
	return snprintf(buf, len, "this kernel drives no PMU of this CPU (perf_event_open: %s)",
			name);
}

static int say_not_permitted(char *buf, size_t len, const char *name)
{
	return snprintf(buf, len, "not permitted: kernel.perf_event_paranoid is %ld "
			"(perf_event_open: %s). Run as root, or: sysctl "
			"kernel.perf_event_paranoid=1",
			read_number("/proc/sys/kernel/perf_event_paranoid", NULL), name);
}

/* perf itself says EACCES; EPERM comes from something in front of it. */
static int say_forbidden(char *buf, size_t len, const char *name)
{
	if (is_filtered())
		return snprintf(buf, len, "not permitted: a seccomp filter forbids it, as in a "
				"container (perf_event_open: %s). Allow perf_event_open there, e.g. "
				"docker run --cap-add=PERFMON", name);
	if (geteuid())
		return say_not_permitted(buf, len, name);
	return snprintf(buf, len, "not permitted: a security module or kernel lockdown forbids it "
			"(perf_event_open: %s)", name);
}

static int say_no_perf(char *buf, size_t len, const char *name)
{
	return snprintf(buf, len, "%s (perf_event_open: %s)", is_filtered() ?
			"a seccomp filter or sandbox takes perf events away" :
			"this kernel is built without perf events, or a sandbox takes them away",
			name);
}

static int say_busy(char *buf, size_t len, const char *name)
{
	if (read_number("/proc/sys/kernel/nmi_watchdog", NULL) > 0)
		return snprintf(buf, len, "others hold the counter: the NMI watchdog takes one "
				"(%s). Free it with: sysctl kernel.nmi_watchdog=0", name);
	return snprintf(buf, len, "perf accepts it but gives it no counter: another user holds it, "
			"or the firmware has none for it (%s)", name);
}

static int say_no_files(char *buf, size_t len, const char *name)
{
	struct rlimit lim = { 0 };

	getrlimit(RLIMIT_NOFILE, &lim);
	return snprintf(buf, len, "too many open files, %llu are allowed (perf_event_open: %s). "
			"Raise the limit with: ulimit -n", (unsigned long long)lim.rlim_cur, name);
}

static const struct denial {
	int err;
	const char *name;
	const char *word;
	int (*say)(char *buf, size_t len, const char *name);
} table[] = {
	{ ENOENT, "ENOENT", "absent", say_not_offered },
	{ EOPNOTSUPP, "EOPNOTSUPP", "absent", say_not_offered },
	{ ENODEV, "ENODEV", "absent", say_not_offered },
	{ ENXIO, "ENXIO", "absent", say_not_offered },
	{ EINVAL, "EINVAL", "absent", say_not_offered },
	{ EACCES, "EACCES", "denied", say_not_permitted },
	{ EPERM, "EPERM", "denied", say_forbidden },
	{ ENOSYS, "ENOSYS", "no-perf", say_no_perf },
	{ EBUSY, "EBUSY", "busy", say_busy },
	{ EMFILE, "EMFILE", "files", say_no_files },
	{ ENFILE, "ENFILE", "files", say_no_files },
};

static const struct denial *find(int err)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(table); i++)
		if (table[i].err == err)
			return &table[i];
	return NULL;
}

const char *vmb_deny_text(int err, char *buf, size_t len)
{
	const struct denial *d = find(err);

	if (d)
		d->say(buf, len, d->name);
	else
		snprintf(buf, len, "perf_event_open: %s", strerror(err));
	return buf;
}

const char *vmb_deny_word(int err, bool hidden)
{
	const struct denial *d = find(err);

	if (!d)
		return "refused";
	return hidden && d->say == say_not_offered ? "hidden" : d->word;
}

bool vmb_deny_is_permission(int err)
{
	return err == EACCES || err == EPERM;
}
