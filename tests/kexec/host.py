# SPDX-License-Identifier: GPL-2.0-only
"""
kexec: start other EFI applications
"""

import os
import struct
import tempfile
import zlib

import qemu
from exit import host as exits
from lib import machine as boots
from lib.gpt import DISK, MIB, SECTOR, gpt_disk
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import test
from tpm.swtpm import swtpm

LINUX = "bzImage initrd=\\initrd.img"

# The first initrd is part of the kernel's own disk; this one is for children
INITRD = bytes(i * 7 & 0xff for i in range(300001))


def load_option(description, signature, file, options):
    """Return an EFI_LOAD_OPTION for a file on the first partition of a GPT disk"""
    def wide(text):
        return (text + "\0").encode("utf-16-le")

    def node(kind, subtype, data):
        return struct.pack("<BBH", kind, subtype, 4 + len(data)) + data

    drive = struct.pack("<IQQ16sBB", 1, MIB // SECTOR, 0, signature, 2, 2)
    path = node(4, 1, drive) + node(4, 4, wide(file)) + node(0x7f, 0xff, b"")
    return struct.pack("<IH", 1, len(path)) + wide(description) + path + options


def started(m, results, name):
    """Add the results of kexec-start, which ends Linux"""
    m.expect(r"TEST BEGIN", START + BOOT)
    begin = m.position
    end = m.expect(r"Starting new kernel|CHILD options|WINDOWS file|TEST END", TEST)
    boots.take_results(results, name, m.text[begin:end.start()])
    m.position = end.start()


def check_child(m, results, name, options, initrd):
    """Check what kchild.efi prints"""
    said = m.expect(r"CHILD options (\d+) bytes: (.*?)\s*\n", START)
    results.add(said[2] == options and int(said[1]) == 2 * len(options) + 2,
                f"{name}: load options", said[0])
    m.expect(r"CHILD device \S*Pci\S*", START)
    said = m.expect(r"CHILD file (\S+), file system (\S+)", START)
    results.add(said[1] == "\\kchild.efi" and said[2] == "open",
                f"{name}: the child has its own device", said[0])
    wanted = f"{len(initrd)} bytes, CRC {zlib.crc32(initrd):08X}, Success"
    for _ in range(2):
        said = m.expect(r"CHILD initrd (.*?)\s*$", START)[1]
        results.add(said == wanted, f"{name}: initrd", said)


def lost_alone(m, before):
    """
    Return @before less the memory that kchild.efi loses without Linux

    The firmware copies the data for Exit(), and does not free the child's (UEFI 2.10,
    section 7.4.5: the child allocates it, and cannot free it).
    """
    after = exits.looked(m, "alone", START)["pages"]
    lost = after["LoaderData"] - before["pages"]["LoaderData"]
    pages = dict(before["pages"], LoaderData=after["LoaderData"] + lost)
    pages["Available"] -= 2 * lost
    return lost, dict(before, pages=pages)


def returning(opt, results, name, words, count, patience=0, loses=False):
    """
    Start kchild.efi by kexec @count times; the last word is its status

    @loses: the child loses memory, whose size is found by starting it without Linux
    """
    tests = f"kexec-start:kchild.efi:child.img:{':'.join(words)}"
    linux = f"{LINUX} {boots.SMALL}" if count > 1 else LINUX
    alone = [f"kchild.efi {' '.join(words)}", *exits.look("alone")] if loses else []
    content = exits.files(
        opt, *exits.look("before"), *alone, f"for %i run (1 {count})",
        *["  " + line for line in (f"{linux} {QUIET}{tests}", "echo STATUS %lasterror%",
                                   *exits.look("%i"))],
        "endfor", "echo the shell goes on")
    content["child.img"] = INITRD
    # kexec-start starts it
    boots.note_programs(opt, "kchild.efi")
    status = int(words[-1].split("=")[1])
    with boots.machine(opt, results, name, content) as m:
        before = exits.looked(m, "before", START)
        if loses:
            lost, before = lost_alone(m, before)
            results.add(lost > 0, f"{name}: the child loses memory without Linux, too",
                        f"{lost} pages")
        for i in range(1, count + 1):
            title = f"{name}: {i}" if count > 1 else name
            started(m, results, f"{title}: kexec")
            check_child(m, results, title, " ".join(words), INITRD)
            found = exits.status_of(m, START + patience)
            results.add(found == status, f"{title}: status {status}", f"{found}")
            exits.same(results, title, before, exits.looked(m, i, START))
        m.expect(r"^the shell goes on", START)
        boots.clean(m, results, name)


RETURNING = ("driver", "settings", "selfcheck", "kchild")


@test("kexec", guest=("kexec-start",), efi=RETURNING)
def kexec_return(opt, results):
    """An EFI application started by kexec returns to the shell, and all is as before"""
    returning(opt, results, "kexec-return", ("one", "two", "return=5"), 1)


@test("kexec", long=True, guest=("kexec-start",), efi=RETURNING)
def kexec_return_long(opt, results):
    """A hundred EFI applications return, one after the other"""
    returning(opt, results, "kexec-return-long", ("many", "return=6"), 100)


@test("kexec", long=True, guest=("kexec-start",), efi=RETURNING)
def kexec_child_exit(opt, results):
    """A child ends by Exit(), with data"""
    returning(opt, results, "kexec-child-exit", ("data", "exit=7"), 1, loses=True)


@test("kexec", long=True, guest=("kexec-start",), efi=RETURNING)
def kexec_child_wait(opt, results):
    """A child switches the watchdog off, and runs for six minutes"""
    returning(opt, results, "kexec-child-wait", ("wait=360", "return=0"), 1, 420)


@test("kexec", beside=True, guest=("kexec-refused",), efi=("kchild",))
def kexec_refused(opt, results):
    """Files that are not EFI applications are refused"""
    name = "kexec-refused"
    content = boots.files(opt, f"{LINUX} {QUIET}kexec-refused")
    boots.note_programs(opt, "kchild.efi")
    with boots.machine(opt, results, name, content) as m:
        boots.guest_tests(m, results, name, ("kexec-refused",))


@test("kexec", guest=("kexec-start", "kexec-second"))
def kexec_linux(opt, results):
    """Linux starts another Linux by kexec"""
    name = "kexec-linux"
    boots.note_programs(opt, f"{QUIET}kexec-second")
    content = boots.files(
        opt, f"{LINUX} {QUIET}kexec-start:bzImage:initrd.img:second=yes:then=kexec-second")
    with boots.machine(opt, results, name, content) as m:
        started(m, results, f"{name}: kexec")
        boots.guest_tests(m, results, name, ("kexec-second",))


@test("kexec", guest=("kexec-boot",), efi=("kchild",))
def kexec_boot(opt, results):
    """efi-kexec starts the file of a boot option, with its optional data"""
    name = "kexec-boot"
    # Not text with a NUL, as the kernel would make it of a command line
    options = "of the entry return=4".encode("utf-16-le")
    entries = {0x77: load_option("A child", DISK.bytes_le, "\\kchild.efi", options),
               0x78: load_option("Gone", bytes(16), "\\kchild.efi", b"")}
    script = [f"setvar Boot{number:04X} -guid {boots.GLOBAL_GUID} -nv -bs -rt ={value.hex()}"
              for number, value in entries.items()]
    content = boots.files(
        opt, *script, f"setvar BootOrder -guid {boots.GLOBAL_GUID} -nv -bs -rt =77007800",
        f"{LINUX} {QUIET}kexec-boot", "echo STATUS %lasterror%")
    # The boot option starts it
    boots.note_programs(opt, "kchild.efi")
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        disk, volume = os.path.join(tmp, "disk.img"), os.path.join(tmp, "esp.img")
        qemu.fat_image(volume, content)
        with open(volume, "rb") as f:
            gpt_disk(disk, f.read(), os.path.getsize(volume) + 2 * MIB)
        args = ["-drive", f"if=none,id=esp,format=raw,file={disk}",
                "-device", "virtio-blk-pci,drive=esp"]
        boots.note_programs(opt, content["startup.nsh"].decode())
        with swtpm(tmp, "tpm-crb") as tpm, \
             boots.machine(opt, results, name, None, args=args + tpm.args) as m:
            started(m, results, f"{name}: kexec")
            said = m.expect(r"CHILD options (\d+) bytes: (.*?)\s*\n", START)
            results.add(int(said[1]) == len(options) and said[2] == options.decode("utf-16"),
                        f"{name}: the optional data of the entry", said[0])
            said = m.expect(r"CHILD device .*HD\(1,GPT", START)
            results.add(True, f"{name}: the device is the partition")
            said = m.expect(r"STATUS 0x([0-9A-Fa-f]+)", START)[1]
            results.add(int(said, 16) == 4, f"{name}: status 4", said)
            boots.clean(m, results, name)


@test("kexec", guest=("kexec-tools", "kexec-stock"),
      needs=("tests-initrd", "runtime-initrd", "debian-kernel"))
def kexec_debian(opt, results):
    """kexec-tools start the kernel of a distribution"""
    name = "kexec-debian"
    boots.note_programs(opt, f"{QUIET}kexec-stock")
    content = boots.files(opt, f"{LINUX} {QUIET}kexec-tools",
                          archives=("initrd-tests", "initrd-runtime"))
    content["vmlinuz"] = os.path.join(opt.build, "debian-kernel", "vmlinuz")
    with boots.machine(opt, results, name, content) as m:
        started(m, results, f"{name}: kexec")
        boots.guest_tests(m, results, name, ("kexec-stock",))
