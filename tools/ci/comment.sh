#!/bin/bash
# SPDX-License-Identifier: MIT
#
# comment.sh FILE [PULL_REQUEST]: show a Markdown file where people look: in the summary of the job
# (GITHUB_STEP_SUMMARY) and, given its number, in a comment of the pull request. There is one such
# comment; it is written anew each time. Where commenting is not permitted, as for a pull request
# from a fork, the summary has to do, and that is no failure.
#
# From the environment: GITHUB_REPOSITORY, and GH_TOKEN for gh(1).

set -u
marker='<!-- vmbench comparison -->'
most=65000	# bytes; GitHub takes 65,536 characters

if [ $# -lt 1 ] || [ ! -f "$1" ]; then
	echo "usage: tools/ci/comment.sh FILE [PULL_REQUEST]; FILE: ${1-none given}" >&2
	exit 2
fi
file=$1
pull_request=${2-}
body=$(mktemp) || exit 1
trap 'rm -f "$body"' EXIT

write_body()
{
	printf '%s\n' "$marker"
	if [ "$(wc -c <"$file")" -le $most ]; then
		cat "$file"
	else
		# Whole lines; <details> that is cut open is closed by GitHub.
		head -c $most "$file" | sed '$d'
		printf '\nCut here; the whole table is in the artifacts of the run.\n'
	fi
}

write_body >"$body"
[ -z "${GITHUB_STEP_SUMMARY-}" ] || cat "$body" >>"$GITHUB_STEP_SUMMARY"
[ -n "$pull_request" ] || exit 0

if [ -z "${GITHUB_REPOSITORY-}" ] || ! command -v gh >/dev/null; then
	echo "comment: no GITHUB_REPOSITORY or no gh(1): only the summary is written" >&2
	exit 0
fi
comments=repos/$GITHUB_REPOSITORY/issues/$pull_request/comments
id=$(gh api --paginate "$comments" \
	--jq ".[] | select(.body | startswith(\"$marker\")) | .id" 2>/dev/null | head -n 1)
if [ -n "$id" ]; then
	set -- --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id"
else
	set -- --method POST "$comments"
fi
if gh api "$@" -F body=@"$body" >/dev/null; then
	echo "comment: written to pull request $pull_request"
else
	echo "comment: not permitted to comment on pull request $pull_request; see the job's summary" >&2
fi
