#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make an initramfs archive of programs that use runtime services or observe the kernel:
# programs of the distribution with their libraries, the kernel's own selftests, and modules
# for cryptsetup. It is appended to the archive of make-tests.sh; the kernel unpacks both.
#
# usage: scripts/make-runtime.sh TREE OBJECTS OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  the folder in which the kernel was built

set -eu -o pipefail

tree=$1
objects=$2
output=$3
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

programs="acpidump bash chattr cryptsetup dmidecode efibootmgr efivar ethtool getfattr hwclock kexec perf pesign rtcwake tpm2 trace-cmd"

for folder in efivarfs rtc; do
	mkdir -p "$work/$folder"
	EXTRA_CFLAGS=-static make -s -C "$tree/tools/testing/selftests/$folder" \
		ARCH=x86 CC=gcc CFLAGS="-O2 -Wall -static -I$tree/usr/include" \
		OUTPUT="$work/$folder" > "$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
done

# Modules in an order that satisfies their dependencies
crypt="drivers/md/dm-mod drivers/md/dm-crypt crypto/cbc crypto/authenc crypto/essiv
crypto/serpent_generic crypto/twofish_common crypto/twofish_generic"
for module in $crypt; do
	basename "$module.ko"
done > "$work/order"

# Each line of the list: the path in the archive and the path on this machine
{
	for program in $programs; do
		path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$program")
		echo "/usr/bin/$program $path"
		# The libraries have the same paths as on this machine
		ldd "$path" | sed -n -E 's,^[^/]*(/[^ ]+) .*,\1 \1,p'
	done
	# tpm2 loads it by name
	tcti=$(ldconfig -p | sed -n 's,.*libtss2-tcti-device.so.0 .*=> ,,p' | head -n 1)
	echo "$tcti $tcti"
	ldd "$tcti" | sed -n -E 's,^[^/]*(/[^ ]+) .*,\1 \1,p'
	for file in open-unlink create-read; do
		echo "/kselftests/efivarfs/$file $work/efivarfs/$file"
	done
	for file in kexec_common_lib test_kexec_file_load test_kexec_load; do
		echo "/kselftests/kexec/$file.sh $tree/tools/testing/selftests/kexec/$file.sh"
	done
	echo "/kselftests/efivarfs/efivarfs.sh $tree/tools/testing/selftests/efivarfs/efivarfs.sh"
	echo "/kselftests/rtc/rtctest $work/rtc/rtctest"
	echo "/kselftests/rtc/expected $top/tests/runtime/rtctest.expected"
	for module in $crypt; do
		echo "/crypt/$(basename "$module").ko $objects/$module.ko"
	done
	echo "/crypt/order $work/order"
} | sort -u > "$work/files"

# The folders of these files; sort puts each folder before its contents
cut -d ' ' -f 1 "$work/files" | while read -r path; do
	while path=${path%/*} && [ -n "$path" ]; do
		echo "$path"
	done
done | sort -u | sed 's/.*/dir & 0755 0 0/' > "$work/list"
while read -r name path; do
	echo "file $name $path 0755 0 0"
done < "$work/files" >> "$work/list"
# Scripts begin with #!/bin/bash
echo "slink /bin/bash /usr/bin/bash 0777 0 0" >> "$work/list"

"$objects/usr/gen_init_cpio" "$work/list" | zstd -q -3 > "$work/out"
mv "$work/out" "$output"
