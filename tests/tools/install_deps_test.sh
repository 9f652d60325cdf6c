#!/bin/bash
# SPDX-License-Identifier: MIT
# The installer asks the package manager only for what is missing, and says clearly what it cannot
# do. The package manager here is a stand-in that writes down how it was called.
. "$(dirname "$0")/../lib.sh"

bin=$tmp/bin
calls=$tmp/calls

# tool NAME BODY: a stand-in in $bin.
tool()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
	chmod +x "$bin/$1"
}

# machine MISSING_REGEX: a Debian where packages that match are not installed.
machine()
{
	rm -rf "$bin" "$calls"
	mkdir "$bin"
	touch "$calls"
	for name in sh cat tr cut grep sed uname env printf; do
		ln -s "$(command -v "$name")" "$bin/" 2>/dev/null
	done
	tool dpkg-query "for last; do :; done; echo \"\$last\" | grep -Eqx '$1' || printf installed"
	tool apt-cache 'echo "  Candidate: 1.0"'
	tool apt-get "echo \"apt-get \$*\" >>'$calls'"
	tool id 'echo 0'
}

install()
{
	run env PATH="$bin" "$top/tools/install-deps.sh" "$@"
}

machine nothing
install
is "nothing to do: success" 0 "$status"
is "nothing to do: apt-get is not called" "" "$(cat "$calls")"

machine 'libpfm4-dev|cppcheck'
install
is "something missing: success" 0 "$status"
like "the lists are brought up to date once" '^1$' "$(grep -c ' update' "$calls")"
like "what is missing is installed, and only that" ' install .*recommends libpfm4-dev cppcheck$' "$(cat "$calls")"

machine 'libpfm4-dev|cppcheck'
install --build
unlike "--build leaves out what checks need" cppcheck "$(cat "$calls")"

machine 'libmsgpack-dev|libmsgpack-c-dev'
# shellcheck disable=SC2016 # $2 is the stand-in's
tool apt-cache '[ "$2" = libmsgpack-dev ] || echo "  Candidate: 1.0"'
install
like "another release's name of a package" 'recommends libmsgpack-c-dev$' "$(cat "$calls")"

machine 'libmsgpack-dev|libmsgpack-c-dev'
tool apt-cache 'echo "  Candidate: (none)"'
install
is "a package that no source has: failure" 1 "$status"
like "a package that no source has: named" 'no package libmsgpack-dev' "$err"

machine 'qemu-user'
tool apt-cache 'echo "  Candidate: (none)"'
install
is "an optional package that no source has: success" 0 "$status"
like "an optional package that no source has: said" 'qemu-user.*skipped' "$err"

machine 'gcc'
tool id 'echo 1000'
install
is "no root, no sudo: failure" 1 "$status"
like "no root, no sudo: the command to run" 'as root, run: apt-get install gcc' "$err"

machine 'gcc'
tool id 'echo 1000'
tool sudo "echo sudo >>'$calls'; exec \"\$@\""
install
is "no root, but sudo: success" 0 "$status"
like "no root, but sudo: used" '^sudo$' "$(cat "$calls")"

machine 'gcc'
tool apt-get 'exit 100'
install
is "apt-get fails: failure" 1 "$status"
like "apt-get fails: said" 'apt-get update failed' "$err"

machine nothing
rm "$bin/apt-get"
install
is "another distribution: failure" 1 "$status"
like "another distribution: the packages are named" '^  libpfm4-dev$' "$err"

install --print --build
is "--print: success" 0 "$status"
like "--print: the packages" '^libhwloc-dev$' "$out"
install --nonsense
is "an unknown option" 2 "$status"
finish
