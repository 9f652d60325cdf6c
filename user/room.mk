# SPDX-License-Identifier: MIT
SRC += $(wildcard user/*.c user/counter/*.c user/env/*.c user/bench/*.c user/bench/*/*.c)

# How this build is made, for the environment of a result (user/env/build.c). The script leaves the
# file alone when nothing changed.
$(B)/include/build_info.h: FORCE
	@CC='$(CC)' FLAVOR='$(FLAVOR)' BUILD_FLAGS='$(subst ','\'',$(filter-out -W% -I% -MMD -MP,$(ALL_CFLAGS)))' \
		tools/build_info.sh $@

$(B)/user/env/build.c.o: $(B)/include/build_info.h
$(B)/compile_commands.json: | $(B)/include/build_info.h
