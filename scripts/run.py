#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Boot the kernel in QEMU with the terminal as its console: make run

The firmware starts its shell. The shell runs startup.nsh, which starts the kernel.
Ctrl-A X ends QEMU.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu  # noqa: E402


# Partition types of a root file system: systemd.io/DISCOVERABLE_PARTITIONS
ROOT_TYPE = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
LINUX_TYPES = (ROOT_TYPE, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "83")


def root_partition(path):
    """Get the PARTUUID of the root file system in a disk image, or None"""
    answer = subprocess.run(["sfdisk", "--json", path], check=False,
                            capture_output=True, text=True)
    if answer.returncode:
        return None
    table = json.loads(answer.stdout)["partitiontable"]
    for kind in LINUX_TYPES:
        for n, partition in enumerate(table.get("partitions", ()), 1):
            if partition["type"] == kind:
                # A partition of an MBR has no UUID: Linux uses the ID of the disk
                return (partition.get("uuid") or
                        f"{int(table['id'], 16):08x}-{n:02x}").lower()
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--initrd")
    parser.add_argument("--root", help="raw disk image with a Linux system")
    parser.add_argument("--memory", default="1G")
    parser.add_argument("--append", default="")
    parser.add_argument("--display", default="none")
    parser.add_argument("--firmware", default=qemu.OVMF_CODE)
    parser.add_argument("--vars", default=qemu.OVMF_VARS)
    parser.add_argument("--qemu-args", default="")
    opt = parser.parse_args()

    if not opt.initrd and not opt.root:
        parser.error("--initrd or --root is required")
    for path in (opt.kernel, opt.initrd, opt.root, opt.firmware, opt.vars):
        if path and not os.path.exists(path):
            parser.error(f"{path} does not exist")

    options, args, initrd = opt.append, opt.qemu_args.split(), {}
    if opt.initrd:
        initrd["initrd.img"] = opt.initrd
        options = "initrd=\\initrd.img " + options
    if opt.root:
        # bootindex, because the firmware only connects disks that it could boot from
        args += ["-drive", f"if=none,id=root,format=raw,file={opt.root}",
                 "-device", "virtio-blk-pci,drive=root,bootindex=2"]
        if "root=" not in options:
            partition = root_partition(opt.root)
            if not partition:
                parser.error(f"{opt.root} has no partition table with a Linux "
                             "file system, so APPEND must contain root=")
            options = f"root=PARTUUID={partition} rw " + options

    with tempfile.TemporaryDirectory(prefix="efi-mode-") as tmp:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": opt.kernel, **initrd,
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:",
                                             f"bzImage {options}"),
        })
        print("Ctrl-A X ends QEMU. The UEFI shell waits 5 seconds before it starts the kernel.")
        sys.stdout.flush()
        machine = qemu.Machine(disk=disk, memory=opt.memory,
                               firmware=opt.firmware, variables=opt.vars,
                               display=opt.display, serial="stdio",
                               args=args)
        with machine:
            return subprocess.run(machine.command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
