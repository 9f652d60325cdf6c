// SPDX-License-Identifier: MIT
/*
 * How this program was built. The Makefile writes build_info.h (tools/build_info.sh); what it could
 * not find out is not defined there and absent here.
 */
#include <build_info.h>
#include <stddef.h>

#if __has_include(<gnu/libc-version.h>)
#include <gnu/libc-version.h>
#endif

#include "user/env/collect.h"

static void add_build_text(struct vmb_env *env, const char *key, const char *text)
{
	if (*text)
		vmb_env_text(env, key, "build", "%s", text);
}

static void add_git(struct vmb_env *env)
{
	add_build_text(env, "build.git_commit", VMB_BUILD_GIT_COMMIT);
	if (*VMB_BUILD_GIT_COMMIT)
		vmb_env_bool(env, "build.git_dirty", "build", VMB_BUILD_GIT_DIRTY);
}

static void add_libc(struct vmb_env *env)
{
#ifdef __GLIBC__
	vmb_env_text(env, "libc.version", "gnu_get_libc_version", "glibc %s",
		     gnu_get_libc_version());
#else
	(void)env;
#endif
}

void vmb_env_build(struct vmb_env *env)
{
	add_build_text(env, "build.flavor", VMB_BUILD_FLAVOR);
	add_build_text(env, "build.compiler", VMB_BUILD_COMPILER);
	add_build_text(env, "build.target", VMB_BUILD_TARGET);
	add_build_text(env, "build.flags", VMB_BUILD_FLAGS);
	add_build_text(env, "build.sanitizer", VMB_BUILD_SANITIZER);
	add_git(env);
	add_libc(env);
}
