# SPDX-License-Identifier: MIT
#
#   make kmod [KDIR=/path/to/kernel/build] [KMOD_MAKE="ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-"]
#   make kmod-install      into /lib/modules/<release>/updates, of the kernel of KDIR
#   make kmod-dkms [DESTDIR=]      the sources into /usr/src, for DKMS to build for every kernel;
#                                  without DESTDIR also for the one that runs
#
# The kernel's build is not run on the tree but on a copy, build/kmod/<release>/: its clean deletes
# every .o under the directory it is given.

KDIR ?= /lib/modules/$(shell uname -r)/build
KMOD_RELEASE = $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null),unknown)
KMOD_STAGE = build/kmod/$(KMOD_RELEASE)
KMOD_FILES = Kbuild $(wildcard kmod/*.[ch] kmod/uapi/*.h arch/base/*.h) arch/cpu.h \
	$(wildcard arch/*/cpu.h arch/*/facts.h)
KMOD_VERSION = $(shell sed -n 's/^.define VMB_VERSION[ \t]*"\(.*\)"/\1/p' user/version.h)

kmod-stage:
	@test -e $(KDIR)/Makefile || { \
		echo "kmod: $(KDIR) is not there: install the headers of the kernel that runs" \
			"(apt-get install linux-headers-$$(uname -r)), or give KDIR=" >&2; exit 1; }
	@mkdir -p $(KMOD_STAGE)
	@for f in $(KMOD_FILES); do \
		mkdir -p $(KMOD_STAGE)/$$(dirname $$f) && \
		{ cmp -s $$f $(KMOD_STAGE)/$$f || cp $$f $(KMOD_STAGE)/$$f; } || exit 1; \
	done

kmod: kmod-stage
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KMOD_STAGE) VMB_KMOD_VERSION=$(KMOD_VERSION) \
		$(KMOD_MAKE) modules
	@echo "$(KMOD_STAGE)/vmbench.ko"

kmod-install: kmod
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KMOD_STAGE) $(KMOD_MAKE) INSTALL_MOD_DIR=updates \
		modules_install
	depmod $(KMOD_RELEASE)

DKMS_DIR = $(DESTDIR)/usr/src/vmbench-$(KMOD_VERSION)

kmod-dkms:
	@[ -n "$(DESTDIR)" ] || command -v dkms >/dev/null || { \
		echo "kmod-dkms: no dkms here: apt-get install dkms" >&2; exit 1; }
	rm -rf $(DKMS_DIR)
	@for f in $(KMOD_FILES); do install -D -m 644 $$f $(DKMS_DIR)/$$f || exit 1; done
	sed 's/@VERSION@/$(KMOD_VERSION)/' kmod/dkms.conf >$(DKMS_DIR)/dkms.conf
	[ -n "$(DESTDIR)" ] || dkms install --force vmbench/$(KMOD_VERSION)

.PHONY: kmod kmod-stage kmod-install kmod-dkms
