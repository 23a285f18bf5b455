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
import secure_boot  # noqa: E402
import varstore  # noqa: E402


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


def boot_option(options):
    """Return an EFI_LOAD_OPTION for shim, which starts the kernel with @options"""
    def wide(text):
        return (text + "\0").encode("utf-16-le")

    name = wide("\\shimx64.efi")
    path = (b"\4\4" + (4 + len(name)).to_bytes(2, "little") + name +
            b"\x7f\xff\4\0")
    return (b"\1\0\0\0" + len(path).to_bytes(2, "little") + wide("efi-mode") + path +
            wide(f"bzImage {options}"))


def secure_files(opt, tmp, options):
    """
    Sign shim and the kernel, and make a variable store in which the key is enrolled

    Return the files for the disk, and the path of the store.
    """
    os.makedirs(opt.secure_boot, exist_ok=True)
    key, certificate = ((opt.key, opt.cert) if opt.key else
                        secure_boot.make_key(opt.secure_boot, "efi-mode"))
    store = varstore.VariableStore(secure_boot.EMPTY if opt.vars == qemu.OVMF_VARS
                                   else opt.vars)
    secure_boot.enrol(store, certificate, [certificate], [certificate])
    attributes = varstore.NV | varstore.BS | varstore.RT
    store.add("Boot0000", varstore.GLOBAL, attributes, boot_option(options))
    store.add("BootOrder", varstore.GLOBAL, attributes, bytes(2))
    path = os.path.join(tmp, "vars.fd")
    store.save(path)
    return {name: secure_boot.sign(source, os.path.join(tmp, name), key, certificate)
            for name, source in (("bzImage", opt.kernel), ("shimx64.efi", opt.shim))}, path


def network(net):
    """
    Return QEMU's arguments for a network card, or None if @net is not valid

    With random numbers, the network stack of newer firmware works.
    """
    kind, _, name = net.partition(":")
    if net == "none":
        return []
    if net == "user":
        backend = "user,id=net0"
    elif kind == "tap" and name:
        backend = f"tap,id=net0,ifname={name},script=no,downscript=no"
    else:
        return None
    return ["-netdev", backend, "-device", "virtio-net-pci,netdev=net0,romfile=",
            "-device", "virtio-rng-pci"]


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
    parser.add_argument("--net", default="user", metavar="none|user|tap:NAME",
                        help="network card: user is a network of QEMU's own with DHCP; NAME "
                             "is a tap device of this machine")
    parser.add_argument("--qemu-args", default="")
    parser.add_argument("--secure-boot", metavar="FOLDER",
                        help="boot by shim under Secure Boot; the folder has the key")
    parser.add_argument("--shim")
    parser.add_argument("--key", help="sign with this key instead")
    parser.add_argument("--cert", help="its certificate")
    opt = parser.parse_args()

    if not opt.initrd and not opt.root:
        parser.error("--initrd or --root is required")
    if bool(opt.key) != bool(opt.cert):
        parser.error("a key and its certificate belong together: KEY= CERT=")
    for path in (opt.kernel, opt.initrd, opt.root, opt.firmware, opt.vars, opt.key,
                 opt.cert):
        if path and not os.path.exists(path):
            parser.error(f"{path} does not exist")

    card = network(opt.net)
    if card is None:
        parser.error(f"NET={opt.net}: not none, user or tap:NAME")
    options, args, initrd = opt.append, opt.qemu_args.split(), {}
    if card and "efi_mode.connect" not in options:
        # The firmware connects only the devices that it could boot from
        options = "efi_mode.connect=1 " + options
    args += card
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
        firmware, variables = opt.firmware, opt.vars
        if opt.secure_boot:
            if firmware == qemu.OVMF_CODE:
                firmware = secure_boot.CODE
            content, variables = secure_files(opt, tmp, options)
            print("Ctrl-A X ends QEMU.")
        else:
            content = {"bzImage": opt.kernel,
                       "startup.nsh": qemu.shell_script("@echo -off", "fs0:",
                                                        f"bzImage {options}")}
            print("Ctrl-A X ends QEMU. The UEFI shell waits 5 seconds before it starts the "
                  "kernel.")
        qemu.fat_image(disk, {**content, **initrd})
        sys.stdout.flush()
        machine = qemu.Machine(disk=disk, memory=opt.memory,
                               firmware=firmware, variables=variables,
                               secure=bool(opt.secure_boot),
                               display=opt.display, serial="stdio",
                               args=args)
        with machine:
            return subprocess.run(machine.command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
