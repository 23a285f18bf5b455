#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Boot the kernel in QEMU, for a person at the terminal: make run

The firmware starts its shell, the shell runs startup.nsh, and that starts the
kernel.  Ctrl-A X leaves.
"""

import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--initrd", required=True)
    parser.add_argument("--memory", default="1G")
    parser.add_argument("--append", default="")
    parser.add_argument("--display", default="none")
    parser.add_argument("--firmware", default=qemu.OVMF_CODE)
    parser.add_argument("--vars", default=qemu.OVMF_VARS)
    parser.add_argument("--qemu-args", default="")
    opt = parser.parse_args()

    for path in (opt.kernel, opt.initrd, opt.firmware, opt.vars):
        if not os.path.exists(path):
            parser.error(f"{path} does not exist")

    with tempfile.TemporaryDirectory(prefix="efi-mode-") as tmp:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": opt.kernel,
            "initrd.img": opt.initrd,
            "startup.nsh": qemu.shell_script(
                "@echo -off", "fs0:",
                f"bzImage initrd=\\initrd.img {opt.append}"),
        })
        print("Ctrl-A X leaves. The firmware's shell waits 5 seconds before it starts the kernel.")
        sys.stdout.flush()
        machine = qemu.Machine(disk=disk, memory=opt.memory,
                               firmware=opt.firmware, variables=opt.vars,
                               display=opt.display, serial="stdio",
                               args=opt.qemu_args.split())
        with machine:
            return subprocess.run(machine.command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
