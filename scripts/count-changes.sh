#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Count the lines that our patches change in existing kernel files
#
# usage: scripts/count-changes.sh [BASE [PRISTINE]]
#
#   BASE       kernel base: the name of a folder in patches/, by default 6.12
#   PRISTINE   folder for the kernel tree without the patches
#
# Prints the number of added and removed lines for each file. Moved lines are counted
# separately; git detects them by the rules of --color-moved=zebra. Lines of a file that a
# patch creates do not count, but lines that a later patch changes in this file do.

set -eu -o pipefail

die() { echo "count-changes: $*" >&2; exit 1; }

base=${1-6.12}
top=$(cd "$(dirname "$0")/.." && pwd)
patches=$top/patches/$base
[ -d "$patches" ] || die "patches/ has no folder for base $base"

# Unpacking takes half a minute, so share this folder with the test same-config
pristine=${2-$top/build/pristine-$base}
"$top/scripts/prepare-tree.sh" --pristine "$base" "$pristine"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
git init -q

commit() {
	git add -A
	git -c user.name=x -c user.email=x@localhost commit -q -m "$1"
}

sed -n 's/^--- a\///p' "$patches"/*.patch | sort -u |
while read -r path; do
	if [ -e "$pristine/$path" ]; then
		mkdir -p "$(dirname "$path")"
		cp "$pristine/$path" "$path"
	fi
done
commit base

set -- "$patches"/*.patch
for patch; do
	git apply "$patch"
	commit "${patch##*/}"
done

# git prints moved lines in blue, which is escape 34 below
moved='-c color.diff.oldMoved=blue -c color.diff.oldMovedAlternative=blue
       -c color.diff.newMoved=blue -c color.diff.newMovedAlternative=blue'
# shellcheck disable=SC2086
git $moved -c color.diff.meta=normal -c color.diff.frag=normal \
	-c color.diff.old=red -c color.diff.new=green \
	log --reverse --format=format: -p --no-renames --color=always \
	--color-moved=zebra --ws-error-highlight=none HEAD~$#.. |
awk '
	{ esc = ""; line = $0 }
	match(line, /^\033\[[0-9;]*m/) {
		esc = substr(line, 3, RLENGTH - 3)
	}
	{ gsub(/\033\[[0-9;]*m/, "", line) }
	line ~ /^diff --git / {
		header = 1; created = 0
		file = line
		sub(/.* b\//, "", file)
		if (!(file in seen)) { seen[file] = 1; order[++nr] = file }
		next
	}
	line ~ /^new file mode/ { created = 1 }
	line ~ /^@@/ { header = 0; next }
	header { next }
	line ~ /^\+/ {
		if (esc == 34) arrived[file]++
		else if (created) fresh[file]++
		else added[file]++
	}
	line ~ /^-/ {
		if (esc == 34) left[file]++
		else removed[file]++
	}
	END {
		printf "%7s %7s %7s %7s %7s\n", "added", "removed", "moved", "moved", "new"
		printf "%7s %7s %7s %7s %7s\n", "", "", "from", "to", "file"
		for (i = 1; i <= nr; i++) {
			f = order[i]
			printf "%7d %7d %7d %7d %7d  %s\n", added[f], removed[f],
			       left[f], arrived[f], fresh[f], f
			a += added[f]; r += removed[f]; l += left[f]
			m += arrived[f]; n += fresh[f]
		}
		printf "%7d %7d %7d %7d %7d  total\n", a, r, l, m, n
		printf "%d lines changed in existing files, %d moved\n", a + r, l
	}'
