# SPDX-License-Identifier: GPL-2.0-only
"""
The firmware's network cards
"""

import hashlib
import os

import qemu
from firmware.host import path as second_path
from lib import machine as boots
from lib.machine import BOOT, QUIET, START
from lib.registry import test

LINUX = "bzImage initrd=\\initrd.img"
NEEDS = ("tests-initrd", "runtime-initrd")

# The address of the server in QEMU's own network
SERVER = "10.0.2.100"
SEND, TAKE, HASH = 9000, 9001, 9002

MAC = "52:54:00:12:34:56"
FUNCTION = "0000:00:10.0"


def program(path, text):
    """Make a program that QEMU starts for each connection"""
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o755)
    return path


def user_network(folder, device="virtio-net-pci", options="romfile=", size=8 << 20):
    """
    Return QEMU arguments for a card in a network of QEMU's own

    The network has a DHCP server and a gateway that answers pings. SERVER sends a file of
    @size bytes at the port SEND and its hash at HASH; at TAKE it answers with the hash of
    @size bytes that it gets. Nothing leaves the host.
    """
    data = os.path.join(folder, "data")
    content = os.urandom(size)
    with open(data, "wb") as f:
        f.write(content)
    digest = hashlib.sha256(content).hexdigest()
    send = program(os.path.join(folder, "send"), f"#!/bin/sh\nexec cat {data}\n")
    take = program(os.path.join(folder, "take"),
                   f"#!/bin/sh\nhead -c {size} | sha256sum | cut -c 1-64\n")
    tell = program(os.path.join(folder, "tell"), f"#!/bin/sh\necho {digest}\n")
    forward = "".join(f",guestfwd=tcp:{SERVER}:{port}-cmd:{command}"
                      for port, command in ((SEND, send), (TAKE, take), (HASH, tell)))
    return ["-netdev", f"user,id=net0,restrict=on{forward}",
            "-device", f"{device},netdev=net0,mac={MAC},addr=10.0" +
            (f",{options}" if options else "")]


def boot_net(opt, results, name, protocol, args=(), device="virtio-net-pci",
             options="romfile=", linux="", objects=None, patience=1, **kwargs):
    """Boot with a card, run the guest test of a card with it, and return the log"""
    card = user_network(opt.tmp, device, options)
    # Colons separate the arguments of a guest test
    test_name = ":".join(name.replace(":", "-") for name in ("net", MAC, FUNCTION, protocol))
    content = boots.files(opt, f"{LINUX} efi_mode.connect=1 {linux} {QUIET}{test_name}",
                          objects=objects, archives=("initrd-tests",))
    content["initrd.img"] += qemu.joined(opt.objects, "initrd-runtime")
    with boots.machine(opt, results, name, content, args=[*card, *args], **kwargs) as m:
        boots.guest_tests(m, results, name, (test_name,), patience=patience)
        return m.text


# How much slower the debug kernel is
DEBUG_PATIENCE = 4


@test("net", long=True, beside=True, guest=("net",), needs=(*NEEDS, "debug-initrd"))
def net_debug(opt, results):
    """lockdep, KASAN and UBSAN report nothing about a network card"""
    text = boot_net(opt, results, "net-debug", "ManagedNetwork",
                    args=["-device", "virtio-rng-pci"], linux="kunit.enable=0",
                    objects=os.path.join(opt.build, "debug"), patience=DEBUG_PATIENCE) or ""
    for watcher in ("Lock dependency validator", "KernelAddressSanitizer initialized"):
        results.add(watcher in text, f"net-debug: enabled: {watcher}")


@test("net", beside=True, guest=("net",), needs=NEEDS)
def net_card(opt, results):
    """A card is an interface by ManagedNetwork: DHCP, ping, TCP, up and down"""
    boot_net(opt, results, "net-card", "ManagedNetwork", args=["-device", "virtio-rng-pci"])


@test("net", long=True, guest=("net",), needs=NEEDS)
def net_models(opt, results):
    """Cards that the firmware drives by iPXE's option ROMs"""
    for device in "e1000e", "rtl8139", "vmxnet3":
        boot_net(opt, results, f"net-{device}", "ManagedNetwork", device=device, options="",
                 args=["-device", "virtio-rng-pci"])


@test("net", long=True, guest=("net",), needs=(*NEEDS, "second-firmware"))
def net_simple(opt, results):
    """
    OVMF 2025.02 has ManagedNetwork only if there are random numbers, and otherwise
    SimpleNetwork alone
    """
    firmware = {"firmware": second_path(opt, "OVMF_CODE_4M.fd"),
                "variables": second_path(opt, "OVMF_VARS_4M.fd")}
    boot_net(opt, results, "net-2025.02", "ManagedNetwork",
             args=["-device", "virtio-rng-pci"], **firmware)
    boot_net(opt, results, "net-simple", "SimpleNetwork", **firmware)
    boot_net(opt, results, "net-simple-e1000e", "SimpleNetwork", device="e1000e", options="",
             **firmware)


# The firmware gets an address by DHCP in the background
GET_ADDRESS = ("connect -r", "ifconfig -s eth0 dhcp", "stall 9000000")


@test("net", guest=("net-both", "net-firmware"), efi=("driver",), needs=NEEDS)
def net_both(opt, results):
    """Linux and the firmware have one address, and neither ends connections of the other"""
    size = 1 << 20
    card = user_network(opt.tmp, size=size)
    test_name = f"net-both:{size}"
    content = boots.files(opt, *GET_ADDRESS, "load fs0:\\driver.efi", f"{LINUX} {QUIET}{test_name}",
                          archives=("initrd-tests", "initrd-runtime"))
    with boots.machine(opt, results, "net-both", content,
                       args=[*card, "-device", "virtio-rng-pci"]) as m:
        boots.guest_tests(m, results, "net-both", (test_name,))


FIRMWARE_PING = (*GET_ADDRESS[1:], "ping -n 3 10.0.2.2")


@test("net", also_long=True, beside=True, guest=("net-load", "leave"), needs=NEEDS)
def net_return(opt, results):
    """The firmware's own network works after Linux has used the card"""
    name = "net-return"
    ends = {"return": f"{LINUX} efi_mode.connect=1 {QUIET}net-load,leave:return=SUCCESS"}
    if opt.test.long:
        ends["panic"] = (f"{LINUX} efi_mode.connect=1 panic=1 efi_mode.on_panic=return "
                         f"{QUIET}net-load,leave:panic")
    for end, linux in ends.items():
        card = user_network(opt.tmp, size=1)
        content = boots.files(opt, linux, *FIRMWARE_PING, "echo ENDED",
                              archives=("initrd-tests", "initrd-runtime"))
        with boots.machine(opt, results, name, content,
                           args=[*card, "-device", "virtio-rng-pci"]) as m:
            m.expect("TEST BEGIN", START + BOOT)
            begin = m.position
            found = m.expect(r"TEST END net-load (\d+)", boots.TEST)
            boots.take_results(results, f"{name}: {end}", m.text[begin:found.start()])
            m.expect("ENDED", boots.TEST)
            results.add("3 packets transmitted, 3 received, 0% packet loss" in m.text,
                        f"{name}: {end}: ping of the UEFI shell")
