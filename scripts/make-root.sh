#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the image of a disk with a Debian system on it, for make run ROOT= and for the
# tests: one partition with ext4, systemd, the kernel's modules, and what tests disks.
# Root has no password. Debian is fetched once; to fetch it again remove OUTPUT.d.
#
# usage: scripts/make-root.sh TREE OBJECTS OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  where the kernel was built

set -eu -o pipefail
# Not everybody has in the path what makes disks
export PATH=$PATH:/usr/sbin:/sbin

tree=$1
objects=$2
output=$3
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$output.d
suite=bookworm
mib=1024

packages="btrfs-progs,dbus,dosfstools,e2fsprogs,fdisk,fio,kmod,nvme-cli,procps,\
sg3-utils,smartmontools,systemd-sysv,udev"
# systemd.io/DISCOVERABLE_PARTITIONS: the root of x86-64
type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709

# Files of a system belong to root
root=()
[ "$(id -u)" = 0 ] || root=(sudo)

if [ ! -e "$folder/etc/machine-id" ]; then
	echo "  DEBIAN  $folder"
	"${root[@]}" rm -rf "$folder"
	"${root[@]}" mmdebstrap --quiet --variant=minbase --include="$packages" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--customize-hook='chroot "$1" passwd --quiet --delete root' \
		--customize-hook='echo efi-mode > "$1/etc/hostname"' \
		--customize-hook=': > "$1/etc/machine-id"' \
		--customize-hook='chroot "$1" systemctl --quiet mask nvmf-autoconnect' \
		"$suite" "$folder"
fi

"${root[@]}" rm -rf "$folder/lib/modules"
"${root[@]}" make -s -C "$tree" ARCH=efi O="$objects" INSTALL_MOD_PATH="$folder" \
	modules_install > /dev/null
"${root[@]}" rm -f "$folder"/lib/modules/*/build
"${root[@]}" install -D -m 644 -t "$folder/etc/udev/rules.d" \
	"$top"/tools/efi-mode/*.rules
"${root[@]}" rm -rf "$folder/tests"
"${root[@]}" install -D -t "$folder/tests" "$top"/tests/system/guest/* "$top/tests/lib/guest/ktap"

rm -f "$output"
truncate -s $((mib + 2))M "$output"
sfdisk --quiet "$output" <<END
label: gpt
start=1MiB, size=${mib}MiB, type=$type, name="efi-mode"
END
"${root[@]}" mkfs.ext4 -q -L efi-mode -E offset=1048576 -d "$folder" "$output" ${mib}M
