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

# Download the package that linux-image-amd64 depends on
fetch() {
	package=$(apt-cache depends linux-image-amd64 |
		  sed -n 's/^ *Depends: \(linux-image-.*-amd64\)$/\1/p' | head -n 1)
	[ -n "$package" ] || return 1
	echo "  FETCH   $package"
	(cd "$output.new/package" && apt-get -q -q -o APT::Sandbox::User= download "$package")
}

rm -rf "$output.new"
mkdir -p "$output.new/package"
# The package lists of the machine may be missing, or older than the mirror
if ! fetch; then
	root=()
	[ "$(id -u)" = 0 ] || root=(sudo)
	"${root[@]}" apt-get -q -q update
	fetch
fi
dpkg-deb --fsys-tarfile "$output.new"/package/*.deb |
	tar -x -C "$output.new" --wildcards --strip-components=2 './boot/vmlinuz-*'
mv "$output.new"/vmlinuz-* "$output.new/vmlinuz"
rm -rf "$output.new/package" "$output"
mv -T "$output.new" "$output"
