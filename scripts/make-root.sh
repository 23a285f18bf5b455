#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make a disk image with a Debian system, for "make run ROOT=" and for the tests. It has one
# ext4 partition with systemd, the modules of the kernel, and programs that test disks and
# the TPM. Root has no password. Debian is downloaded once, and again if the list of packages
# below changes; remove OUTPUT.d to download it again.
#
# usage: scripts/make-root.sh TREE OBJECTS OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  the folder in which the kernel was built

set -eu -o pipefail
# The programs for disks are in folders that need not be in the path
export PATH=$PATH:/usr/sbin:/sbin

tree=$1
objects=$2
output=$3
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$output.d
suite=bookworm
mib=1536

packages="btrfs-progs,busybox,cifs-utils,cryptsetup-bin,dbus,dmsetup,dosfstools,dracut-core,\
e2fsprogs,efibootmgr,erofs-utils,f2fs-tools,fdisk,fio,grub-efi-amd64-bin,grub2-common,iproute2,\
kmod,libtss2-tcti-device0,lvm2,mdadm,ntfs-3g,nvme-cli,procps,python3,samba,sg3-utils,\
smartmontools,squashfs-tools,systemd-boot,systemd-sysv,thin-provisioning-tools,tpm2-tools,udev"
# These would run all the time in each test
masked="mdmonitor nmbd nvmf-autoconnect samba-ad-dc smbd"
# The partition type of an x86-64 root file system: systemd.io/DISCOVERABLE_PARTITIONS
type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709

# The files of the system belong to root
root=()
[ "$(id -u)" = 0 ] || root=(sudo)

if [ ! -e "$folder/etc/machine-id" ] ||
   [ "$(cat "$folder.packages" 2> /dev/null)" != "$packages" ]; then
	echo "  DEBIAN  $folder"
	"${root[@]}" rm -rf "$folder"
	"${root[@]}" mmdebstrap --quiet --variant=minbase --include="$packages" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--customize-hook='chroot "$1" passwd --quiet --delete root' \
		--customize-hook='echo efi-mode > "$1/etc/hostname"' \
		--customize-hook=': > "$1/etc/machine-id"' \
		--customize-hook='chroot "$1" systemctl --quiet mask '"$masked" \
		"$suite" "$folder"
	echo "$packages" > "$folder.packages"
fi

"${root[@]}" rm -rf "$folder/lib/modules"
"${root[@]}" make -s -C "$tree" ARCH=efi O="$objects" INSTALL_MOD_PATH="$folder" \
	modules_install > /dev/null
"${root[@]}" rm -f "$folder"/lib/modules/*/build
"${root[@]}" install -D -m 644 -t "$folder/etc/udev/rules.d" \
	"$top"/tools/efi-mode/*.rules
# QEMU without an accelerator on a busy host is slower than systemd expects
"${root[@]}" install -D -m 644 /dev/stdin "$folder/etc/systemd/system.conf.d/patience.conf" <<END
[Manager]
DefaultTimeoutStartSec=600
DefaultDeviceTimeoutSec=600
END
"${root[@]}" rm -rf "$folder/tests"
"${root[@]}" install -D -t "$folder/tests" "$top"/tests/system/guest/* \
	"$top/tests/lib/guest/ktap" "$top"/tests/tpm/guest/tpm-{lib,tools}
"${root[@]}" install -D -t "$folder/tests/tpm2" \
	"$tree"/tools/testing/selftests/tpm2/{*.py,test_*.sh}

rm -f "$output"
truncate -s $((mib + 2))M "$output"
sfdisk --quiet "$output" <<END
label: gpt
start=1MiB, size=${mib}MiB, type=$type, name="efi-mode"
END
"${root[@]}" mkfs.ext4 -q -L efi-mode -E offset=1048576 -d "$folder" "$output" ${mib}M
