#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download the second firmware for the tests: OVMF of another Debian release. The package
# is unpacked, not installed, and apt uses a private configuration below OUTPUT, so that the
# machine does not change.
#
# usage: scripts/second-firmware.sh OUTPUT
#
#   OUTPUT  the folder for the firmware files

set -eu -o pipefail

output=$(realpath -m "$1")
suite=trixie
keys=/usr/share/keyrings/debian-archive-keyring.gpg

[ ! -e "$output/OVMF_CODE_4M.fd" ] || exit 0

# Use the same mirror of Debian as the machine
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
		'Origin: Debian' | { grep -v security || true; } | head -n 1)
[ -n "$mirror" ] || mirror=https://deb.debian.org/debian

echo "  FETCH   ovmf of $suite"
apt=$output.apt
rm -rf "$apt"
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc}
touch "$apt/status"
echo "deb [signed-by=$keys] $mirror $suite main" > "$apt/etc/sources.list"
options=(-q -q
	 -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status"
	 -o "Dir::Cache=$apt/cache" -o "Dir::Etc::sourcelist=$apt/etc/sources.list"
	 -o "Dir::Etc::sourceparts=/dev/null" -o "APT::Architectures=amd64"
	 -o "Acquire::Languages=none" -o "APT::Sandbox::User=")
apt-get "${options[@]}" update
(cd "$apt" && apt-get "${options[@]}" download ovmf)
dpkg-deb -x "$apt"/ovmf_*.deb "$apt/root"
mkdir -p "$output.new"
cp "$apt"/root/usr/share/OVMF/*.fd "$output.new"
rm -rf "$apt"
mv -T "$output.new" "$output"
