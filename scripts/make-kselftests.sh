#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make an initramfs archive of the kernel's own selftests that
# tests/switch/kselftests.expected lists, and of the list. It is appended to the archive of
# make-initrd.sh; the kernel unpacks both.
#
# usage: scripts/make-kselftests.sh TREE OBJECTS OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  the folder in which the kernel was built

set -eu -o pipefail

tree=$1
objects=$2
output=$3
top=$(cd "$(dirname "$0")/.." && pwd)
selftests=$tree/tools/testing/selftests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Link statically, because the initramfs has no C library. The selftests do not know
# ARCH=efi. Their Makefile builds ldt_gdt_64 only if there is a 32-bit compiler, so say
# that there is one.
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

# The Makefile of rseq can link only with a shared librseq
rseq() {
	local program

	for program; do
		gcc -O2 -D_GNU_SOURCE= -I"$selftests/rseq" -I"$tree/tools/include" \
			-static -o "$work/rseq/$program" "$selftests/rseq/$program.c" \
			"$selftests/rseq/rseq.c" -lpthread
	done
}

# The number of attempts and the command of each selftest, without the expected result
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
