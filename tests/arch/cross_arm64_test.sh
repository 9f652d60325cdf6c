#!/bin/bash
# SPDX-License-Identifier: MIT
# cross.sh for arm64; time limit: 600 s
. "$(dirname "$0")/cross.sh"

cross_begin arm64 aarch64
cross_smoke "arm64 neon neon"
cross_tests jit JIT_UNITS=300
cross_tests link
cross_tests tiers TIERS_UNITS=100
cross_tests recover RECOVER_UNITS=600
cross_tests select SELECT_LOOPS=400
cross_guests riscv64 x86_64

finish
