/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_CHECKSUM_H
#define VMB_RESULTS_CHECKSUM_H
/*
 * The checksum of files and pipe frames: 64-bit XXH3 with seed 0. It finds damage, not malice: a
 * file with a right checksum is still hostile until it is parsed.
 */

#include <stddef.h>
#include <stdint.h>

/**
 * vmb_checksum - XXH3-64 of @len bytes; what `xxhsum -H3` prints.
 * @data: borrowed, may be NULL when @len is 0
 */
uint64_t vmb_checksum(const void *data, size_t len);

#endif /* VMB_RESULTS_CHECKSUM_H */
