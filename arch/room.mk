# SPDX-License-Identifier: MIT
HOST_MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
HOST_ISA := $(or $(if $(filter aarch64,$(HOST_MACHINE)),arm64),$(HOST_MACHINE))

SRC += $(wildcard arch/base/*.c) arch/registry.c
SRC += $(wildcard $(foreach d,. guest host,$(addprefix arch/,$(addsuffix /$(d)/*.c,x86_64 arm64 riscv64))))
# native/ touches the running CPU: only this host's.
SRC += $(wildcard arch/$(HOST_ISA)/native/*.c arch/$(HOST_ISA)/native/*.S)
SRC := $(subst /./,/,$(SRC))
