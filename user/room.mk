# SPDX-License-Identifier: MIT
SRC += $(wildcard user/*.c user/counter/*.c user/env/*.c user/bench/*.c user/bench/*/*.c user/selftest/*.c)

# How this build is made, for the environment of a result (user/env/build.c). The script leaves the
# file alone when nothing changed.
$(B)/include/build_info.h: FORCE
	@CC='$(CC)' FLAVOR='$(FLAVOR)' BUILD_FLAGS='$(subst ','\'',$(filter-out -W% -I% -MMD -MP,$(ALL_CFLAGS)))' \
		tools/build_info.sh $@

$(B)/user/env/build.c.o: $(B)/include/build_info.h
$(B)/compile_commands.json: | $(B)/include/build_info.h
# The loops of the benchmarks begin on a cache line: one that straddles two costs a cycle more in
# short bodies, and where the linker puts it would decide what is measured.
$(foreach f,$(wildcard user/bench/*.c user/bench/*/*.c),$(eval CFLAGS-$(f) := -falign-loops=64))
