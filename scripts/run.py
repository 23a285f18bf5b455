#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Boot the kernel in QEMU, for a person at the terminal: make run

The firmware starts its shell, the shell runs startup.nsh, and that starts the
kernel.  Ctrl-A X leaves.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu  # noqa: E402


# systemd.io/DISCOVERABLE_PARTITIONS
ROOT_TYPE = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
LINUX_TYPES = (ROOT_TYPE, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "83")


def root_partition(path):
    """The PARTUUID of the root file system in the image of a disk, or None"""
    answer = subprocess.run(["sfdisk", "--json", path], check=False,
                            capture_output=True, text=True)
    if answer.returncode:
        return None
    table = json.loads(answer.stdout)["partitiontable"]
    for kind in LINUX_TYPES:
        for n, partition in enumerate(table.get("partitions", ()), 1):
            if partition["type"] == kind:
                # An MBR has a number for all of them
                return (partition.get("uuid") or
                        f"{int(table['id'], 16):08x}-{n:02x}").lower()
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--initrd")
    parser.add_argument("--root", help="image of a disk with a Linux system")
    parser.add_argument("--memory", default="1G")
    parser.add_argument("--append", default="")
    parser.add_argument("--display", default="none")
    parser.add_argument("--firmware", default=qemu.OVMF_CODE)
    parser.add_argument("--vars", default=qemu.OVMF_VARS)
    parser.add_argument("--qemu-args", default="")
    opt = parser.parse_args()

    if not opt.initrd and not opt.root:
        parser.error("one of --initrd and --root is wanted")
    for path in (opt.kernel, opt.initrd, opt.root, opt.firmware, opt.vars):
        if path and not os.path.exists(path):
            parser.error(f"{path} does not exist")

    options, args, initrd = opt.append, opt.qemu_args.split(), {}
    if opt.initrd:
        initrd["initrd.img"] = opt.initrd
        options = "initrd=\\initrd.img " + options
    if opt.root:
        # Firmware connects what it could boot from, and nothing else
        args += ["-drive", f"if=none,id=root,format=raw,file={opt.root}",
                 "-device", "virtio-blk-pci,drive=root,bootindex=2"]
        if "root=" not in options:
            partition = root_partition(opt.root)
            if not partition:
                parser.error(f"{opt.root} has no partition table with a Linux "
                             "file system: say root= in APPEND")
            options = f"root=PARTUUID={partition} rw " + options

    with tempfile.TemporaryDirectory(prefix="efi-mode-") as tmp:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": opt.kernel, **initrd,
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:",
                                             f"bzImage {options}"),
        })
        print("Ctrl-A X leaves. The firmware's shell waits 5 seconds before it starts the kernel.")
        sys.stdout.flush()
        machine = qemu.Machine(disk=disk, memory=opt.memory,
                               firmware=opt.firmware, variables=opt.vars,
                               display=opt.display, serial="stdio",
                               args=args)
        with machine:
            return subprocess.run(machine.command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
