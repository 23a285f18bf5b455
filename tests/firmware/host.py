# SPDX-License-Identifier: GPL-2.0-only
"""
Tests on other firmware: U-Boot, and OVMF of another Debian release, which
scripts/second-firmware.sh downloads
"""

import os
import subprocess
import tempfile

import qemu
from exit.host import cycles
from lib import volume
from lib.gpt import MIB, SECTOR, gpt_disk
from lib.machine import (BOOT, QUIET, START, SWITCHING, TEST, boot, clean, files,
                         machine, note_programs, take_results)
from lib.registry import test


def path(opt, name):
    """The path of a file of OVMF 2025.02"""
    return os.path.join(opt.build, "second-firmware", name)


@test("firmware", beside=True, long=True,
      guest=("boot", "life", "preempt", "switch"), efi=("driver",),
      needs=("tests-initrd", "second-firmware"))
def second_firmware(opt, results):
    """Preemption and world switches on OVMF 2025.02, which ends interrupts in another order"""
    boot(opt, results, "OVMF 2025.02", ("boot", *SWITCHING), driver=True,
         firmware=path(opt, "OVMF_CODE_4M.fd"),
         variables=path(opt, "OVMF_VARS_4M.fd"))


def protected(opt, results, name, count):
    """
    Start Linux and return @count times, on OVMF with memory protection

    This OVMF has no shell, so it boots the shell of the usual OVMF.
    """
    cycles(opt, results, name, count,
           extra={"EFI/BOOT/BOOTX64.EFI": volume.shell(qemu.OVMF_CODE)},
           firmware=path(opt, "OVMF_CODE_4M.secboot.strictnx.fd"),
           secure=True, variables=path(opt, "OVMF_VARS_4M.fd"))


@test("firmware", long=True, guest=("leave",),
      efi=("driver", "settings", "selfcheck", "tsc"),
      needs=("tests-initrd", "second-firmware"))
def strict_nx(opt, results):
    """Linux returns ten times to a firmware that protects its memory"""
    protected(opt, results, "strict-nx", 10)


@test("firmware", long=True, guest=("leave",),
      efi=("driver", "settings", "selfcheck", "tsc"),
      needs=("tests-initrd", "second-firmware"))
def strict_nx_long(opt, results):
    """Linux returns a hundred times to a firmware that protects its memory"""
    protected(opt, results, "strict-nx-long", 100)


UBOOT = "/usr/lib/u-boot/qemu-x86_64/u-boot.rom"

# In bytes: the size of the data disk, and how much of it tests/firmware/guest/uboot.c writes
DATA_DISK = 16 * MIB
WRITTEN = 4 * MIB


class UBootPrompt:
    """U-Boot's command line"""

    def __init__(self, opt, m):
        self.opt = opt
        self.m = m
        m.expect("stop autoboot", START)
        m.send(" ")
        m.expect(r"^=> ", START)

    def run(self, command):
        """Run @command and return its output"""
        begin = self.m.position
        self.m.send(command + "\r")
        end = self.m.expect(r"^=> ", START)
        return self.m.text[begin:end.start()]

    def start(self, path, options=""):
        """Start the EFI program @path, and do not wait for its end"""
        note_programs(self.opt, os.path.basename(path), options)
        self.run(f'setenv bootargs "{options}"')
        self.run(f"load virtio 0:1 0x4000000 {path}")
        self.m.send("bootefi 0x4000000\r")


def uboot_disks(opt, directory, content):
    """Make a disk with an EFI system partition and an empty disk, and QEMU's options for them"""
    volume_path = os.path.join(directory, "volume.img")
    system = os.path.join(directory, "system.img")
    data = os.path.join(directory, "data.img")
    qemu.fat_image(volume_path, content)
    with open(volume_path, "rb") as f:
        gpt_disk(system, f.read(), os.path.getsize(volume_path) + 2 * MIB)
    with open(data, "wb") as f:
        f.truncate(DATA_DISK)
    args = ["-no-reboot"]
    for name, path in (("system", system), ("data", data)):
        args += ["-drive", f"if=none,id={name},format=raw,file={path}",
                 "-device", f"virtio-blk-pci,drive={name}"]
    return system, data, args


def judge_uboot_disks(results, system, data):
    """Check that Linux has written to the data disk and to U-Boot's file of variables"""
    wanted = b"".join(b"ubt%012x\n" % sector * (SECTOR // 16)
                      for sector in range(WRITTEN // SECTOR))
    with open(data, "rb") as f:
        results.add(f.read(WRITTEN) == wanted, "U-Boot: the data disk has what Linux wrote")
    store = subprocess.run(["mtype", "-i", f"{system}@@{MIB}", "::ubootefi.var"],
                           check=False, capture_output=True).stdout
    results.add("FromLinux".encode("utf-16-le") in store,
                "U-Boot: ubootefi.var has the variable")


def uboot_returns(m, results, prompt):
    """Check that Linux returns to U-Boot's prompt with an error, and that the prompt works"""
    # NOT_FOUND is error 14
    m.expect(r"Application failed, r = 14", TEST)
    m.expect(r"^=> ", START)
    results.add("initrd.img" in prompt.run("ls virtio 0:1 /"),
                "U-Boot: its prompt works after the return")
    results.add("illegal free" not in m.text,
                "U-Boot: all memory was returned")


@test("firmware", beside=True, guest=("boot", "leave", "uboot"), efi=("driver",))
def uboot(opt, results):
    """Linux runs on U-Boot, which works without interrupts, and returns to it"""
    content = files(opt)
    content["EFI/BOOT/BOOTX64.EFI"] = content.pop("bzImage")
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        system, data, args = uboot_disks(opt, tmp, content)
        with machine(opt, results, "U-Boot", None, bios=UBOOT, args=args) as m:
            prompt = UBootPrompt(opt, m)
            prompt.run("virtio scan")
            prompt.start("driver.efi")
            m.expect(r"^=> ", START)
            prompt.start("EFI/BOOT/BOOTX64.EFI", "initrd=\\\\initrd.img "
                         f"{QUIET}uboot,leave:return=NOT_FOUND")
            m.expect(r"TEST BEGIN", BOOT)
            begin = m.position
            end = m.expect(r"TEST END uboot (\d+)", TEST)
            take_results(results, "U-Boot: uboot", m.text[begin:end.start()],
                         end[1] == "0", end[1])
            uboot_returns(m, results, prompt)
            prompt.start("EFI/BOOT/BOOTX64.EFI",
                         f"initrd=\\\\initrd.img {QUIET}boot,leave:restart")
            begin = m.position
            end = m.expect(r"TEST END boot (\d+)", BOOT + TEST)
            take_results(results, "U-Boot: again", m.text[begin:end.start()],
                         end[1] == "0", end[1])
            # U-Boot cannot power this machine off
            results.add(m.wait_end(TEST), "U-Boot: reset through the firmware")
            clean(m, results, "U-Boot")
        judge_uboot_disks(results, system, data)
