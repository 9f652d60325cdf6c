#!/bin/bash
# SPDX-License-Identifier: MIT
# The makefile: what is missing is named, what changed is made again, what did not is left alone.
# Works in an object directory of its own and compiles one small file.
. "$(dirname "$0")/../lib.sh"

cd "$top" || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS FLAVOR
object=$tmp/b/arch/base/assert.c.o

build()
{
	run env -u CFLAGS -u WERROR make V=1 B="$tmp/b" "$@"
}

run env PKG_CONFIG_LIBDIR=/nonexistent make V=1 B="$tmp/missing"
is "missing libraries: failure" 2 "$status"
like "missing libraries: the package" 'hwloc .*Debian/Ubuntu package libhwloc-dev' "$err"
like "missing libraries: the command" 'tools/install-deps.sh' "$err"
unlike "missing libraries: nothing was compiled" '-c -o' "$out"
run tools/find-deps.sh "$tmp/header.mk" X no/such_header.h,-lnone:libnone-dev
like "a missing library without a .pc file" 'no/such_header.h .*package libnone-dev' "$err"
check "a missing library leaves no answer behind" test ! -e "$tmp/header.mk"
run env PKG_CONFIG_LIBDIR=/nonexistent make -n clean
is "clean needs no library" 0 "$status"

build "$object"
is "one object is built" "0:yes" "$status:$([ -s "$object" ] && echo yes)"
build "$object"
unlike "nothing to do: nothing is compiled" '-c -o' "$out"
build "$object" WERROR=-Werror
like "other flags: compiled again" '-Werror .*-c -o' "$out"
build -n -W arch/base/attr.h "$object" WERROR=-Werror
like "a changed header, included through another: compiled again" '-c -o' "$out"

# A library that goes away after it was found is asked for again, not stumbled over.
mkdir "$tmp/pc"
printf 'Name: fake\nDescription: x\nVersion: 1\nCflags: -DFAKE\nLibs: -lfake\n' >"$tmp/pc/fake.pc"
cat >"$tmp/fake.mk" <<EOF
export PKG_CONFIG_PATH := $tmp/pc
.DEFAULT_GOAL := all
include $tmp/fake-deps.mk
$tmp/fake-deps.mk:
	tools/find-deps.sh \$@ FAKE fake:libfake-dev
all:
	@echo "flags: \$(FAKE_CFLAGS) \$(FAKE_LIBS)"
EOF
run make -f "$tmp/fake.mk"
like "a found library: its flags" 'flags: -DFAKE +-lfake' "$out"
rm "$tmp/pc/fake.pc"
run make -f "$tmp/fake.mk"
like "a library that vanished: the package" 'fake .*package libfake-dev' "$err"

if [ -x vmbench ]; then
	# With the flags of whoever runs the tests: nothing is to be compiled here.
	run make install DESTDIR="$tmp/root" PREFIX=/usr
	is "install: success" 0 "$status"
	check "install: the program" test -x "$tmp/root/usr/bin/vmbench"
	check "install: the manual page" test -s "$tmp/root/usr/share/man/man1/vmbench.1"
	check "install: the documents" test -s "$tmp/root/usr/share/doc/vmbench/README.md"
	run "$tmp/root/usr/bin/vmbench" --version
	is "install: it runs from there" 0 "$status"
else
	fail "install" "no ./vmbench; run make"
fi
finish
