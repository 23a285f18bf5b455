# SPDX-License-Identifier: GPL-2.0-only
"""
kexec on OVMF 2025.02
"""

from firmware.host import path
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
