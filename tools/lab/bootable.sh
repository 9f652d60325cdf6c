# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Sourced by tools/lab/image: what firmware starts without a boot loader of the machine's own. Both
# return 1 with $why where the tools are not here.

# shellcheck disable=SC2154 # of tools/lab/image

# A unified kernel image: systemd's stub with the command line, kernel and initramfs as sections.
make_uki()
{
	case $arch in
	x86_64) stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub ;;
	*) stub=/usr/lib/systemd/boot/efi/linuxaa64.efi.stub ;;
	esac
	why="no $stub: install systemd-boot-efi"
	[ -e "$stub" ] || return 1
	why="objcopy here does not know $arch's EFI programs"
	objdump -h "$stub" >/dev/null 2>&1 || return 1
	printf '%s' "$cmdline" >"$out/cmdline"
	printf 'ID=vmbench\nNAME=vmbench\nVERSION_ID=%s\n' "$release" >"$out/os-release"
	# Sections must not overlap: each begins on the next MiB after the one before.
	at=$(objdump -h "$stub" | awk '$2 ~ /^\./ { print "0x" $4, "0x" $3 }' | while read -r start size; do
		echo $((start + size))
	done | sort -n | tail -n 1)
	set --
	for section in .osrel:os-release .cmdline:cmdline .linux:vmlinuz .initrd:initrd.cpio; do
		file=$out/${section#*:}
		at=$(((at + 0xfffff) / 0x100000 * 0x100000))
		set -- "$@" --add-section "${section%:*}=$file" --change-section-vma "${section%:*}=$at"
		at=$((at + $(wc -c <"$file")))
	done
	objcopy "$@" "$stub" "$out/vmbench.efi"
}

make_iso()
{
	why="only for x86_64"
	[ "$arch" = x86_64 ] || return 1
	for tool in grub-mkrescue:grub-common xorriso:xorriso mformat:mtools; do
		why="no ${tool%:*}: install grub-pc-bin, grub-efi-amd64-bin, ${tool#*:}"
		command -v "${tool%:*}" >/dev/null || return 1
	done
	iso=$out/iso
	rm -rf "$iso"
	mkdir -p "$iso/boot/grub"
	ln "$out/vmlinuz" "$out/initrd.cpio" "$iso/boot/"
	printf 'set timeout=3\nmenuentry vmbench {\n\tlinux /boot/vmlinuz %s\n\tinitrd /boot/initrd.cpio\n}\n' \
		"$cmdline" >"$iso/boot/grub/grub.cfg"
	# shellcheck disable=SC2034 # for who sources this
	why="grub-mkrescue failed, see $out/iso.log"
	grub-mkrescue -o "$out/vmbench.iso" "$iso" >"$out/iso.log" 2>&1
}
