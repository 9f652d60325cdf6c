# SPDX-License-Identifier: MIT
# Where guest time is counted instructions (-icount) time can be asserted.
# shellcheck shell=ash

insmod ./vmbench.ko || exit 1
./kmod_timing
status=$?
rmmod vmbench || status=1
exit $status
