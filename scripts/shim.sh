#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download shim and the boot loaders that it starts. The packages are unpacked, not
# installed.
#
# usage: scripts/shim.sh OUTPUT
#
#   OUTPUT  the folder for the EFI programs

set -eu -o pipefail

output=$(realpath -m "$1")
packages="shim-unsigned shim-signed systemd-boot-efi grub-efi-amd64-signed"

[ ! -e "$output/shimx64.efi" ] || exit 0

fetch() {
	(cd "$output.new" && apt-get -q -q -o APT::Sandbox::User= download $packages)
}

rm -rf "$output.new"
mkdir -p "$output.new"
echo "  FETCH   $packages"
# The package lists of the machine may be missing, or older than the mirror
if ! fetch; then
	root=()
	[ "$(id -u)" = 0 ] || root=(sudo)
	"${root[@]}" apt-get -q -q update
	fetch
fi
for package in "$output.new"/*.deb; do
	dpkg-deb -x "$package" "$output.new/root"
done
lib=$output.new/root/usr/lib
mv "$lib"/shim/shimx64.efi{,.signed} "$lib"/systemd/boot/efi/*.efi* \
	"$lib"/grub/x86_64-efi-signed/grubx64.efi.signed "$output.new"
rm -rf "$output.new/root" "$output.new"/*.deb "$output"
mv -T "$output.new" "$output"
