#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make an initramfs archive of the selftests of efi-mode: the guest parts of all areas, and
# the modules that they use. It is appended to the archive of make-initrd.sh; the kernel
# unpacks both.
#
# usage: scripts/make-tests.sh TREE OBJECTS PROGRAMS OUTPUT
#
#   TREE      the prepared kernel tree
#   OBJECTS   the folder in which the kernel and its modules were built
#   PROGRAMS  the folder in which the programs are built; they are the same for all kernels

set -eu -o pipefail

tree=$1
objects=$2
programs=$3
output=$4
selftests=$tree/tools/testing/selftests/efi-mode
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In the default configuration, these modules are left out or built in. They are built as
# external modules, each from a copy of its folder. The copy consists of symbolic links.
modules() {
	local folder=$1 option=$2
	local copy=$objects/test-modules/$folder

	shift 2
	rm -rf "$copy.new"
	mkdir -p "$(dirname "$copy")" "$copy"
	cp -r -s -f -T "$tree/$folder" "$copy"
	find "$copy" -xtype l -delete
	make -s -C "$tree" ARCH=efi O="$objects" M="$copy" "$option=m" modules \
		${CC:+CC="$CC"}
	for module; do
		echo "file /tests/$module $copy/$module 0644 0 0" >> "$work/list"
	done
}

cat > "$work/list" <<EOF
dir /tests 0755 0 0
dir /tests/modules 0755 0 0
EOF
modules drivers/efi-mode/test CONFIG_EFI_MODE_TEST test.ko efi-bus-test.ko
modules drivers/firmware/efi/test CONFIG_EFI_TEST efi_test.ko
# The driver of the TPM includes a header of the TPM core
mkdir -p "$objects/test-modules/drivers/char"
ln -sfn "$tree/drivers/char/tpm" "$objects/test-modules/drivers/char/tpm"
modules drivers/efi-mode/tpm CONFIG_EFI_MODE_TPM
# initcall_blacklist=echip_init leaves out the driver that is built in. It would also refuse
# a module whose function has this name.
objcopy --redefine-sym echip_init=echip_init_module \
	"$objects/test-modules/drivers/efi-mode/tpm/efi-tpm.ko" "$work/efi-tpm.ko"
echo "file /tests/modules/efi-tpm.ko $work/efi-tpm.ko 0644 0 0" >> "$work/list"

# A signed module, which a kernel under lockdown accepts
if [ -e "$objects/certs/signing_key.pem" ]; then
	"$objects/scripts/sign-file" sha256 "$objects/certs/signing_key.pem" \
		"$objects/certs/signing_key.x509" \
		"$objects/test-modules/drivers/firmware/efi/test/efi_test.ko" \
		"$work/efi_test-signed.ko"
	cat >> "$work/list" <<-EOF
	dir /tests/signed 0755 0 0
	file /tests/signed/efi_test.ko $work/efi_test-signed.ko 0644 0 0
	EOF
fi

# A module of the kernel that the init script loads
cat >> "$work/list" <<EOF
dir /modules 0755 0 0
file /modules/capsule-loader.ko $objects/drivers/firmware/efi/capsule-loader.ko 0644 0 0
EOF

# Modules of the kernel that some tests load
for module in block/bsg drivers/scsi/scsi_mod drivers/scsi/sg \
	      drivers/efi-mode/disk/efi-scsi; do
	[ ! -e "$objects/$module.ko" ] ||
		echo "file /tests/modules/${module##*/}.ko $objects/$module.ko 0644 0 0" >> "$work/list"
done

for area in "$selftests"/*/; do
	area=$(basename "$area")
	if [ "$area" != lib ]; then
		# Areas without a Makefile are for the Debian image of make-root.sh
		[ -e "$selftests/$area/Makefile" ] || continue
		mkdir -p "$programs/$area"
		make -s -C "$selftests/$area" OUTPUT="$programs/$area" CC=gcc \
			top_srcdir="$tree" > "$work/log" 2>&1 || {
			cat "$work/log" >&2
			exit 1
		}
	fi
	for source in "$selftests/$area"/*; do
		name=$(basename "$source")
		case $name in
		*.c)
			name=${name%.c}
			source=$programs/$area/$name
			[ -x "$source" ] || continue
			;;
		*.h | *.S | *.mk | Makefile | init)
			continue
			;;
		esac
		echo "file /tests/$name $source 0755 0 0" >> "$work/list"
	done
done

"$objects/usr/gen_init_cpio" "$work/list" | zstd -q -3 > "$work/out"
mv "$work/out" "$output"
