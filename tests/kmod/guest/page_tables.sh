# SPDX-License-Identifier: MIT
# It does not come back: the machine is switched off while the program's page tables exist.
# shellcheck shell=ash

exec ./page_tables
