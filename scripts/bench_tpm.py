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


def run(opt, kernel, options, bare):
    """Boot once. Returns the TSC cycles of each measurement."""
    with tempfile.TemporaryDirectory() as tmp, swtpm(tmp, "tpm-crb") as tpm:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
            "tpmspeed.efi": os.path.join(opt.build, "firmware", "tpmspeed.efi"),
            "startup.nsh": qemu.shell_script(
                "@echo -off", "fs0:", *["tpmspeed.efi"] * bare,
                f"bzImage initrd=\\initrd.img quiet {options} efi_mode_test=tpm-speed"),
        })
        with qemu.Machine(disk=disk, args=tpm.args) as m:
            m.start()
            m.expect("TEST END tpm-speed", 600)
            return [int(cycles) for cycles in
                    re.findall(r"TPMSPEED (\d+) cycles", m.text)]


def table(opt):
    """Print the table: microseconds per command. The TSC of QEMU has 1 GHz."""
    firmware, ours, native = [], [], []
    for _ in range(RUNS):
        alone, linux = run(opt, opt.kernel, "", True)
        firmware.append(alone)
        ours.append(linux)
        native += run(opt, opt.native, "console=ttyS0", False)
    median = [statistics.median(times) / COUNT / 1000
              for times in (ours, firmware, native)]
    ratio = statistics.median(a / b for a, b in zip(firmware, ours))
    print(f"\n{'TPM, us per command':52}{'ARCH=efi':>12}{'firmware':>12}{'native':>12}"
          "   firmware / ARCH=efi")
    print(f"{'GetRandom(), 32 bytes':52}{median[0]:12.1f}{median[1]:12.1f}"
          f"{median[2]:12.1f} {ratio:7.2f}", flush=True)
