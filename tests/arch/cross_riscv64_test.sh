#!/bin/bash
# SPDX-License-Identifier: MIT
# cross.sh for riscv64, whose emulator has Zba and Zbb; time limit: 600 s
. "$(dirname "$0")/cross.sh"

cross_begin riscv64 riscv64
cross_smoke "riscv64 scalar -"
cross_tests jit JIT_UNITS=300
cross_tests jit JIT_UNITS=300 JIT_FEATURES=3
cross_tests link
cross_tests tiers TIERS_UNITS=100
cross_tests recover RECOVER_UNITS=600
cross_tests select SELECT_LOOPS=400
cross_guests arm64 x86_64

finish
