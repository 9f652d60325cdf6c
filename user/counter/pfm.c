// SPDX-License-Identifier: MIT
#include "user/counter/pfm.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define SONAME "libpfm.so.4"

/* Set once, and then const: the library has one state per process, too. */
static struct vmb_pfm pfm;
static bool works;

/* dlsym() gives an object pointer; POSIX says that this is how it becomes one to a function. */
static bool find(void *library, const char *name, void *function)
{
	void *at = dlsym(library, name);

	memcpy(function, &at, sizeof(at));
	return at;
}

static bool find_all(void *library)
{
#define FIND(name) find(library, "pfm_" #name, &pfm.name) &&
	return VMB_PFM_FUNCTIONS(FIND) true;
#undef FIND
}

static void load(void)
{
	void *library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);

	works = library && find_all(library) && pfm.initialize() == PFM_SUCCESS;
}

const struct vmb_pfm *vmb_pfm_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return works ? &pfm : NULL;
}
