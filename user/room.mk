# SPDX-License-Identifier: MIT
SRC += $(wildcard user/*.c user/counter/*.c user/env/*.c user/bench/*.c user/bench/*/*.c)
