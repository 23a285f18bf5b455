#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prepare a kernel tree: Debian's source, our patches, and links to our files
#
# usage: scripts/prepare-tree.sh [--pristine] BASE DIRECTORY
#
#   BASE       kernel base, the name of a folder in patches/, such as 6.12
#   DIRECTORY  where the tree goes; made new when the source package or a patch
#              has changed
#   --pristine unpack only
#
# In the tree our folders are folders and our files are symbolic links, so an
# edit is seen by the next make and recompiles that file alone. The tree is built
# beside its place and moved there when it is whole.

set -eu -o pipefail

say() { echo "  $*"; }
die() { echo "prepare-tree: $*" >&2; exit 1; }

pristine=
if [ "${1-}" = --pristine ]; then
	pristine=1
	shift
fi
[ $# = 2 ] || die "usage: prepare-tree.sh [--pristine] BASE DIRECTORY"
base=$1
tree=$2
top=$(cd "$(dirname "$0")/.." && pwd)

[ -d "$top/patches/$base" ] || die "there are no patches for base $base in patches/"

source=/usr/src/linux-source-$base.tar.xz
[ -e "$source" ] || die "$source is missing: install linux-source-$base"

# What is ours, one path a line
ours="
arch/efi
drivers/efi-mode
include/efi-mode
tools/efi-mode
Kconfig.efi
Documentation/efi-mode.rst
Documentation/ABI/testing/sysfs-bus-efi
"

# The guest part of each area of the tests, and its place in the tree
selftests=tools/testing/selftests/efi-mode

# The tree is what it was made of
stamp() {
	stat -L -c '%n %s %Y' "$source"
	if [ -z "$pristine" ]; then
		(cd "$top/patches/$base" && sha256sum -- *.patch)
		sha256sum < "$0"
	fi
}

# Lay our files in; those that are gone from the repository go from the tree
link_ours() {
	local path

	for path in $ours; do
		[ -e "$top/$path" ] || continue
		mkdir -p "$(dirname "$1/$path")"
		cp -r -s -f -T "$top/$path" "$1/$path"
		find "$1/$path" -xtype l -delete
	done
	for path in "$top"/tests/*/guest; do
		[ -d "$path" ] || continue
		mkdir -p "$1/$selftests"
		cp -r -s -f -T "$path" "$1/$selftests/$(basename "${path%/guest}")"
	done
	[ ! -d "$1/$selftests" ] || find "$1/$selftests" -xtype l -delete
}

if [ -e "$tree/.efi-mode-tree" ] &&
   [ "$(cat "$tree/.efi-mode-tree")" = "$(stamp)" ]; then
	[ -n "$pristine" ] || link_ours "$tree"
	exit 0
fi

new=$tree.new
rm -rf "$new"
mkdir -p "$new"
say "UNPACK  $source"
tar -x -f "$source" -C "$new" --strip-components=1

if [ -z "$pristine" ]; then
	for patch in "$top/patches/$base"/*.patch; do
		say "PATCH   ${patch##*/}"
		if ! out=$(patch -d "$new" -p1 -N --no-backup-if-mismatch \
			   -r - -i "$patch" 2>&1); then
			echo "$out" >&2
			die "patches/$base/${patch##*/} does not apply to $source (version $(
				cd "$new" && make -s kernelversion)); refresh it for that version"
		fi
	done
	for path in $ours $selftests; do
		[ ! -e "$new/$path" ] || die "$path exists in $source already"
	done
	link_ours "$new"
fi

stamp > "$new/.efi-mode-tree"
rm -rf "$tree"
mv "$new" "$tree"
