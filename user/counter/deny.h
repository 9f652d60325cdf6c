/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_DENY_H
#define VMB_USER_COUNTER_DENY_H
/*
 * Private to user/counter: why perf refuses, and what the user can do about it.
 */

#include <stdbool.h>
#include <stddef.h>

#define VMB_DENY_BYTES 256

/**
 * vmb_deny_text - a clause that completes "cycles: …".
 * @err: errno of perf_event_open(2), or EBUSY for a group that never got its counters
 * @buf: at least VMB_DENY_BYTES
 * Return: @buf.
 */
const char *vmb_deny_text(int err, char *buf, size_t len);

/**
 * vmb_deny_word - the same in one word, for a list: "hidden", "absent", "denied", "busy" …
 * @hidden: vmb_pmu_is_hidden()
 */
const char *vmb_deny_word(int err, bool hidden);

/** vmb_deny_is_permission - is it a matter of privilege, which root could mend? */
bool vmb_deny_is_permission(int err);

/** vmb_pmu_is_hidden - does perf have no hardware event at all, not even cycles? */
bool vmb_pmu_is_hidden(void);

#endif /* VMB_USER_COUNTER_DENY_H */
