# SPDX-License-Identifier: MIT
# tests/<room>/<module>_test.c is one cmocka program, linked with everything but user/main.c.

TEST_SRC := $(wildcard tests/*/*_test.c tests/*/*/*_test.c)
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)

# What the programs of vmcore share: the files of tests/vmcore that are none.
TEST_VMCORE := $(patsubst %.c,$(B)/%.c.o,$(filter-out %_test.c,$(wildcard tests/vmcore/*.c)))
$(filter $(B)/tests/vmcore/% $(B)/tests/fuzz/ir_test,$(TEST_BIN)): $(TEST_VMCORE)

# --as-needed: what only the tests use (GSL, the oracle of the statistics) is never in vmbench.
$(B)/tests/%_test: $(B)/tests/%_test.c.o $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -rdynamic -Wl,--as-needed -o $@ $(filter %.o,$^) \
		$(DEP_LIBS) $(TEST_LIBS) $(ATOMIC) -lm -ldl

# What puts runs into a store that were never measured, for the tests that are scripts.
$(B)/tests/e2e/forge: $(B)/tests/e2e/forge.c.o $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -rdynamic -o $@ $(filter %.o,$^) $(DEP_LIBS) -lm -ldl

# What reads the memory of a machine of the rig, for the same.
$(B)/tests/kmod/tables: $(B)/tests/kmod/tables.c.o $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -rdynamic -o $@ $(filter %.o,$^) $(DEP_LIBS) $(ATOMIC) -lm -ldl

tests-build: $(TEST_BIN)

# The programs of cross_arch/run, for each architecture whose compiler is there.
GUEST_CC_arm64 := aarch64-linux-gnu-gcc
GUEST_CC_riscv64 := riscv64-linux-gnu-gcc
GUEST_CC_x86_64 := x86_64-linux-gnu-gcc
GUESTS = $(foreach isa,arm64 riscv64 x86_64,$(if $(shell command -v $(GUEST_CC_$(isa))), \
	build/guests/$(isa)/kernels))

build/guests/%/kernels: tests/guests/kernels.c tests/guests/guest.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(GUEST_CC_$*) -std=gnu11 -D_GNU_SOURCE -I. -O2 -ffp-contract=off -static -o $@ $<

guests:
	@$(MAKE) $(GUESTS)

test:
	tests/run

.PHONY: test tests-build guests
.SECONDARY: $(TEST_BIN:=.c.o)
-include $(TEST_BIN:=.c.d) $(TEST_VMCORE:.o=.d)

include tests/fuzz/room.mk
