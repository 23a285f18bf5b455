#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the initramfs for make run and for the tests: busybox, our init, our tools,
# our selftests and the test module
#
# usage: scripts/make-initrd.sh TREE OBJECTS OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  where the kernel was built

set -eu -o pipefail

tree=$1
objects=$2
output=$3
top=$(cd "$(dirname "$0")/.." && pwd)
selftests=$tree/tools/testing/selftests/efi-mode
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

list=$work/list
cat > "$list" <<EOF
dir /bin 0755 0 0
dir /dev 0755 0 0
dir /proc 0755 0 0
dir /sys 0755 0 0
dir /tmp 1777 0 0
dir /tests 0755 0 0
nod /dev/console 0600 0 0 c 5 1
file /bin/busybox /bin/busybox 0755 0 0
file /init $top/tests/initramfs/init 0755 0 0
EOF

make -s -C "$top/tools/efi-mode" OUTPUT="$work/tools"
for tool in efi-return lsefi; do
	echo "file /bin/$tool $work/tools/$tool 0755 0 0" >> "$list"
done

make -s -C "$selftests" OUTPUT="$work" CC=gcc top_srcdir="$tree"
for program in "$work"/*; do
	{ [ -f "$program" ] && [ -x "$program" ]; } || continue
	echo "file /tests/$(basename "$program") $program 0755 0 0" >> "$list"
done
for module in test.ko efi-bus-test.ko; do
	path=$objects/drivers/efi-mode/test/$module
	[ ! -e "$path" ] || echo "file /tests/$module $path 0644 0 0" >> "$list"
done

"$objects/usr/gen_init_cpio" "$list" | zstd -q -3 > "$work/out"
mv "$work/out" "$output"
