// SPDX-License-Identifier: MIT
#include "arch/registry.h"

#include <string.h>

#include "arch/base/assert.h"
#include "arch/cpu.h"

#define VMB_ARCH(name) extern const struct vmb_arch vmb_arch_##name;
#include "arch/arches.def"
#undef VMB_ARCH

static const struct vmb_arch *const arches[] = {
#define VMB_ARCH(name) &vmb_arch_##name,
#include "arch/arches.def"
#undef VMB_ARCH
};

const struct vmb_arch *const *vmb_arches(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(arches);
	return arches;
}

const struct vmb_arch *vmb_arch_by_name(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(arches); i++)
		if (!strcmp(arches[i]->name, name))
			return arches[i];
	return NULL;
}

const struct vmb_arch *vmb_arch_by_elf(uint16_t elf_machine)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(arches); i++)
		if (arches[i]->elf_machine == elf_machine)
			return arches[i];
	return NULL;
}

const struct vmb_arch *vmb_arch_host(void)
{
	const struct vmb_arch *host = vmb_arch_by_name(CPU_NAME);

	VMB_ASSERT(host);
	return host;
}

const struct vmb_native *vmb_native(void)
{
	size_t nr;
	const struct vmb_native *all = vmb_native_all(&nr);

	VMB_ASSERT(nr);
	return all;
}
