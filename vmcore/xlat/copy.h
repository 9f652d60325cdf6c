/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_COPY_H
#define VMB_VMCORE_XLAT_COPY_H
/*
 * Copying from and to memory of the guest's that may not be there, although it is mapped: what lies
 * behind the end of a file is not.
 */

#include <stdbool.h>
#include <stddef.h>

/**
 * xlat_copy - memcpy().
 * Return: false if a fault of the host's has ended it. Some of it may have been copied.
 */
bool xlat_copy(void *to, const void *from, size_t bytes);

/**
 * xlat_copy_faulted - the host has told of a fault: if the thread is in xlat_copy(), that returns
 * false, and this function does not return. Context: the handler of a signal that it does not block.
 */
void xlat_copy_faulted(void);

#endif /* VMB_VMCORE_XLAT_COPY_H */
