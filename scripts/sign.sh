#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sign the kernel image and its modules, for Secure Boot
#
# usage: scripts/sign.sh TREE OBJECTS KEY CERT OUTPUT
#
#   TREE     the prepared kernel tree
#   OBJECTS  the folder in which the kernel and its modules were built
#   KEY      private key in PEM; KBUILD_SIGN_PIN has its passphrase, if it has one
#   CERT     its certificate in PEM
#   OUTPUT   the folder for the signed files: bzImage, and lib/modules

set -eu -o pipefail

tree=$1
objects=$2
key=$3
cert=$4
output=$(realpath -m "$5")

for file in "$key" "$cert"; do
	[ -e "$file" ] || { echo "sign: $file does not exist" >&2; exit 1; }
done

rm -rf "$output.new"
mkdir -p "$output.new"
# A key without a passphrase. sbsign cannot take it from the environment.
plain=$output.new/key
trap 'rm -f "$plain"' EXIT
(umask 077; openssl pkey -in "$key" -passin "pass:${KBUILD_SIGN_PIN-}" -out "$plain")

echo "  SIGN    bzImage"
sbsign --key "$plain" --cert "$cert" --output "$output.new/bzImage" \
	"$objects/arch/efi/boot/bzImage" > /dev/null 2>&1
sbverify --cert "$cert" "$output.new/bzImage" > /dev/null

# The kernel would sign its modules with the key of the build
make -s -C "$tree" ARCH=efi O="$objects" INSTALL_MOD_PATH="$output.new" \
	INSTALL_MOD_STRIP=1 CONFIG_MODULE_SIG_ALL= modules_install
find "$output.new/lib/modules" -name '*.ko' > "$output.new/list"
echo "  SIGN    $(wc -l < "$output.new/list") modules"
while read -r module; do
	"$objects/scripts/sign-file" sha256 "$plain" "$cert" "$module"
done < "$output.new/list"

rm -rf "$plain" "$output.new/list" "$output"
mv -T "$output.new" "$output"
echo "The signed kernel and its modules are in $output"
