# SPDX-License-Identifier: MIT
# Counters, exactly: where guest time is counted instructions the PMU's counts have one right value.
# shellcheck shell=ash

failed=0
echo 1 >/proc/sys/kernel/perf_user_access
./pmu_exact || failed=1
insmod ./vmbench.ko || exit 1
./kmod_counters || failed=1
rmmod vmbench || failed=1
exit $failed
