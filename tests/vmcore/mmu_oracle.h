/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_VMCORE_MMU_ORACLE_H
#define VMB_TESTS_VMCORE_MMU_ORACLE_H
/*
 * Address translation once more, written along the text of the manuals and sharing nothing with the
 * MMU but its settings: bit numbers stand where they are used, and nothing is fast.
 */
#include <stdbool.h>
#include <stdint.h>

#include "vmcore/mmu/format.h"

/**
 * struct oracle - a machine.
 * @ram: [ram_bytes] at physical address @ram_first
 */
struct oracle {
	uint8_t *ram;
	uint64_t ram_first, ram_bytes;
	struct mmu_config config;
	uint32_t mode;
};

/** struct oracle_result - what the machine does with an access. */
struct oracle_result {
	bool ok;
	uint64_t pa;
	uint32_t vector, code;
};

typedef struct oracle_result oracle_fn(struct oracle *o, uint64_t va, enum mmu_access access);

oracle_fn oracle_x86_64, oracle_arm64, oracle_riscv64;

#endif /* VMB_TESTS_VMCORE_MMU_ORACLE_H */
