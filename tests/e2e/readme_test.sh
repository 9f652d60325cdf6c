#!/bin/bash
# SPDX-License-Identifier: MIT
# The README opens with two commands, and what it names exists.
. "$(dirname "$0")/e2e.sh"

readme=$top/README.md
mapfile -t blocks < <(awk '/^```sh$/ { text = ""; inside = 1; next }
	/^```$/ && inside { print text; inside = 0; next }
	inside { text = text (text == "" ? "" : "; ") $0 }' "$readme")
like "the first command installs, builds and runs" \
	'^tools/install-deps.sh && make -j[0-9]+ && ./vmbench [^;]*$' "${blocks[0]}"
is "the second command runs the tests" "make test" "${blocks[1]}"

arguments=${blocks[0]##*./vmbench }
# shellcheck disable=SC2086 # the words of the command line
run "$vmbench" $arguments --list
if [ "$(nproc --all)" -gt 1 ]; then
	is "its command line is accepted" 0 "$status"
else
	skip "its command line is accepted" "it says --pin 1, and this machine has one CPU"
fi

while read -r option; do
	"$vmbench" --help | grep -q -- "$option" ||
		grep -q -- "$option" "$top"/tools/*.sh || missing="${missing-} $option"
done < <(grep -oE '\-\-[a-z][a-z-]+' "$readme" | sort -u)
is "every option in the README exists" "" "${missing-}"
finish
