# SPDX-License-Identifier: GPL-2.0-only
"""
Tests on the second firmware: OVMF of another Debian release, as
scripts/second-firmware.sh fetches it
"""

import os

import qemu
from exit.host import cycles
from lib import volume
from lib.machine import SWITCHING, boot
from lib.registry import test


def path(opt, name):
    """The path of a file of the package"""
    return os.path.join(opt.build, "second-firmware", name)


@test("firmware", beside=True, long=True,
      guest=("boot", "life", "preempt", "switch"), efi=("driver",),
      needs=("tests-initrd", "second-firmware"))
def second_firmware(opt, results):
    """OVMF 2025.02, which ends interrupts in another order"""
    boot(opt, results, "OVMF 2025.02", ("boot", *SWITCHING), driver=True,
         firmware=path(opt, "OVMF_CODE_4M.fd"),
         variables=path(opt, "OVMF_VARS_4M.fd"))


def protected(opt, results, name, count):
    """A firmware that protects memory. It has no shell."""
    cycles(opt, results, name, count,
           extra={"EFI/BOOT/BOOTX64.EFI": volume.shell(qemu.OVMF_CODE)},
           firmware=path(opt, "OVMF_CODE_4M.secboot.strictnx.fd"),
           secure=True, variables=path(opt, "OVMF_VARS_4M.fd"))


@test("firmware", long=True, guest=("leave",),
      efi=("driver", "settings", "selfcheck", "tsc"),
      needs=("tests-initrd", "second-firmware"))
def strict_nx(opt, results):
    """Returns to a firmware that protects its memory"""
    protected(opt, results, "strict-nx", 10)


@test("firmware", long=True, guest=("leave",),
      efi=("driver", "settings", "selfcheck", "tsc"),
      needs=("tests-initrd", "second-firmware"))
def strict_nx_long(opt, results):
    """A hundred returns to a firmware that protects its memory"""
    protected(opt, results, "strict-nx-long", 100)
