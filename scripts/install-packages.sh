#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Install the missing packages of scripts/packages.txt

set -eu -o pipefail

list=$(dirname "$0")/packages.txt
missing=()
while read -r package; do
	if [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" != \
	     "install ok installed" ]; then
		missing+=("$package")
	fi
done < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$list")

[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo > /dev/null || {
		echo "install-packages: neither root nor sudo, please install: ${missing[*]}" >&2
		exit 1
	}
	root=(sudo)
fi

echo "  INSTALL ${missing[*]}"
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -q update
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -q -y \
	--no-install-recommends install "${missing[@]}" > /dev/null
