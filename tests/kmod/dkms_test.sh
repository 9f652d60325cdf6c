#!/bin/bash
# SPDX-License-Identifier: MIT
# DKMS builds the module from what `make kmod-dkms` puts into /usr/src; time limit: 300 s

. "$(dirname "$0")/../lib.sh"

if ! command -v dkms >/dev/null; then
	skip "DKMS builds the module" "no dkms: apt-get install dkms"
	finish
fi
# The rig's kernel: the one that runs here need not have headers.
run "$top/tools/qemu/fetch" x86_64 6.12
if [ "$status" = 77 ]; then
	skip "DKMS builds the module" "$(tail -n 1 <<<"$err")"
	finish
fi
kernel=$out
release=$(cat "$kernel/release")
version=$(sed -n 's/^.define VMB_VERSION[ \t]*"\(.*\)"/\1/p' "$top/user/version.h")

check "make kmod-dkms DESTDIR=" make -s -C "$top" kmod-dkms DESTDIR="$tmp/root"
mkdir "$tmp/tree"
run dkms build "vmbench/$version" -k "$release" -a x86_64 --kernelsourcedir "$kernel/headers" \
	--sourcetree "$tmp/root/usr/src" --dkmstree "$tmp/tree" --no-depmod
is "dkms build" 0 "$status"
[ "$status" = 0 ] || { cat "$tmp/tree/vmbench/$version/build/make.log"; echo "$out$err"; } | sed 's/^/# /'
found=$(find "$tmp/tree/vmbench/$version/$release" -name 'vmbench.ko*' 2>/dev/null)
like "there is a module" 'vmbench\.ko' "$found"
case $found in
*.xz) xz -dc "$found" >"$tmp/vmbench.ko" ;;
*) cp "$found" "$tmp/vmbench.ko" ;;
esac
PATH=$PATH:/sbin:/usr/sbin
is "for that kernel" "$release" "$(modinfo -F vermagic "$tmp/vmbench.ko" | cut -d ' ' -f 1)"
is "of this version" "$version" "$(modinfo -F version "$tmp/vmbench.ko")"
finish
