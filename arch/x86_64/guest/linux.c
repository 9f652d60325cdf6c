// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/linux.h"

#include <errno.h>

#include "arch/x86_64/guest/state.h"

const struct guest_linux_call x86_linux_call[X86_LINUX_CALLS] = {
#define CALL(number, name, generic_number, arguments) [number] = { generic_number, arguments },
#include "arch/x86_64/guest/linux.def"
#undef CALL
};

#define ARCH_PRCTL 158

/* Source: Linux, arch/x86/include/uapi/asm/prctl.h. */
enum { SET_GS = 0x1001, SET_FS = 0x1002 };

/* Reading a base has to write memory, which nobody does who can set it: -EINVAL, as for others. */
bool x86_linux_own(void *state, uint64_t number, const uint64_t *arg, int64_t *result)
{
	struct x86_state *s = state;

	if (number != ARCH_PRCTL)
		return false;
	*result = 0;
	if (arg[0] == SET_FS)
		s->fs = arg[1];
	else if (arg[0] == SET_GS)
		s->gs = arg[1];
	else
		*result = -EINVAL;
	return true;
}
