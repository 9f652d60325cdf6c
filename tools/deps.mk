# SPDX-License-Identifier: MIT
# The libraries that vmbench and its tests link, each with the Debian package that has it. They are
# looked for once per object directory: the answer is kept in $(B)/deps.mk and asked for again when
# a library is upgraded or vanishes.

DEPS := hwloc:libhwloc-dev libcpuid:libcpuid-dev msgpack,msgpack-c:libmsgpack-dev \
	jansson:libjansson-dev libxxhash:libxxhash-dev inih:libinih-dev perfmon/pfmlib.h,-lpfm:libpfm4-dev \
	valgrind/callgrind.h:valgrind
TEST_DEPS := cmocka:libcmocka-dev gsl:libgsl-dev

find_deps = @CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' tools/find-deps.sh $@

$(B)/deps.mk: tools/deps.mk tools/find-deps.sh
	$(find_deps) DEP $(DEPS)

$(B)/test-deps.mk: tools/deps.mk tools/find-deps.sh
	$(find_deps) TEST $(TEST_DEPS)

# Goals that compile nothing must work without the libraries.
ifneq ($(filter-out clean test check kmod%,$(or $(MAKECMDGOALS),all)),)
include $(B)/deps.mk
endif
ifneq ($(filter tests-build $(B)/tests/% compile-commands,$(MAKECMDGOALS)),)
include $(B)/test-deps.mk
endif
