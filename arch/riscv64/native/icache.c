// SPDX-License-Identifier: MIT
#include "arch/riscv64/native/enter.h"

/*
 * fence.i speaks for the hart that executes it only, and the thread may move to another: so the
 * system is asked, which does it on all that run this program, and on the others before they do.
 */
void rv_sync_icache(const void *code, size_t bytes)
{
	char *begin = (char *)(uintptr_t)code;

	__builtin___clear_cache(begin, begin + bytes);
}
