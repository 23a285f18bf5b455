# SPDX-License-Identifier: GPL-2.0-only
"""
efi-kexec --windows
"""

import contextlib
import os
import tempfile

import qemu
from kexec.host import LINUX, load_option, started
from lib import machine as boots
from lib.gpt import DISK, MIB, gpt_disk
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import test
from tpm.swtpm import swtpm

WINDOWS = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"

# Text at the beginning of the disk that gets BitLocker
SECOND = b"The second disk."


def disks(opt, tmp, content):
    """
    Make a GPT disk of @content, and a second disk; return the arguments for QEMU

    OVMF connects only disks that have a bootindex.
    """
    disk, volume, second = (os.path.join(tmp, name) for name in
                            ("disk.img", "esp.img", "second.img"))
    qemu.fat_image(volume, content)
    with open(volume, "rb") as f:
        gpt_disk(disk, f.read(), os.path.getsize(volume) + 2 * MIB)
    with open(second, "wb") as f:
        f.write(SECOND)
        f.truncate(MIB)
    return ["-drive", f"if=none,id=esp,format=raw,file={disk}",
            "-device", "virtio-blk-pci,drive=esp,bootindex=1",
            "-drive", f"if=none,id=second,format=raw,file={second}",
            "-device", "virtio-blk-pci,drive=second,bootindex=2"]


@contextlib.contextmanager
def windows_machine(opt, results, name, lines, tpm):
    """Boot @lines with a stand-in for Windows, which is kchild.efi"""
    entry = load_option("Windows Boot Manager", DISK.bytes_le, WINDOWS, b"WINDOWS\0")
    guid = boots.GLOBAL_GUID
    content = boots.files(
        opt, f"setvar Boot0099 -guid {guid} -nv -bs -rt ={entry.hex()}",
        f"setvar BootOrder -guid {guid} -nv -bs -rt =9900", *lines)
    content[WINDOWS.strip("\\").replace("\\", "/")] = boots.program(opt, "kchild")
    # The boot option starts it
    boots.note_programs(opt, "kchild.efi", content["startup.nsh"].decode())
    with contextlib.ExitStack() as stack:
        tmp = stack.enter_context(tempfile.TemporaryDirectory(dir=opt.tmp))
        args = disks(opt, tmp, content)
        if tpm:
            args += stack.enter_context(swtpm(tmp, "tpm-crb")).args
        yield stack.enter_context(boots.machine(opt, results, name, None, args=args))


def chained(m, results, name):
    """Linux loads Windows' boot manager, which returns"""
    started(m, results, name)
    m.expect(r"CHILD device \S*HD\(1,GPT", START)
    said = m.expect(r"CHILD file (\S+), file system (\S+)", START)
    results.add(said[1] == WINDOWS and said[2] == "open",
                f"{name}: Windows finds its own device", said[0])
    results.add("Starting new kernel" in m.text, f"{name}: kexec has started it")


def reset(m, results, name):
    """Linux resets the machine, and the firmware starts Windows"""
    m.expect(r"TEST BEGIN", START + BOOT)
    begin = m.position
    end = m.expect(r"reboot: Restarting system", TEST)
    boots.take_results(results, name, m.text[begin:end.start()])
    m.position = end.end()
    m.expect(r"CHILD device \S*HD\(1,GPT", 2 * START)
    said = m.expect(r"CHILD file (\S+),", START)[1]
    results.add(said == WINDOWS, f"{name}: the firmware has started Windows", said)
    log = m.text[end.end():]
    results.add("TEST BEGIN" not in log and "Linux version" not in log,
                f"{name}: Linux has not been started before")
    m.command_qmp("query-status")
    reasons = [event for event in m.events if event["event"] == "RESET" and
               event["data"]["guest"]]
    results.add(len(reasons) == 1, f"{name}: one reset", str(reasons))


@test("kexec", beside=True, guest=("kexec-windows",), efi=("kchild",))
def kexec_windows(opt, results):
    """efi-kexec starts Windows, and by a reset if a disk has BitLocker"""
    name = "kexec-windows"
    lines = [f"{LINUX} {QUIET}kexec-windows:auto", "fs0:",
             f"{LINUX} {QUIET}kexec-windows:auto:encrypt"]
    with windows_machine(opt, results, name, lines, tpm=True) as m:
        chained(m, results, f"{name}: no BitLocker")
        reset(m, results, f"{name}: BitLocker")
        results.add("has BitLocker" in m.text, f"{name}: efi-kexec says so")
        boots.clean(m, results, name)


@test("kexec", beside=True, long=True, guest=("kexec-windows",), efi=("kchild",))
def kexec_windows_ways(opt, results):
    """efi-kexec starts Windows in the way that the user chooses, or without a TPM"""
    for how, tpm, check in (("chain", True, chained), ("bootnext", False, reset),
                            ("auto", False, chained)):
        name = f"kexec-windows {how}"
        with windows_machine(opt, results, name,
                             [f"{LINUX} {QUIET}kexec-windows:{how}:encrypt"], tpm) as m:
            check(m, results, name)
            boots.clean(m, results, name)
