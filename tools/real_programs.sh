#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Programs that nobody here wrote, under `vmbench exec` and under qemu-user: binaries of the
# distribution's arm64 packages, and programs that the cross compilers build from its sources. What they
# print, and how they end, must be the same. Debian; needs the network, and
# gcc-aarch64-linux-gnu gcc-riscv64-linux-gnu qemu-user dpkg-dev.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
vmbench=${VMBENCH:-$top/vmbench}
work=${TMPDIR:-/tmp}/vmbench-programs
failed=0 passed=0

usage()
{
	echo "usage: tools/real_programs.sh [-h]   what is fetched and built stays in $work"
}

[ $# = 0 ] || { usage; [ "$1" = -h ] && exit 0; exit 2; }
[ -x "$vmbench" ] || { echo "real_programs.sh: no $vmbench: run make first" >&2; exit 1; }
mkdir -p "$work/lists/partial" "$work/src" "$work/run"
cd "$work" || exit 1

# apt for packages of arm64 and for sources, without a change of this system.
sources()
{
	local types=$1

	echo "$types http://deb.debian.org/debian bookworm main"
}

{ sources "deb [arch=arm64]"; sources deb-src; } >sources.list
apt=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root
	-o "APT::Architectures::=arm64" -o "Dir::Cache=$work")

fetch()
{
	[ -e "$work/fetched" ] && return
	apt-get "${apt[@]}" update >/dev/null &&
		apt-get "${apt[@]}" download busybox-static:arm64 bash-static:arm64 zsh-static:arm64 &&
		(cd src && apt-get "${apt[@]}" source --download-only gzip lua5.4) &&
		for package in *.deb; do dpkg-deb -x "$package" arm64 || return; done &&
		tar -C src -xf src/gzip_*.orig.tar.xz && tar -C src -xf src/lua5.4_*.orig.tar.gz &&
		touch "$work/fetched"
}

# build MACHINE: gzip and lua, static.
build()
{
	local machine=$1 cc=$1-linux-gnu-gcc lua

	command -v "$cc" >/dev/null || return
	if [ ! -x "run/gzip-$machine" ]; then
		rm -rf "build-$machine"
		cp -a src/gzip-* "build-$machine"
		(cd "build-$machine" && ./configure -q --host="$machine-linux-gnu" CC="$cc" \
			LDFLAGS=-static && make -s) >"gzip-$machine.log" 2>&1 &&
			cp "build-$machine/gzip" "run/gzip-$machine"
	fi
	mapfile -t lua < <(find src -path '*lua*/src/*.c' ! -name luac.c)
	[ -x "run/lua-$machine" ] ||
		"$cc" -O2 -static -DLUA_USE_POSIX -o "run/lua-$machine" "${lua[@]}" -lm \
			2>"lua-$machine.log"
}

# same NAME MACHINE PROGRAM ARGUMENT...
same()
{
	local name=$1 machine=$2

	shift 2
	{ timeout 300 "qemu-$machine" "$@" <input 2>&1; echo "= $?"; } >want
	{ timeout 300 "$vmbench" exec "$@" <input 2>&1; echo "= $?"; } >got
	if cmp -s want got; then
		passed=$((passed + 1))
		echo "same    $machine $name"
	else
		failed=$((failed + 1))
		echo "DIFFERS $machine $name"
		diff -a want got | head -n 6
	fi
}

applets()
{
	local line

	while read -r line; do
		# shellcheck disable=SC2086 # words
		same "busybox $line" aarch64 arm64/bin/busybox $line
	done <<'LINES'
md5sum input
sha512sum input
sort -rn input
wc input
sed -n s/1/x/p input
awk {s+=$1*1.5}END{printf("%.3f\n",s)} input
gzip -9c input
bzip2 -c input
dc -e 2_300^p
od -x input
tar c input
factor 1234567890123
cal 1 2020
find /usr/share/doc/bash
cksum input
base64 input
ls -l /bin
LINES
}

shells()
{
	cat >script <<'SCRIPT'
x=0; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); x=$((x+i)); done; echo $x
f() { echo "f $1 $(echo sub)"; }; f hello
(exit 3); echo $?
printf '%s\n' c a b | while read -r line; do echo "<$line>"; done
trap 'echo usr1' USR1; kill -USR1 $$
cd / && pwd
SCRIPT
	same "bash" aarch64 arm64/bin/bash-static script
	same "zsh" aarch64 arm64/bin/zsh-static script
	same "busybox sh" aarch64 arm64/bin/busybox sh script
}

sources_of()
{
	local machine=$1

	cat >test.lua <<'LUA'
local t = {}
for i = 1, 20000 do t[i] = (i * 7919) % 10007 end
table.sort(t)
local s = 0
for i, v in ipairs(t) do s = s + v * math.sin(i) end
print(("%.9g"):format(s), #t, t[1], t[#t])
print(("hello world"):gsub("o", "0"), string.pack("<i4", 7):byte(1, -1))
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
print(co(), co(), co(), pcall(error, "x"), 7 // 2, 2^53, 10 / 3, math.maxinteger + 1)
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(22), collectgarbage("count") > 0)
LUA
	[ ! -x "run/gzip-$machine" ] || same "gzip -9" "$machine" "run/gzip-$machine" -9nc input
	[ ! -x "run/gzip-$machine" ] || same "gzip -1" "$machine" "run/gzip-$machine" -1nc input
	[ ! -x "run/lua-$machine" ] || same "lua" "$machine" "run/lua-$machine" test.lua
}

seq 1 30000 >input
fetch || { echo "real_programs.sh: cannot fetch the packages" >&2; exit 1; }
for machine in aarch64 riscv64; do
	build "$machine"
	sources_of "$machine"
done
applets
shells
echo "$passed the same, $failed differ"
[ "$failed" = 0 ]
