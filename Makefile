# SPDX-License-Identifier: MIT
# vmbench: build, test, check, install.
#
#   make            build ./vmbench
#   make test       build and run every test (what the README and CI call)
#   make check      layers, clang-tidy, cppcheck, shellcheck
#   make man        man/vmbench.1
#   make install    PREFIX=/usr/local DESTDIR=
#   make compile-commands    build/release/compile_commands.json, for editors
#
# FLAVOR=release|asan|tsan|fuzz chooses the object directory build/$(FLAVOR); only release is ever
# measured, and the flags go into every result's environment.

FLAVOR ?= release
B := build/$(FLAVOR)
PREFIX ?= /usr/local
PKG_CONFIG ?= pkg-config

# V=1 prints whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

WARN := -Wall -Wextra -Wvla -Wshadow -Wundef -Wcast-qual -Wwrite-strings -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wimplicit-fallthrough -fno-common
# DWARF 4: valgrind 3.19, which simulates counters, cannot read clang 14's DWARF 5.
OPT_release := -O2 -g -gdwarf-4
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_tsan := -O1 -g -fsanitize=thread
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
ifeq ($(FLAVOR),fuzz)
CC := clang
endif

CFLAGS ?= $(OPT_$(FLAVOR))
WERROR ?=
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. -I$(B)/include $(WARN) $(WERROR) -pthread -MMD -MP $(CFLAGS)
# Calls into libraries are bound at the start: a jump that has once gone to the dynamic linker's
# resolver is predicted a cycle slower by some CPUs (user/bench/README.md), and the table of
# addresses becomes read-only.
ALL_LDFLAGS = -pthread -Wl,-z,relro,-z,now $(filter -fsanitize=%,$(CFLAGS)) $(LDFLAGS)

include tools/deps.mk

# Rooms. Each room.mk appends its sources to SRC.
SRC :=
include arch/room.mk vmcore/room.mk results/room.mk user/room.mk

OBJ := $(SRC:%=$(B)/%.o)
# riscv64 has no atomic instructions for bytes and halfwords: gcc calls libatomic.
ATOMIC := $(if $(filter riscv64,$(HOST_ISA)),-latomic)
MAIN := $(B)/user/main.c.o
LIB_OBJ := $(filter-out $(MAIN),$(OBJ))

all: vmbench

objects: $(OBJ)

# What programs beside vmbench link of the virtual-machine core, made: a build directory may hold
# objects whose source is no more.
core-objects: $(filter $(B)/arch/% $(B)/vmcore/%,$(OBJ))
	@printf '%s\n' $^

ifeq ($(FLAVOR),release)
vmbench: $(B)/vmbench
	@cp -f $< $@.tmp && mv -f $@.tmp $@
else
vmbench: $(B)/vmbench
endif

# $(B)/flags changes when the command that compiles changes, $(B)/sources when a file comes or goes:
# what was made from another command or another list is made again.
$(B)/flags: TEXT = $(CC) $(ALL_CFLAGS) $(DEP_CFLAGS)
$(B)/sources: TEXT = $(OBJ) $(ALL_LDFLAGS) $(DEP_LIBS)
$(B)/test-sources: TEXT = $(TEST_SRC)
$(B)/flags $(B)/sources $(B)/test-sources: FORCE
	@mkdir -p $(@D)
	@echo '$(TEXT)' | cmp -s - $@ || echo '$(TEXT)' >$@

$(B)/vmbench: $(OBJ) $(B)/sources
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -rdynamic -o $@ $(OBJ) $(DEP_LIBS) $(ATOMIC) -lm -ldl

$(B)/%.c.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(DEP_CFLAGS) $(CFLAGS-$*.c) -c -o $@ $<

$(B)/%.S.o: %.S $(B)/flags
	@mkdir -p $(@D)
	$(call say,AS)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

include tests/room.mk tools/room.mk kmod/room.mk

clean:
	rm -rf build vmbench

-include $(OBJ:.o=.d)
FORCE:
.PHONY: all objects core-objects clean FORCE
