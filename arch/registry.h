/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_REGISTRY_H
#define VMB_ARCH_REGISTRY_H
/*
 * The architectures that this build knows, as data, and the native operations of the one it runs
 * on. Nothing here knows a benchmark.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

struct guest_ops;
struct host_ops;
struct host_native;
struct mmu_format;

/**
 * struct vmb_arch - an architecture that can be a guest, a host, or both.
 * @name: as ids and options spell it: "x86_64", "arm64", "riscv64"
 * @machine: as uname(2) spells it: "x86_64", "aarch64", "riscv64"
 * @elf_machine: e_machine of its ELF files (EM_X86_64, ...)
 * @va_bits: significant bits of a virtual address in the default page-table format
 * @base_page_bytes, @huge_page_bytes: smallest page of that format, and what one entry of the
 *	level above maps
 * @guest_ops: how its programs are lifted (vmcore/ports.h), NULL if they cannot be
 * @host_ops: how units are compiled for it (vmcore/ports.h), NULL if they cannot be
 * @mmu_format: its page tables, for the software MMU (vmcore/ports.h)
 */
struct vmb_arch {
	const char *name;
	const char *machine;
	uint16_t elf_machine;
	uint8_t va_bits;
	uint32_t base_page_bytes;
	uint32_t huge_page_bytes;
	const struct guest_ops *guest_ops;
	const struct host_ops *host_ops;
	const struct mmu_format *mmu_format;
};

/**
 * vmb_arches - every architecture of this build.
 * @nr: gets the number of entries
 * Return: [*nr] borrowed pointers to static data.
 */
const struct vmb_arch *const *vmb_arches(size_t *nr);

/** vmb_arch_by_name - NULL when there is no architecture of that name. */
const struct vmb_arch *vmb_arch_by_name(const char *name);

/** vmb_arch_by_elf - NULL when no architecture has that e_machine. */
const struct vmb_arch *vmb_arch_by_elf(uint16_t elf_machine);

/** vmb_arch_host - the architecture that this program was built for; never NULL. */
const struct vmb_arch *vmb_arch_host(void);

/**
 * vmb_copy_fn - copy @bytes from @src to @dst, any size and alignment; they must not overlap.
 * After a non-temporal copy all of @dst is globally visible before any later store.
 */
typedef void vmb_copy_fn(void *dst, const void *src, size_t bytes);

/**
 * struct vmb_native - hand-written operations of the running CPU.
 * @isa: the architecture's name
 * @vector_isa: instruction set of @copy_vector: "avx512", "avx2", "sse2", "neon", "scalar"
 * @copy_vector: the widest plain loads and stores that this CPU has
 * @nontemporal_isa: instruction set of @copy_nontemporal, NULL without one
 * @copy_nontemporal: stores that bypass the caches, NULL where the architecture has none
 * @host_native: how compiled units are run (vmcore/ports.h), NULL if they cannot be
 */
struct vmb_native {
	const char *isa;
	const char *vector_isa;
	vmb_copy_fn *copy_vector;
	const char *nontemporal_isa;
	vmb_copy_fn *copy_nontemporal;
	const struct host_native *host_native;
};

/**
 * vmb_native - the operations chosen for the running CPU.
 * Return: a borrowed pointer to static data, never NULL; cheap. Context: asks CPUID or nothing, so
 * under an emulator the answer is what the emulator can execute.
 */
const struct vmb_native *vmb_native(void);

/**
 * vmb_native_all - every variant that the running CPU can execute, best first; for tests, which
 * must not depend on the machine's best one only.
 * @nr: gets the number of entries
 */
const struct vmb_native *vmb_native_all(size_t *nr);

#endif /* VMB_ARCH_REGISTRY_H */
