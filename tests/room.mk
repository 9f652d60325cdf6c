# SPDX-License-Identifier: MIT
# tests/<room>/<module>_test.c is one cmocka program, linked with everything but user/main.c.

TEST_SRC := $(wildcard tests/*/*_test.c tests/*/*/*_test.c)
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)
TEST_LIBS = $(shell $(PKG_CONFIG) --libs cmocka gsl)

# -Wl,--as-needed: the oracle (GSL) is in the tests only, never in vmbench.
$(B)/tests/%_test: $(B)/tests/%_test.c.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -rdynamic -Wl,--as-needed -o $@ $^ $(DEP_LIBS) $(TEST_LIBS) -lm -ldl

tests-build: $(TEST_BIN)

test:
	tests/run

.PHONY: test tests-build
.SECONDARY: $(TEST_BIN:=.c.o)
-include $(TEST_BIN:=.c.d)
