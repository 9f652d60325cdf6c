#!/bin/bash
# SPDX-License-Identifier: MIT
# Boots a kernel under emulation; time limit: 300 s

. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/rig.sh"

rig x86_64-6.1
finish
