#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download the second firmware for the tests: OVMF of another Debian release
#
# usage: scripts/second-firmware.sh OUTPUT
#
#   OUTPUT  the folder for the firmware files

set -eu -o pipefail

output=$(realpath -m "$1")

[ ! -e "$output/OVMF_CODE_4M.fd" ] || exit 0

"$(dirname "$0")/fetch-package.sh" trixie ovmf "$output.d"
mkdir -p "$output.new"
cp "$output.d"/usr/share/OVMF/*.fd "$output.new"
rm -rf "$output.d"
mv -T "$output.new" "$output"
