#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make an initramfs archive of the kernel's own selftests: those that
# tests/switch/kselftests.expected names, and what runs them. It follows the archive of
# make-initrd.sh: the kernel takes the one behind the other.
#
# usage: scripts/make-kselftests.sh TREE OBJECTS OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  where the kernel was built

set -eu -o pipefail

tree=$1
objects=$2
output=$3
top=$(cd "$(dirname "$0")/.." && pwd)
selftests=$tree/tools/testing/selftests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# With the C library in it, since there is none in the initramfs. ARCH=efi is
# not for them, and ldt_gdt_64 wants a 32-bit compiler only to be in a list.
kselftests() {
	local folder=$1

	shift
	EXTRA_CFLAGS=-static make -s -C "$selftests/$folder" ARCH=x86 CC=gcc \
		CAN_BUILD_I386=1 USERLDFLAGS=-static \
		OUTPUT="$work/$folder" "${@/#/$work/$folder/}" > "$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
}

# Its Makefile knows only how to link with a shared librseq
rseq() {
	local program

	for program; do
		gcc -O2 -D_GNU_SOURCE= -I"$selftests/rseq" -I"$tree/tools/include" \
			-static -o "$work/rseq/$program" "$selftests/rseq/$program.c" \
			"$selftests/rseq/rseq.c" -lpthread
	done
}

# How often each is tried, and the command; not how it ends
sed -E -n -e '/^#/d' -e 's/^(.*[^ ]) +(pass|skip|fail)$/1 \1/p' \
	-e 's/^(.*[^ ]) +(pass|skip|fail) ([0-9]+)$/\3 \1/p' \
	"$top/tests/switch/kselftests.expected" > "$work/commands"
cut -d ' ' -f 2 "$work/commands" | sort -u > "$work/programs"

list=$work/list
cat > "$list" <<EOT
dir /kselftests 0755 0 0
file /kselftests/commands $work/commands 0644 0 0
EOT

sed 's,/[^/]*$,,' "$work/programs" | sort -u > "$work/folders"
while read -r folder; do
	mapfile -t programs < <(sed -n "s,^$folder/\([^/]*\)$,\1,p" "$work/programs")
	mkdir -p "$work/$folder"
	if [ "$folder" = rseq ]; then
		rseq "${programs[@]}"
	else
		kselftests "$folder" "${programs[@]}"
	fi
	path=
	for part in ${folder//\// }; do
		path=$path/$part
		echo "dir /kselftests$path 0755 0 0"
	done >> "$list"
	for program in "${programs[@]}"; do
		strip "$work/$folder/$program"
		echo "file /kselftests/$folder/$program $work/$folder/$program 0755 0 0"
	done >> "$list"
done < "$work/folders"

"$objects/usr/gen_init_cpio" "$list" | zstd -q -3 > "$work/out"
mv "$work/out" "$output"
