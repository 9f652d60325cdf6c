/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_SESSION_H
#define VMB_KMOD_SESSION_H

#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "kmod/uapi/vmbench.h"

/**
 * struct vmb_session - from open to release.
 * @lock: one ioctl at a time; threads of the client wait for each other
 * @tested: CPUs on which the self-test passed
 * @reached: CPUs to which flushes were sent from another, and arrived; and those that sent them
 * @test_error: 1 not run, 0 passed on every CPU tried, otherwise the errno of the failure; a
 *	failure is final for the session
 * @test_text: what it found
 */
struct vmb_session {
	struct mutex lock;
	cpumask_var_t tested;
	cpumask_var_t reached;
	int test_error;
	char test_text[VMB_KMOD_REASON_BYTES];
};

extern const struct file_operations vmb_session_fops;

/**
 * vmb_session_test - run the self-test on this CPU unless it was; @s->lock held.
 * Return: 0, or -EIO with @s->test_text. Context: may sleep.
 */
int vmb_session_test(struct vmb_session *s);

/**
 * vmb_session_test_remote - vmb_session_test(), and once for every other CPU that is online: do
 * flushes that are sent to all CPUs arrive there? @s->lock held.
 * Return: 0, or -EIO with @s->test_text. Context: may sleep.
 */
int vmb_session_test_remote(struct vmb_session *s);

/** vmb_run_ioctl - VMB_KMOD_IOC_RUN; @s->lock held. */
int vmb_run_ioctl(struct vmb_session *s, void __user *arg);

/**
 * vmb_selftest - does every way to flush the TLB of this CPU really flush it, and would we see it if
 * it did not?
 * @text: VMB_KMOD_REASON_BYTES, written on failure
 * @cpu: the CPU that was tested
 *
 * Maps one page in the caller's memory for the time of the test.
 * Return: 0; -EIO a flush does not work; -EAGAIN nothing could be seen; -ENOMEM, -EINTR. Context:
 * may sleep.
 */
int vmb_selftest(char *text, unsigned int *cpu);

/**
 * vmb_selftest_remote - does every way to flush the TLBs of all CPUs really flush those of the
 * others? A kernel thread per CPU and method looks, for microseconds; it is gone on return.
 * @reached: CPUs to leave out; those that passed are added, and this one
 * @text: as for vmb_selftest()
 *
 * Return and context: as for vmb_selftest(). 0 with one CPU: there is nothing to test.
 */
int vmb_selftest_remote(struct cpumask *reached, char *text);

#endif /* VMB_KMOD_SESSION_H */
