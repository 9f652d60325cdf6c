# SPDX-License-Identifier: MIT
SRC += $(wildcard user/*.c user/counter/*.c user/env/*.c user/bench/*.c user/bench/*/*.c user/selftest/*.c)

# The disassembler is optional. It is loaded when it is asked for: only its header is needed here.
HAS_CAPSTONE := $(shell $(PKG_CONFIG) --exists capstone 2>/dev/null && echo 1)
SRC += user/disasm/$(if $(HAS_CAPSTONE),capstone,none).c

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
