# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the world switch: CPU states that a firmware can have, exceptions in the firmware,
non-maskable interrupts and machine checks
"""

import re
import time

import qemu
from lib.machine import (BOOT, QUIET, START, SWITCHING, TEST, boot_with, cases,
                         files, guest_tests, machine, whole_lines)
from lib.registry import test


@test("switch", guest=("life", "preempt", "switch"), efi=("tss", "driver"))
def task(opt, results):
    """Switches and preemption work if the firmware has loaded the task register, with pti=on"""
    boot_with(opt, results, "task register", ["tss", "driver"], SWITCHING,
              "pti=on", cpu="max")


@test("switch", beside=True, guest=("selectors", "switch"), efi=("selectors", "driver"))
def selectors(opt, results):
    """Switches work if the selectors of the firmware's segments cannot be loaded again"""
    boot_with(opt, results, "selectors", ["selectors", "driver"],
              ("selectors", "switch"))


@test("switch", beside=True, guest=("boot", "leave"), efi=("protected",))
def protected(opt, results):
    """
    Linux hooks a firmware with read-only tables, and lets it handle its own exception

    Linux starts, installs its hooks, returns, and starts again. The firmware takes the
    exception in a call that Linux makes at its first start, to install a hook.
    """
    line = f"bzImage initrd=\\initrd.img {QUIET}"
    content = files(opt, "load fs0:\\protected.efi", line + "leave:return=0", "echo BACK",
                    line + "boot")
    with machine(opt, results, "protected", content) as m:
        m.expect(r"PROTECTED", START)
        m.expect(r"BACK", TEST)
        results.add(True, "protected: Linux starts, and returns to the shell")
        guest_tests(m, results, "protected", ("boot",))


@test("switch", also_long=True, guest=("life", "preempt", "switch"),
      efi=("xsave", "xsavesse", "driver"))
def xsave(opt, results):
    """Switches and preemption work if the firmware uses XSAVE, with AVX and without"""
    boot_with(opt, results, "AVX", ["xsave", "driver"], SWITCHING, cpu="max")
    if opt.test.long:
        boot_with(opt, results, "XSAVE", ["xsavesse", "driver"], SWITCHING,
                  cpu="max")


@test("switch", guest=("boot", "levels", "life", "preempt", "switch"),
      efi=("la57", "driver"))
def five_levels(opt, results):
    """Linux runs on a firmware with five-level page tables"""
    boot_with(opt, results, "LA57", ["la57", "driver"],
              ("boot", "levels:5") + SWITCHING, cpu="max")


def has_feature(name):
    """Does this QEMU support the CPU feature @name?"""
    with qemu.Machine(args=["-S"]) as m:
        model = m.start().command_qmp("query-cpu-model-expansion", type="full",
                                      model={"name": "max"})
        return model["model"]["props"].get(name, False)


@test("switch", also_long=True, guest=("life", "preempt", "switch", "clock", "irq", "rest"),
      efi=("x2apic", "driver"))
def x2apic(opt, results):
    """Linux runs on a firmware that has set the local APIC to x2APIC mode"""
    if not has_feature("x2apic"):
        results.skip("x2apic", "QEMU supports it with TCG from version 9 on")
        return
    text = boot_with(opt, results, "x2APIC", ["x2apic", "driver"],
                     SWITCHING + ("clock", "irq", "rest"), cpu="max")
    results.add("x2apic: enabled by BIOS" in text, "x2APIC: Linux finds the mode enabled")


@test("switch", also_long=True, guest=("nmi",), efi=("driver",))
def nmi(opt, results):
    """Linux survives non-maskable interrupts during a storm of switches"""
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


# A command for QEMU's monitor: CPU, bank, status of the bank, status of the CPU (machine
# check in progress, can return), no address. The memory controller has found an error that
# needs no action.
MACHINE_CHECK = "mce 0 9 0xb1000000000000c0 5 0 0"


@test("switch", guest=("nmi",), efi=("driver",))
def machine_checks(opt, results):
    """
    Linux survives machine checks during a storm of switches

    The CPU claims to be from Intel, because QEMU's AMD CPUs do not support recovery.
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


# Commands for QEMU's monitor: an error in data that the CPU has read
FATAL = (
    ("nothing to return to", "mce 0 9 0xbd80000000000134 6 0x1000 0x8c"),
    ("returning would repeat the error", "mce 0 9 0xbd80000000000134 7 0x1000 0x8c"),
)


@test("switch", guest=("contain",), efi=("driver",))
def machine_checks_fatal(opt, results):
    """If the firmware cannot go on after a machine check, Linux resets the machine at once"""
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
    """Linux repairs what a firmware call breaks, and keeps the firmware's breakpoint"""
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
    """Linux goes on if the firmware takes an exception or never returns"""
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
            results.add(m.wait_end(60), f"{name}: restart without the firmware")
