# SPDX-License-Identifier: GPL-2.0-only
"""
Network cards that fail, frames of all sizes, and the cable
"""

import re

from lib import machine as boots
from lib.machine import BOOT, QUIET, START
from lib.registry import test
from net.host import NEEDS, user_network

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

# The tests of three cards and of leaks exchange many more frames
PATIENCE = 4


def cards(*models):
    """Return QEMU arguments for network cards in one Ethernet, and for random numbers"""
    args = ["-device", "virtio-rng-pci"]
    for i, (device, options) in enumerate(models):
        args += ["-netdev", f"hubport,id=net{i},hubid=1", "-device",
                 f"{device},netdev=net{i},id=card{i},mac=52:54:00:12:34:{LAST_BYTE + i:x}" +
                 (f",{options}" if options else "")]
    return args


def frames(opt, results, name, tests, models, args=(), patience=1, script=(), **kwargs):
    """Boot with cards, and run guest tests with them"""
    content = boots.files(opt, *script, f"{LINUX} {QUIET}{','.join(tests)}")
    with boots.machine(opt, results, name, content, args=[*cards(*models), *args],
                       **kwargs) as m:
        boots.guest_tests(m, results, name, tests, patience=patience)


@test("net", beside=True, guest=("net-frames",))
def net_sizes(opt, results):
    """Frames of all sizes arrive as they were sent"""
    frames(opt, results, "net-sizes", ("net-frames:sizes:2",), (VIRTIO, VIRTIO))


@test("net", long=True, guest=("net-frames",))
def net_three(opt, results):
    """Three cards of different models work at once"""
    # OVMF drives the first, iPXE's option ROMs the others
    models = VIRTIO, ("e1000e", ""), ("rtl8139", "")
    tests = (f"net-frames:sizes:{len(models)}",)
    frames(opt, results, "net-three", tests, models, patience=PATIENCE)


@test("net", long=True, beside=True, guest=("net-leak",), efi=("driver",))
def net_leak(opt, results):
    """The firmware loses no memory in a million frames and a thousand cycles"""
    frames(opt, results, "net-leak", ("net-leak:500000:1000",), (VIRTIO, VIRTIO),
           script=("load fs0:\\driver.efi",), patience=PATIENCE)


def ping(opt, results, name, protocol, card, **kwargs):
    """Boot with a card in a network of QEMU's own, and take its cable away"""
    test_name = f"net-ping:{protocol}:60"
    content = boots.files(opt, f"{LINUX} {QUIET}{test_name}",
                          archives=("initrd-tests", "initrd-runtime"))
    with boots.machine(opt, results, name, content, args=card, **kwargs) as m:
        for what, up in ("UNPLUG", "off"), ("PLUG", "on"):
            m.expect(rf"^{what}\b", START + BOOT + boots.TEST)
            m.monitor(f"set_link net0 {up}")
        m.position = 0
        boots.guest_tests(m, results, name, (test_name,))


@test("net", beside=True, guest=("net-ping",), needs=NEEDS)
def net_cable(opt, results):
    """The carrier follows the cable"""
    ping(opt, results, "net-cable", "ManagedNetwork",
         [*user_network(opt.tmp, size=1), "-device", "virtio-rng-pci"])
