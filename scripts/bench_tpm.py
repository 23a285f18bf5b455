# SPDX-License-Identifier: GPL-2.0-only
"""
Measure the speed of TPM commands: Linux with the firmware's driver, the bare firmware, and
a kernel with its own driver for the TPM

All three send the same commands, one after the other. A TPM emulator outside of QEMU
answers them, so time is real time. The runs alternate, and the result is the median.
"""

import os
import re
import statistics
import sys
import tempfile

import qemu

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"))
from tpm.swtpm import swtpm  # noqa: E402

RUNS = 5
COUNT = 2000


def run(opt, kernel, options, tests, bare=False):
    """Boot once, and return the output"""
    with tempfile.TemporaryDirectory() as tmp, swtpm(tmp, "tpm-crb") as tpm:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
            "tpmspeed.efi": os.path.join(opt.build, "firmware", "tpmspeed.efi"),
            "startup.nsh": qemu.shell_script(
                "@echo -off", "fs0:", *["tpmspeed.efi"] * bare,
                f"bzImage initrd=\\initrd.img quiet {options} efi_mode_test={tests}"),
        })
        with qemu.Machine(disk=disk, args=tpm.args) as m:
            m.start()
            m.expect("TEST END tpm-speed", 600)
            return m.text


def commands(text, name="TPMSPEED"):
    """The TSC cycles per command, for each measurement @name in @text"""
    return [int(cycles) / COUNT for cycles in re.findall(rf"{name} (\d+) cycles", text)]


def row(what, ours=None, firmware=None, native=None, ratio=None):
    def number(values):
        return f"{statistics.median(values) / 1000:12.1f}" if values else f"{'':12}"

    print(f"{what:52}{number(ours)}{number(firmware)}{number(native)}"
          + (f" {ratio:7.2f}" if ratio else ""), flush=True)


def table(opt):
    """Print the table: thousands of TSC cycles. The TSC of QEMU is that of the host."""
    firmware, ours, native, imitated, empty = [], [], [], [], []
    for _ in range(RUNS):
        text = run(opt, opt.kernel, "", "cost,tpm-speed", bare=True)
        alone, linux = commands(text)
        firmware.append(alone)
        ours.append(linux)
        imitated += commands(text, "IMITATED")
        empty.append(int(re.search(r"ROUND TRIP (\d+)", text)[1]))
        native += commands(run(opt, opt.native, "console=ttyS0", "tpm-speed"))
    print(f"\n{'TPM, thousands of TSC cycles':52}{'ARCH=efi':>12}{'firmware':>12}"
          f"{'native':>12}   firmware / ARCH=efi")
    row("GetRandom(), 32 bytes", ours, firmware, native,
        statistics.median(a / b for a, b in zip(firmware, ours)))
    row("an empty call of the firmware, at least", empty)
    row("GetRandom() between imitated world switches", firmware=imitated)
