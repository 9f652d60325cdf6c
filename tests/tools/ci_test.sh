#!/bin/bash
# SPDX-License-Identifier: MIT
# The benchmark workflow: its file is well formed, and every script that it runs does what it says.
# The comparison is the real one, of two commits in a clone of this repository of which the second one
# makes a benchmark do more work. time limit: 400 s
. "$(dirname "$0")/../e2e/e2e.sh"

ci=$top/tools/ci
workflow=$top/.github/workflows/benchmark.yml
unset EVENT BASE_SHA BEFORE_SHA ASKED_BASE GITHUB_STEP_SUMMARY GITHUB_REPOSITORY GH_TOKEN VMBENCH_RESULTS
unset MAKEFLAGS MAKELEVEL MFLAGS
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.com GIT_COMMITTER_NAME=test \
	GIT_COMMITTER_EMAIL=test@example.com

# yaml EXPRESSION: of the workflow d. YAML 1.1 takes the word "on" for the truth.
yaml()
{
	/usr/bin/python3 -c 'import sys, yaml
d = yaml.safe_load(open(sys.argv[1]))
on = d.get("on", d.get(True))
steps = [s for j in d["jobs"].values() for s in j["steps"]]
print(eval(sys.argv[2]))' "$workflow" "$1" 2>&1
}

if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	is "when it runs" "['pull_request', 'push', 'schedule', 'workflow_dispatch']" "$(yaml 'sorted(on)')"
	is "daily at 02:00" "0 2 * * *" "$(yaml 'on["schedule"][0]["cron"]')"
	is "on main and master" "['main', 'master']" "$(yaml 'on["push"]["branches"]')"
	is "by default it may only read" "{'contents': 'read'}" "$(yaml 'd["permissions"]')"
	is "one job may write, and it may write comments" "['pull-requests']" \
		"$(yaml '[k for j in d["jobs"].values() for k, v in j.get("permissions", {}).items() if v != "read"]')"
	is "that job builds nothing" "False" "$(yaml '"build_both" in str(d["jobs"]["comment"])')"
	is "artifacts are kept for 30 days" "[30]" \
		"$(yaml '[s["with"]["retention-days"] for s in steps if "upload-artifact" in s.get("uses", "")]')"
	is "actions are pinned to a major version" "[]" \
		"$(yaml '[s["uses"] for s in steps if "uses" in s and not __import__("re").fullmatch(r"[\w./-]+@v\d+", s["uses"])]')"
	# shellcheck disable=SC2016 # the workflow's, not the shell's
	is "no expression inside of a script" "[]" "$(yaml '[s["run"] for s in steps if "${{" in s.get("run", "")]')"
	missing=
	while read -r script; do
		[ -x "$top/$script" ] || missing+=" $script"
	done < <(yaml '"\n".join(s.get("run", "") for s in steps)' | grep -oE 'tools/[a-z_/-]+\.sh' | sort -u)
	is "its scripts exist" "" "$missing"
else
	skip "the workflow's file" "no YAML parser here (package python3-yaml)"
fi

# choose_base.sh, in a repository with three commits, two of them old, and a branch.
repo=$tmp/repo
git init -q -b main "$repo"
# made SUBJECT DATE: the new commit
made()
{
	GIT_COMMITTER_DATE=$2 git -C "$repo" commit -q --allow-empty -m "$1" --date "$2"
	git -C "$repo" rev-parse HEAD
}
first=$(made first '2020-01-01T00:00:00Z')
second=$(made second '2020-01-02T00:00:00Z')
git -C "$repo" checkout -q -b topic
topic=$(made topic '2020-01-03T00:00:00Z')
git -C "$repo" checkout -q main
third=$(made third "$(date -u +%FT%TZ)")

# base NAME WANTED VARIABLE=VALUE...
base()
{
	local name=$1 wanted=$2

	shift 2
	run env -C "$repo" "$@" "$ci/choose_base.sh"
	is "base of $name" "$wanted" "$out"
}
git -C "$repo" checkout -q topic
base "a pull request: where it branched off" "$second" EVENT=pull_request BASE_SHA="$third"
git -C "$repo" checkout -q main
base "a push: what was there" "$first" EVENT=push BEFORE_SHA="$first"
base "a push of a new branch: the parent" "$second" EVENT=push \
	BEFORE_SHA=0000000000000000000000000000000000000000
base "the daily run: a day ago" "$second" EVENT=schedule
git -C "$repo" checkout -q topic
base "the daily run after a quiet day: itself" "$topic" EVENT=schedule
base "by hand: the parent" "$second" EVENT=workflow_dispatch
base "by hand, asked for" "$first" EVENT=workflow_dispatch ASKED_BASE="$first"
run env -C "$repo" EVENT=workflow_dispatch ASKED_BASE=nosuch "$ci/choose_base.sh"
is "a base that is not there: exit code" 1 "$status"
run env -C "$repo" EVENT=pull_request "$ci/choose_base.sh"
is "a pull request without its base: exit code" 1 "$status"

# comment.sh: gh(1) is replaced by one that keeps what it was given and can refuse.
mkdir "$tmp/bin"
cat >"$tmp/bin/gh" <<'EOT'
#!/bin/bash
echo "$*" >>"$GH_LOG"
[ -z "${GH_REFUSES-}" ] || { echo "HTTP 403: Resource not accessible by integration" >&2; exit 1; }
for word; do
	case $word in
	body=@*) cp "${word#body=@}" "$GH_LOG.body" ;;
	esac
done
case $* in
*--paginate*) [ -z "${GH_HAS-}" ] || echo "$GH_HAS" ;;
esac
EOT
chmod +x "$tmp/bin/gh"
printf '# result\n\n| a | b |\n' >"$tmp/result.md"
export GH_LOG=$tmp/gh.log GITHUB_STEP_SUMMARY=$tmp/summary.md
comment()
{
	rm -f "$GH_LOG" "$GH_LOG.body" "$tmp/summary.md"
	run env PATH="$tmp/bin:$PATH" "$@"
}
comment "$ci/comment.sh" "$tmp/result.md"
is "no pull request: exit code" 0 "$status"
check "no pull request: the summary has it" grep -q '^# result' "$tmp/summary.md"
check "no pull request: GitHub is not asked" test ! -e "$GH_LOG"
comment GITHUB_REPOSITORY=o/r "$ci/comment.sh" "$tmp/result.md" 7
like "the first comment: written" '--method POST repos/o/r/issues/7/comments' "$(cat "$GH_LOG")"
like "the first comment: its mark" '^<!-- vmbench' "$(head -n 1 "$GH_LOG.body")"
comment GITHUB_REPOSITORY=o/r GH_HAS=4711 "$ci/comment.sh" "$tmp/result.md" 7
like "the second one: the first is changed" '--method PATCH repos/o/r/issues/comments/4711' "$(cat "$GH_LOG")"
comment GITHUB_REPOSITORY=o/r GH_REFUSES=1 "$ci/comment.sh" "$tmp/result.md" 7
is "not permitted: exit code" 0 "$status"
like "not permitted: said" 'not permitted' "$err"
check "not permitted: the summary has it" grep -q '^# result' "$tmp/summary.md"
seq 20000 | sed 's/^/| row |/' >"$tmp/long.md"
comment GITHUB_REPOSITORY=o/r "$ci/comment.sh" "$tmp/long.md" 7
is "too long for a comment: cut" True "$([ "$(wc -m <"$GH_LOG.body")" -lt 65536 ] && echo True)"
like "too long for a comment: said" 'Cut here' "$(tail -n 1 "$GH_LOG.body")"
run "$ci/comment.sh" "$tmp/none.md" 7
is "no file: usage" 2 "$status"

for script in build_both measure compare update_baseline; do
	run "$ci/$script.sh"
	is "$script.sh without arguments: usage" 2 "$status"
	like "$script.sh without arguments: said" "^$script.sh .*OUT" "$err"
done
run "$ci/build_both.sh" nosuch HEAD "$tmp/x"
is "a commit that is not there: exit code" 1 "$status"
like "a commit that is not there: said" 'no commit nosuch' "$err"

# The real thing. Only the optimiser is turned down, for both alike: the loops are assembly.
clone=$tmp/clone
git clone -q --shared "$top" "$clone"
work=$clone/user/bench/self/work.c
sed -i 's/{ "1600", 1600 }/{ "1600", 1700 }/' "$work"
is "the second commit differs in one line" 1 "$(git -C "$clone" diff --numstat | wc -l)"
git -C "$clone" commit -q -a -m "Do more in self/work/1600"
mkdir -p "$clone/tools/ci"
cp "$ci"/*.sh "$clone/tools/ci/"
cp "$top/tools/common.sh" "$top/tools/generate_report.sh" "$clone/tools/"

ab=(--rounds 12 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms)
built=
if command -v cc >/dev/null; then
	CFLAGS=-O1 run timeout 240 "$clone/tools/ci/build_both.sh" --incremental HEAD~1 HEAD "$tmp/ci-out"
	built=$status
fi
if [ "$built" = 0 ]; then
	pass "both commits are built"
	like "which ones is said" '^head: [0-9a-f]+ Do more in self/work/1600' "$out"
	is "they are two programs" 1 "$(cmp -s "$tmp/ci-out/base/vmbench" "$tmp/ci-out/head/vmbench"; echo $?)"
	is "the working tree is left alone" "" "$(git -C "$clone" status --porcelain -- user arch results vmcore)"
	for _ in 1 2 3 4 5; do	# a machine that discards its rounds has no verdict
		GITHUB_STEP_SUMMARY='' run "$clone/tools/ci/compare.sh" "$tmp/ci-out" self/work "${ab[@]}"
		grep -q 'not comparable' <<<"$out" || break
	done
	if grep -q 'not comparable' <<<"$out"; then
		skip "six percent more work: a regression" "the machine discarded the rounds, again and again"
	elif ! grep -qE 'self/work/1600.*(REGRESSED|INCONCLUSIVE)' <<<"$out"; then
		fail "six percent more work: not equivalent, not improved" "$out"
	elif grep -qE 'self/work/1600.*INCONCLUSIVE' <<<"$out"; then
		skip "six percent more work: a regression" "this machine is too noisy now to see 6 %"
	else
		is "six percent more work: exit code" 3 "$status"
		is "six percent more work: kept for later steps" 3 "$(cat "$tmp/ci-out/code")"
		unlike "what is the same is not blamed" 'self/work/1632.*REGRESSED' "$out"
		like "the comparison is Markdown" '^\|.*self/work/1600' "$(cat "$tmp/ci-out/comparison.md")"
	fi

	ci_store=$tmp/ci-store
	run "$clone/tools/ci/measure.sh" "$tmp/ci-out" "$ci_store" self/work "${short[@]}"
	is "measure: exit code" 0 "$status"
	is "measure: every report" "report.html report.json report.md report.txt" \
		"$(cd "$tmp/ci-out/report" && echo *)"
	check "measure: what disturbs the runner" test -s "$tmp/ci-out/doctor.txt"
	run "$clone/tools/ci/update_baseline.sh" "$tmp/ci-out" "$ci_store"
	is "update: exit code" 0 "$status"
	is "update: the baseline main" ./main.vmb "$(files "$ci_store/baselines")"
	old=$(md5sum <"$ci_store/baselines/main.vmb")
	sleep 1.1	# runs are ordered by the second that they began in
	"$clone/tools/ci/measure.sh" "$tmp/ci-out" "$ci_store" self/work "${short[@]}" >"$tmp/log" 2>&1
	run "$clone/tools/ci/update_baseline.sh" "$tmp/ci-out" "$ci_store"
	is "update again: replaced" "0 1" "$status $([ "$old" = "$(md5sum <"$ci_store/baselines/main.vmb")" ]; echo $?)"

	mv "$tmp/ci-out/head/vmbench" "$tmp/ci-out/head/gone"
	run "$clone/tools/ci/compare.sh" "$tmp/ci-out" self/work
	unlike "nothing to compare: no success" '^0$' "$status"
	like "nothing to compare: a sentence for the comment" 'could not be compared' "$(cat "$tmp/ci-out/comparison.md")"
elif [ -z "$built" ]; then
	skip "the real comparison" "no C compiler here (package gcc)"
elif [ "$built" = 124 ]; then
	skip "the real comparison" "building two commits takes more than 240 s on this machine now"
else
	fail "both commits are built" "$err"
fi

# A partial run is no baseline.
need_forge
forge 20260101T000000Z-00000a c0ffee --partial memory/x=100
mkdir -p "$tmp/forged/head"
ln -s "$vmbench" "$tmp/forged/head/vmbench"
run "$ci/update_baseline.sh" "$tmp/forged" "$store"
is "a partial run: refused" 1 "$status"
like "a partial run: said" 'the baseline stays' "$err"
check "a partial run: no baseline" test ! -e "$store/baselines/main.vmb"

# A commit that does not build is told apart from one that is slower.
git -C "$clone" checkout -q -- . 2>/dev/null
printf 'vmbench:\n\t@echo "x.c:1: error: no"; false\n' >"$clone/Makefile"
git -C "$clone" commit -q -a -m "Break the build"
run "$clone/tools/ci/build_both.sh" HEAD HEAD "$tmp/broken"
is "a commit that does not build: exit code" 1 "$status"
like "a commit that does not build: the compiler's words" 'error: no' "$err"
finish
