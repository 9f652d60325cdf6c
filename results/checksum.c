// SPDX-License-Identifier: MIT
#include "results/checksum.h"

#include <xxhash.h>

uint64_t vmb_checksum(const void *data, size_t len)
{
	return XXH3_64bits(data ? data : "", len);
}
