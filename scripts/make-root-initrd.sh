#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the initramfs of the Debian system of make-root.sh, by its own dracut: with systemd,
# cryptsetup, and the libraries that unseal a key with the TPM
#
# usage: scripts/make-root-initrd.sh FOLDER OUTPUT
#
#   FOLDER   the files of the system: OUTPUT.d of make-root.sh

set -eu -o pipefail

folder=$1
output=$2
inside=/tmp/initrd.img

# dracut runs as root of the system
root=()
[ "$(id -u)" = 0 ] || root=(sudo)

kernel=$(basename "$folder"/lib/modules/*)
echo "  DRACUT  $output"
# The mounts end with the namespace. dracut uses /dev/fd, which is in /proc.
"${root[@]}" unshare --mount sh -eu -c '
	mount -t proc proc "$1/proc"
	mount -t sysfs sysfs "$1/sys"
	mount --bind /dev "$1/dev"
	chroot "$1" dracut --quiet --force --no-hostonly --add "crypt tpm2-tss" --omit nvmf \
		--install "/etc/udev/rules.d/*-efi-*.rules /etc/systemd/system.conf.d/*.conf" \
		--no-compress --kver "$2" "$3"
' - "$folder" "$kernel" "$inside"
"${root[@]}" cat "$folder$inside" | zstd -q > "$output"
"${root[@]}" rm "$folder$inside"
