# SPDX-License-Identifier: MIT

check:
	tools/check.sh

man: man/vmbench.1
man/vmbench.1: vmbench
	@mkdir -p $(@D)
	./vmbench man >$@

DOC_DIR = $(DESTDIR)$(PREFIX)/share/doc/vmbench
BENCH_DIR = $(DESTDIR)$(PREFIX)/include/vmbench
TEMPLATE_DIR = $(DESTDIR)$(PREFIX)/share/vmbench/templates
VERSION = $(shell sed -n 's/^.define VMB_VERSION[ \t]*"\(.*\)"/\1/p' user/version.h)

install: vmbench man/vmbench.1 install-plugin
	install -D -m 755 vmbench $(DESTDIR)$(PREFIX)/bin/vmbench
	install -D -m 644 man/vmbench.1 $(DESTDIR)$(PREFIX)/share/man/man1/vmbench.1
	install -d $(DOC_DIR)
	install -m 644 README.md LICENSE $(filter-out %/README.md,$(wildcard docs/*.md)) $(DOC_DIR)

# What a benchmark outside of this tree is built with: the header and what it includes, by the same
# names; the templates; and vmbench.pc, so that pkg-config finds both.
install-plugin:
	install -D -m 644 user/bench.h $(BENCH_DIR)/user/bench.h
	install -D -m 644 arch/base/attr.h $(BENCH_DIR)/arch/base/attr.h
	install -d $(TEMPLATE_DIR) $(DESTDIR)$(PREFIX)/share/pkgconfig
	cd tools/templates && for f in Makefile README.md */*.c; do \
		install -D -m 644 $$f $(abspath $(TEMPLATE_DIR))/$$f || exit 1; done
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' tools/vmbench.pc.in \
		>$(DESTDIR)$(PREFIX)/share/pkgconfig/vmbench.pc

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

# docs/LAB.md. LAB="arm64 6.12", LAB="--installed": another kernel than the default one.
lab-image:
	tools/lab/image $(LAB)

# The programs of cross_arch/run, where an installed vmbench finds them.
install-guests: guests
	for f in $(GUESTS); do \
		install -D -m 755 $$f $(DESTDIR)$(PREFIX)/libexec/vmbench/$${f#build/} || exit 1; done

.PHONY: lab-image check man install install-guests install-plugin compile-commands
