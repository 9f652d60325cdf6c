# SPDX-License-Identifier: MIT
SRC += $(wildcard vmcore/*/*.c)
