# SPDX-License-Identifier: GPL-2.0-only
"""
kexec on OVMF 2025.02
"""

from firmware.host import path
from kexec.children import LINUX_CHILD, start_grub, start_systemd_boot
from kexec.predict import predict
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
