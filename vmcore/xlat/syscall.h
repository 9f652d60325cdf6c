/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_SYSCALL_H
#define VMB_VMCORE_XLAT_SYSCALL_H
/*
 * The system calls that need more than being passed on. All 64-bit little-endian Linux systems lay
 * out most structures alike.
 */

#include "vmcore/xlat/program.h"

/** xlat_call - a system call: @arg as the guest has them. Return: its result or -errno. */
typedef int64_t xlat_call(struct xlat_program *p, const uint64_t *arg);

/**
 * xlat_translate - arguments for the host's kernel.
 * @args: a letter each, as in syscalls.def
 * @arg: the guest's, and one word behind the last
 * @a: gets GUEST_LINUX_ARGS, 0 where @args has no letter
 * Return: 0; -EFAULT for an address that is not the guest's.
 */
int xlat_translate(const struct xlat_program *p, const char *args, const uint64_t *arg, long *a);

/** xlat_call_host - the host's system call. Return: its result or -errno. */
int64_t xlat_call_host(long number, const long *a);

/* syscall_memory.c */
xlat_call xlat_sys_brk, xlat_sys_mmap, xlat_sys_munmap, xlat_sys_mprotect, xlat_sys_mremap,
	xlat_sys_madvise, xlat_sys_flush_icache;

/* syscall_file.c */
xlat_call xlat_sys_openat, xlat_sys_fstat, xlat_sys_newfstatat, xlat_sys_readv, xlat_sys_writev,
	xlat_sys_fcntl,
	xlat_sys_readlinkat, xlat_sys_renameat, xlat_sys_sendmsg, xlat_sys_recvmsg;

/* syscall_old.c */
xlat_call xlat_sys_poll, xlat_sys_select, xlat_sys_dup2, xlat_sys_alarm, xlat_sys_time;

/* syscall_ioctl.c */
xlat_call xlat_sys_ioctl;

/* syscall_wait.c */
xlat_call xlat_sys_ppoll, xlat_sys_pselect6, xlat_sys_futex;

/* syscall_process.c */
xlat_call xlat_sys_exit_group, xlat_sys_uname;

/* syscall_exec.c */
xlat_call xlat_sys_execve;

/* syscall_signal.c */
xlat_call xlat_sys_sigaction, xlat_sys_sigprocmask, xlat_sys_sigsuspend, xlat_sys_sigaltstack,
	xlat_sys_sigpending, xlat_sys_sigtimedwait,
	xlat_sys_sigreturn, xlat_sys_kill, xlat_sys_tkill, xlat_sys_tgkill, xlat_sys_sigqueueinfo,
	xlat_sys_tgsigqueueinfo;

/* thread.c */
xlat_call xlat_sys_clone, xlat_sys_exit, xlat_sys_set_tid_address, xlat_sys_set_robust_list,
	xlat_sys_get_robust_list;

#endif /* VMB_VMCORE_XLAT_SYSCALL_H */
