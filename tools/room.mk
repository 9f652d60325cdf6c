# SPDX-License-Identifier: MIT

check:
	tools/check.sh

man: man/vmbench.1
man/vmbench.1: vmbench
	@mkdir -p $(@D)
	./vmbench man >$@

DOC_DIR = $(DESTDIR)$(PREFIX)/share/doc/vmbench

install: vmbench man/vmbench.1
	install -D -m 755 vmbench $(DESTDIR)$(PREFIX)/bin/vmbench
	install -D -m 644 man/vmbench.1 $(DESTDIR)$(PREFIX)/share/man/man1/vmbench.1
	install -d $(DOC_DIR)
	install -m 644 README.md LICENSE $(filter-out %/README.md,$(wildcard docs/*.md)) $(DOC_DIR)

# What editors, clang-tidy and cppcheck want to know: how every file is compiled.
comma := ,
define newline


endef
json_text = $(subst ",\",$(subst \,\\,$(1)))
compile_command = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(call json_text,$(CC) \
	$(ALL_CFLAGS) $(DEP_CFLAGS) $(CFLAGS-$(1)) -c -o $(B)/$(1).o $(1))"}
ALL_C = $(filter %.c,$(SRC) $(TEST_SRC))

compile-commands: $(B)/compile_commands.json
$(B)/compile_commands.json: $(B)/flags $(B)/sources $(B)/test-sources Makefile tools/room.mk
	$(file >$@,[$(subst } {,}$(comma)$(newline){,$(foreach f,$(ALL_C),$(call compile_command,$f)))])

.PHONY: check man install compile-commands
