#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Install what vmbench needs, from the distribution's own packages (Debian, Ubuntu).
# Running it again when everything is there changes nothing and needs no network.

set -eu

# One line per purpose. "a|b": the first of the two that this release of the distribution has.
BUILD='
gcc libc6-dev make pkg-config git
libpfm4-dev libhwloc-dev libcpuid-dev
libmsgpack-dev|libmsgpack-c-dev libjansson-dev libxxhash-dev libinih-dev
valgrind
'
TESTS='
libcmocka-dev libgsl-dev python3 python3-msgpack python3-yaml
libbenchmark-tools python3-scipy python3-prometheus-client
clang libclang-rt-dev|libclang-common-14-dev
chromium nodejs
qemu-user libcapstone-dev busybox-static
qemu-system-x86 qemu-system-arm cpio zstd xz-utils kmod libelf1|libelf1t64
dkms
'
# Cross compilers for the instruction sets that this machine does not have.
case $(uname -m) in
aarch64) ;;
*) TESTS="$TESTS gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
esac
case $(uname -m) in
x86_64) ;;
*) TESTS="$TESTS gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ;;
esac
case $(uname -m) in
riscv64) ;;
*) TESTS="$TESTS gcc-riscv64-linux-gnu libc6-dev-riscv64-cross" ;;
esac
CHECKS='
clang-tidy cppcheck shellcheck mandoc
'

usage()
{
	cat <<'EOF'
usage: tools/install-deps.sh [--build | --tests] [--print]

  (nothing)  everything: to build and run, to test, to check the source
  --build    only what is needed to build and run vmbench
  --tests    what is needed to build and to test
  --print    print the packages, one a line, and install nothing
EOF
}

die()
{
	echo "install-deps: $*" >&2
	exit 1
}

flat()
{
	# shellcheck disable=SC2086 # the lists are words
	printf '%s\n' $1
}

installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

offered()
{
	apt-cache policy "$1" 2>/dev/null | grep -q '^ *Candidate: [^(]'
}

any()
{
	test=$1
	for one in $(echo "$2" | tr '|' ' '); do
		if "$test" "$one"; then
			echo "$one"
			return 0
		fi
	done
	return 1
}

missing()
{
	for word in $1; do
		any installed "$word" >/dev/null || echo "$word"
	done
}

become_root()
{
	if [ "$(id -u)" = 0 ]; then
		sudo=
	elif command -v sudo >/dev/null; then
		sudo=sudo
	else
		die "not root, and sudo is not installed; as root, run:" \
			"apt-get install $(flat "$1" | cut -d'|' -f1 | tr '\n' ' ')"
	fi
}

apt()
{
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# Names that the distribution offers, one a line. What is needed to build must be offered; the rest
# may be absent on some architectures, and then the tests that want it say so and are skipped.
resolve()
{
	for word in $1; do
		if any offered "$word"; then
			continue
		fi
		case " $(echo "$BUILD" | tr '\n' ' ') " in
		*" $word "*) die "no package $word in this distribution's sources; vmbench cannot be built without it" ;;
		esac
		echo "install-deps: no package $word here; tests that need it will be skipped" >&2
	done
}

want="$BUILD $TESTS $CHECKS"
print=
for arg; do
	case $arg in
	--build) want=$BUILD ;;
	--tests) want="$BUILD $TESTS" ;;
	--print) print=1 ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
done

if [ -n "$print" ]; then
	flat "$want"
	exit 0
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	echo "install-deps: this is not Debian or Ubuntu (no apt-get). Install what these packages hold" >&2
	echo "under your distribution's names, then run make:" >&2
	flat "$BUILD" | sed 's/^/  /' >&2
	echo "For the tests and the checks also:" >&2
	flat "$TESTS $CHECKS" | sed 's/^/  /' >&2
	exit 1
fi

lack=$(missing "$want")
if [ -z "$lack" ]; then
	echo "install-deps: everything is installed"
	exit 0
fi
become_root "$lack"
apt update || die "apt-get update failed: is the network there, are the package sources right?"
names=$(resolve "$lack")
if [ -n "$names" ]; then
	echo "install-deps: installing $(echo "$names" | tr '\n' ' ')"
	# shellcheck disable=SC2086 # one word per package
	apt install -y --no-install-recommends $names || die "apt-get could not install: $names"
fi
