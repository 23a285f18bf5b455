#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Download Debian packages and unpack them. Nothing is installed.
#
# usage: scripts/unpack-packages.sh OUTPUT PACKAGE...
#
#   OUTPUT   the folder for the files
#   PACKAGE  a package, or "kernel" for the one that linux-image-amd64 depends on

set -eu -o pipefail

output=$(realpath -m "$1")
shift

kernel() {
	apt-cache depends linux-image-amd64 |
		sed -n 's/^ *Depends: \(linux-image-.*-amd64\)$/\1/p' | head -n 1
}

fetch() {
	names=()
	for name in "$@"; do
		[ "$name" != kernel ] || name=$(kernel)
		[ -n "$name" ] || return 1
		names+=("$name")
	done
	echo "  FETCH   ${names[*]}"
	(cd "$output/packages" &&
	 apt-get -q -q -o APT::Sandbox::User= download "${names[@]}")
}

mkdir -p "$output/packages"
# The package lists of the machine may be missing, or older than the mirror
if ! fetch "$@"; then
	root=()
	[ "$(id -u)" = 0 ] || root=(sudo)
	"${root[@]}" apt-get -q -q update
	fetch "$@"
fi
for package in "$output"/packages/*.deb; do
	dpkg-deb -x "$package" "$output"
done
rm -rf "$output/packages"
