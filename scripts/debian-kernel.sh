#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download Debian's kernel, which tests start by kexec. The package is unpacked, not
# installed.
#
# usage: scripts/debian-kernel.sh OUTPUT
#
#   OUTPUT  the folder for the kernel, vmlinuz

set -eu -o pipefail

output=$(realpath -m "$1")

[ ! -e "$output/vmlinuz" ] || exit 0

rm -rf "$output" "$output.new"
"$(dirname "$0")/unpack-packages.sh" "$output.new" kernel
mkdir "$output"
mv "$output.new"/boot/vmlinuz-* "$output/vmlinuz"
rm -rf "$output.new"
