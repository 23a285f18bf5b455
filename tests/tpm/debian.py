# SPDX-License-Identifier: GPL-2.0-only
"""
The firmware's TPM in a Debian system
"""

import contextlib
import os
import re
import struct
import subprocess
import tempfile

import qemu
from lib.debian import (LOGIN, PATIENCE, boot_and_log_in, boot_line, copy_root, disk,
                        log_in, shell)
from lib.machine import START, TEST, clean, machine, take_results
from lib.registry import test
from tpm.swtpm import swtpm

# In seconds: the time to copy the system to an encrypted disk
COPY = 1200

# Size of the encrypted disk in MiB, by which the guest finds it
ENCRYPTED = 1100
PASSPHRASE = "correct-horse"
QUESTION = "Please enter passphrase for disk"

# Field kernel_version of the setup header: the offset of a text, without the boot sector
VERSION = 0x20e
BOOT_SECTOR = 0x200


@test("tpm", long=True, beside=True, needs=("root-image",))
def tpm_debian(opt, results):
    """In a Debian system, tpm2-tools and the kernel's selftest pass"""
    for device in ("tpm-crb", "tpm-tis"):
        name = f"tpm-debian: {device}"
        with tempfile.TemporaryDirectory(dir=opt.tmp) as folder:
            root = copy_root(opt, folder)
            content = {
                "bzImage": opt.kernel,
                "startup.nsh": qemu.shell_script("@echo -off", "fs0:", boot_line(root)),
            }
            with swtpm(folder, device) as tpm, \
                 machine(opt, results, name, content,
                         args=[*disk("root", root), *tpm.args]) as m:
                boot_and_log_in(m)
                # The selftest extends PCR 1, and the event log does not replay after that
                for script in ("tpm-tools", "tpm-selftest"):
                    text = shell(m, f"/tests/{script}; echo", TEST)
                    take_results(results, f"{name}: {script}", text)
                m.send("poweroff\r")
                results.add(m.wait_end(PATIENCE), f"{name}: power-off")
                clean(m, results, name)


def pcrs(m):
    """Return the values of PCRs 4 and 7"""
    said = shell(m, "cat /sys/class/tpm/tpm0/pcr-sha256/[47]")
    return re.findall(r"\b[0-9A-F]{64}\b", said)


class Sealed:
    """
    A machine with a TPM, the disk of the Debian system, and a disk to encrypt

    Each boot has the same disks, because the firmware measures into PCR 4 how many boot
    options it tries.
    """

    def __init__(self, opt, results, folder):
        self.opt = opt
        self.results = results
        self.folder = folder
        self.root = copy_root(opt, folder)
        self.encrypted = os.path.join(folder, "encrypted.img")
        with open(self.encrypted, "wb") as f:
            f.truncate(ENCRYPTED << 20)

    @contextlib.contextmanager
    def boot(self, name, kernel, line):
        """Boot with @line in the script of the UEFI shell, and power off in the end"""
        content = {
            "bzImage": kernel,
            "initrd.img": os.path.join(self.opt.build, "root-initrd.img"),
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", line),
        }
        args = [*disk("root", self.root), *disk("encrypted", self.encrypted)]
        with swtpm(self.folder, "tpm-crb") as tpm, \
             machine(self.opt, self.results, name, content, args=args + tpm.args) as m:
            yield m
            m.send("poweroff\r")
            self.results.add(m.wait_end(PATIENCE), f"{name}: power-off")
            clean(m, self.results, name)

    def seal(self, name):
        """Encrypt the disk, copy the system to it, and return the PCRs to which it is sealed"""
        with self.boot(name, self.opt.kernel, boot_line(self.root)) as m:
            boot_and_log_in(m)
            text = shell(m, f"/tests/seal {ENCRYPTED} {PASSPHRASE}; echo", COPY)
            take_results(self.results, name, text)
            return pcrs(m)
        return []

    def open(self, name, kernel, opens, options="", reseal=False):
        """
        Boot from the encrypted disk, and return the PCRs

        @opens: True if the disk must open without a question, False if the system must ask
        for the passphrase
        @options: more kernel parameters
        @reseal: then seal the disk to this kernel, its parameters and the initramfs
        """
        uuid = subprocess.run(["cryptsetup", "luksUUID", self.encrypted], check=True,
                              capture_output=True, text=True).stdout.strip()
        line = ("bzImage initrd=\\initrd.img efi_mode.connect=1 "
                f"rd.luks.name={uuid}=root rd.luks.options=tpm2-device=auto "
                f"root=/dev/mapper/root rw {options}")
        with self.boot(name, kernel, line) as m:
            asked = re.search(QUESTION, m.expect(rf"{QUESTION}|{LOGIN}", START + PATIENCE)[0])
            self.results.add(bool(asked) != opens, f"{name}: " + (
                "the disk opens without a question" if opens else
                "the system asks for the passphrase"))
            if asked:
                m.send(PASSPHRASE + "\r")
                m.expect(LOGIN, PATIENCE)
            log_in(m)
            said = shell(m, "findmnt -n -o SOURCE /")
            self.results.add("/dev/mapper/root" in said,
                             f"{name}: the root file system is on the encrypted disk", said)
            if reseal:
                text = shell(m, f"/tests/reseal {ENCRYPTED} {PASSPHRASE}; echo", TEST)
                take_results(self.results, name, text)
            return pcrs(m)
        return []


def changed_kernel(path, folder):
    """
    Copy a kernel with one bit changed, in the text of its version, which it does not use

    The text is in a section of the image, so it is part of the Authenticode hash, which
    the firmware measures.
    """
    with open(path, "rb") as f:
        data = bytearray(f.read())
    at = struct.unpack_from("<H", data, VERSION)[0] + BOOT_SECTOR
    if not re.match(rb"\d+\.\d+", data[at:]):
        raise ValueError("the image has no version")
    data[at] ^= 1
    changed = os.path.join(folder, "changed")
    with open(changed, "wb") as f:
        f.write(data)
    return changed


@test("tpm", long=True, beside=True, needs=("root-image", "root-initrd"))
def sealed_root(opt, results):
    """
    An encrypted root disk, sealed to PCRs 4 and 7, opens at boot without a question

    With a kernel that has one bit changed, the system asks for the passphrase. The kernel
    that was not changed opens the disk after that. When the disk has been sealed again, with
    PCR 9, the changed kernel opens it, but not with another kernel parameter.
    """
    with tempfile.TemporaryDirectory(dir=opt.tmp) as folder:
        sealed = Sealed(opt, results, folder)
        changed = changed_kernel(opt.kernel, folder)
        first = sealed.seal("sealed-root: seal")
        if results.failed:
            return
        second = sealed.open("sealed-root: changed kernel", changed, False)
        results.add(len(second) == 2 and second[0] != first[0] and second[1] == first[1],
                    "sealed-root: a changed kernel leads to another PCR 4 and the same PCR 7",
                    f"{first} {second}")
        third = sealed.open("sealed-root: same kernel", opt.kernel, True)
        results.add(len(first) == 2 and first == third,
                    "sealed-root: the same kernel leads to the same PCRs", f"{first} {third}")
        sealed.open("sealed-root: seal again", changed, False, reseal=True)
        sealed.open("sealed-root: sealed again", changed, True)
        sealed.open("sealed-root: changed parameters", changed, False, options="quiet")
