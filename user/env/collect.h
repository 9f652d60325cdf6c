/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_COLLECT_H
#define VMB_USER_ENV_COLLECT_H
/*
 * Inside of user/env only: one collector per subject, and what they share. A collector adds what it
 * can read and leaves out the rest; docs/ENVIRONMENT.md documents every key.
 */

#include "results/env.h"

void vmb_env_cpu(struct vmb_env *env);		/* cpu.* from /proc/cpuinfo, sysfs and hwloc */
void vmb_env_cpuid(struct vmb_env *env);	/* cpu.codename, virt.signature, through libcpuid */
void vmb_env_cache(struct vmb_env *env);	/* cache.* */
void vmb_env_memory(struct vmb_env *env);	/* memory.* */
void vmb_env_kernel(struct vmb_env *env);	/* kernel.* */
void vmb_env_mitigations(struct vmb_env *env);	/* mitigations.* */
void vmb_env_virt(struct vmb_env *env);		/* virt.* */
void vmb_env_power(struct vmb_env *env);	/* power.*, smt.* */
void vmb_env_noise(struct vmb_env *env);	/* noise.* */
void vmb_env_build(struct vmb_env *env);	/* build.*, libc.* */
void vmb_env_fingerprint(struct vmb_env *env);	/* machine.*, over what the others found */

/** vmb_env_file_text - the first line of a file as a fact; absent if it cannot be read. */
void vmb_env_file_text(struct vmb_env *env, const char *key, const char *path);

/** vmb_env_file_number - the number in a file, times @scale, as a fact. */
void vmb_env_file_number(struct vmb_env *env, const char *key, const char *path, double scale);

/** vmb_env_file_bool - true if the number in a file is not 0. */
void vmb_env_file_bool(struct vmb_env *env, const char *key, const char *path);

/** vmb_env_file_choice - the word in brackets of "always [madvise] never" as a fact. */
void vmb_env_file_choice(struct vmb_env *env, const char *key, const char *path);

/** struct vmb_env_file - a row of a collector's table: one fact, one file. */
struct vmb_env_file {
	const char *key, *path;
	void (*add)(struct vmb_env *env, const char *key, const char *path);
};

/** vmb_env_files - add a table of them. */
void vmb_env_files(struct vmb_env *env, const struct vmb_env_file *row, size_t nr);

/** vmb_env_source - "sysfs" or "procfs", by path. */
const char *vmb_env_source(const char *path);

/** vmb_env_get_text - the text of a fact, NULL if absent or no text; borrowed. */
const char *vmb_env_get_text(const struct vmb_env *env, const char *key);

/** vmb_env_get_number - the number or bool of a fact, @absent if there is none. */
double vmb_env_get_number(const struct vmb_env *env, const char *key, double absent);

/**
 * vmb_env_disagree - add one sentence to a fact that collects them, "; " between.
 * @key: "cpu.disagreement", "cache.disagreement"
 */
void vmb_env_disagree(struct vmb_env *env, const char *key, const char *fmt, ...)
	VMB_PRINTF(3, 4);

/**
 * vmb_uarch_x86 - the microarchitecture of an x86 CPU.
 * Return: static name, NULL if the table does not have it.
 */
const char *vmb_uarch_x86(const char *vendor, unsigned int family, unsigned int model);

/**
 * vmb_uarch_codename - the microarchitecture that a code name (of libcpuid) stands for.
 * Return: static name, NULL if unknown.
 */
const char *vmb_uarch_codename(const char *codename);

/** vmb_uarch_arm - "ARM Neoverse-N1" by MIDR's implementer and part; NULL if unknown. */
const char *vmb_uarch_arm(unsigned int implementer, unsigned int part);

#endif /* VMB_USER_ENV_COLLECT_H */
