# SPDX-License-Identifier: GPL-2.0-only
"""
Start the kernel under Secure Boot, with less memory, without EFI, and by GRUB
"""

import os
import re
import subprocess
import time

from lib import glyphs
from lib.machine import (BOOT, QUIET, START, boot_with, files, guest_tests,
                         machine, note_programs, program)
from lib.registry import test

KEYS = "/usr/share/ovmf/PkKek-1-snakeoil"
CODE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"


def sign(folder, source):
    """Sign a copy of the EFI image at @source with the key that VARIABLES trusts"""
    key = os.path.join(folder, "key.pem")
    out = os.path.join(folder, os.path.basename(source) + ".signed")
    subprocess.run(["openssl", "pkey", "-in", KEYS + ".key", "-passin",
                    "pass:snakeoil", "-out", key], check=True)
    subprocess.run(["sbsign", "--key", key, "--cert", KEYS + ".pem",
                    "--output", out, source], check=True, capture_output=True)
    return out


@test("boot", beside=True, guest=("lockdown",), efi=("starter",))
def lockdown(opt, results):
    """Under Secure Boot, a signed kernel is locked down and an unsigned one is refused"""
    content = files(opt)
    options = ("bzImage initrd=\\initrd.img efi_mode.bs_variables=1 "
               f"{QUIET}lockdown")
    note_programs(opt, "starter", options)
    content["cmdline.txt"] = options.encode()
    content["unsigned.efi"] = content["bzImage"]
    for name, source in (("bzImage", content["bzImage"]),
                         ("EFI/BOOT/BOOTX64.EFI", program(opt, "starter"))):
        content[name] = sign(opt.tmp, source)
    with machine(opt, results, "secure boot", content, firmware=CODE,
                 variables=VARIABLES, secure=True) as m:
        end = m.expect(r"UNSIGNED ([0-9A-Fa-f]+)", 2 * START)
        # EFI_SECURITY_VIOLATION or EFI_ACCESS_DENIED
        results.add(int(end[1], 16) & 0xff in (26, 15),
                    "secure boot: an unsigned kernel is refused", end[0])
        guest_tests(m, results, "secure boot", ("lockdown",))
        results.add("Secure Boot is on: the kernel is locked down" in m.text,
                    "secure boot: the log says that the kernel is locked down")
        results.add("so bs_variables=1 is ignored" in m.text,
                    "secure boot: bs_variables=1 is ignored")


@test("boot", beside=True, guest=("limit", "kexec"))
def memory_limit(opt, results):
    """mem= limits the memory of Linux; a limit above the size of the RAM has no effect"""
    boot_with(opt, results, "mem=300M", (), ("limit:300", "kexec"),
              options="mem=300M")
    with machine(opt, results, "mem=64G",
                 files(opt, f"bzImage initrd=\\initrd.img mem=64G {QUIET}")) as m:
        found = m.expect(r"Memory: \d+K/(\d+)K available", START + BOOT)
        results.add(int(found[1]) > 600 << 10, "mem=64G: no effect",
                    found[0])


def vga_text(m):
    """Return the characters on a VGA text screen, without their attributes"""
    path = os.path.join(m.dir, "vga")
    m.command_qmp("pmemsave", val=0xb8000, size=80 * 25 * 2, filename=path)
    with open(path, "rb") as f:
        return f.read()[::2].decode("cp437")


@test("boot", beside=True)
def no_efi(opt, results):
    """Started by a BIOS, the kernel prints that it needs EFI, on screen and serial port"""
    image = os.path.join(opt.objects, "arch/efi/boot/bzImage")
    with machine(opt, results, "no EFI", None, firmware=None,
                 args=["-kernel", image]) as m:
        found = m.expect(r"This kernel is an EFI application: ([^\r\n]*)", START)
        results.add(re.search("UEFI shell", found[1]),
                    "no EFI: message on the serial port", found[0])
        text = vga_text(m)
        results.add(found[0] in text, "no EFI: message on the screen", text)


GRUB = "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"


@test("boot", beside=True)
def grub(opt, results):
    """GRUB starts the kernel by "chainloader"; with "linux" the kernel prints an error

    Without Secure Boot, the command "linux" of GRUB 2.06 does not use the EFI stub. It
    exits boot services and enters the kernel by the x86 boot protocol.
    """
    content = files(opt)
    content["EFI/BOOT/BOOTX64.EFI"] = GRUB
    content["EFI/debian/grub.cfg"] = (
        "chainloader /bzImage initrd=\\\\initrd.img efi_mode.reserve=none\nboot\n"
        "linux /bzImage\ninitrd /initrd.img\nboot\n").encode()
    with machine(opt, results, "GRUB", content) as m:
        m.expect(r"efi_mode\.reserve=none is not a size", START)
        results.add(True, "GRUB: chainloader starts the kernel, and GRUB continues after it")
        found = m.expect(r"This kernel is an EFI application: [^\r\n]*", START)
        results.add(re.search("UEFI shell", found[0]),
                    "GRUB: message on the serial port", found[0])
        screen = os.path.join(m.dir, "screen.ppm")
        font = glyphs.read_font(opt.tree)
        m.expect(r"\n", START)
        time.sleep(1)
        m.command_qmp("screendump", filename=screen)
        with open(screen, "rb") as f:
            picture = glyphs.Picture(f.read())
        line, _ = glyphs.read_line(picture, font, 0)
        # The screen shows control characters as glyphs. read_line() strips some of them, such
        # as CR, so check that the two cells behind the text are empty.
        behind = picture.colours(len(line) * glyphs.WIDTH, 0, 2 * glyphs.WIDTH,
                                 glyphs.HEIGHT)
        results.add(line == found[0].rstrip() and behind == 1,
                    "GRUB: only this message on the screen", f"{line} {behind}")
