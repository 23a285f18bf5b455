# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the world switch: states of the CPU that a firmware can have, exceptions
in it, and interrupts that cannot be masked
"""

import re
import time

import qemu
from lib.machine import (BOOT, QUIET, START, SWITCHING, TEST, boot_with, cases,
                         files, guest_tests, machine, whole_lines)
from lib.registry import test


@test("switch", guest=("life", "preempt", "switch"), efi=("tss", "driver"))
def task(opt, results):
    """A firmware with a task register of its own, and page table isolation"""
    boot_with(opt, results, "task register", ["tss", "driver"], SWITCHING,
              "pti=on", cpu="max")


@test("switch", beside=True, guest=("selectors", "switch"), efi=("selectors", "driver"))
def selectors(opt, results):
    """A firmware with segments whose selectors cannot be loaded again"""
    boot_with(opt, results, "selectors", ["selectors", "driver"],
              ("selectors", "switch"))


@test("switch", beside=True, guest=("boot", "leave"), efi=("protected",))
def protected(opt, results):
    """A firmware with its tables in read-only pages, and a fault before Linux starts

    It handles the fault itself. Linux starts, hooks what it needs, returns, and starts
    again.
    """
    line = f"bzImage initrd=\\initrd.img {QUIET}"
    content = files(opt, "load fs0:\\protected.efi", line + "leave:return=0", "echo BACK",
                    line + "boot")
    with machine(opt, results, "protected", content) as m:
        m.expect(r"PROTECTED", START)
        m.expect(r"BACK", TEST)
        results.add(True, "protected: starts, and returns to the shell")
        guest_tests(m, results, "protected", ("boot",))


@test("switch", also_long=True, guest=("life", "preempt", "switch"),
      efi=("xsave", "xsavesse", "driver"))
def xsave(opt, results):
    """A firmware that uses XSAVE, with AVX and without"""
    boot_with(opt, results, "AVX", ["xsave", "driver"], SWITCHING, cpu="max")
    if opt.test.long:
        boot_with(opt, results, "XSAVE", ["xsavesse", "driver"], SWITCHING,
                  cpu="max")


@test("switch", guest=("boot", "levels", "life", "preempt", "switch"),
      efi=("la57", "driver"))
def five_levels(opt, results):
    """A firmware with page tables of five levels"""
    boot_with(opt, results, "LA57", ["la57", "driver"],
              ("boot", "levels:5") + SWITCHING, cpu="max")


def has_feature(name):
    """Does this QEMU have it for a CPU?"""
    with qemu.Machine(args=["-S"]) as m:
        model = m.start().command_qmp("query-cpu-model-expansion", type="full",
                                      model={"name": "max"})
        return model["model"]["props"].get(name, False)


@test("switch", also_long=True, guest=("life", "preempt", "switch", "clock", "irq", "rest"),
      efi=("x2apic", "driver"))
def x2apic(opt, results):
    """A firmware with its local APIC in x2APIC mode"""
    if not has_feature("x2apic"):
        results.skip("x2apic", "QEMU has it for TCG from version 9 on")
        return
    text = boot_with(opt, results, "x2APIC", ["x2apic", "driver"],
                     SWITCHING + ("clock", "irq", "rest"), cpu="max")
    results.add("x2apic: enabled by BIOS" in text, "x2APIC: found")


@test("switch", also_long=True, guest=("nmi",), efi=("driver",))
def nmi(opt, results):
    """Non-maskable interrupts from outside during a storm of switches"""
    content = files(opt, "load fs0:\\driver.efi", f"bzImage initrd=\\initrd.img {QUIET}nmi")
    with machine(opt, results, "NMI", content) as m:
        m.expect(r"STORM BEGIN", START + BOOT)
        end = time.monotonic() + TEST
        while "STORM END" not in m.text and time.monotonic() < end:
            m.monitor("nmi")
            m.read()
            time.sleep(0.01)
        m.position = 0
        guest_tests(m, results, "NMI", ("nmi",))


# A memory error that the memory controller has found by itself: nobody has to act. The
# bank, its status, the status of the CPU (in progress; it can go on), no address.
MACHINE_CHECK = "mce 0 9 0xb1000000000000c0 5 0 0"


@test("switch", guest=("nmi",), efi=("driver",))
def machine_checks(opt, results):
    """Machine checks during a storm of switches

    QEMU has the AMD kind without recovery, so the CPU says that it is from Intel.
    """
    content = files(opt, "load fs0:\\driver.efi", "bzImage initrd=\\initrd.img "
                           f"{QUIET}nmi:machine-checks")
    with machine(opt, results, "machine checks", content,
                 cpu="max,vendor=GenuineIntel", args=["-no-reboot"]) as m:
        m.expect(r"STORM BEGIN", START + BOOT)
        while m.expect(r"(SEND|STORM END)", TEST)[1] == "SEND":
            m.monitor(MACHINE_CHECK)
        m.position = 0
        guest_tests(m, results, "machine checks", ("nmi:machine-checks",))


# An error in data that the CPU has read: what HMP's mce is told
FATAL = (
    ("nothing to return to", "mce 0 9 0xbd80000000000134 6 0x1000 0x8c"),
    ("the same error again", "mce 0 9 0xbd80000000000134 7 0x1000 0x8c"),
)


@test("switch", guest=("contain",), efi=("driver",))
def machine_checks_fatal(opt, results):
    """A machine check that the firmware cannot return from ends it at once"""
    script = ("bzImage initrd=\\initrd.img panic=-1 efi_mode.on_panic=reset "
              f"{QUIET}contain:outlive:8000")
    for what, command in FATAL:
        name = f"machine check: {what}"
        with machine(opt, results, name, files(opt, "load fs0:\\driver.efi", script),
                     cpu="max,vendor=GenuineIntel", args=["-no-reboot"]) as m:
            m.expect(r"^SPINNING", START + BOOT)
            m.monitor(command)
            results.add(m.wait_end(60), f"{name}: Linux restarts the machine")
            results.add("OUTLIVED" not in m.text,
                        f"{name}: the firmware does not go on")


@test("switch", beside=True, guest=("breakpoint", "breach"), efi=("driver",))
def breach(opt, results):
    """Firmware calls that leave registers changed, and a breakpoint of the firmware"""
    tests = ("breakpoint", "breach")
    content = files(opt, "load fs0:\\driver.efi", "bzImage initrd=\\initrd.img "
                           f"{QUIET}{','.join(tests)}")
    with machine(opt, results, "breach", content) as m:
        guest_tests(m, results, "breach", tests,
                    expected=("Firmware Bug",))


CONTAIN = (
    ("divide error", "fault", 0),
    ("invalid opcode", "fault", 6),
    ("general protection fault", "fault", 13),
    ("page fault", "fault", 14),
    ("page fault in a transfer", "disk", 0),
    ("endless loop", "forever", 4),
    ("endless loop at TPL_NOTIFY", "forever", 16),
    ("endless loop, called by a real-time task", "forever", "4:fifo"),
    ("endless loop, called with interrupts off", "atomic", 4),
)

QUICK_CONTAIN = ("page fault in a transfer", "endless loop at TPL_NOTIFY")


@test("switch", also_long=True, beside=True, guest=("contain",), efi=("driver",))
def contain(opt, results):
    """A firmware that faults, or never returns, does not take Linux with it"""
    for what, kind, number in cases(opt, CONTAIN, QUICK_CONTAIN):
        name = f"contain: {what}"
        script = f"bzImage initrd=\\initrd.img {QUIET}contain:{kind}:{number}"
        with machine(opt, results, name, files(opt, "load fs0:\\driver.efi", script),
                     args=["-no-reboot"]) as m:
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"^CONTAINED", TEST)
            text = whole_lines(m.text[begin:end.start()])
            lines = re.findall(r"^(not )?ok \d+ (.*?)\s*$", text, re.M)
            for bad, line in lines:
                results.add(not bad, f"{name}: {line}")
            plan = re.search(r"^1\.\.(\d+)", text, re.M)
            results.add(plan and int(plan[1]) == len(lines) > 1,
                        f"{name}: ran to its end")
            results.add(m.wait_end(60), f"{name}: restart without firmware")
