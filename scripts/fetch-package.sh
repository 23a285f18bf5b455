#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download a package of another Debian release, and unpack it. The package is not installed,
# and apt uses a private configuration, so that the machine does not change.
#
# usage: scripts/fetch-package.sh SUITE PACKAGE OUTPUT
#
#   SUITE    name of the release, such as trixie or trixie-backports
#   PACKAGE  the package
#   OUTPUT   the folder for the files of the package
#
# Exit status: 2 if the release does not have the package (any more), 1 for another error

set -eu -o pipefail

suite=$1
package=$2
output=$(realpath -m "$3")
keys=/usr/share/keyrings/debian-archive-keyring.gpg

# Use the same mirror of Debian as the machine
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
		'Origin: Debian' | { grep -v security || true; } | head -n 1)
[ -n "$mirror" ] || mirror=https://deb.debian.org/debian

apt=$output.apt
rm -rf "$apt"
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc}
touch "$apt/status"
echo "deb [signed-by=$keys] $mirror $suite main" > "$apt/etc/sources.list"
options=(-q -q
	 -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status"
	 -o "Dir::Cache=$apt/cache" -o "Dir::Etc::sourcelist=$apt/etc/sources.list"
	 -o "Dir::Etc::sourceparts=/dev/null" -o "APT::Architectures=amd64"
	 -o "Acquire::Languages=none" -o "APT::Sandbox::User=")
echo "  FETCH   $package of $suite"
apt-get "${options[@]}" update
if [ -z "$(apt-cache "${options[@]}" search --names-only "^$package\$")" ]; then
	echo "fetch-package: $mirror has no package $package in $suite" >&2
	exit 2
fi
(cd "$apt" && apt-get "${options[@]}" download "$package")
rm -rf "$output.new"
dpkg-deb -x "$apt/$package"_*.deb "$output.new"
rm -rf "$output"
mv -T "$output.new" "$output"
