#!/bin/bash
# SPDX-License-Identifier: MIT
# tools/build_info.sh: what a build says about itself, and that an unchanged build is not touched.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$tmp/repo/tools" "$tmp/repo/user"
cp "$top/tools/build_info.sh" "$tmp/repo/tools/"
cd "$tmp/repo" || exit 1
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export CC=${CC:-cc} FLAVOR=release BUILD_FLAGS='-O2 -g -DX="a b" -DY=\n'
header=$tmp/out/build_info.h

# value NAME: what the compiler makes of the macro.
value()
{
	printf '#include "%s"\n#include <stdio.h>\n%s' "$header" \
		"int main(void) { return printf(FORMAT, VMB_BUILD_$1) < 0; }" >"$tmp/print.c"
	$CC -DFORMAT="\"$2\"" -o "$tmp/print" "$tmp/print.c" && "$tmp/print"
}

# without_git: a PATH that has everything but git.
without_git()
{
	local tool

	mkdir -p "$tmp/bin"
	for tool in sh dirname cat tr sed cmp mkdir mv rm paste "${CC%% *}"; do
		ln -sf "$(command -v "$tool")" "$tmp/bin/$tool"
	done
	echo "$tmp/bin"
}

check "outside of git" tools/build_info.sh "$header"
is "no commit outside of git" "" "$(value GIT_COMMIT %s)"
is "flags survive quoting" '-O2 -g -DX="a b" -DY=\n' "$(value FLAGS %s)"
is "flavor" release "$(value FLAVOR %s)"
is "compiler" "$($CC --version | head -n 1)" "$(value COMPILER %s)"
is "target" "$($CC -dumpmachine)" "$(value TARGET %s)"
is "no sanitizer" "" "$(value SANITIZER %s)"

touch -d '2001-01-01' "$header"
tools/build_info.sh "$header"
is "an unchanged build is not touched" 2001 "$(date -r "$header" +%Y)"
is "nothing is left behind" build_info.h "$(ls "$tmp/out")"

BUILD_FLAGS='-O1 -fsanitize=address,undefined -fno-omit-frame-pointer' tools/build_info.sh "$header"
is "sanitizers" address,undefined "$(value SANITIZER %s)"
is "a changed build is written" "$(date +%Y)" "$(date -r "$header" +%Y)"

echo 'int x;' >user/x.c
git init -q . && git add . && git commit -q -m one
tools/build_info.sh "$header"
is "the commit" "$(git rev-parse HEAD)" "$(value GIT_COMMIT %s)"
is "clean" 0 "$(value GIT_DIRTY %d)"
echo note >notes.txt
tools/build_info.sh "$header"
is "a file that is not compiled changes nothing" 0 "$(value GIT_DIRTY %d)"
echo 'int y;' >user/y.c
tools/build_info.sh "$header"
is "a new source is a change" 1 "$(value GIT_DIRTY %d)"
rm user/y.c
echo 'int z;' >user/x.c
tools/build_info.sh "$header"
is "a changed source is a change" 1 "$(value GIT_DIRTY %d)"

PATH=$(without_git) tools/build_info.sh "$header"
is "without git no commit" "" "$(value GIT_COMMIT %s)"

mkdir -p vendor/vmbench/tools
cp tools/build_info.sh vendor/vmbench/tools/
vendor/vmbench/tools/build_info.sh "$header"
is "the commit of an enclosing checkout is not ours" "" "$(value GIT_COMMIT %s)"

finish
