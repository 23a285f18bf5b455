# SPDX-License-Identifier: GPL-2.0-only
"""
Keys for Secure Boot: make them, sign with them, and enrol them in a variable store
"""

import os
import ssl
import struct
import subprocess
import uuid

import varstore
from varstore import BS, NV, RT, TIME_BASED_AUTH

# OVMF with SMM, which protects the variables
CODE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
EMPTY = "/usr/share/OVMF/OVMF_VARS_4M.fd"

# The owner of the signatures that this file makes
OWNER = uuid.UUID("9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b")

X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
SHA256 = uuid.UUID("c1c41626-504c-4092-aca9-41f936934328")


def make_key(folder, name, *extensions):
    """Make a key with a certificate in @folder. Return the paths of both, in PEM."""
    key, certificate = (os.path.join(folder, f"{name}.{end}") for end in ("key", "pem"))
    if not os.path.exists(certificate):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                        "-days", "3650", "-subj", f"/CN={name}/",
                        *[word for text in extensions for word in ("-addext", text)],
                        "-keyout", key, "-out", certificate + ".new"],
                       check=True, capture_output=True)
        os.chmod(key, 0o600)
        os.rename(certificate + ".new", certificate)
    return key, certificate


def sign(source, out, key, certificate):
    """Sign the EFI image @source"""
    subprocess.run(["sbsign", "--key", key, "--cert", certificate, "--output", out,
                    source], check=True, capture_output=True)
    return out


def der(certificate):
    """Return a certificate in DER"""
    with open(certificate, encoding="ascii") as f:
        return ssl.PEM_cert_to_DER_cert(f.read())


def signature_list(kind, signatures):
    """Return an EFI_SIGNATURE_LIST of signatures of one size (UEFI 2.10, 32.4.1)"""
    size = 16 + len(signatures[0])
    return (kind.bytes_le + struct.pack("<III", 28 + size * len(signatures), 0, size) +
            b"".join(OWNER.bytes_le + signature for signature in signatures))


def certificates(*paths):
    """Return a signature database with certificates"""
    return b"".join(signature_list(X509, [der(path)]) for path in paths)


def enrol(store, owner, trusted=(), machine_owner=(), forbidden=b""):
    """
    Enrol keys, and turn Secure Boot on

    @owner: certificate for PK and KEK
    @trusted: certificates for db
    @machine_owner: certificates for MokList, which only shim trusts
    @forbidden: signature database for dbx
    """
    authenticated = NV | BS | RT | TIME_BASED_AUTH
    for name, vendor, data in (
            ("PK", varstore.GLOBAL, certificates(owner)),
            ("KEK", varstore.GLOBAL, certificates(owner)),
            ("db", varstore.SECURITY, certificates(*trusted)),
            ("dbx", varstore.SECURITY, forbidden)):
        if data:
            store.add(name, vendor, authenticated, data)
    store.add("SecureBootEnable", varstore.ENABLE, NV | BS, b"\1")
    if machine_owner:
        store.add("MokList", varstore.SHIM, NV | BS, certificates(*machine_owner))
