#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Programs that nobody here wrote, under `vmbench exec` and beside it: binaries of the distribution's
# packages, and programs that compilers build from its sources. What they print, and how they end, must
# be the same under qemu-user, or natively for the architecture of this machine. Debian; needs the network
# that apt is configured for, and gcc-aarch64-linux-gnu gcc-riscv64-linux-gnu qemu-user dpkg-dev tcl.
# LUA_TESTS=DIRECTORY has the tests of Lua 5.4, which no package has.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
vmbench=${VMBENCH:-$top/vmbench}
work=${TMPDIR:-/tmp}/vmbench-programs
failed=0 passed=0
binaries=(busybox-static bash-static zsh-static)
sources=(gzip lua5.4 sqlite3 bzip2 xz-utils libzstd mbedtls)

usage()
{
	echo "usage: tools/real_programs.sh [-h] [aarch64|riscv64|x86_64...]"
	echo "what is fetched and built stays in $work"
}

case ${1:-} in
-h) usage; exit 0 ;;
-*) usage; exit 2 ;;
esac
machines=("${@:-aarch64 riscv64 x86_64}")
read -ra machines <<<"${machines[*]}"
[ -x "$vmbench" ] || { echo "real_programs.sh: no $vmbench: run make first" >&2; exit 1; }
mkdir -p "$work/lists/partial" "$work/src" "$work/run" "$work/scratch"
cd "$work" || exit 1

# apt as this system is configured, but for arm64 and amd64 and for sources, and without a change of it.
for types in 'deb [arch=arm64,amd64]' deb-src; do
	# shellcheck disable=SC2016 # apt's
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' \
		'Origin: Debian' | sort -u | sed "s/^/$types /"
done >sources.list
apt=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root
	-o "APT::Architectures::=arm64" -o "APT::Architectures::=amd64" -o "Dir::Cache=$work")

fetch()
{
	local arch package archive

	[ -e "$work/fetched" ] && return
	apt-get "${apt[@]}" update >/dev/null || return
	for arch in arm64 amd64; do
		apt-get "${apt[@]}" download "${binaries[@]/%/:$arch}" || return
		for package in *_"$arch".deb; do dpkg-deb -x "$package" $arch || return; done
	done
	for package in "${sources[@]}"; do
		(cd src && apt-get -q "${apt[@]}" source --download-only "$package" >/dev/null 2>&1) ||
			echo "not fetched: the sources of $package"
	done
	for archive in src/*.orig.tar.*; do
		[ "${archive%.asc}" != "$archive" ] || tar -C src -xf "$archive" || return
	done
	touch "$work/fetched"
}

# build NAME MACHINE SOURCES PROGRAM COMMAND...: run/NAME-MACHINE is what the command, in a copy of the
# sources, makes as PROGRAM.
build()
{
	local name=$1 machine=$2 source=$3 program=$4

	shift 4
	[ ! -x "run/$name-$machine" ] || return
	rm -rf "build-$name-$machine"
	# shellcheck disable=SC2086 # a pattern
	cp -a src/$source/ "build-$name-$machine" || { echo "not built: no sources of $name"; return; }
	(cd "build-$name-$machine" && "$@") >"$name-$machine.log" 2>&1 &&
		cp "build-$name-$machine/$program" "run/$name-$machine" ||
		echo "not built: $name for $machine, see $work/$name-$machine.log"
}

# What the commands know: cc, machine.
configured()
{
	./configure -q --host="$machine-linux-gnu" CC="$cc" LDFLAGS=-static "$@" && make -s -j2 LDFLAGS="${link:--static}"
}

build_lua()
{
	rm src/luac.c && "$cc" -O2 -static -DLUA_USE_POSIX -o lua src/*.c -lm
}

build_bzip2()
{
	make -s CC="$cc" AR=ar RANLIB=ranlib LDFLAGS=-static bzip2
}

build_zstd()
{
	make -s -C programs CC="$cc" LDFLAGS=-static HAVE_ZLIB=0 HAVE_LZMA=0 HAVE_LZ4=0 zstd
}

# The one big file is made by programs of this machine.
build_sqlite()
{
	./configure -q --disable-tcl --disable-readline && make -s sqlite3.c shell.c &&
		"$cc" -O2 -static -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_MATH_FUNCTIONS \
			-DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_THREADSAFE=1 -o sqlite3 shell.c sqlite3.c -lm
}

build_mbedtls()
{
	make -s -j2 -C library CC="$cc" AR=ar static &&
		make -s -C programs CC="$cc" LDFLAGS=-static test/selftest
}

build_all()
{
	local machine=$1 cc=$1-linux-gnu-gcc

	command -v "$cc" >/dev/null || { echo "not built for $machine: no $cc"; return; }
	build gzip "$machine" 'gzip-*' gzip configured
	build lua "$machine" 'lua-5*' lua build_lua
	build bzip2 "$machine" 'bzip2-*' bzip2 build_bzip2
	link=-all-static build xz "$machine" 'xz-*' src/xz/xz configured --disable-shared
	build zstd "$machine" 'zstd-*' programs/zstd build_zstd
	build selftest "$machine" '*mbedtls-*' programs/test/selftest build_mbedtls
	build sqlite "$machine" 'sqlite3-*' sqlite3 build_sqlite
}

# clean: each side begins with a directory that has nothing but what it is given.
clean()
{
	rm -rf scratch
	mkdir scratch
	cp -p input packed "$top"/tools/programs/* scratch/
	[ -z "${LUA_TESTS:-}" ] || cp -r "$LUA_TESTS" scratch/tests
}

# side PROGRAM...: what it prints and how it ends, in scratch/$dir; lines with $varies are left out.
side()
{
	clean
	(cd "scratch/${dir:-}" && timeout 600 "$@" <"$work/input" 2>&1) |
		if [ -n "${varies:-}" ]; then grep -a -v -E "$varies"; else cat; fi
	echo "= ${PIPESTATUS[0]}"
}

# same NAME MACHINE PROGRAM ARGUMENT...
same()
{
	local name=$1 machine=$2 program=$3 beside=("qemu-$2")

	[ -x "$program" ] || return
	program=$(realpath "$program")
	shift 3
	[ "$machine" != "$(uname -m)" ] || beside=()
	side "${beside[@]}" "$program" "$@" >want
	side "$vmbench" exec "$program" "$@" >got
	if cmp -s want got; then
		passed=$((passed + 1))
		echo "same    $machine $name ($(tail -c 7 want | grep -a -o '= [0-9]*$'))"
	else
		failed=$((failed + 1))
		echo "DIFFERS $machine $name"
		diff -a want got | head -n 6 | cut -c 1-200 | tr -dc '[:print:]\n'
	fi
}

# applets MACHINE DIRECTORY
applets()
{
	local line

	while read -r line; do
		# shellcheck disable=SC2086 # words
		same "busybox $line" "$1" "$2/bin/busybox" $line
	done <<'LINES'
md5sum input
sha512sum input
sha3sum input
sort -rn input
wc input
sed -n s/1/x/p input
awk {s+=$1*1.5}END{printf("%.3f\n",s)} input
gzip -9c input
bzip2 -c input
dc -e 2_300^p
od -x input
tar c input
cpio -o
factor 1234567890123
cal 1 2020
find /usr/share/doc/bash
cksum input
base64 input
uuencode input name
ls -l /bin
xargs -n 1000 echo
diff input packed
expr 12345 * 678
printf %08.3f\n 3.14159
stat -c %s input
dd if=input bs=1000 count=3
ash -c ulimit
vi -c q input
LINES
}

shells()
{
	# What they start is dynamically linked on this machine, which a guest of its kind cannot run.
	[ "$1" = "$(uname -m)" ] || same bash "$1" "$2/bin/bash-static" shell.sh
	[ "$1" = "$(uname -m)" ] || same zsh "$1" "$2/bin/zsh-static" shell.sh
	same "busybox sh" "$1" "$2/bin/busybox" sh shell.sh
}

# Both ways of those that pack: what the program has packed is what it unpacks.
packers()
{
	local name quiet

	for name in gzip bzip2 xz zstd; do
		# gzip writes the time, without this.
		quiet=''
		[ $name != gzip ] || quiet=n
		same "$name -9" "$1" "run/$name-$1" -9${quiet}c input
		same "$name -1" "$1" "run/$name-$1" -1${quiet}c input
		[ ! -x "run/$name-$1" ] || "run/$name-$1" -c input >packed 2>/dev/null ||
			"qemu-$1" "run/$name-$1" -c input >packed
		same "$name -d" "$1" "run/$name-$1" -dc packed
	done
	same "xz, threads" "$1" "run/xz-$1" -T4 --block-size=20000 -c input
	same "zstd, threads" "$1" "run/zstd-$1" -T3 -19 -c input
}

built()
{
	packers "$1"
	same lua "$1" "run/lua-$1" test.lua
	same "sqlite in memory" "$1" "run/sqlite-$1" :memory: '.read database.sql'
	same "sqlite in a file" "$1" "run/sqlite-$1" data.db '.read database.sql'
	same "Mbed TLS's own test" "$1" "run/selftest-$1"
	# Times, sizes, seeds and what depends on them.
	[ -z "${LUA_TESTS:-}" ] || varies='time|memory|random|sort|short-circuit|test done' dir=tests same "Lua's own tests" "$1" "run/lua-$1" -e _U=true all.lua
}

seq 1 30000 >input
gzip -9c input >packed
fetch || { echo "real_programs.sh: cannot fetch the packages" >&2; exit 1; }
for machine in "${machines[@]}"; do
	build_all "$machine"
	built "$machine"
	case $machine in
	aarch64) packages=arm64 ;;
	x86_64) packages=amd64 ;;
	*) continue ;;
	esac
	applets "$machine" "$packages"
	shells "$machine" "$packages"
done
echo "$passed the same, $failed differ"
[ "$failed" = 0 ]
