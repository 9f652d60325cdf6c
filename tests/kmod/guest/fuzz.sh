# SPDX-License-Identifier: MIT
# Hostile clients, on a kernel that poisons and checks its heap (slub_debug=FZPU), or that was built
# with KASAN, lockdep and kmemleak (tools/qemu/debug-kernel).
# shellcheck shell=ash

failed=0

ok()
{
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
	fi
}

# What is freed late (RCU, empty slabs, lazily unmapped areas) is free by then.
available_kb()
{
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

leaks=/sys/kernel/debug/kmemleak
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
[ -e $leaks ] || leaks=

# What nothing points to, twice in a row and for longer than kmemleak's five seconds.
scan_leaks()
{
	sleep 6
	echo scan >$leaks
	sleep 1
	echo scan >$leaks
}

# A kernel that was built to check itself: it still does, and it has found nothing.
check_debug_kernel()
{
	scan_leaks
	cat $leaks >/results/kmemleak
	head -n 60 /results/kmemleak | sed 's/^/# /'
	[ ! -s /results/kmemleak ]
	ok $? "kmemleak finds nothing"
	dmesg | grep -q 'KernelAddressSanitizer initialized'
	ok $? "KASAN was there"
	grep -q 'debug_locks: *1' /proc/lockdep_stats	# it switches itself off at its first finding
	ok $? "lockdep is still looking"
	cp /proc/lockdep_stats /results/
}

check_heap()
{
	for cache in /sys/kernel/slab/*/validate; do
		echo 1 >"$cache" 2>/dev/null
	done
	[ -e /sys/kernel/slab/kmalloc-1k/poison ] &&
		[ "$(cat /sys/kernel/slab/kmalloc-1k/poison)" = 1 ]
	ok $? "the heap was poisoned, and every cache is valid if the log is clean"
}

count=$(sed -n 's/.*rig\.fuzz=\([0-9]*\).*/\1/p' /proc/cmdline)
seed=$(sed -n 's/.*rig\.seed=\([0-9]*\).*/\1/p' /proc/cmdline)
: "${count:=100000}" "${seed:=1}"

if [ -n "$leaks" ]; then	# the kernel's own come first
	scan_leaks
	echo clear >$leaks
fi
insmod ./vmbench.ko || exit 1
./kmod_fuzz 2000 "$seed" >/dev/null	# what the kernel allocates once is no leak
before=$(available_kb)
./kmod_fuzz "$count" "$seed"
ok $? "$count hostile calls"
after=$(available_kb)

# shellcheck disable=SC2009 # busybox has no pgrep -f for kernel threads
ps | grep -v grep | grep -q 'vmbench/'
ok $((!$?)) "no thread of the module is left"
# KASAN keeps what was freed for a while, and every stack that freed it: kmemleak is the judge there.
[ -n "$leaks" ] || [ $((before - after)) -lt 4096 ]
ok $? "no memory is lost ($before kB before, $after kB after)"
./kmod_info >/tmp/info 2>&1
ok $? "the module works as before"
rmmod vmbench
ok $? "and unloads"

if [ -n "$leaks" ]; then
	check_debug_kernel
else
	check_heap
fi
exit $failed
