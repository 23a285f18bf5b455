# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of systems whose root file system is on a firmware disk
"""

import os
import re
import shutil
import subprocess
import tempfile

import qemu
import run
from lib.debian import (LOGIN, PATIENCE, ROOT_OFFSET, add_file, boot_and_log_in, boot_line,
                        copy_root, disk, log_in, shell)
from lib.gpt import MIB, gpt_disk
from lib.machine import BOOT, START, TEST, clean, machine, take_results
from lib.registry import TOP, test
from disk.load import CONTROLLERS, attach
from lib.screens import Screens

GUIDE = "Documentation/efi-mode/user-guide.rst"

# For each disk: its size in MiB, by which the guest finds it, and more options for QEMU
DISKS = {
    "virtio-scsi": (257, ""),
    "nvme": (258, ""),
    "virtio-blk": (259, ""),
    "ahci": (260, ""),
    "usb": (261, ""),
    "virtio-blk-4k": (262, ",logical_block_size=4096,physical_block_size=4096"),
    "virtio-blk-large": (3 << 20, ""),
}


def disk_args(tmp, disks):
    args = CONTROLLERS[:]
    for kind, (mib, options) in disks.items():
        path = os.path.join(tmp, f"{mib}.img")
        with open(path, "wb") as f:
            f.truncate(mib << 20)
        args += ["-drive", f"if=none,id=d{mib},format=raw,file={path}"]
        args += attach(re.sub("-(4k|large)$", "", kind), f"d{mib}")
        args[-1] += options
    return args


def judge_image(results, name, path):
    """Check that the file system is consistent and was unmounted"""
    where = f"{path}?offset={ROOT_OFFSET}"
    said = subprocess.run(["e2fsck", "-f", "-n", where], check=False,
                          capture_output=True, text=True)
    results.add(not said.returncode, f"{name}: e2fsck", said.stdout)
    said = subprocess.run(["dumpe2fs", "-h", where], check=False,
                          capture_output=True, text=True).stdout
    results.add("needs_recovery" not in said and
                re.search(r"^Filesystem state: +clean$", said, re.M),
                f"{name}: the journal is empty", said)


# The init of a root file system that has nothing but busybox
INIT = b"""#!/bin/busybox sh
busybox mount -t proc proc /proc
echo "ROOT $(busybox grep ' / ' /proc/mounts)"
echo "from Linux" > /written
busybox mount -o remount,ro /
busybox poweroff -f
"""


def root_image(tmp):
    """Make a disk image whose only partition has a root file system with busybox and INIT"""
    path, root = os.path.join(tmp, "root.img"), os.path.join(tmp, "root")
    for folder in ("bin", "dev", "proc", "sbin"):
        os.makedirs(os.path.join(root, folder))
    shutil.copy("/bin/busybox", os.path.join(root, "bin"))
    with open(os.path.join(root, "sbin", "init"), "wb") as f:
        f.write(INIT)
    os.chmod(f.name, 0o755)
    with open(path, "wb") as f:
        f.truncate(66 << 20)
    subprocess.run(["sfdisk", "--quiet", path], check=True, input=b"label: gpt\n"
                   b"start=1MiB, size=64MiB, type=" + run.ROOT_TYPE.encode())
    subprocess.run(["mkfs.ext4", "-q", "-E", f"offset={1 << 20}", "-d", root,
                    path, "64M"], check=True)
    return path


@test("system", beside=True)
def root_disk(opt, results):
    """The kernel mounts its root file system on a firmware disk, without an initramfs"""
    name = "root-disk"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        root = root_image(tmp)
        content = {
            "bzImage": opt.kernel,
            "startup.nsh": qemu.shell_script(
                "@echo -off", "fs0:", "bzImage efi_mode.connect=1 "
                f"root=PARTUUID={run.root_partition(root)} rw"),
        }
        args = ["-drive", f"if=none,id=root,format=raw,file={root}",
                "-device", "virtio-blk-pci,drive=root"]
        with machine(opt, results, name, content, args=args) as m:
            mounted = m.expect(r"^ROOT (.*?)\s*$", START + BOOT)[1]
            results.add(mounted.startswith("/dev/root / ext4 rw"),
                        f"{name}: the root file system is mounted", mounted)
            results.add(m.wait_end(60), f"{name}: power-off")
            clean(m, results, name)
        judge_image(results, name, root)
        said = subprocess.run(["debugfs", "-R", "cat /written",
                               f"{root}?offset={1 << 20}"], check=False,
                              capture_output=True, text=True).stdout
        results.add(said == "from Linux\n", f"{name}: the disk has what Linux wrote",
                    said)


@test("system", long=True, beside=True, needs=("root-image",))
def debian(opt, results):
    """A Debian system boots from a firmware disk, uses other disks, and powers off"""
    name = "debian"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        root = copy_root(opt, tmp)
        args = [*disk("root", root), *disk_args(tmp, DISKS)]
        content = {
            "bzImage": opt.kernel,
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", boot_line(root)),
        }
        with machine(opt, results, name, content, args=args) as m:
            m.expect(LOGIN, START + PATIENCE)
            results.add(True, f"{name}: a login prompt on the serial port")
            wrong = Screens(opt, m).wait_text(LOGIN)
            results.add(not wrong, f"{name}: a login prompt on the screen", wrong)
            log_in(m)
            said = shell(m, "systemctl is-system-running --wait", PATIENCE)
            results.add("running" in said, f"{name}: all units have started",
                        said + shell(m, "systemctl --failed"))
            text = shell(m, f"/tests/pass-through {DISKS['virtio-scsi'][0]} "
                         "efi-mode; echo", TEST)
            take_results(results, f"{name}: pass-through", text)
            text = shell(m, f"/tests/connect {DISKS['usb'][0]}; echo", TEST)
            take_results(results, f"{name}: connect", text)
            disks = " ".join(f"{kind}={mib}" for kind, (mib, _) in DISKS.items())
            text = shell(m, f"/tests/links {disks}; echo", TEST)
            take_results(results, f"{name}: links", text)
            text = shell(m, f"/tests/load {disks}; echo", 2 * TEST)
            take_results(results, f"{name}: load", text)
            m.send("poweroff\r")
            results.add(m.wait_end(PATIENCE), f"{name}: power-off by systemd")
            clean(m, results, name)
            results.add("I/O error" not in m.text,
                        f"{name}: no I/O error in the log")
        judge_image(results, name, root)


# For each disk: its size in MiB, by which the guest finds it, and more options for QEMU
STORAGE = {
    "nvme": (265, ""),
    "ahci": (266, ",serial=A 1,model=Model of SATA,ver=1.5,wwn=0x5000c50015ea71aa"),
    "virtio-scsi": (267, ",serial=S1,vendor=Acme,product=Model of SCSI,ver=2.7,"
                         "wwn=0x5000c50015ea71bb"),
    "virtio-blk": (268, ""),
    "usb": (269, ""),
}

# Expected output of lsblk, the bus in udev, and links in /dev/disk/by-id
IDENTITIES = {
    "nvme": (r'SERIAL="efi-mode-0" MODEL="QEMU NVMe Ctrl" REV="[^"]+" '
             r'WWN="nvme\.1b36-[0-9a-f]+-[0-9a-f]+-00000001"', "nvme",
             ["nvme-QEMU_NVMe_Ctrl_efi-mode-0", "nvme-nvme.1b36-"]),
    "ahci": (r'SERIAL="A 1" MODEL="Model of SATA" REV="1\.5" WWN="0x5000c50015ea71aa"',
             "ata", ["ata-Model_of_SATA_A_1", "wwn-0x5000c50015ea71aa"]),
    "virtio-scsi": (r'SERIAL="S1" MODEL="Model of SCSI" REV="2\.7" '
                    r'WWN="0x5000c50015ea71bb"', "scsi",
                    ["scsi-Acme_Model_of_SCSI_S1", "wwn-0x5000c50015ea71bb"]),
    "virtio-blk": (r'SERIAL="" MODEL="" REV="" WWN=""', "", []),
    "usb": (r'SERIAL="" MODEL="" REV="" WWN=""', "usb", []),
}


def judge_identities(m, results, name):
    """Check that lsblk and udev know the disks"""
    text = shell(m, "lsblk -d -b -P -o SIZE,SERIAL,MODEL,REV,WWN,KNAME")
    for kind, (mib, _) in STORAGE.items():
        line, bus, links = IDENTITIES[kind]
        found = re.search(rf'^SIZE="{mib << 20}" {line} KNAME="(\w+)"', text, re.M)
        results.add(found, f"{name}: lsblk knows the {kind} disk", text)
        if not found:
            continue
        said = shell(m, f"udevadm info -q property /dev/{found[1]}")
        results.add(re.search(r"^ID_BUS=(.*?)\r?$", said + "\nID_BUS=\n", re.M)[1] == bus,
                    f"{name}: udev knows the bus of the {kind} disk", said)
        by_id = re.findall(r"/dev/disk/by-id/(\S+)", said)
        results.add(len(by_id) == len(links) and
                    all(any(have.startswith(link) for have in by_id) for link in links),
                    f"{name}: the {kind} disk has its links in by-id", said)


@test("system", long=True, beside=True, needs=("root-image",))
def storage(opt, results):
    """
    lsblk and udev know the disks, and Debian's tools for booting, encryption, RAID, volumes
    and file systems work on them
    """
    name = "storage"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        root = copy_root(opt, tmp)
        args = [*disk("root", root), *disk_args(tmp, STORAGE)]
        content = {
            "bzImage": opt.kernel,
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", boot_line(root)),
        }
        with machine(opt, results, name, content, args=args) as m:
            boot_and_log_in(m)
            judge_identities(m, results, name)
            sizes = " ".join(str(mib) for mib, _ in list(STORAGE.values())[:4])
            text = shell(m, f"/tests/boot-tools {sizes.split()[0]}; echo", TEST)
            take_results(results, f"{name}: boot tools", text)
            text = shell(m, f"/tests/storage {sizes}; echo", 4 * TEST)
            take_results(results, name, text)
            m.send("poweroff\r")
            results.add(m.wait_end(PATIENCE), f"{name}: power-off by systemd")
            clean(m, results, name)


def recipe(uuid):
    """
    Return the udev rule and the line of /etc/fstab with which the user guide mounts the EFI
    system partition, for a file system with @uuid
    """
    with open(os.path.join(TOP, GUIDE), encoding="utf-8") as f:
        guide = f.read()
    rule = re.search(r'^\t(ACTION==.*ENV\{ID_FS_UUID\}=="(.*?)".*)$', guide, re.M)
    line = re.search(rf"^\t(UUID={rule[2]} /boot/efi .*)$", guide, re.M)
    return [text.replace(rule[2], uuid) + "\n" for text in (rule[1], line[1])]


def system_partition(tmp, content):
    """Make a disk with an EFI system partition. Return its path and the UUID of the volume."""
    volume = os.path.join(tmp, "volume.img")
    qemu.fat_image(volume, content)
    uuid = subprocess.run(["blkid", "-p", "-o", "value", "-s", "UUID", volume], check=True,
                          capture_output=True, text=True).stdout.strip()
    path = os.path.join(tmp, "system.img")
    with open(volume, "rb") as f:
        gpt_disk(path, f.read(), os.path.getsize(volume) + 2 * MIB)
    return path, uuid


# In the boot sector of FAT32. Linux sets the lowest bit while it may write.
FAT_STATE = 0x41


def judge_system_partition(results, name, path):
    """Check that a disk has the file that Linux wrote, and that Linux has unmounted it"""
    said = subprocess.run(["mtype", "-i", f"{path}@@{MIB}", "::/with"], check=False,
                          capture_output=True, text=True)
    results.add(said.stdout == "from Linux\n", f"{name}: the partition has what Linux wrote",
                said.stdout + said.stderr)
    with open(path, "rb") as f:
        f.seek(MIB + FAT_STATE)
        results.add(not f.read(1)[0] & 1, f"{name}: the file system was unmounted")


@test("system", long=True, beside=True, needs=("root-image",))
def esp_recipe(opt, results):
    """
    With the user guide's udev rule, systemd mounts the EFI system partition read-write

    Without the rule, it is mounted read-only. The kernel is on the same partition, as on an
    installed system.
    """
    name = "esp-recipe"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        root = copy_root(opt, tmp)
        esp, uuid = system_partition(tmp, {
            "bzImage": opt.kernel,
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", boot_line(root)),
        })
        for path, text in zip(("/root/90-efi-claim.rules", "/etc/fstab"), recipe(uuid)):
            source = os.path.join(tmp, "file")
            with open(source, "w", encoding="utf-8") as f:
                f.write(text)
            add_file(root, path, source)
        args = [*disk("esp", esp), *disk("root", root)]
        with machine(opt, results, name, None, args=args) as m:
            boot_and_log_in(m)
            said = shell(m, "findmnt -n -o OPTIONS /boot/efi")
            results.add(re.search(r"\bro,", said), f"{name}: without the rule: read-only", said)
            said = shell(m, "touch /boot/efi/without && echo written")
            results.add("Read-only file system" in said,
                        f"{name}: without the rule: no file can be written", said)
            shell(m, "cp /root/90-efi-claim.rules /etc/udev/rules.d")
            m.send("reboot\r")

            boot_and_log_in(m)
            said = shell(m, "systemctl is-system-running --wait", PATIENCE)
            results.add("running" in said, f"{name}: all units have started",
                        said + shell(m, "systemctl --failed"))
            said = shell(m, "findmnt -n -o OPTIONS /boot/efi")
            results.add(re.search(r"\brw,", said), f"{name}: read-write", said)
            shell(m, "echo from Linux > /boot/efi/with")
            m.send("poweroff\r")
            results.add(m.wait_end(PATIENCE), f"{name}: power-off")
            clean(m, results, name)
        judge_system_partition(results, name, esp)
