#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Print the figures: make bench

Time is counted in instructions (QEMU's icount, one to the nanosecond), so the
figures repeat. Each is given beside the same kernel built for ARCH=x86_64.
"""

import argparse
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu  # noqa: E402


def boot_ms(opt, kernel, append):
    """From the command in the UEFI shell to the first process"""
    with tempfile.TemporaryDirectory() as tmp:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": kernel,
            "initrd.img": os.path.join(opt.build, "initrd.img"),
            "tsc.efi": os.path.join(opt.build, "firmware", "tsc.efi"),
            "startup.nsh": qemu.shell_script(
                "@echo -off", "fs0:", "tsc.efi",
                f"bzImage initrd=\\initrd.img quiet {append} efi_mode_test=tsc"),
        })
        with qemu.Machine(disk=disk, icount=True) as m:
            m.start()
            # The countdown of the shell is a busy loop, and slow under icount
            m.expect("Press", 300)
            m.send("\r")
            start = m.expect(r"TSC (\d+)", 300)
            end = m.expect(r"TSC (\d+)", 600)
            return (int(end[1]) - int(start[1])) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--stock", required=True)
    opt = parser.parse_args()

    ours, stock = os.path.getsize(opt.kernel), os.path.getsize(opt.stock)
    print(f"{'':44} {'ARCH=efi':>10} {'stock':>10} {'ratio':>6}")
    print(f"{'bzImage, KiB':44} {ours / 1024:10.0f} {stock / 1024:10.0f} {ours / stock:6.2f}")
    ours = boot_ms(opt, opt.kernel, "")
    stock = boot_ms(opt, opt.stock, "console=ttyS0")
    print(f"{'command in the shell to /init, 1e6 instr.':44} {ours:10.0f} {stock:10.0f} {ours / stock:6.2f}")


if __name__ == "__main__":
    main()
