# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# For the scripts that fetch packages: apt with lists of its own, so that packages of another
# architecture are found without dpkg --add-architecture. Source it; $out is build/qemu. It leaves
# APT_CONFIG set, $native, and the shell in the directory that downloads go to.

# shellcheck disable=SC2154 # $out is the caller's
skip()
{
	echo "$(basename "$0"): $*" >&2
	exit 77
}

for tool in apt-get apt-cache dpkg flock; do
	command -v "$tool" >/dev/null || skip "no $tool here: the rig is made of Debian's packages"
done

native=$(dpkg --print-architecture)
apt=$out/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/deb"
cat >"$apt/apt.conf" <<CONF
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Architectures { "$native"; "amd64"; "arm64"; };
Acquire::Languages "none";
Acquire::Retries "3";
CONF
APT_CONFIG=$apt/apt.conf
export APT_CONFIG
cd "$apt/deb" || exit

if [ -z "$(find "$apt/lists" -maxdepth 1 -name '*Packages*' -mmin -1440 2>/dev/null)" ]; then
	# One of many sources may fail; what matters is whether the package is found afterwards.
	apt-get -q update >"$apt/update.log" 2>&1 || echo "apt-get update failed" >>"$apt/update.log"
fi

# newest PACKAGE ARCHITECTURE: its file; several versions may lie there from earlier.
newest()
{
	find "$apt/deb" -name "${1}_*.deb" \( -name "*_$2.deb" -o -name '*_all.deb' \) | sort -V |
		tail -n 1
}
