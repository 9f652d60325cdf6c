/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_ELF_H
#define VMB_VMCORE_XLAT_ELF_H
/*
 * Static programs in ELF files: what a file says, and bringing it into a guest's memory.
 */

#include "vmcore/xlat/space.h"

#define XLAT_MAX_SEGMENTS 64u

/** struct xlat_segment - [@address, @address + @bytes), of which @file_bytes come from the file. */
struct xlat_segment {
	uint64_t address, bytes;
	uint64_t offset, file_bytes;
	int prot;
};

/**
 * struct xlat_image - a checked program.
 * @machine: e_machine
 * @moves: position-independent: addresses are relative
 * @low, @high: the lowest and one past the highest address, in whole pages
 * @phdr: address of the program headers, 0 if no segment has them
 */
struct xlat_image {
	uint16_t machine;
	bool moves;
	uint64_t entry, low, high, phdr;
	uint32_t nr_phdrs;
	uint32_t nr_segments;
	struct xlat_segment segment[XLAT_MAX_SEGMENTS];
};

/**
 * xlat_elf_read - read the headers of a file.
 * @file, @bytes: any contents; borrowed for the call
 * @why: gets a sentence about what is wrong
 * Return: 0; -ENOEXEC.
 */
int xlat_elf_read(const uint8_t *file, size_t bytes, struct xlat_image *image, const char **why);

/**
 * xlat_elf_load - map and fill the segments of a program.
 * @fd: the file; its pages are mapped where they can be, so that only those that are used are read.
 *	-1: all are copied from @file
 * @image: of this file; its addresses become those in memory
 * Return: 0; -ENOEXEC, @why set, if it does not fit; -ENOMEM, as mmap(2).
 */
int xlat_elf_load(struct xlat_space *space, const uint8_t *file, int fd, struct xlat_image *image,
		  const char **why);

#endif /* VMB_VMCORE_XLAT_ELF_H */
