// SPDX-License-Identifier: MIT
/* What the module says about the machine, against what the kernel says elsewhere. */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

static bool cmdline_has(const char *word)
{
	char text[4096] = " ", find[64];
	FILE *f = fopen("/proc/cmdline", "r");

	if (!f || !fgets(text + 1, sizeof(text) - 1, f))
		text[0] = '\0';
	if (f)
		fclose(f);
	text[strcspn(text, "\n")] = ' ';
	snprintf(find, sizeof(find), " %s ", word);
	return strstr(text, find) != NULL;
}

static uint32_t elf_machine(void)
{
	struct utsname u;

	uname(&u);
	if (!strcmp(u.machine, "x86_64"))
		return EM_X86_64;
	return !strcmp(u.machine, "aarch64") ? EM_AARCH64 : EM_RISCV;
}

static void test_info(const struct client *c)
{
	const struct vmb_kmod_info *i = &c->info;

	tap_note("version %s, %u levels, %u bits, page %u, line %u, asid %u bits, features %#x, %llu Hz",
		 i->version, i->levels, i->va_bits, i->page_bytes, i->line_bytes, i->asid_bits,
		 i->features, (unsigned long long)i->tick_hz);
	tap_ok(i->abi == VMB_KMOD_ABI, "abi is %u", VMB_KMOD_ABI);
	tap_ok(i->elf_machine == elf_machine(), "the architecture is this one");
	tap_ok(i->page_bytes == c->page_bytes, "page size is %zu", c->page_bytes);
	tap_ok(i->nr_cpus == (uint32_t)sysconf(_SC_NPROCESSORS_ONLN), "%u CPUs online", i->nr_cpus);
	tap_ok(i->tick_hz > 1000000, "the tick frequency is known");
	tap_ok(i->line_bytes >= 16 && i->line_bytes <= 256, "a cache line has %u bytes", i->line_bytes);
	if (cmdline_has("pti=on") || cmdline_has("kpti=1"))
		tap_ok(i->features & VMB_KMOD_F_PTI, "page-table isolation is on");
	if (cmdline_has("pti=off"))
		tap_ok(!(i->features & VMB_KMOD_F_PTI), "page-table isolation is off");
}

/* The largest address that mmap can give needs exactly the bits that va_bits says. */
static void test_levels(const struct client *c)
{
	uint32_t index_bits = 0, size = c->info.page_bytes / 8, bits;

	while (size > 1) {
		size /= 2;
		index_bits++;
	}
	bits = c->info.levels * index_bits;
	for (size = c->info.page_bytes; size > 1; size /= 2)
		bits++;
	/* x86 and RISC-V give user space half of it, arm64's top level may be a part of a table. */
	tap_ok(c->info.va_bits <= bits && c->info.va_bits > bits - index_bits - 1,
	       "%u levels fit %u address bits", c->info.levels, c->info.va_bits);
}

static void test_list(const struct client *c)
{
	struct vmb_kmod_probe_info p = { .index = 0 };
	uint32_t n = 0, unnamed = 0, unexplained = 0;

	for (; !ioctl(c->fd, VMB_KMOD_IOC_PROBE, &p); p.index++, n++) {
		unnamed += !p.name[0];
		unexplained += p.error && !p.reason[0];
		if (p.error)
			tap_note("%s: %s", p.name, p.reason);
	}
	tap_ok(errno == ENOENT && n == c->info.nr_probes, "%u probes are listed", n);
	tap_ok(!unnamed && !unexplained, "each has a name, and a reason if it cannot run");
}

static void test_selftest(struct client *c)
{
	int err = ioctl(c->fd, VMB_KMOD_IOC_SELFTEST);

	ioctl(c->fd, VMB_KMOD_IOC_INFO, &c->info);
	tap_ok(!err && !c->info.selftest, "every flush method passes the stale-entry test %s",
	       c->info.selftest_text);
}

int main(void)
{
	struct client c;

	client_open(&c);
	client_pin(0);
	test_info(&c);
	test_levels(&c);
	test_list(&c);
	test_selftest(&c);
	client_close(&c);
	return tap_status();
}
