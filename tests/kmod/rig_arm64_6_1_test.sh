#!/bin/bash
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/rig.sh"

rig arm64-6.1
finish
