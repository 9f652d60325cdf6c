// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * vmbench.ko: named, bounded probes of what user space cannot time. One misc device.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/preempt.h>

#include "kmod/arch.h"
#include "kmod/compat.h"
#include "kmod/session.h"

static struct miscdevice vmb_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vmbench",
	.fops = &vmb_session_fops,
	.mode = 0600,
};

static int __init vmb_init(void)
{
	const char *why;

	preempt_disable();
	why = vmb_arch_unusable();
	preempt_enable();
	if (why) {
		pr_err("vmbench: cannot work here: %s\n", why);
		return -ENODEV;
	}
	return misc_register(&vmb_device);
}

static void __exit vmb_exit(void)
{
	misc_deregister(&vmb_device);
}

module_init(vmb_init);
module_exit(vmb_exit);

MODULE_DESCRIPTION("Bounded timing probes for the vmbench benchmark suite");
MODULE_AUTHOR("The vmbench authors");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_VERSION(VMB_KMOD_VERSION);
