// SPDX-License-Identifier: MIT
#include "vmcore/xlat/copy.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

static __thread struct {
	sigjmp_buf back;
	volatile sig_atomic_t inside;
} copying;

bool xlat_copy(void *to, const void *from, size_t bytes)
{
	bool whole = !sigsetjmp(copying.back, 0);

	if (whole) {
		copying.inside = 1;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		memcpy(to, from, bytes);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	copying.inside = 0;
	return whole;
}

void xlat_copy_faulted(void)
{
	if (copying.inside)
		siglongjmp(copying.back, 1);
}
