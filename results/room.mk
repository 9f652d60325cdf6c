# SPDX-License-Identifier: MIT
SRC += $(wildcard results/*.c results/msgpack/*.c results/json/*.c)
