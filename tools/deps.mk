# SPDX-License-Identifier: MIT
# The libraries that vmbench links, found by pkg-config (or by a test compile where the library
# ships no .pc file). A missing one is named together with the package that has it.

PKGS := hwloc libcpuid msgpack jansson libxxhash
PKG_hwloc := libhwloc-dev
PKG_libcpuid := libcpuid-dev
PKG_msgpack := libmsgpack-dev
PKG_jansson := libjansson-dev
PKG_libxxhash := libxxhash-dev

MISSING_PKGS := $(foreach p,$(PKGS),$(if $(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null && echo y),,$(p)))
# libpfm4 has no .pc file.
HAVE_PFM := $(shell printf '\043include <perfmon/pfmlib.h>\nint main(void){return pfm_initialize();}\n' | \
	$(CC) -x c - -o /dev/null -lpfm 2>/dev/null && echo y)
ifneq ($(HAVE_PFM),y)
MISSING_PKGS += libpfm
PKG_libpfm := libpfm4-dev
endif

DEP_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
DEP_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lpfm

.PHONY: deps
deps:
ifneq ($(strip $(MISSING_PKGS)),)
	@echo "vmbench cannot be built yet. Missing:" >&2
	@$(foreach p,$(MISSING_PKGS),echo "  $(p)  (Debian/Ubuntu package $(PKG_$(p)))" >&2;)
	@echo "Install them with: tools/install-deps.sh" >&2
	@exit 1
endif
