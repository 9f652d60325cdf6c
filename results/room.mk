# SPDX-License-Identifier: MIT
SRC += $(wildcard results/*.c)
