# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the database of images that must not start (dbx)
"""

import os
import subprocess
import tempfile

from lib import machine as boots
from lib.machine import BOOT, QUIET, START, program
from lib.registry import test
from boot.trust import CODE, KEYS, VARIABLES, sign
from runtime.host import archive, files

OWNER = "9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b"
# EFI_CERT_SHA256_GUID, as it stands in memory
SHA256 = bytes.fromhex("2616c4c14c509240aca941f936934328")
# This many make a list of 10 KiB, which is the size of an update by the UEFI Forum
HASHES = 200

# Timeout in seconds, because OVMF reclaims the space of a full store slowly
DBX = 600


def signature_list(hashes, owner):
    """An EFI_SIGNATURE_LIST of SHA-256 hashes (UEFI 32.4.1)"""
    size = len(owner) + 32
    head = [28 + size * len(hashes), 0, size]
    return (SHA256 + b"".join(n.to_bytes(4, "little") for n in head) +
            b"".join(owner + value for value in hashes))


def sign_list(tmp, name, data, key, certificate):
    """
    Sign a list for an append (UEFI 8.2.2)

    @key, @certificate: of the owner of a key exchange key (KEK), in PEM
    """
    source, out = (os.path.join(tmp, f"{name}.{end}") for end in ("esl", "auth"))
    with open(source, "wb") as f:
        f.write(data)
    subprocess.run(["sign-efi-sig-list", "-a", "-g", OWNER, "-k", key, "-c",
                    certificate, "dbx", source, out], check=True,
                   capture_output=True)
    with open(out, "rb") as f:
        return f.read()


def make_lists(tmp, kernel):
    """The lists of the guest: a dict from name to bytes"""
    key = os.path.join(tmp, "kek.pem")
    subprocess.run(["openssl", "pkey", "-in", KEYS + ".key", "-passin",
                    "pass:snakeoil", "-out", key], check=True)
    other = [os.path.join(tmp, name) for name in ("other.key", "other.crt")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=other/", "-keyout", other[0], "-out", other[1]],
                   check=True, capture_output=True)
    path = os.path.join(tmp, "kernel")
    subprocess.run(["hash-to-efi-sig-list", kernel, path], check=True,
                   capture_output=True)
    with open(path, "rb") as f:
        lists = {"kernel": f.read()}
    for name in ("first", "second", "third", "fourth", "other"):
        lists[name] = signature_list([os.urandom(32) for _ in range(HASHES)],
                                     os.urandom(16))
    out = {}
    for name, data in lists.items():
        keys = other if name == "other" else (key, KEYS + ".pem")
        out[f"/{name}.esl"] = data
        out[f"/{name}.auth"] = sign_list(tmp, name, data, *keys)
    return out


@test("runtime", beside=True, long=True, guest=("runtime-dbx", "leave"), efi=("starter",),
      needs=("tests-initrd", "runtime-initrd"))
def dbx(opt, results):
    """Linux appends lists to dbx, and then its own hash, after which it cannot start again"""
    name = "dbx"
    options = f"bzImage initrd=\\initrd.img {QUIET}runtime-dbx,leave:restart"
    boots.note_programs(opt, "starter", options)
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        content = files(opt)
        kernel = content["bzImage"] = sign(tmp, content["bzImage"])
        content["EFI/BOOT/BOOTX64.EFI"] = sign(tmp, program(opt, "starter"))
        content["cmdline.txt"] = options.encode()
        content["initrd.img"] += archive(opt, tmp, make_lists(tmp, kernel))
        with boots.machine(opt, results, name, content, firmware=CODE,
                           variables=VARIABLES, secure=True) as m:
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"TEST END runtime-dbx (\d+)", DBX)
            boots.take_results(results, name, m.text[begin:end.start()],
                               end[1] == "0", end[1])
            end = m.expect(r"NOT STARTED ([0-9A-Fa-f]+)", START + BOOT)
            # EFI_SECURITY_VIOLATION or EFI_ACCESS_DENIED
            results.add(int(end[1], 16) & 0xff in (26, 15),
                        f"{name}: the firmware refuses to start the kernel", end[0])
