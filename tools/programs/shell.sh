# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=all
x=0; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); x=$((x+i)); done; echo $x
f() { echo "f $1 $(echo sub)"; }; f hello
(exit 3); echo $?
printf '%s\n' c a b | while read -r line; do echo "<$line>"; done
trap 'echo usr1' USR1; kill -USR1 $$
{ sleep 0.05; echo background; } & wait
sum() { s=0; for n in "$@"; do s=$((s+n)); done; echo $s; }; sum 1 2 3 4
case abc in a*) echo matches ;; *) echo none ;; esac
cat <<TEXT
here ${x%50*} ${x#*5} ${unset:-default}
TEXT
mkdir dir && echo text >dir/file && cat dir/* && rm -r dir && echo gone
cd / && pwd
