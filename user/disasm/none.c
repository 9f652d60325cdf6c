// SPDX-License-Identifier: MIT
/* In the place of capstone.c where its header was not found. */
#include "user/disasm/disasm.h"

struct vmb_disasm *vmb_disasm_open(const char *arch, struct vmb_why *why)
{
	(void)arch;
	vmb_why_set(why, "this vmbench was built without a disassembler; install libcapstone-dev and build again");
	return NULL;
}

void vmb_disasm_close(struct vmb_disasm *d)
{
	(void)d;
}

size_t vmb_disasm_one(struct vmb_disasm *d, const uint8_t *code, size_t bytes, uint64_t address,
		      char *text, size_t room)
{
	(void)d, (void)code, (void)bytes, (void)address, (void)text, (void)room;
	return 0;
}
