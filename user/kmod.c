// SPDX-License-Identifier: MIT
#include "user/kmod.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct { int error; const char *words; } refusals[] = {
	{ ENOENT, "the kernel module is not loaded: make kmod && "
		  "sudo insmod build/kmod/$(uname -r)/vmbench.ko" },
	{ EPERM, "the kernel module needs CAP_SYS_ADMIN: run with sudo" },
	{ EACCES, "the kernel module needs root: run with sudo" },
	{ EBUSY, "another process has the kernel module open: one client at a time" },
};

static void explain_refusal(int error, struct vmb_why *why)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(refusals); i++)
		if (refusals[i].error == error) {
			vmb_why_set(why, "%s", refusals[i].words);
			return;
		}
	vmb_why_set(why, "%s: %s", VMB_KMOD_DEVICE, strerror(error));
}

int vmb_kmod_open(struct vmb_kmod_info *info, struct vmb_why *why)
{
	int fd = open(VMB_KMOD_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		int error = errno;

		explain_refusal(error, why);
		return -error;
	}
	memset(info, 0, sizeof(*info));
	if (!ioctl(fd, VMB_KMOD_IOC_INFO, info) && info->abi == VMB_KMOD_ABI)
		return fd;
	vmb_why_set(why, "the loaded kernel module has ABI %u, this vmbench %d: make kmod && "
		    "sudo rmmod vmbench && sudo insmod build/kmod/$(uname -r)/vmbench.ko", info->abi, VMB_KMOD_ABI);
	close(fd);
	return -EPROTO;
}

int vmb_kmod_find(int fd, const struct vmb_kmod_info *info, uint32_t probe,
		  struct vmb_kmod_probe_info *out)
{
	for (uint32_t i = 0; i < info->nr_probes; i++) {
		*out = (struct vmb_kmod_probe_info){ .index = i };
		if (ioctl(fd, VMB_KMOD_IOC_PROBE, out))
			return -errno;
		if (out->probe == probe)
			return 0;
	}
	return -ENOENT;
}

int vmb_kmod_selftest(int fd, struct vmb_why *why)
{
	struct vmb_kmod_info info = { 0 };

	if (ioctl(fd, VMB_KMOD_IOC_SELFTEST))
		goto failed;
	if (ioctl(fd, VMB_KMOD_IOC_INFO, &info))
		goto failed;
	if (!info.selftest)
		return 0;
	vmb_why_set(why, "the module's self-test failed: %.*s", VMB_KMOD_REASON_BYTES - 1,
		    info.selftest_text);
	return -EIO;
failed:
	vmb_why_set(why, "the module's self-test: %s", strerror(errno));
	return -errno;
}

int vmb_kmod_run(int fd, struct vmb_kmod_run *run, struct vmb_why *why)
{
	int err = ioctl(fd, VMB_KMOD_IOC_RUN, run) ? -errno : 0;

	if (err)
		vmb_why_set(why, "%.*s", VMB_KMOD_REASON_BYTES - 1,
			    run->reason[0] ? run->reason : strerror(-err));
	return err;
}
