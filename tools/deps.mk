# SPDX-License-Identifier: MIT
# The libraries that vmbench and its tests link, each with the Debian package that has it. They are
# looked for once per object directory: the answer is kept in $(B)/deps.mk and asked for again when
# a library is upgraded or vanishes.

# libpfm4 is loaded when it is needed (user/counter/pfm.h); building needs its header.
# CPUID is x86's, and so is the library that reads it.
DEPS_x86_64 := libcpuid:libcpuid-dev
DEPS_i686 := $(DEPS_x86_64)

DEPS := hwloc:libhwloc-dev msgpack,msgpack-c:libmsgpack-dev \
	jansson:libjansson-dev libxxhash:libxxhash-dev inih:libinih-dev perfmon/pfmlib.h:libpfm4-dev \
	valgrind/callgrind.h:valgrind $(DEPS_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
TEST_DEPS := cmocka:libcmocka-dev gsl:libgsl-dev

find_deps = @CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' tools/find-deps.sh $@

$(B)/deps.mk: tools/deps.mk tools/find-deps.sh
	$(find_deps) DEP $(DEPS)

$(B)/test-deps.mk: tools/deps.mk tools/find-deps.sh
	$(find_deps) TEST $(TEST_DEPS)

# Goals that compile nothing must work without the libraries.
ifneq ($(filter-out clean test check lab-image kmod%,$(or $(MAKECMDGOALS),all)),)
include $(B)/deps.mk
endif
ifneq ($(filter tests-build $(B)/tests/% compile-commands,$(MAKECMDGOALS)),)
include $(B)/test-deps.mk
endif
