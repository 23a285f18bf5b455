# SPDX-License-Identifier: GPL-2.0-only
"""
Machines that boot from a disk with an EFI system partition, with a TPM
"""

import contextlib
import os
import subprocess
import tempfile

import qemu
from lib import machine as boots
from lib.gpt import MIB, gpt_disk
from lib.machine import BOOT, START, TEST
from tpm.swtpm import swtpm

LINUX = "bzImage initrd=\\initrd.img"
ARCHIVES = ("initrd-tests", "initrd-runtime")


def application(opt, name):
    """Return the path of an EFI application of Debian"""
    return os.path.join(opt.build, "efi-applications", name + ".efi")


def debian_kernel(opt):
    return os.path.join(opt.build, "debian-kernel", "vmlinuz")


@contextlib.contextmanager
def esp_machine(opt, results, name, content, args=(), debug=False, **kwargs):
    """
    Run a machine whose disk has one partition, an EFI system partition with @content

    The machine has the path of its disk in the attribute "esp". With @debug, it has a
    debug port, which writes to the file in the attribute "debug".
    """
    boots.note_programs(opt, content.get("startup.nsh", b"").decode())
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        disk, volume = os.path.join(tmp, "disk.img"), os.path.join(tmp, "esp.img")
        qemu.fat_image(volume, content)
        with open(volume, "rb") as f:
            gpt_disk(disk, f.read(), os.path.getsize(volume) + 2 * MIB)
        os.unlink(volume)
        args = ["-drive", f"if=none,id=esp,format=raw,file={disk}",
                "-device", "virtio-blk-pci,drive=esp", *args]
        port = os.path.join(tmp, "debug")
        if debug:
            args += ["-debugcon", f"file:{port}"]
            args += ["-global", "isa-debugcon.iobase=0x402"]
        with boots.machine(opt, results, name, None, args=args, **kwargs) as m:
            m.esp, m.debug = disk, port
            yield m


@contextlib.contextmanager
def child_machine(opt, results, name, image, initrd="none", words=(), extra=None,
                  args=(), script=(), before=(), **kwargs):
    """
    Run a machine with a TPM, in which Linux starts @image by kexec

    @image: path of the child on the EFI system partition
    @initrd: path of its initrd there, or "none"
    @words: its load options; see kexec-child
    @extra: more files for the partition
    @before: commands of the UEFI shell before Linux
    @script: commands of the UEFI shell after Linux
    """
    tests = ":".join(("kexec-child", image, initrd, *words))
    content = boots.files(opt, *before, f"{LINUX} {boots.QUIET}{tests}", *script,
                          archives=ARCHIVES)
    content |= extra or {}
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp, \
         swtpm(tmp, "tpm-crb") as tpm, \
         esp_machine(opt, results, name, content, args=[*tpm.args, *args], **kwargs) as m:
        yield m


def started(m, results, name, tests="TEST BEGIN"):
    """Add the results of the guest script that ends Linux by kexec; return PCR 4"""
    m.expect(tests, START + BOOT)
    begin = m.position
    said = m.expect(r"PARENT PCR4 (\w+)|TEST END", 2 * TEST)
    boots.take_results(results, name, m.text[begin:said.start()])
    results.add(said[1], f"{name}: Linux ends", said[0])
    return said[1]


def linux_child(m, results, name, tests, pcr4=None):
    """Check the results of a kernel that was started last, and its PCR 4 if @pcr4 is given"""
    boots.guest_tests(m, results, name, tests)
    m.position = 0
    found = m.expect(r"CHILD PCR4 (\w+)", 1)[1]
    results.add(not pcr4 or found == pcr4,
                f"{name}: PCR 4 is as after the load", f"{pcr4} {found}")


def unified_kernel(path, stub, sections):
    """
    Make a unified kernel image

    @stub: path of systemd-stub
    @sections: the path of the contents for the name of each section
    """
    said = subprocess.run(["objdump", "-h", "-w", stub], check=True, capture_output=True,
                          text=True).stdout
    ends = [int(line.split()[2], 16) + int(line.split()[3], 16)
            for line in said.splitlines() if line.strip()[:1].isdigit()]
    at, options = max(ends), []
    for name, source in sections.items():
        at = (at + 0xfff) & ~0xfff
        options += ["--add-section", f"{name}={source}",
                    "--change-section-vma", f"{name}={at:#x}"]
        at += os.path.getsize(source)
    subprocess.run(["objcopy", *options, stub, path], check=True)
