/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_NATIVE_ENTER_H
#define VMB_ARCH_X86_64_NATIVE_ENTER_H
/*
 * Running compiled code on this CPU.
 */

#include "vmcore/ports.h"

extern const struct host_native x64_host_native;

/* enter.S */
host_enter x64_enter;
host_enter x64_enter_fp;
host_enter x64_enter_chained;
void x64_stub_eval(void);
void x64_stub_access(void);
void x64_stub_call(void);
void x64_stub_eval_fp(void);
void x64_stub_access_fp(void);
void x64_stub_call_fp(void);
void x64_stub_jump(void);
void x64_stub_leave(void);

#endif /* VMB_ARCH_X86_64_NATIVE_ENTER_H */
