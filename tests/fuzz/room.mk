# SPDX-License-Identifier: MIT
# tests/fuzz/NAME_fuzz.c is one libFuzzer program; its kept inputs are in corpus/NAME, its words in
# NAME.dict, and NAME_test.c replays the inputs in the normal test run. NAME_mutate.c, if there is one,
# is how inputs are changed.
#
#   make fuzz                     build them (needs clang)
#   make fuzz-run                 run each for FUZZ_SECONDS; new inputs go to build/fuzz/corpus/NAME

FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ_NAMES := $(FUZZ_SRC:tests/fuzz/%_fuzz.c=%)
FUZZ_BIN := $(FUZZ_SRC:%.c=$(B)/%)
FUZZ_SECONDS ?= 60

fuzz:
	$(MAKE) FLAVOR=fuzz fuzz-build

fuzz-build: $(FUZZ_BIN)

FUZZ_MUTATE := $(patsubst %.c,$(B)/%.c.o,$(wildcard tests/fuzz/*_mutate.c))
$(B)/tests/fuzz/compiler_fuzz $(B)/tests/fuzz/compiler_test: $(TEST_VMCORE) $(FUZZ_MUTATE)

$(B)/tests/fuzz/%_fuzz: $(B)/tests/fuzz/%_fuzz.c.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -rdynamic -o $@ $(filter %.o,$^) \
		$(DEP_LIBS) -lm -ldl

fuzz-run: fuzz
	@set -e; for name in $(FUZZ_NAMES); do \
		mkdir -p build/fuzz/corpus/$$name; \
		dict=tests/fuzz/$$name.dict; \
		build/fuzz/tests/fuzz/$${name}_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
			-rss_limit_mb=2048 -artifact_prefix=build/fuzz/$$name- \
			$$([ ! -f $$dict ] || echo -dict=$$dict) \
			build/fuzz/corpus/$$name tests/fuzz/corpus/$$name; \
	done

.PHONY: fuzz fuzz-build fuzz-run
.SECONDARY: $(FUZZ_BIN:=.c.o)
-include $(FUZZ_BIN:=.c.d) $(FUZZ_MUTATE:.o=.d)
