# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the bus "efi", whose devices are the firmware's handles
"""

import json
import os
import re
import time

import qemu
from lib.machine import (BOOT, QUIET, START, TEST, boot, files, guest_tests,
                         machine, power_off, take_results, whole_lines)
from lib.registry import test
from lib.typist import send_keys

LINUX = "bzImage initrd=\\initrd.img"

# Devices of this machine: (name, device path, a protocol, its Linux driver)
MACHINE = (
    ("root bridge", r"PciRoot\(0x0\)$", "PciRootBridgeIo", None),
    ("USB controller", r"Pci\(0x[0-9A-F]+,0x0\)$", "Usb2Hc", None),
    ("keyboard", r"/USB\(0x\d+,0x0\)$", "SimpleTextInput", "efi-keyboard"),
    ("disk", r"Pci\(0x[0-9A-F]+,0x0\)$", "BlockIo", "efi-disk"),
    ("screen", r"/AcpiAdr\(0x80010100\)$", "GraphicsOutput", "efi-gop"),
    ("serial port", r"/Uart\(115200,8,N,1\)$", "SerialIo", None),
    ("terminal", r"/Uart\(115200,8,N,1\)/Ven[A-Za-z0-9]+.*$", "SimpleTextOutput",
     "efi-console"),
)

XHCI = ["-device", "qemu-xhci,id=xhci"]


@test("bus", name="bus-driver", also_long=True, guest=("bus",), efi=("driver",))
def bus(opt, results):
    """A test device that appears, changes and disappears, and its Linux driver"""
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}bus"]
    with machine(opt, results, "bus", files(opt, *script)) as m:
        guest_tests(m, results, "bus", ("bus",))


@test("bus", beside=True, guest=("addresses",))
def addresses(opt, results):
    """Unprivileged users cannot read addresses of firmware memory in sysfs"""
    boot(opt, results, "addresses", ("addresses",))


KERNEL_LINE = re.compile(r"^\[ {0,4}\d+\.\d{6}\] [^\n]*\n", re.M)


def by_name(text):
    """Parse the output of lsefi -j in a log; return its devices by name"""
    # Kernel messages can be between any two lines
    text = KERNEL_LINE.sub("", whole_lines(text.replace("\r", "")))
    devices = json.loads(text[text.index("["):])
    return {device["name"]: device for device in devices}


def judge_devices(results, devices):
    for what, path, protocol, driver in MACHINE:
        found = [d for d in devices.values()
                 if re.search(path, d["path"] or "") and
                 protocol in [p["name"] for p in d["protocols"]]]
        results.add(found, f"lsefi: {what}: {protocol}",
                    f"{[d['path'] for d in devices.values()]}")
        drivers = {d["driver"] for d in found}
        results.add(drivers == {driver}, f"lsefi: {what}: driver {driver}",
                    f"{drivers}")
    lost = [d["name"] for d in devices.values()
            if d["parent"] and d["path"] and not d["path"].startswith(
                devices[d["parent"]]["path"] or "/")]
    results.add(not lost, "lsefi: the path of a device starts with its parent's path",
                f"{lost}")
    images = [d["name"] for d in devices.values()
              if "LoadedImage" in [p["name"] for p in d["protocols"]]]
    results.add(not images, "lsefi: images are not listed", f"{images}")
    top = [d["path"] for d in devices.values()
           if not d["parent"] and (d["path"] or "").startswith("PciRoot(0x0)/")]
    results.add(not top, "lsefi: each device below the root bridge has a parent",
                f"{top}")


@test("bus", beside=True)
def lsefi(opt, results):
    """lsefi shows all devices of a machine with one device of each kind"""
    tests = ("../bin/lsefi:-j", "../bin/lsefi:-v", "../bin/lsefi",
             "../bin/lsefi:-x")
    script = f"{LINUX} {QUIET}{','.join(tests)}"
    args = [*XHCI, "-device", "usb-kbd,bus=xhci.0"]
    with machine(opt, results, "lsefi", files(opt, script), args=args) as m:
        m.expect(r"TEST BEGIN \S+\s", START + BOOT)
        texts = []
        for test, status in zip(tests, ("0", "0", "0", "2")):
            begin = m.position
            end = m.expect(rf"TEST END {re.escape(test.split(':')[0])}\S* "
                           r"(\d+)", TEST)
            texts.append(re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "",
                                m.text[begin:end.start()]))
            results.add(end[1] == status, f"lsefi: {test}: exit status {status}", end[1])
        devices = by_name(texts[0])
        results.add(len(devices) > 10, "lsefi: -j prints JSON",
                    f"{len(devices)} devices")
        judge_devices(results, devices)
        for name, device in devices.items():
            line = re.search(rf"^[-|` ]*{name} .*$", texts[2], re.M)
            results.add(line, f"lsefi: {name} is in the tree")
            results.add(f"handle: {device['handle']}" in texts[1],
                        f"lsefi: -v prints the handle of {name}")
        results.add("usage: lsefi" in texts[3],
                    "lsefi: an invalid option prints the usage", texts[3])
        power_off(m, results, "lsefi")


@test("bus", beside=True, guest=("hotplug",), efi=("driver",))
def hotplug(opt, results):
    """A USB keyboard and a USB disk are plugged in and out"""
    name = "hotplug"
    stick = os.path.join(opt.tmp, "stick.img")
    qemu.fat_image(stick, {"hello.txt": b"hello"})
    devices = {
        "keyboard": {"driver": "usb-kbd"},
        "disk": {"driver": "usb-storage", "drive": "stick"},
    }
    args = [*XHCI, "-blockdev", "driver=raw,node-name=stick,read-only=on,"
            f"file.driver=file,file.filename={stick}"]
    script = f"{LINUX} {QUIET}{name}"
    content = files(opt, "load fs0:\\driver.efi", script)
    with machine(opt, results, name, content, args=args) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        while True:
            told = m.expect(r"^(PLUG|UNPLUG) (\w+)|^TEST END \S+ (\d+)", TEST)
            if not told[1]:
                break
            if told[1] == "UNPLUG":
                m.command_qmp("device_del", id=told[2])
            else:
                m.command_qmp("device_add", id=told[2], bus="xhci.0",
                              **devices[told[2]])
        take_results(results, name, m.text[begin:told.start()],
                     told[3] == "0", told[3])
        power_off(m, results, name)


# Devices that the host pulls while they are in use: (name, QEMU's options)
PULLED = {
    "keyboard": {"driver": "usb-kbd", "port": "1"},
    "disk": {"driver": "usb-storage", "port": "2", "drive": "stick0"},
    "hub": {"driver": "usb-hub", "port": "3"},
    "hub-keyboard": {"driver": "usb-kbd", "port": "3.1"},
    "hub-disk": {"driver": "usb-storage", "port": "3.2", "drive": "stick1"},
}

# Seconds between two key events
KEY_INTERVAL = 0.02


def plug(m, name):
    """Plug in a device. Its drive may be in use until QEMU has ended a request."""
    end = time.monotonic() + 10
    while True:
        try:
            m.command_qmp("device_add", id=name, bus="xhci.0", **PULLED[name])
            return
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def type_until(m, pattern, timeout):
    """Type one key again and again until @pattern comes. Return the match."""
    end = time.monotonic() + timeout
    down = False
    while True:
        try:
            return m.expect(pattern, KEY_INTERVAL)
        except qemu.Timeout:
            if not m.running() or time.monotonic() > end:
                raise
        down = not down
        send_keys(m, ["a"], down)


@test("bus", long=True, beside=True, guest=("pulls",), efi=("driver",))
def pulls(opt, results):
    """USB keyboards, disks and hubs are pulled 100 times while Linux uses them"""
    name = "pulls"
    args = ["-device", "qemu-xhci,id=xhci,addr=9"]
    for i in range(2):
        stick = os.path.join(opt.tmp, f"stick{i}.img")
        with open(stick, "wb") as f:
            f.truncate(32 << 20)
        args += ["-blockdev", f"driver=raw,node-name=stick{i},file.driver=file,"
                 f"file.filename={stick}"]
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}{name}"]
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        while True:
            told = type_until(m, r"^(PLUG|UNPLUG) (\S+)\s|^TEST END \S+ (\d+)\s",
                              TEST)
            if not told[1]:
                break
            if told[1] == "UNPLUG":
                m.command_qmp("device_del", id=told[2])
            else:
                plug(m, told[2])
        take_results(results, name, m.text[begin:told.start()],
                     told[3] == "0", told[3])
        power_off(m, results, name)
