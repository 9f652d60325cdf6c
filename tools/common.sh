# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # variables are for the scripts that source this file
#
# What the scripts for users share: where vmbench is, colour, questions that end a script.

set -u
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$tools")
me=$(basename "$0")
results=${VMBENCH_RESULTS:-$top/results}
vmbench=$(realpath -m "${VMBENCH:-$top/vmbench}")

die()
{
	echo "$me: $*" >&2
	exit 1
}

usage_error()
{
	echo "$me: $*" >&2
	echo "$me: for help: $0 --help" >&2
	exit 2
}

# Colour as vmbench itself decides: on a terminal, unless NO_COLOR is set or the terminal is dumb.
bold='' red='' green='' yellow='' plain='' color=never
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
	bold=$'\033[1m' red=$'\033[31m' green=$'\033[32m' yellow=$'\033[33m' plain=$'\033[0m'
	color=always
fi

# need_vmbench: build it if it is not there. One that was chosen with VMBENCH must exist.
need_vmbench()
{
	[ ! -x "$vmbench" ] || return 0
	[ -z "${VMBENCH-}" ] || die "VMBENCH=$VMBENCH is no program"
	echo "$me: vmbench is not built yet; building it (make -j$(nproc) vmbench)" >&2
	make -s -C "$top" -j"$(nproc)" vmbench >&2 ||
		die "vmbench could not be built, see above. tools/install-deps.sh installs what it needs"
}

# option_value OPTION VALUE...: VALUE must be there.
option_value()
{
	[ -n "${2-}" ] || usage_error "$1 needs a value"
}

# A baseline's name behind an option is optional; is the next word one?
is_name()
{
	[ $# -gt 0 ] && [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]]
}

# have_baseline NAME
have_baseline()
{
	"$vmbench" baseline show "$1" --results "$results" --quiet >/dev/null 2>&1
}

need_baseline()
{
	have_baseline "$1" || die "there is no baseline \"$1\" in $results yet;" \
		"make one with: tools/bench.sh --all --save-baseline $1"
}

# explain CODE: what vmbench's exit code means, in colour.
explain()
{
	case $1 in
	0) echo "${green}ok${plain}" ;;
	1) echo "${red}failed: see the benchmarks marked FAILED, and the messages above${plain}" ;;
	2) echo "${red}not started: see the message above${plain}" ;;
	3) echo "${red}REGRESSION: something became slower${plain}" ;;
	4) echo "${yellow}inconclusive: the machine was too noisy to decide${plain}" ;;
	5) echo "${red}refused: the baseline is of another machine${plain}" ;;
	77) echo "${yellow}all skipped: nothing of this can be measured on this machine${plain}" ;;
	124) echo "${red}timeout: a benchmark did not end and was killed${plain}" ;;
	*) echo "${red}ended with exit code $1${plain}" ;;
	esac
}
