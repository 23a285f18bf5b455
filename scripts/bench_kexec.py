# SPDX-License-Identifier: GPL-2.0-only
"""
Measure kexec: the time from the end of Linux to the entry of the next image, beside a reset
of the machine, and the time to load an image, beside LoadImage() of a bare application

QEMU executes one instruction per nanosecond (icount), so TSC cycles are nanoseconds. The
firmware has a TPM, so that LoadImage() computes hashes of the image, as on most machines.
"""

import os
import subprocess
import sys
import tempfile

import qemu

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"))
from tpm.swtpm import swtpm  # noqa: E402

MIB = 1 << 20

# Size of the image to load
IMAGE = 60 * MIB
PATIENCE = 1800


def large(opt, folder):
    """Make an EFI application of IMAGE bytes: the program tsc with one more section"""
    padding, path = os.path.join(folder, "padding"), os.path.join(folder, "speed.efi")
    with open(padding, "wb") as f:
        f.write(os.urandom(MIB) * (IMAGE // MIB))
    subprocess.run(["objcopy", "--add-section", f".linux={padding}",
                    "--change-section-vma", ".linux=0x100000",
                    os.path.join(opt.build, "firmware", "tsc.efi"), path], check=True)
    return path


def run(opt, files, script, judge):
    """
    Boot @script; return what @judge finds

    @files: the EFI program for each path on the disk
    """
    with tempfile.TemporaryDirectory() as tmp, swtpm(tmp, "tpm-crb") as tpm:
        disk = os.path.join(tmp, "esp.img")
        content = {path: os.path.join(opt.build, "firmware", name + ".efi")
                   for path, name in files.items()}
        if "kload.efi" in content:
            content["speed.efi"] = large(opt, tmp)
        qemu.fat_image(disk, content | {
            "bzImage": opt.kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", *script),
        })
        with qemu.Machine(disk=disk, icount=True, args=tpm.args) as m:
            m.start()
            return judge(m)


def number(m, pattern):
    return int(m.expect(pattern, PATIENCE)[1])


def after_linux(m):
    """Return the nanoseconds from reboot(2) to the next program"""
    begin = number(m, r"KEXEC end TSC (\d+)")
    return number(m, r"TSC (\d+)") - begin


def loading(m):
    """
    Return the nanoseconds of LoadImage() and FreePages() of a bare application and of
    kexec_file_load(2), and delays of a timer in microseconds
    """
    free = number(m, r"KFREE (\d+) cycles, Success")
    bare = number(m, r"KLOAD (\d+) cycles, Success")
    late = m.expect(r"LATENCY kexec loads: .* p99\.9 (\d+), worst (\d+)", PATIENCE)
    return free, bare, number(m, r"KEXEC load (\d+)"), int(late[1]), int(late[2])


LINUX = "bzImage initrd=\\initrd.img quiet {} efi_mode_test=kexec-speed:"

# The boot manager starts this file first, and goes on with the shell
BOOT = "EFI/BOOT/BOOTX64.EFI"


def row(what, ours, firmware=None):
    values = "".join(f"{value / 1e6:12.1f}" for value in (ours, firmware) if value)
    print(f"{what:52}{values} " + (f"{ours / firmware:7.3f}" if firmware else ""),
          flush=True)


def table(opt):
    """
    Print the table

    The OVMF of Debian fills memory with a pattern when it is freed, byte by byte, so the
    end of Linux takes longer the more memory Linux has.
    """
    print(f"\n{'kexec':52}{'ARCH=efi':>12}{'firmware':>12}   ratio")
    reset = run(opt, {"tsc.efi": "tsc", BOOT: "tsc"}, [LINUX.format("") + "reset:tsc.efi"],
                after_linux)
    for memory, options in ("192 MiB", "efi_mode.arena=192M"), ("all of 1 GiB", ""):
        child = run(opt, {"tsc.efi": "tsc"}, [LINUX.format(options) + "exec:tsc.efi"],
                    after_linux)
        row(f"to the child; by a reset; Linux has {memory}, ms", child, reset)
    free, bare, ours, most, worst = run(
        opt, {"kload.efi": "kload"}, ["kload.efi", LINUX.format("") + "load:speed.efi"],
        loading)
    row("FreePages() of 512 MiB, bare application, ms", free)
    row("load an image of 60 MiB, ms", ours, bare)
    print(f"{'p99.9 timer latency meanwhile, us':52}{most:12}")
    print(f"{'worst timer latency meanwhile, us':52}{worst:12}", flush=True)
