/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_SIMCACHE_H
#define VMB_USER_COUNTER_SIMCACHE_H
/*
 * Private to user/counter: this machine's caches as valgrind's options want them.
 */

#include <stddef.h>

#define VMB_SIM_CACHE_FLAG_BYTES 48

/**
 * vmb_sim_cache_flags - "--I1=SIZE,WAYS,LINE", "--D1=...", "--LL=..." from sysfs.
 * @cache_dir: "/sys/devices/system/cpu/cpu0/cache"; borrowed
 * Return: 3, or 0 if sysfs does not describe all three in a way that the model can take: then
 * valgrind is left to its own idea of them.
 *
 * The model wants a power of two of sets. A last level that has another number of them keeps its
 * size and gets fewer sets of more ways.
 */
size_t vmb_sim_cache_flags(const char *cache_dir, char flag[3][VMB_SIM_CACHE_FLAG_BYTES]);

#endif /* VMB_USER_COUNTER_SIMCACHE_H */
