#!/bin/bash
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/rig.sh"

rig x86_64-6.12-icount
finish
