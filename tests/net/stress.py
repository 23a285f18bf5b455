# SPDX-License-Identifier: GPL-2.0-only
"""
Network cards that fail, and network cards under load
"""

import os
import re
import tempfile

from firmware.host import UBOOT, UBootPrompt, path as second_path, uboot_disks
from lib import machine as boots
from lib.machine import BOOT, QUIET, START
from lib.registry import test
from net.host import FIRMWARE_PING, MAC, NEEDS, user_network

# The kinds of tests/net/guest/net-card.h
MNP, SNP = 0, 1


@test("net", beside=True, guest=("net-faults",), efi=("driver",))
def net_faults(opt, results):
    """A card that fails, and a firmware that breaks the specification: errors, and no hang"""
    content = boots.files(opt, "load fs0:\\driver.efi",
                          f"bzImage initrd=\\initrd.img {QUIET}net-faults")
    with boots.machine(opt, results, "net-faults", content) as m:
        boots.guest_tests(m, results, "net-faults", ("net-faults",), expected=("Firmware Bug",))


@test("net", also_long=True, beside=True, guest=("net-crash",), efi=("driver",))
def net_crash(opt, results):
    """Linux goes on if the firmware takes an exception in a network card under load"""
    kinds = {"ManagedNetwork": MNP}
    if opt.test.long:
        kinds["SimpleNetwork"] = SNP
    for kind, number in kinds.items():
        name = f"net-crash: {kind}"
        content = boots.files(opt, "load fs0:\\driver.efi",
                              f"bzImage initrd=\\initrd.img {QUIET}net-crash:{number}")
        with boots.machine(opt, results, name, content, args=["-no-reboot"]) as m:
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"^CONTAINED", boots.TEST)
            text = boots.whole_lines(m.text[begin:end.start()])
            lines = re.findall(r"^(not )?ok \d+ (.*?)\s*$", text, re.M)
            for bad, line in lines:
                results.add(not bad, f"{name}: {line}")
            plan = re.search(r"^1\.\.(\d+)", text, re.M)
            results.add(plan and int(plan[1]) == len(lines) > 1, f"{name}: ran to its end")
            results.add(m.wait_end(60), f"{name}: restart without the firmware")


LINUX = "bzImage initrd=\\initrd.img efi_mode.connect=1"

# The addresses of the cards are consecutive
LAST_BYTE = 0x56
VIRTIO = ("virtio-net-pci", "romfile=")


def cards(*models):
    """Return QEMU arguments for network cards in one Ethernet, and for random numbers"""
    args = ["-device", "virtio-rng-pci"]
    for i, (device, options) in enumerate(models):
        args += ["-netdev", f"hubport,id=net{i},hubid=1", "-device",
                 f"{device},netdev=net{i},id=card{i},mac=52:54:00:12:34:{LAST_BYTE + i:x}" +
                 (f",{options}" if options else "")]
    return args


def frames(opt, results, name, tests, models, args=(), patience=1, **kwargs):
    """Boot with cards, and run guest tests with them"""
    content = boots.files(opt, "load fs0:\\driver.efi", f"{LINUX} {QUIET}{','.join(tests)}")
    with boots.machine(opt, results, name, content, args=[*cards(*models), *args],
                       **kwargs) as m:
        boots.guest_tests(m, results, name, tests, patience=patience)


@test("net", beside=True, guest=("net-frames",), efi=("driver",))
def net_sizes(opt, results):
    """Frames of all sizes arrive as they were sent"""
    frames(opt, results, "net-sizes", ("net-frames:sizes:2",), (VIRTIO, VIRTIO))


@test("net", long=True, guest=("net-frames",), efi=("driver",))
def net_leak(opt, results):
    """A million frames and a thousand times up and down leave the firmware's memory as it was"""
    frames(opt, results, "net-leak", ("net-frames:leak:2",), (VIRTIO, VIRTIO), patience=8)


@test("net", long=True, guest=("net-frames",), efi=("driver",))
def net_three(opt, results):
    """Three cards of different models at once"""
    frames(opt, results, "net-three: virtio, e1000e, vmxnet3", ("net-frames:sizes:3",),
           (VIRTIO, ("e1000e", ""), ("vmxnet3", "")))
    frames(opt, results, "net-three: rtl8139, e1000, virtio", ("net-frames:sizes:3",),
           (("rtl8139", ""), ("e1000", ""), VIRTIO))


# Slots that the firmware controls, instead of ACPI
SLOTS = ("-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off",
         "-device", "pcie-root-port,id=rp,chassis=1,slot=1")


@test("net", long=True, guest=("net-frames",), efi=("driver",))
def net_removal(opt, results):
    """The firmware takes a card out of its slot while Linux uses it, and two others"""
    for device, options in VIRTIO, ("e1000e", ""):
        name = f"net-removal: {device}"
        slotted = (device, ",".join(word for word in ("bus=rp", options) if word))
        # The slot is first on the command line
        content = boots.files(opt, "load fs0:\\driver.efi",
                              f"{LINUX} {QUIET}net-frames:removal:3")
        with boots.machine(opt, results, name, content,
                           args=[*SLOTS, *cards(slotted, VIRTIO, ("vmxnet3", ""))]) as m:
            boots.guest_tests(m, results, name, ("net-frames:removal:3",))


def ping(opt, results, name, protocol, card, **kwargs):
    """Boot with a card in a network of QEMU's own, and take its cable away"""
    test_name = f"net-ping:{protocol}:60"
    content = boots.files(opt, f"{LINUX} {QUIET}{test_name}",
                          archives=("initrd-tests", "initrd-runtime"))
    with boots.machine(opt, results, name, content, args=card, **kwargs) as m:
        for what, up in ("UNPLUG", False), ("PLUG", True):
            m.expect(rf"^{what}\b", START + BOOT + boots.TEST)
            m.command_qmp("set_link", name="net0", up=up)
        m.position = 0
        boots.guest_tests(m, results, name, (test_name,))


@test("net", beside=True, guest=("net-ping",), needs=NEEDS)
def net_cable(opt, results):
    """The carrier follows the cable"""
    ping(opt, results, "net-cable", "ManagedNetwork",
         [*user_network(opt.tmp, size=1), "-device", "virtio-rng-pci"])


@test("net", long=True, guest=("net-ping",), needs=(*NEEDS, "second-firmware"))
def net_rdrand(opt, results):
    """OVMF 2025.02 also has ManagedNetwork if the CPU has RDRAND, and there is no device"""
    for cpu, protocol in ("qemu64,+rdrand", "ManagedNetwork"), ("qemu64,-rdrand", "SimpleNetwork"):
        ping(opt, results, f"net-rdrand: {cpu}", protocol, user_network(opt.tmp, size=1),
             cpu=cpu, firmware=second_path(opt, "OVMF_CODE_4M.fd"),
             variables=second_path(opt, "OVMF_VARS_4M.fd"))


@test("net", long=True, guest=("net-ping",), needs=NEEDS)
def net_uboot(opt, results):
    """U-Boot has SimpleNetwork"""
    name, guest = "net-uboot", "net-ping:SimpleNetwork"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        content = boots.files(opt, archives=("initrd-tests", "initrd-runtime"))
        _, _, args = uboot_disks(opt, tmp, content)
        card = ["-netdev", "user,id=net0,restrict=on", "-device", f"e1000,netdev=net0,mac={MAC}"]
        with boots.machine(opt, results, name, None, bios=UBOOT, args=[*args, *card]) as m:
            prompt = UBootPrompt(opt, m)
            prompt.start("bzImage", f"initrd=initrd.img {QUIET}{guest}")
            boots.guest_tests(m, results, name, (guest,))


IPXE = "/usr/lib/ipxe/ipxe.efi"


@test("net", long=True, beside=True, guest=("net-load", "kexec-start"), needs=NEEDS)
def net_ipxe(opt, results):
    """iPXE takes the card after Linux has used it, and then the firmware has it again"""
    name = "net-ipxe"
    folder = os.path.join(opt.tmp, "tftp")
    os.mkdir(folder)
    with open(os.path.join(folder, "boot.ipxe"), "w", encoding="utf-8") as f:
        f.write("#!ipxe\necho IPXE HAS THE NETWORK\nexit\n")
    card = ["-netdev", f"user,id=net0,restrict=on,tftp={folder},bootfile=boot.ipxe",
            "-device", f"virtio-net-pci,netdev=net0,mac={MAC},romfile="]
    content = boots.files(opt, f"{LINUX} {QUIET}net-load,kexec-start:ipxe.efi:none",
                          *FIRMWARE_PING, "echo ENDED",
                          archives=("initrd-tests", "initrd-runtime")) | {"ipxe.efi": IPXE}
    with boots.machine(opt, results, name, content,
                       args=[*card, "-device", "virtio-rng-pci"]) as m:
        m.expect("TEST BEGIN", START + BOOT)
        begin = m.position
        found = m.expect(r"TEST END net-load (\d+)", boots.TEST)
        boots.take_results(results, name, m.text[begin:found.start()])
        m.expect("IPXE HAS THE NETWORK", boots.TEST)
        results.add(True, f"{name}: iPXE loads its script from the network")
        m.expect("ENDED", boots.TEST)
        results.add("3 packets transmitted, 3 received, 0% packet loss" in m.text,
                    f"{name}: ping of the UEFI shell")
