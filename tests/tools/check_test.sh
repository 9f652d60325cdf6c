#!/bin/bash
# SPDX-License-Identifier: MIT
# tools/check.sh finds what is planted, and does not pass over a tool that is missing.
. "$(dirname "$0")/../lib.sh"

tree=$tmp/tree
mkdir -p "$tree/tools" "$tree/user"
cp "$top/tools/check.sh" "$tree/tools/"
git -C "$tree" init -q
printf 'int f(void);\n' >"$tree/user/good.c"
printf '[to](user/good.c) [there](#part) [out](https://example.org/x)\n' >"$tree/README.md"

run "$tree/tools/check.sh" style links
is "a clean tree" 0 "$status"

# finds STAGE NAME REGEX: the stage fails and says so.
finds()
{
	run "$tree/tools/check.sh" "$1"
	like "$2" "^exit 1:.*$3" "exit $status: $(tr '\n' ' ' <<<"$out")"
	rm -f "$tree"/user/bad.*
}

printf 'int a; %0110d\n' 0 >"$tree/user/bad.c"
finds style "a long line" 'user/bad.c:1:'
printf 'int a; /* µµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµµ µµµµµµµµ */\n' >"$tree/user/bad.c"
run "$tree/tools/check.sh" style
is "columns are not bytes" 0 "$status"
printf 'int a; \n' >"$tree/user/bad.c"
finds style "a blank at the end of a line" 'user/bad.c:1:'
printf 'int a;' >"$tree/user/bad.c"
finds style "no newline at the end" 'user/bad.c: no newline'
printf '[x](nowhere.md)\n' >"$tree/user/bad.md"
finds links "a dead link" 'user/bad.md: dead link nowhere.md'

mkdir "$tmp/bin"
for tool in bash dirname git nproc mkdir grep sed tail; do
	ln -s "$(command -v "$tool")" "$tmp/bin/"
done
run env PATH="$tmp/bin" "$tree/tools/check.sh" cppcheck
like "a missing tool fails its stage and is named" \
	'^1: .*cppcheck is not installed .*package cppcheck' "$status: $(tr '\n' ' ' <<<"$out")"

run "$tree/tools/check.sh" nonsense
is "an unknown stage" 2 "$status"
finish
