#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the initramfs for "make run": busybox, the init script of the tests, and the tools.
# The archives of the tests are appended to it.
#
# usage: scripts/make-initrd.sh OBJECTS OUTPUT
#
#   OBJECTS  the folder in which the kernel was built

set -eu -o pipefail

objects=$1
output=$2
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

list=$work/list
cat > "$list" <<EOF
dir /bin 0755 0 0
dir /dev 0755 0 0
dir /proc 0755 0 0
dir /sys 0755 0 0
dir /tmp 1777 0 0
nod /dev/console 0600 0 0 c 5 1
file /bin/busybox /bin/busybox 0755 0 0
file /init $top/tests/lib/guest/init 0755 0 0
dir /etc 0755 0 0
dir /etc/udhcpc 0755 0 0
file /etc/udhcpc/default.script $top/scripts/udhcpc.script 0755 0 0
EOF

make -s -C "$top/tools/efi-mode" OUTPUT="$work/tools"
for tool in efi-kexec efi-return lsefi; do
	strip "$work/tools/$tool"
	echo "file /bin/$tool $work/tools/$tool 0755 0 0" >> "$list"
done

"$objects/usr/gen_init_cpio" "$list" | zstd -q -3 > "$work/out"
mv "$work/out" "$output"
