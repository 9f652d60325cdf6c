#!/bin/bash
# SPDX-License-Identifier: MIT
# A stored run: found by name, printed in every format, read by other programs, refused if damaged.
. "$(dirname "$0")/e2e.sh"

VMBENCH_FAULTS=1 bench --format json --label "a label" '^(fault/(good|skip|wrong)|exit/syscall/getppid|memory/copy/libc/(64|4K|64K))$'
is "a run with a failure: exit code" 1 "$status"
is "standard output is JSON and nothing else" vmbench-result/1 "$(json 'd["schema"]' <<<"$out")"
like "where it is stored is said on standard error" "stored: $store/runs/" "$err"
cp "$tmp/out" "$tmp/first.json"

file=$store/$(files "$store" | grep '\.vmb$' | sed 's|^\./||')
id=$(basename "$file" .vmb)
is "one run, one file" 1 "$(files "$store" | wc -l)"

# found NAME REFERENCE
found()
{
	run "$vmbench" report --results "$store" --format json "$2"
	is "$1" "0 $id" "$status $(json 'd["run"]["id"]' <<<"$out")"
}
found "found as latest" latest
found "found by its id" "$id"
found "found by the beginning of its id" "${id%??}"
found "found by its path" "$file"
run "$vmbench" report --results "$store" 19990101
is "an id that does not exist: exit code" 1 "$status"
like "an id that does not exist: what there is" "$id" "$err"
run "$vmbench" report --results "$tmp/empty"
is "an empty store: exit code" 1 "$status"
like "an empty store: message" "$tmp/empty" "$err"

run "$vmbench" report --results "$store" --format json
is "report prints what the run printed" "" "$(diff "$tmp/first.json" "$tmp/out" | head -n 5)"
cp "$tmp/out" "$tmp/run.json"
cat >"$tmp/fields.py" <<'EOF'
import json, math, sys
d = json.load(open(sys.argv[1]))
number = lambda x: isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x)
text = lambda x: isinstance(x, str)
bad = []
measured = 0
def want(ok, what):
    if not ok:
        bad.append(what)
want(d["schema"] == "vmbench-result/1", "schema")
run = d["run"]
want(text(run["id"]) and text(run["date"]) and text(run["command"]), "run.id, date, command")
want(run["complete"] is True, "run.complete")
want(isinstance(d["environment"], dict) and len(d["environment"]) > 5, "environment")
want(len(d["benchmarks"]) == 7, "seven benchmarks")
for b in d["benchmarks"]:
    at = b["id"]
    want(text(b["id"]) and b["id"].startswith(b["category"] + "/"), at + ": id, category")
    want(isinstance(b["params"], (dict, list)), at + ": params")
    want(b["status"] in ("ok", "skipped", "failed", "unreliable"), at + ": status")
    want(text(b["unit"]) and b["unit"], at + ": unit")
    if b["status"] in ("ok", "unreliable"):
        want(number(b["rounds"]["kept"]) and number(b["rounds"]["discarded"]), at + ": rounds")
    if b["status"] in ("skipped", "failed"):
        want(text(b["reason"]) and b["reason"], at + ": reason")
    if b["status"] == "skipped":
        want("time_ns" not in b, at + ": no time")
    if b["status"] == "ok":
        want("time_ns" in b, at + ": time_ns")
    if "time_ns" in b:
        measured += 1
        t = b["time_ns"]
        # Of one round that was left, the others being disturbed, nothing says how rounds differ.
        spread = ("low", "high", "std_dev", "mad") if b["rounds"]["kept"] > 1 else ()
        for k in ("median", "mean") + spread:
            want(number(t.get(k)), at + ": time_ns." + k)
        if spread:
            want(t["low"] <= t["median"] <= t["high"], at + ": low <= median <= high")
        want(b["rounds"]["kept"] > 0, at + ": rounds kept")
    for name, c in b.get("counters", {}).items():
        want(number(c["per_op"]) and text(c["source"]), at + ": counter " + name)
    for name, m in b.get("metrics", {}).items():
        want(number(m["value"]) and text(m["unit"]), at + ": metric " + name)
    if b["id"].startswith("memory/copy"):
        want("time_ns" not in b or number(b["throughput"]["value"]) and b["throughput"]["unit"].startswith("B"), at + ": throughput")
want(measured > 0, "anything measured")
print("; ".join(bad))
EOF
is "JSON: every field that is promised" "" "$(python3 "$tmp/fields.py" "$tmp/run.json" 2>&1)"

run "$vmbench" report --results "$store" --format text
is "text: exit code" 0 "$status"
like "text: an id" 'memory/copy/libc/4K' "$out"
like "text: the reason of a skip" 'flux capacitor' "$out"
like "text: the reason of a failure" '41, not 42' "$out"
unlike "text: no colour where no terminal is" $'\x1b' "$out"
run "$vmbench" report --results "$store" --color always
like "text: colour when told" $'\x1b' "$out"
NO_COLOR=1 run script -qec "'$vmbench' report --results '$store'" /dev/null
unlike "text: NO_COLOR on a terminal" $'\x1b\\[[0-9;]*m' "$out"
NO_COLOR='' TERM=xterm run script -qec "'$vmbench' report --results '$store'" /dev/null
like "text: colour on a terminal" $'\x1b\\[[0-9;]*m' "$out"
run "$vmbench" report --results "$store" --format md
like "Markdown: a table" '^\|[ -:]+\|' "$out"
like "Markdown: an id" 'memory/copy/libc/4K' "$out"

run "$vmbench" report --results "$store" --format json -o "$tmp/out.json"
is "-o: nothing on standard output" "" "$out"
is "-o: the same document" "" "$(diff "$tmp/run.json" "$tmp/out.json" | head -n 5)"

# Another program's reader: the file is msgpack as documented, and says what the report says.
reader=
for python in python3 /usr/bin/python3; do
	"$python" -c 'import msgpack' 2>/dev/null && reader=$python
done
if [ -n "$reader" ]; then
	cat >"$tmp/read.py" <<'EOF'
import msgpack, sys
def find(o, id):
    if isinstance(o, dict):
        if o.get("id") == id:
            return True
        o = o.values()
    elif isinstance(o, bytes):
        try:
            return find(msgpack.unpackb(o, strict_map_key=False), id)
        except Exception:
            return False
    elif not isinstance(o, (list, tuple)):
        return False
    return any(find(x, id) for x in o)
o = msgpack.unpackb(open(sys.argv[1], "rb").read(), strict_map_key=False)
print(find(o, sys.argv[2]), find(o, "memory/copy/libc/4K"))
EOF
	is "msgpack: read by Python's msgpack" "True True" "$("$reader" "$tmp/read.py" "$file" "$id" 2>&1)"
else
	skip "msgpack: read by Python's msgpack" "no python3-msgpack here"
fi

# damaged NAME REGEX: $tmp/bad.vmb is refused.
damaged()
{
	run timeout 20 "$vmbench" report "$tmp/bad.vmb"
	is "$1: exit code" 1 "$status"
	like "$1: message" "^vmbench: .*$2" "$err"
	is "$1: nothing is printed" "" "$out"
}
size=$(stat -c %s "$file")
head -c $((size / 2)) "$file" >"$tmp/bad.vmb"
damaged "truncated" 'truncated|cut|short|incomplete|bytes'
: >"$tmp/bad.vmb"
damaged "empty" ''
head -c 40 "$file" >"$tmp/bad.vmb"
damaged "a header alone" ''
cp "$file" "$tmp/bad.vmb"
printf 'X' | dd of="$tmp/bad.vmb" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
damaged "one byte changed" 'corrupt|checksum|damaged'
head -c 100000 /dev/urandom >"$tmp/bad.vmb"
damaged "noise" ''
{ cat "$file"; echo more; } >"$tmp/bad.vmb"
damaged "something behind it" ''
rm "$tmp/bad.vmb"
mkfifo "$tmp/bad.vmb"
run timeout 20 "$vmbench" report "$tmp/bad.vmb"
is "a pipe without a writer does not hang" 1 "$status"
rm "$tmp/bad.vmb"
truncate -s 10G "$tmp/bad.vmb"
damaged "ten gigabytes of nothing" ''
rm "$tmp/bad.vmb"
run "$vmbench" report "$tmp"
is "a directory: exit code" 1 "$status"
finish
