/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_NATIVE_ENTER_H
#define VMB_ARCH_RISCV64_NATIVE_ENTER_H
/*
 * Running compiled code on this CPU.
 */

#include "vmcore/ports.h"

extern const struct host_native rv_host_native;

/* enter.S */
host_enter rv_enter;
host_enter rv_enter_fp;
void rv_stub_eval(void);
void rv_stub_access(void);
void rv_stub_call(void);
void rv_stub_eval_fp(void);
void rv_stub_access_fp(void);
void rv_stub_call_fp(void);

/* icache.c: let code that has just been written be seen by instruction fetch, of every thread. */
void rv_sync_icache(const void *code, size_t bytes);

#endif /* VMB_ARCH_RISCV64_NATIVE_ENTER_H */
