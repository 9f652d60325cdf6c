// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "kmod/session.h"

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "kmod/arch.h"
#include "kmod/probe.h"

static unsigned long busy;	/* bit 0: somebody has the device open */

static int session_open(struct inode *inode, struct file *file)
{
	struct vmb_session *s;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (test_and_set_bit_lock(0, &busy))
		return -EBUSY;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		goto err_busy;
	if (!zalloc_cpumask_var(&s->tested, GFP_KERNEL))
		goto err_session;
	if (!zalloc_cpumask_var(&s->reached, GFP_KERNEL))
		goto err_tested;
	mutex_init(&s->lock);
	s->test_error = 1;
	file->private_data = s;
	return nonseekable_open(inode, file);

err_tested:
	free_cpumask_var(s->tested);
err_session:
	kfree(s);
err_busy:
	clear_bit_unlock(0, &busy);
	return -ENOMEM;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct vmb_session *s = file->private_data;

	free_cpumask_var(s->reached);
	free_cpumask_var(s->tested);
	mutex_destroy(&s->lock);
	kfree(s);
	clear_bit_unlock(0, &busy);
	return 0;
}

int vmb_session_test(struct vmb_session *s)
{
	unsigned int cpu = 0;
	int err;

	if (s->test_error < 0)
		return -EIO;
	if (cpumask_test_cpu(raw_smp_processor_id(), s->tested))
		return 0;
	err = vmb_selftest(s->test_text, &cpu);
	if (err == -EIO || err == -EAGAIN) {
		s->test_error = err;
		return -EIO;
	}
	if (err)
		return err;	/* could not be tested now: no verdict */
	s->test_error = 0;
	cpumask_set_cpu(cpu, s->tested);
	return 0;
}

int vmb_session_test_remote(struct vmb_session *s)
{
	int err = vmb_session_test(s);

	if (err)
		return err;
	err = vmb_selftest_remote(s->reached, s->test_text);
	if (err != -EIO && err != -EAGAIN)
		return err;
	s->test_error = err;
	return -EIO;
}

static u32 test_state(const struct vmb_session *s)
{
	if (s->test_error < 0)
		return -s->test_error;
	return !cpumask_test_cpu(raw_smp_processor_id(), s->tested);
}

static int ioc_info(struct vmb_session *s, void __user *arg)
{
	struct vmb_kmod_info info;

	memset(&info, 0, sizeof(info));
	preempt_disable();
	vmb_arch_info(&info);
	preempt_enable();
	info.abi = VMB_KMOD_ABI;
	info.page_bytes = PAGE_SIZE;
	info.nr_probes = vmb_probe_count();
	info.nr_cpus = num_online_cpus();
	if (vmb_pmu_present())
		info.features |= VMB_KMOD_F_PMU;
	info.selftest = test_state(s);
	strscpy(info.version, VMB_KMOD_VERSION, sizeof(info.version));
	strscpy(info.selftest_text, s->test_text, sizeof(info.selftest_text));
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static void describe(struct vmb_kmod_probe_info *info, const struct vmb_probe *p)
{
	const char *why = p->missing ? p->missing() : NULL;

	info->probe = p->id;
	info->needs = p->needs;
	info->flags = p->flags;
	if (p->needs & VMB_KMOD_TAKES_METHOD)
		info->methods = vmb_probe_methods(p);
	strscpy(info->name, p->name, sizeof(info->name));
	if (why) {
		info->error = EOPNOTSUPP;
		strscpy(info->reason, why, sizeof(info->reason));
	}
}

static int ioc_probe(struct vmb_session *s, void __user *arg)
{
	struct vmb_kmod_probe_info in, out;
	const struct vmb_probe *p;

	if (copy_from_user(&in, arg, sizeof(in)))
		return -EFAULT;
	p = vmb_probe_at(in.index);
	if (!p)
		return -ENOENT;
	memset(&out, 0, sizeof(out));
	out.index = in.index;
	describe(&out, p);
	return copy_to_user(arg, &out, sizeof(out)) ? -EFAULT : 0;
}

static int ioc_selftest(struct vmb_session *s, void __user *arg)
{
	return vmb_session_test_remote(s);
}

static const struct {
	unsigned int cmd;
	int (*fn)(struct vmb_session *s, void __user *arg);
} commands[] = {
	{ VMB_KMOD_IOC_INFO, ioc_info },
	{ VMB_KMOD_IOC_PROBE, ioc_probe },
	{ VMB_KMOD_IOC_RUN, vmb_run_ioctl },
	{ VMB_KMOD_IOC_SELFTEST, ioc_selftest },
};

static long session_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vmb_session *s = file->private_data;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == cmd)
			break;
	if (i == ARRAY_SIZE(commands))
		return -ENOTTY;
	if (!current->mm)	/* a kernel thread, e.g. through io_uring */
		return -EINVAL;
	if (mutex_lock_interruptible(&s->lock))
		return -EINTR;
	err = commands[i].fn(s, (void __user *)arg);
	mutex_unlock(&s->lock);
	return err;
}

const struct file_operations vmb_session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.release = session_release,
	.unlocked_ioctl = session_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
