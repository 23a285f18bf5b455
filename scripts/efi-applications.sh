#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download EFI applications of Debian, which tests start by kexec. The packages are
# unpacked, not installed, because two of them change the boot loader of the machine.
#
# usage: scripts/efi-applications.sh OUTPUT
#
#   OUTPUT  the folder for the applications

set -eu -o pipefail

output=$(realpath -m "$1")

[ ! -e "$output/memtest.efi" ] || exit 0

rm -rf "$output" "$output.new"
"$(dirname "$0")/unpack-packages.sh" "$output.new" memtest86+ refind systemd-boot-efi
mkdir "$output"
mv "$output.new/usr/lib/systemd/boot/efi/linuxx64.efi.stub" "$output/stub.efi"
mv "$output.new/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$output/systemd-boot.efi"
mv "$output.new/usr/share/refind/refind/refind_x64.efi" "$output/refind.efi"
mv "$output.new/boot/memtest86+x64.efi" "$output/memtest.efi"
rm -rf "$output.new"
