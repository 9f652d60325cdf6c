# SPDX-License-Identifier: MIT
# The program with the module, as its users run both: refusals in words, rows that are ok.
# needs: vmbench
# shellcheck shell=ash disable=SC2086 # $short and $user are words

failed=0
probes='^tlb/host_(flush|refill|walk)/'
short='--rounds 2 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms --quiet'

ok()
{
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		sed 's/^/# /' /tmp/said | head -n 40
		failed=1
	fi
}

# skipped NAME REGEX COMMAND...: so started, it measures nothing, and the report gives that reason.
skipped()
{
	what=$1 why=$2
	shift 2
	rm -rf /tmp/refused	# of another user
	"$@" $short --results /tmp/refused '^tlb/host_flush/page' >/tmp/said 2>&1
	[ $? = 77 ] && grep -q "$why" /tmp/said
	ok $? "$what"
}

user='start-stop-daemon -S -c nobody -x /bin/vmbench --'
mkdir -p /etc
echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd
chmod 1777 /tmp
skipped "without the module it says how to load it" "not loaded: make kmod && sudo insmod" vmbench
insmod ./vmbench.ko || exit 1
skipped "an unprivileged user is told to use sudo" "needs root: run with sudo" $user
chmod 666 /dev/vmbench
skipped "a device that everybody may open is still root's" "needs CAP_SYS_ADMIN" $user
chmod 600 /dev/vmbench
exec 3<>/dev/vmbench
skipped "the second client is told of the first" "another process has the kernel module open" vmbench
exec 3>&-

# What people type; shorter, because time means nothing here.
vmbench --pin 1 --counters --quick --rounds 2 --measurement-time 2ms --warm-up-time 1ms \
	--results /results/store "$probes" >/tmp/said 2>&1
ok $? "vmbench --pin 1 --counters --quick tlb"
cp /tmp/said /results/report
! grep -q FAILED /tmp/said
ok $? "no row failed"
vmbench --pin 1 --results /results/user --rounds 2 --measurement-time 1ms \
	'^tlb/host_flush_user/' >/tmp/said 2>&1
ok $? "and user space's own rows beside them"
vmbench doctor >/results/doctor 2>&1
rmmod vmbench 2>/tmp/said
ok $? "nobody holds the module afterwards"
exit $failed
