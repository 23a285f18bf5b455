# SPDX-License-Identifier: GPL-2.0-only
"""
kexec on OVMF 2025.02 and on U-Boot
"""

import tempfile

from firmware.host import UBOOT, UBootPrompt, path, uboot_disks
from kexec.children import LINUX_CHILD, start_grub, start_systemd_boot
from kexec.esp import ARCHIVES, debian_kernel
from kexec.predict import predict
from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import test

NEEDS = ("tests-initrd", "runtime-initrd", "debian-kernel")


def second(opt):
    """Return the arguments of a machine with OVMF 2025.02"""
    return {"firmware": path(opt, "OVMF_CODE_4M.fd"),
            "variables": path(opt, "OVMF_VARS_4M.fd")}


@test("kexec", long=True, beside=True, guest=("kexec-predict", "kexec-pcrs"),
      efi=("kchild",), needs=(*NEEDS, "second-firmware"))
def kexec_second_kernels(opt, results):
    """Debian's kernel and our own, with predicted PCRs, on OVMF 2025.02"""
    for image in "vmlinuz", "bzImage":
        predict(opt, results, f"kexec-second-kernels: {image}", image, "none",
                **second(opt))


@test("kexec", long=True, beside=True, guest=LINUX_CHILD,
      needs=(*NEEDS, "efi-applications", "second-firmware"))
def kexec_second_loaders(opt, results):
    """GRUB and systemd-boot, and kernels that they start, on OVMF 2025.02"""
    name = "kexec-second-loaders"
    start_grub(opt, results, f"{name}: GRUB", **second(opt))
    start_systemd_boot(opt, results, f"{name}: systemd-boot", **second(opt))


# Debian's kernel needs these options on U-Boot, whether Linux starts it or not. U-Boot sets up
# no MTRRs, and the kernel uses no memory that they do not cover. SetVirtualAddressMap() of
# U-Boot reads memory that the kernel does not map.
UBOOT_OPTIONS = ("disable_mtrr_trim", "efi=noruntime")


def stock_on_uboot(m, results, name):
    """Check the results of kexec-stock"""
    m.expect("TEST BEGIN kexec-stock", START + BOOT)
    begin = m.position
    end = m.expect(r"TEST END kexec-stock (\d+)", TEST)
    boots.take_results(results, name, m.text[begin:end.start()], end[1] == "0", end[1])


@test("kexec", long=True, beside=True, guest=("kexec-tools", "kexec-stock"), needs=NEEDS)
def kexec_uboot(opt, results):
    """U-Boot starts Debian's kernel, by itself and by kexec from Linux"""
    content = boots.files(opt, archives=ARCHIVES) | {"vmlinuz": debian_kernel(opt)}
    stock = f"{' '.join(UBOOT_OPTIONS)} console=ttyS0 {QUIET}kexec-stock"
    boots.note_programs(opt, stock)
    for what, image, options in (
            ("without Linux", "vmlinuz", stock),
            ("kexec", "bzImage", f"{QUIET}kexec-tools:{':'.join(UBOOT_OPTIONS)}")):
        name = f"kexec-uboot: {what}"
        with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
            _, _, args = uboot_disks(opt, tmp, content)
            with boots.machine(opt, results, name, None, bios=UBOOT, args=args) as m:
                prompt = UBootPrompt(opt, m)
                prompt.run("virtio scan")
                prompt.start(image, f"initrd=\\\\initrd.img {options}")
                if what == "kexec":
                    m.expect("TEST BEGIN kexec-tools", START + BOOT)
                    begin = m.position
                    end = m.expect(r"Starting new kernel|TEST END", TEST)
                    boots.take_results(results, f"{name}: load",
                                       m.text[begin:end.start()])
                stock_on_uboot(m, results, name)
