#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prepare a kernel tree: Debian's source, the patches, and links to the files of efi-mode
#
# usage: scripts/prepare-tree.sh [--pristine] BASE DIRECTORY
#
#   BASE       kernel base: the name of a folder in patches/, such as 6.12
#   DIRECTORY  the folder of the tree. The tree is made again if the source package, a patch
#              or this script has changed.
#   --pristine unpack only
#
# The tree has a symbolic link for each file of efi-mode, in folders of its own. So after
# an edit, the next make recompiles only that file. The tree is made in another folder,
# which is renamed when the tree is complete.

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

[ -d "$top/patches/$base" ] || die "patches/ has no folder for base $base"

source=/usr/src/linux-source-$base.tar.xz
# If the machine does not have the source: the Debian release that has it
if [ ! -e "$source" ] && [ -e "$top/patches/$base/suite" ]; then
	packed=$top/build/source-$base
	source=$packed$source
	[ -e "$source" ] || "$top/scripts/fetch-package.sh" \
		"$(cat "$top/patches/$base/suite")" "linux-source-$base" "$packed" || exit
fi
[ -e "$source" ] || die "$source is missing, install linux-source-$base"

# The files and folders of efi-mode, one per line
ours="
arch/efi
drivers/efi-mode
include/efi-mode
tools/efi-mode
Kconfig.efi
Documentation/efi-mode
Documentation/efi-mode.rst
Documentation/ABI/testing/sysfs-bus-efi
Documentation/ABI/testing/sysfs-firmware-efi-mode
"

# The guest part of each area of the tests, and its place in the tree
selftests=tools/testing/selftests/efi-mode

# Two tests may want the same tree at the same time
mkdir -p "$(dirname "$tree")"
exec {lock}> "$tree.lock"
flock "$lock"

# Identifies everything that the tree is made of
stamp() {
	stat -L -c '%n %s %Y' "$source"
	if [ -z "$pristine" ]; then
		(cd "$top/patches/$base" && sha256sum -- *.patch)
		sha256sum < "$0"
	fi
}

# Link the files of efi-mode; remove links to files that the repository does not have any more
link_ours() {
	local path

	for path in $ours; do
		[ -e "$top/$path" ] || continue
		mkdir -p "$(dirname "$1/$path")"
		cp -r -s -f -T "$top/$path" "$1/$path"
		find "$1/$path" -xtype l -delete
	done
	# Files that only this base has, or that it has instead of another
	if [ -d "$top/patches/$base/files" ]; then
		cp -r -s -f -T "$top/patches/$base/files" "$1"
	fi
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
				cd "$new" && make -s kernelversion)), refresh it for this version"
		fi
	done
	for path in $ours $selftests; do
		[ ! -e "$new/$path" ] || die "$path already exists in $source"
	done
	link_ours "$new"
fi

stamp > "$new/.efi-mode-tree"
rm -rf "$tree"
mv "$new" "$tree"
