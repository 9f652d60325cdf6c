// SPDX-License-Identifier: MIT
/*
 * Is this a virtual machine or a container, and whose? CPUID first (cpuid.c), then what firmware
 * and the kernel tell.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "user/env/collect.h"
#include "user/env/sys.h"

/* Source: leaf 40000000H of each hypervisor's own documentation, as collected in CPUID tools. */
static const struct { const char *signature, *name; } by_signature[] = {
	{ "KVMKVMKVM", "KVM" },		{ "Linux KVM Hv", "KVM" },
	{ "Microsoft Hv", "Hyper-V" },	{ "VMwareVMware", "VMware" },
	{ "XenVMMXenVMM", "Xen" },	{ "TCGTCGTCGTCG", "QEMU TCG" },
	{ "bhyve bhyve", "bhyve" },	{ "ACRNACRNACRN", "ACRN" },
	{ "VBoxVBoxVBox", "VirtualBox" },
};

static const struct { const char *vendor, *name; } by_firmware[] = {
	{ "QEMU", "QEMU" },		{ "VMware", "VMware" },		{ "Xen", "Xen" },
	{ "innotek", "VirtualBox" },	{ "Parallels", "Parallels" },	{ "Bochs", "Bochs" },
	{ "Google Compute Engine", "KVM" },
};

static void from_signature(struct vmb_env *env)
{
	const char *signature = vmb_env_get_text(env, "virt.signature");

	if (!signature)
		return;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(by_signature); i++)
		if (!strcmp(by_signature[i].signature, signature)) {
			vmb_env_text(env, "virt.hypervisor", "CPUID", "%s", by_signature[i].name);
			return;
		}
	vmb_env_text(env, "virt.hypervisor", "CPUID", "unknown");
}

/* Bare metal of a cloud has the cloud's firmware too: names of products, not of clouds. */
static void from_firmware(struct vmb_env *env)
{
	const char *text[] = {
		vmb_env_get_text(env, "machine.vendor"), vmb_env_get_text(env, "machine.product"),
	};

	for (size_t k = 0; k < VMB_ARRAY_SIZE(text); k++)
		for (size_t i = 0; text[k] && i < VMB_ARRAY_SIZE(by_firmware); i++)
			if (!strncmp(text[k], by_firmware[i].vendor,
				     strlen(by_firmware[i].vendor))) {
				vmb_env_text(env, "virt.hypervisor", "DMI", "%s",
					     by_firmware[i].name);
				return;
			}
}

static void from_kernel(struct vmb_env *env)
{
	char text[64];

	if (vmb_sys_text(text, sizeof(text), "/sys/hypervisor/type") > 0)
		vmb_env_text(env, "virt.hypervisor", "/sys/hypervisor", "%s",
			     strcmp(text, "xen") ? text : "Xen");
	else if (vmb_sys_text(text, sizeof(text), "/proc/device-tree/hypervisor/compatible") > 0)
		vmb_env_text(env, "virt.hypervisor", "device tree", "%s", text);
	else if (vmb_sys_text(text, sizeof(text), "/proc/device-tree/compatible") > 0 &&
		 !strcmp(text, "linux,dummy-virt"))
		vmb_env_text(env, "virt.hypervisor", "device tree", "QEMU");
}

/* The first PID namespace has a fixed inode (PROC_PID_INIT_INO); any other is a container's. */
static void add_container(struct vmb_env *env)
{
	struct stat st;

	if (vmb_sys_exists("/.dockerenv"))
		vmb_env_text(env, "virt.container", "/.dockerenv", "docker");
	else if (vmb_sys_exists("/run/.containerenv"))
		vmb_env_text(env, "virt.container", "/run/.containerenv", "podman");
	else if (!stat("/proc/self/ns/pid", &st) && st.st_ino != 0xeffffffc)
		vmb_env_text(env, "virt.container", "PID namespace", "yes");
}

void vmb_env_virt(struct vmb_env *env)
{
	static const struct vmb_env_file file[] = {
		{ "machine.vendor", "/sys/class/dmi/id/sys_vendor", vmb_env_file_text },
		{ "machine.product", "/sys/class/dmi/id/product_name", vmb_env_file_text },
	};
	static void (*const source[])(struct vmb_env *) = {
		from_signature, from_kernel, from_firmware,
	};

	vmb_env_files(env, file, VMB_ARRAY_SIZE(file));
	for (size_t i = 0; i < VMB_ARRAY_SIZE(source); i++)
		if (!vmb_env_find(env, "virt.hypervisor"))
			source[i](env);
	add_container(env);
}
