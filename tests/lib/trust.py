# SPDX-License-Identifier: GPL-2.0-only
"""
Chains of trust: keys, signed images and modules, and variable stores for Secure Boot
"""

import os
import subprocess

import secure_boot
import varstore
from lib import machine as boots
from lib import pe
from lib.machine import load_option

# The SBAT section of the EFI programs of the tests
SBAT = b"""\
sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md
efi-mode.tests,1,efi-mode developers,efi-mode.tests,1,mailto:linux-efi@vger.kernel.org
"""
# The first line of SbatLevel. shim does not replace it by its own, because the date is later.
SBAT_LEVEL = b"sbat,1,2099010100\n"
MICROSOFT = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
# Debian's key for tests, and a store in which it is PK, KEK and db
SNAKEOIL = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"
SNAKEOIL_KEY = "/usr/share/ovmf/PkKek-1-snakeoil"


class Trust:
    """
    The keys of a test, in a folder of its own

    The firmware trusts the key "db", or "snakeoil" if the store is SNAKEOIL. The machine
    owner has the key "mok", which shim trusts. Nothing trusts the key "other". The key
    "revoked" is in db and in MokList, and in dbx, too.
    """

    def __init__(self, opt):
        self.opt = opt
        self.folder = opt.tmp
        self.keys = {name: secure_boot.make_key(opt.tmp, f"efi-mode {name}")
                     for name in ("owner", "db", "mok", "other", "revoked")}
        self.keys["snakeoil"] = self._snakeoil()
        self.made = 0

    def _snakeoil(self):
        """Return the paths of Debian's key without its password, and of its certificate"""
        key = os.path.join(self.folder, "snakeoil.key")
        if not os.path.exists(key):
            subprocess.run(["openssl", "pkey", "-in", SNAKEOIL_KEY + ".key", "-passin",
                            "pass:snakeoil", "-out", key], check=True)
        return key, SNAKEOIL_KEY + ".pem"

    def certificate(self, name):
        return self.keys[name][1]

    def _path(self, name):
        self.made += 1
        return os.path.join(self.folder, f"{name}.{self.made}")

    def write(self, data):
        path = self._path("data")
        with open(path, "wb") as f:
            f.write(data)
        return path

    def sign(self, source, name):
        """Return the path of a signed copy of an image: bytes, or a path"""
        if isinstance(source, bytes):
            source = self.write(source)
        return secure_boot.sign(source, self._path("signed"), *self.keys[name])

    def sign_module(self, source, name):
        """Return the path of a signed copy of a module"""
        out = self._path("module")
        subprocess.run([os.path.join(self.opt.objects, "scripts/sign-file"), "sha256",
                        *self.keys[name], source, out], check=True)
        return out

    def program(self, name):
        """Return an EFI program of the tests, with an SBAT section, as bytes"""
        image = pe.Image(boots.program(self.opt, name))
        return bytes(image.add(".sbat", SBAT).data)

    def kernel(self, generation=1):
        """
        Return the kernel image with this generation in its SBAT section, as bytes

        Without a generation, the image has no SBAT section.
        """
        image = pe.Image(self.opt.kernel)
        if generation is None:
            return bytes(image.rename(".sbat", ".other").data)
        old = image.content(".sbat")
        new = old.replace(b"linux.efi-mode,1,", b"linux.efi-mode,%d," % generation)
        return bytes(image.data).replace(old, new)

    def shim_file(self, name):
        return os.path.join(self.opt.build, "shim", name)

    def store(self, path, *options, base=secure_boot.EMPTY, trusted=("db",),
              machine_owner=("mok",), hashes=(), level=b""):
        """
        Write a variable store, and return its path

        @options: description, file and load options of each boot option
        @hashes: of images that dbx forbids, SHA-256 in bytes
        @level: components and their minimum generations, for SbatLevel
        """
        store = varstore.VariableStore(base)
        forbidden = secure_boot.certificates(self.certificate("revoked"))
        if hashes:
            forbidden += secure_boot.signature_list(secure_boot.SHA256, hashes)
        names = [*map(self.certificate, machine_owner)]
        if base == secure_boot.EMPTY:
            secure_boot.enrol(store, self.certificate("owner"),
                              [*map(self.certificate, trusted)], names, forbidden)
        else:
            # The owner of the machine has enrolled other keys
            attributes, known = store.variables()["dbx", varstore.SECURITY]
            store.add("dbx", varstore.SECURITY, attributes, known + forbidden)
            store.add("MokList", varstore.SHIM, varstore.NV | varstore.BS,
                      secure_boot.certificates(*names))
        if level:
            store.add("SbatLevel", varstore.SHIM, varstore.NV | varstore.BS,
                      SBAT_LEVEL + level)
        attributes = varstore.NV | varstore.BS | varstore.RT
        for number, option in enumerate(options):
            store.add(f"Boot{number:04X}", varstore.GLOBAL, attributes,
                      load_option(*option))
        if options:
            store.add("BootOrder", varstore.GLOBAL, attributes,
                      b"".join(n.to_bytes(2, "little") for n in range(len(options))))
        store.save(path)
        return path


def authenticode(path):
    """Return the hash of an image that dbx has (SHA-256)"""
    out = path + ".esl"
    subprocess.run(["hash-to-efi-sig-list", path, out], check=True, capture_output=True)
    with open(out, "rb") as f:
        return f.read()[-32:]
