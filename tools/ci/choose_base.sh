#!/bin/bash
# SPDX-License-Identifier: MIT
#
# choose_base.sh: print the commit that HEAD is to be compared with.
#
#   pull request   where the branch left its target (BASE_SHA: the target's head)
#   push           what was there before (BEFORE_SHA), or the parent if that is unknown
#   schedule       the newest commit that is older than a day; on a quiet day that is HEAD itself, and
#                  the comparison shows what this runner calls a change when there is none
#   otherwise      ASKED_BASE, or the parent
#
# From the environment: EVENT (the event's name) and the variables above.

set -u

die()
{
	echo "choose_base: $*" >&2
	exit 1
}

commit()
{
	git rev-parse --verify --quiet "$1^{commit}"
}

parent()
{
	commit HEAD~1 || commit HEAD || die "there is no commit here"
}

case ${EVENT-} in
pull_request)
	[ -n "${BASE_SHA-}" ] || die "a pull request without BASE_SHA"
	git merge-base "$BASE_SHA" HEAD || commit "$BASE_SHA" ||
		die "$BASE_SHA is not in this clone; check out with the whole history"
	;;
push) commit "${BEFORE_SHA:-none}" || parent ;;
schedule) commit "$(git rev-list -1 --before="24 hours ago" HEAD)" || parent ;;
*)
	if [ -n "${ASKED_BASE-}" ]; then
		commit "$ASKED_BASE" || commit "origin/$ASKED_BASE" || die "no commit $ASKED_BASE"
	else
		parent
	fi
	;;
esac
