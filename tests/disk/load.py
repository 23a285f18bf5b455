# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of disks in use: a power cut, a power-off, errors, unbinding
"""

import os
import re
import subprocess
import tempfile

from lib.machine import (BOOT, QUIET, START, TEST, files, machine,
                         power_off, take_results)
from lib.registry import test

LINUX = "bzImage initrd=\\initrd.img"
# At boot the firmware connects only the devices that it boots from
CONNECT = "connect -r"

SCSI = ["-device", "virtio-scsi-pci,id=scsi"]
CONTROLLERS = [*SCSI, "-device",
               "ich9-ahci,id=ahci", "-device", "qemu-xhci,id=xhci"]
KINDS = {
    "virtio-blk": "virtio-blk-pci",
    "virtio-scsi": "scsi-hd,bus=scsi.0,scsi-id=0,lun={n}",
    "nvme": "nvme,serial=efi-mode-{n}",
    "ahci": "ide-hd,bus=ahci.{n}",
    "usb": "usb-storage,bus=xhci.0",
}

# Acknowledged records on each disk before the power is cut
ENOUGH = 150


def attach(kind, node, n=0):
    """QEMU's options for disk number @n of a kind, with the contents of a block node"""
    return ["-device", f"{KINDS[kind].format(n=n)},drive={node}"]


def ext4_image(path, mib):
    """
    Make a qcow2 image of an ext4 file system

    QEMU writes the tables of a qcow2 image, which say where the data are, only at a flush.
    Data that have not been flushed are therefore lost when QEMU is killed, like data in
    the volatile cache of a disk.
    """
    raw = path + ".raw"
    with open(raw, "wb") as f:
        f.truncate(mib << 20)
    for command in (["mkfs.ext4", "-q", raw],
                    ["qemu-img", "convert", "-O", "qcow2", raw, path]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    os.remove(raw)


def check_ext4(path):
    """Run e2fsck on an image whose journal has been replayed"""
    raw = path + ".raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", path, raw], check=True)
    said = subprocess.run(["e2fsck", "-f", "-n", raw], check=False,
                          capture_output=True, text=True)
    os.remove(raw)
    return said


@test("disk", beside=True, guest=("acks",))
def power_cut(opt, results):
    """
    After a power cut, all writes that fsync() acknowledged are on the disk

    The test kills QEMU while Linux writes files and calls fsync().
    """
    name = "power-cut"
    kinds = {71: "virtio-blk", 72: "nvme", 73: "virtio-scsi", 74: "ahci"}
    names = " ".join(map(str, kinds)).replace(" ", ":")
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        args = CONTROLLERS[:]
        for mib, kind in kinds.items():
            path = os.path.join(tmp, f"{mib}.qcow2")
            ext4_image(path, mib)
            args += ["-blockdev", f"driver=qcow2,node-name=d{mib},"
                     f"file.driver=file,file.filename={path}",
                     *attach(kind, f"d{mib}")]

        script = f"{LINUX} {QUIET}acks:write:{names}"
        acknowledged = {}
        with machine(opt, results, name, files(opt, CONNECT, script),
                     args=args) as m:
            m.expect("TEST BEGIN", START + BOOT)
            for mib in kinds:
                m.position = 0
                m.expect(rf"^ACK {mib} {ENOUGH}\s", TEST)
            m.process.kill()
            m.process.wait()
            while m.read():
                pass
            for mib, number in re.findall(r"^ACK (\d+) (\d+)\r?$", m.text, re.M):
                acknowledged[int(mib)] = int(number)

        script = f"{LINUX} {QUIET}acks:check:{names}"
        with machine(opt, results, name, files(opt, CONNECT, script),
                     args=args) as m:
            m.expect("TEST BEGIN", START + BOOT)
            for mib, kind in kinds.items():
                found = int(m.expect(rf"^FOUND {mib} (\d+)", TEST)[1])
                results.add(found > acknowledged[mib],
                            f"{name}: {kind}: all acknowledged records are there",
                            f"{acknowledged[mib] + 1} records, found {found}")
            # ext4 reports that it replays its journal
            power_off(m, results, name, expected=("INFO:",))
        for mib, kind in kinds.items():
            said = check_ext4(os.path.join(tmp, f"{mib}.qcow2"))
            results.add(not said.returncode, f"{name}: {kind}: e2fsck",
                        said.stdout + said.stderr)


# ATA commands
FLUSH_EXT = "0xea"
STANDBY = "0xe0"
WRITES = ("0x35", "0xca", "0xc5", "0x34", "0x30")


def is_flushed(commands, writes, flush):
    """Was the disk written, and was it flushed after the last write?"""
    last = max((i for i, c in enumerate(commands) if c in writes), default=None)
    return last is not None and flush in commands[last:]


@test("disk", beside=True)
def power_off_flush(opt, results):
    """Before a power-off Linux flushes the disks it wrote to, and puts SATA disks into standby"""
    name = "power-off-flush"
    with tempfile.TemporaryDirectory(dir=opt.build) as tmp:
        trace = os.path.join(tmp, "trace")
        args = ["-D", trace, "-trace", "ide_exec_cmd", "-trace", "pci_nvme_io_cmd"]
        for kind in ("ahci", "nvme"):
            path = os.path.join(tmp, kind)
            with open(path, "wb") as f:
                f.truncate(64 << 20)
            args += ["-device", "ich9-ahci,id=ahci"] if kind == "ahci" else []
            args += ["-blockdev", f"driver=raw,node-name={kind},"
                     f"file.driver=file,file.filename={path}", *attach(kind, kind)]
        with machine(opt, results, name, files(opt, CONNECT, LINUX),
                     args=args) as m:
            m.expect(r"/ # $", START + BOOT)
            m.send("for d in /dev/efida*; do dd if=/dev/zero of=$d bs=4k seek=1000 "
                   "count=1; done 2> /dev/null; echo written $?\r")
            m.expect(r"^written 0", TEST)
            m.send("poweroff -f\r")
            power_off(m, results, name)
        with open(trace, encoding="utf-8") as f:
            text = f.read()
        ata = re.findall(r"ide_exec_cmd .*cmd (0x\w+)", text)
        results.add(is_flushed(ata, WRITES, FLUSH_EXT),
                    f"{name}: ahci: flushed after the last write", ata)
        results.add(ata[-1:] == [STANDBY], f"{name}: ahci: standby is the last command", ata)
        nvme = re.findall(r"pci_nvme_io_cmd .*opname '?(\w+)", text)
        results.add(is_flushed(nvme, ("NVME_NVM_CMD_WRITE",), "NVME_NVM_CMD_FLUSH"),
                    f"{name}: nvme: flushed after the last write", nvme)


# QEMU's names of the blkdebug event and of the kind of request
EVENTS = {
    "read": ("read_aio", "read"),
    "write": ("write_aio", "write"),
    "flush": ("flush_to_disk", "flush"),
}


def failing(node, path, what, once=False, sector=None):
    """QEMU's options for a block node whose reads, writes or flushes fail"""
    event, kind = EVENTS[what]
    return ["-blockdev",
            f"driver=raw,node-name={node},file.driver=blkdebug,"
            f"file.image.driver=file,file.image.filename={path},"
            f"file.inject-error.0.event={event},"
            f"file.inject-error.0.iotype={kind},file.inject-error.0.errno=5,"
            f"file.inject-error.0.once={'on' if once else 'off'}"
            + (f",file.inject-error.0.sector={sector}" if sector else "")]


@test("disk", beside=True, guest=("diskerrors",))
def disk_errors(opt, results):
    """
    A program gets an error if a read, a write or a flush of a disk fails

    Failing flushes are not tested on virtio-scsi: this firmware writes past the cache
    there, so the write fails already. AHCI is not tested because this firmware reports
    success for a failed command. USB is not tested because this firmware cannot use QEMU's
    USB disk any more after the first error.
    """
    name = "disk-errors"
    disks = [("read", "virtio-blk"), ("write", "virtio-blk"),
             ("read-once", "virtio-blk"), ("write-once", "virtio-blk"),
             ("flush", "virtio-blk"), ("flush-once", "virtio-blk"),
             ("read", "virtio-scsi"), ("write", "virtio-scsi"),
             ("read", "nvme"), ("write", "nvme"), ("flush", "nvme")]
    args, tests = CONTROLLERS[:], []
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        for mib, (what, kind) in enumerate(disks, 80):
            path = os.path.join(tmp, f"{mib}.img")
            with open(path, "wb") as f:
                f.truncate(mib << 20)
            args += failing(f"d{mib}", path, what.split("-")[0],
                            what.endswith("once"),
                            None if what.startswith("flush") else 2048)
            n = sum(other == kind for _, other in disks[:mib - 80])
            args += attach(kind, f"d{mib}", n)
            tests.append(f"{what}={mib}")
        script = f"{LINUX} {QUIET}diskerrors:{':'.join(tests)}"
        with machine(opt, results, name, files(opt, CONNECT, script),
                     args=args) as m:
            m.expect("TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"TEST END \S+ (\d+)", TEST)
            take_results(results, name, m.text[begin:end.start()],
                         end[1] == "0", end[1])
            power_off(m, results, name)


# Prints how often unbind and bind succeeded while the list of modes was read in a loop
REBIND = ("cd /sys/bus/efi/drivers/efi-disk; "
          "d=$(grep -lF 'Pci(0x8,0x0)' efi*/path | cut -d/ -f1); "
          "(while :; do cat /sys/kernel/debug/efi-mode/disk_modes; done) > /dev/null & "
          "n=0; for i in $(seq 50); do "
          "echo $d > unbind && echo $d > bind && n=$((n + 1)); done; echo rebound $n")


@test("disk", beside=True)
def disk_modes(opt, results):
    """A disk is unbound and bound while the list of disk modes is read"""
    name = "disk-modes"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        path = os.path.join(tmp, "disk.img")
        with open(path, "wb") as f:
            f.truncate(64 << 20)
        args = ["-drive", f"if=none,id=d,format=raw,file={path}",
                "-device", "virtio-blk-pci,drive=d,addr=8"]
        with machine(opt, results, name, files(opt, CONNECT, LINUX),
                     args=args) as m:
            m.expect(r"/ # $", START + BOOT)
            m.send(REBIND + "\r")
            found = m.expect(r"^rebound (\d+)", 40)
            results.add(found[1] == "50", f"{name}: 50 times", found[1])
