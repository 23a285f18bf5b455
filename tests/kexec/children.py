# SPDX-License-Identifier: GPL-2.0-only
"""
kexec: kernels, boot loaders and other EFI applications of Debian as children

Each is started by Linux with a TPM. Before the load and after it, the event log must
replay to the PCRs, and in the kernels that are started last, too.
"""

import os
import shutil
import re
import tempfile
import time

import qemu
from exit import host as exits
from kexec.esp import (ARCHIVES, application, child_machine, debian_kernel, esp_machine,
                       linux_child, started, unified_kernel)
from lib import machine as boots
from lib import glyphs, volume
from lib.machine import BOOT, START
from lib.registry import test
from tpm.swtpm import swtpm

NEEDS = ("tests-initrd", "runtime-initrd", "debian-kernel", "efi-applications")
PARENT = ("kexec-child",)
LINUX_CHILD = (*PARENT, "kexec-measured")

# The test of a kernel that is started last, and its command line
MEASURED = "kexec-measured:debian:child=last"
OPTIONS = f"console=ttyS0 child=last efi_mode_test={MEASURED}"


def kernel_files(opt):
    """Return the kernel of Debian for the EFI system partition"""
    return {"vmlinuz": debian_kernel(opt)}


def last_kernel(opt, m, results, name, pcr4=None):
    """Check the kernel of Debian that the child has started"""
    boots.note_programs(opt, OPTIONS)
    linux_child(m, results, name, (MEASURED,), pcr4)


def start_debian(opt, results, name, **kwargs):
    """Start Debian's kernel, and check it"""
    words = OPTIONS.replace(boots.QUIET, "then=").replace(":", "+").split()
    with child_machine(opt, results, name, "vmlinuz", "initrd.img", words,
                       kernel_files(opt), **kwargs) as m:
        pcr4 = started(m, results, f"{name}: kexec")
        last_kernel(opt, m, results, name, pcr4)


@test("kexec", long=True, beside=True, guest=LINUX_CHILD, needs=NEEDS)
def kexec_child_debian(opt, results):
    """Debian's kernel, with its event log"""
    start_debian(opt, results, "kexec-child-debian")


@test("kexec", long=True, beside=True, guest=LINUX_CHILD, needs=NEEDS)
def kexec_child_uki(opt, results):
    """A unified kernel image made with systemd-stub"""
    name = "kexec-child-uki"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        sections = {".osrel": b'ID=child\nPRETTY_NAME="A child"\n', ".cmdline": OPTIONS.encode(),
                    ".linux": debian_kernel(opt),
                    ".initrd": qemu.joined(opt.objects, "initrd", *ARCHIVES)}
        for section, source in sections.items():
            if isinstance(source, bytes):
                sections[section] = os.path.join(tmp, section[1:])
                with open(sections[section], "wb") as f:
                    f.write(source)
        image = os.path.join(tmp, "uki.efi")
        unified_kernel(image, application(opt, "stub"), sections)
        with child_machine(opt, results, name, "uki.efi", extra={"uki.efi": image}) as m:
            started(m, results, f"{name}: kexec")
            last_kernel(opt, m, results, name)


GRUB = "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"
# The same if the EFI stub of the kernel has not run
JUMPED = MEASURED + ":jumped"


def grub_files(opt, *commands):
    """Return GRUB for the EFI system partition, with a menu of one kernel"""
    menu = 'set timeout=3\nmenuentry "the kernel of the child" {\n\t' + \
        "\n\t".join(commands) + "\n}\n"
    return kernel_files(opt) | {"EFI/debian/grubx64.efi": GRUB,
                                "EFI/debian/grub.cfg": menu.encode()}


def grub_menu(m, results, name):
    m.expect(r"GNU GRUB +version", START)
    m.expect(r"the kernel of the child", START)
    results.add(True, f"{name}: the menu")


def start_grub(opt, results, name, **kwargs):
    """Start GRUB, and check the kernel that it starts"""
    # GRUB takes a backslash for the beginning of an escape sequence
    extra = grub_files(opt, f"chainloader /vmlinuz initrd=\\\\initrd.img {OPTIONS}")
    with child_machine(opt, results, name, "EFI/debian/grubx64.efi", extra=extra, **kwargs) as m:
        started(m, results, f"{name}: kexec")
        grub_menu(m, results, name)
        last_kernel(opt, m, results, name)


def jumped(m, results, name):
    """Check the kernel to which GRUB has jumped. Return PCR 8."""
    grub_menu(m, results, name)
    linux_child(m, results, name, (JUMPED,))
    m.position = 0
    return m.expect(r"CHILD PCR8 (\w+)", 1)[1]


def start_grub_linux(opt, results, name):
    """
    Start a kernel by the command "linux" of GRUB, by kexec and without it

    Without Secure Boot, Debian's GRUB jumps over the EFI stub of the kernel, which then has
    no event log. GRUB itself measures its commands into PCR 8.
    """
    options = OPTIONS.replace(MEASURED, JUMPED)
    boots.note_programs(opt, options)
    extra = grub_files(opt, f"linux /vmlinuz {options}", "initrd /initrd.img")
    pcr8 = []
    with child_machine(opt, results, name, "EFI/debian/grubx64.efi", extra=extra) as m:
        started(m, results, f"{name}: kexec")
        pcr8.append(jumped(m, results, name))
    name += " without kexec"
    content = boots.files(opt, "EFI\\debian\\grubx64.efi", archives=ARCHIVES) | extra
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp, \
         swtpm(tmp, "tpm-crb") as tpm, \
         esp_machine(opt, results, name, content, args=tpm.args) as m:
        pcr8.append(jumped(m, results, name))
    results.add(len(set(pcr8)) == 1 and pcr8[0].strip("0"),
                f"{name}: GRUB measures the same commands", f"{pcr8}")


@test("kexec", long=True, beside=True, guest=LINUX_CHILD, needs=NEEDS)
def kexec_child_grub(opt, results):
    """GRUB, its menu, and a kernel that it starts in two ways"""
    start_grub(opt, results, "kexec-child-grub")
    start_grub_linux(opt, results, "kexec-child-grub linux")


LOADER_ENTRY = f"""title the kernel of the child
linux /vmlinuz
initrd /initrd.img
options {OPTIONS}
"""


def start_systemd_boot(opt, results, name, **kwargs):
    """Start systemd-boot, and check the kernel that it starts"""
    extra = kernel_files(opt) | {
        "EFI/systemd/systemd-bootx64.efi": application(opt, "systemd-boot"),
        "loader/loader.conf": b"timeout 3\ndefault child.conf\n",
        "loader/entries/child.conf": LOADER_ENTRY.encode()}
    with child_machine(opt, results, name, "EFI/systemd/systemd-bootx64.efi",
                       extra=extra, **kwargs) as m:
        started(m, results, f"{name}: kexec")
        m.expect(r"the kernel of the child", START)
        results.add(True, f"{name}: the menu")
        last_kernel(opt, m, results, name)


@test("kexec", long=True, beside=True, guest=LINUX_CHILD, needs=NEEDS)
def kexec_child_systemd_boot(opt, results):
    """systemd-boot, its menu, and a kernel that it starts"""
    start_systemd_boot(opt, results, "kexec-child-systemd-boot")


REFIND_MENU = f"""textonly true
timeout 3
scanfor manual
menuentry "the kernel of the child" {{
	loader /vmlinuz
	initrd /initrd.img
	options "{OPTIONS}"
}}
"""


@test("kexec", long=True, beside=True, guest=LINUX_CHILD, needs=NEEDS)
def kexec_child_refind(opt, results):
    """rEFInd, its menu, and a kernel that it starts"""
    name = "kexec-child-refind"
    extra = kernel_files(opt) | {
        "EFI/refind/refind_x64.efi": application(opt, "refind"),
        "EFI/refind/refind.conf": REFIND_MENU.encode()}
    with child_machine(opt, results, name, "EFI/refind/refind_x64.efi",
                       extra=extra) as m:
        started(m, results, f"{name}: kexec")
        m.expect(r"the kernel of the child", START)
        results.add(True, f"{name}: the menu")
        last_kernel(opt, m, results, name)


IPXE = "/usr/lib/ipxe/ipxe.efi"


@test("kexec", long=True, beside=True, guest=LINUX_CHILD, needs=NEEDS)
def kexec_child_ipxe(opt, results):
    """iPXE, which takes the network card for itself, and a kernel that it loads by TFTP"""
    name = "kexec-child-ipxe"
    folder = os.path.join(opt.tmp, "tftp")
    os.mkdir(folder)
    shutil.copy(debian_kernel(opt), folder)
    with open(os.path.join(folder, "initrd.img"), "wb") as f:
        f.write(qemu.joined(opt.objects, "initrd", *ARCHIVES))
    with open(os.path.join(folder, "boot.ipxe"), "w", encoding="utf-8") as f:
        f.write(f"#!ipxe\nkernel vmlinuz initrd=initrd.img {OPTIONS}\n"
                "initrd initrd.img\nboot\n")
    args = ["-netdev", f"user,id=net,tftp={folder},bootfile=boot.ipxe",
            "-device", "virtio-net-pci,netdev=net,romfile="]
    # Otherwise the firmware boots from the network before it starts its shell
    extra = {"ipxe.efi": IPXE, "EFI/BOOT/BOOTX64.EFI": volume.shell(qemu.OVMF_CODE)}
    with child_machine(opt, results, name, "ipxe.efi", extra=extra, args=args) as m:
        started(m, results, f"{name}: kexec")
        m.expect(r"iPXE 1\.", START)
        m.expect(r"Configuring .*net0.* ok", START)
        results.add(True, f"{name}: the network card works")
        last_kernel(opt, m, results, name)


@test("kexec", long=True, beside=True, guest=PARENT, needs=NEEDS)
def kexec_child_shell(opt, results):
    """The UEFI shell, which returns to the UEFI shell that has started Linux"""
    name = "kexec-child-shell"
    extra = {"shell.efi": volume.shell(qemu.OVMF_CODE)}
    words = ("shell.efi", "-nostartup", "-nomap")
    with child_machine(opt, results, name, "shell.efi", words=words, extra=extra,
                       script=("echo STATUS %lasterror%", "echo THE FIRST SHELL")) as m:
        started(m, results, f"{name}: kexec")
        m.expect(r"FS0:\\> ", START)
        m.send("echo second %uefishellversion%\r")
        m.expect(r"^second 2\.2", START)
        m.send("ls fs0:\\\r")
        m.expect(r"shell\.efi", START)
        results.add(True, f"{name}: the shell lists the disk")
        m.send("exit 9\r")
        found = exits.status_of(m, START)
        results.add(found == 9, f"{name}: the status of the child", f"{found}")
        m.expect(r"^THE FIRST SHELL", START)
        boots.clean(m, results, name)


# Columns and lines of the screen of memtest86+, which is in the middle of the picture
MEMTEST_COLUMNS, MEMTEST_LINES = 80, 25

# In seconds
MEMTEST_WAIT = 2


def memtest_screen(m, font):
    """Return the lines on the screen of memtest86+, or whatever is there instead"""
    path = os.path.join(m.dir, "screen.ppm")
    m.command_qmp("screendump", filename=path)
    with open(path, "rb") as f:
        picture = glyphs.Picture(f.read())
    left = max(0, picture.width - MEMTEST_COLUMNS * glyphs.WIDTH) // 2
    top = max(0, picture.height - MEMTEST_LINES * glyphs.HEIGHT) // 2
    return [glyphs.read_line(picture, font, top + i * glyphs.HEIGHT, left)[0]
            for i in range(min(MEMTEST_LINES, picture.height // glyphs.HEIGHT))]


def memtest_runs(opt, m):
    """
    Wait until memtest86+ has tested memory for some seconds

    Returns its title, the memory that it found and the errors, or None.
    """
    font = glyphs.read_font(opt.tree)
    end, seen = time.monotonic() + START + BOOT, set()
    while time.monotonic() < end:
        time.sleep(MEMTEST_WAIT)
        m.read()
        text = "\n".join(memtest_screen(m, font))
        title = re.match(r" *(Memtest86\+ v[\d.]+)", text)
        clock = re.search(r"Time: *(\d+:\d\d:\d\d)", text)
        memory = re.search(r"Memory *: *(\d+)MB", text)
        errors = re.search(r"Status: Testing.*\n.*Errors: *(\d+)", text)
        if title and clock and memory and errors:
            seen.add(clock[1])
            if len(seen) > 3:
                return title[1], int(memory[1]), int(errors[1])
    return None


@test("kexec", long=True, beside=True, guest=PARENT, needs=NEEDS)
def kexec_child_memtest(opt, results):
    """memtest86+, which tests the same memory as without Linux, as its screen says"""
    name = "kexec-child-memtest"
    program = {"memtest.efi": application(opt, "memtest")}
    content = program | {"startup.nsh": qemu.shell_script("fs0:", "memtest.efi")}
    with boots.machine(opt, results, f"{name}: without Linux", content) as m:
        wanted = memtest_runs(opt, m)
    results.add(wanted and wanted[2] == 0, f"{name}: without Linux", f"{wanted}")
    with child_machine(opt, results, name, "memtest.efi", extra=program) as m:
        started(m, results, f"{name}: kexec")
        found = memtest_runs(opt, m)
        results.add(found and found == wanted, f"{name}: the same as without Linux",
                    f"{found}, without Linux {wanted}")
