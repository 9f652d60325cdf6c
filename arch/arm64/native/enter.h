/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_NATIVE_ENTER_H
#define VMB_ARCH_ARM64_NATIVE_ENTER_H
/*
 * Running compiled code on this CPU.
 */

#include "vmcore/ports.h"

extern const struct host_native a64_host_native;

/* enter.S */
host_enter a64_enter;
host_enter a64_enter_fp;
void a64_stub_eval(void);
void a64_stub_access(void);
void a64_stub_call(void);
void a64_stub_eval_fp(void);
void a64_stub_access_fp(void);
void a64_stub_call_fp(void);

/* icache.c: host_native.sync */
void a64_sync(const void *code, size_t bytes);

#endif /* VMB_ARCH_ARM64_NATIVE_ENTER_H */
