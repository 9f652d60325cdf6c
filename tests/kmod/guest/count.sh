# SPDX-License-Identifier: MIT
# The program's counters on a PMU that counts exactly: libpfm4, perf_event, and the module's windows.
# needs: vmbench
# shellcheck shell=ash

failed=0

# count NAME DIR FILTER
count()
{
	if vmbench --pin 0 --counters=instructions --rounds 2 --sample-size 8 \
		--measurement-time 1ms --warm-up-time 1ms --results "/results/$2" "$3" \
		>"/results/$2.report" 2>&1; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		sed 's/^/# /' "/results/$2.report"
		failed=1
	fi
}

echo 0 >/proc/sys/kernel/perf_user_access
count "counted by read(2)" read '^self/work/'
echo 1 >/proc/sys/kernel/perf_user_access
count "counted in user space" user '^self/work/'
insmod ./vmbench.ko || exit 1
count "counted inside the module's windows" kmod '^tlb/host_(flush/(page|range)|walk/whole/cached)'
rmmod vmbench || failed=1
exit $failed
