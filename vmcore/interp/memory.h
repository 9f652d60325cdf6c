/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_INTERP_MEMORY_H
#define VMB_VMCORE_INTERP_MEMORY_H
/*
 * Accesses of the interpreter to guest memory.
 */

#include "vmcore/interp/interp.h"

/**
 * guest_load - read @bytes (1, 2, 4, 8, 16), zero-extended.
 * @order: enum ir_order
 * Return: false for a fault.
 */
bool guest_load(const struct ir_memory *memory, uint64_t address, uint32_t bytes,
		unsigned int order, union ir_val *value);

/** guest_store - write the low @bytes of @value; nothing is written if a part faults. */
bool guest_store(const struct ir_memory *memory, uint64_t address, uint32_t bytes,
		 unsigned int order, const union ir_val *value);

/**
 * guest_cas - if the @bytes in memory equal @expected, replace them by @desired.
 * @old: gets what was there
 * Return: false for a fault. Atomic, and a full fence, if the address is a multiple of @bytes.
 */
bool guest_cas(const struct ir_memory *memory, uint64_t address, uint32_t bytes,
	       const union ir_val *expected, const union ir_val *desired, union ir_val *old);

#endif /* VMB_VMCORE_INTERP_MEMORY_H */
