# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the time-sharing: what ends slices, what firmware's clock can be, what
happens when firmware misbehaves
"""

import os
import re
import time

import qemu
from boots import (BOOT, QUIET, START, TEST, boot, files, guest_tests, machine)

SWITCHING = ("life", "preempt", "switch")


def with_drivers(opt, names, *script):
    """Files for a boot that loads these firmware drivers, in this order"""
    content = files(opt, *[f"load fs0:\\{name}.efi" for name in names], *script)
    for name in names:
        content[name + ".efi"] = os.path.join(opt.build, "firmware",
                                              name + ".efi")
    return content


def boot_with(opt, results, title, names, tests, options="", **kwargs):
    script = f"bzImage initrd=\\initrd.img {options} {QUIET}{','.join(tests)}"
    content = with_drivers(opt, names, script)
    with machine(opt, results, title, content, **kwargs) as m:
        guest_tests(m, results, title, tests)
        return m.text


def sharing(opt, results):
    """The account of the clock, interrupts, starvation, in one boot"""
    boot(opt, results, "sharing", ("clock", "irq", "starve", "rest", "stall"),
         driver=True)


def event(opt, results):
    """Without the gate"""
    text = boot_with(opt, results, "timer event", ["driver"],
                     SWITCHING + ("stall", "clock", "rest:none"),
                     "efi_mode.preempt=event")
    results.add("slices end by the timer event" in text,
                "timer event: is what ends slices")


def clock_8254(opt, results):
    """A firmware that ticks by the 8254 and the 8259"""
    text = boot_with(opt, results, "8254", ["pit", "driver"],
                     SWITCHING + ("stall", "clock:device", "rest"))
    results.add(re.search(r"firmware's clock: a device, vector 0x68, every "
                          r"(9\d{3}|10\d{3}) us; slices end by the gate", text),
                "8254: found by its vector")


def clock_hpet(opt, results):
    """A firmware that ticks by the HPET, through the IO-APIC"""
    text = boot_with(opt, results, "HPET", ["hpet", "driver"],
                     SWITCHING + ("clock:device", "irq:device", "rest"))
    results.add(re.search(r"firmware's clock: a device, vector 0x62, every "
                          r"(9\d{3}|10\d{3}) us; slices end by the gate", text),
                "HPET: found by its vector")


def one_shot(opt, results):
    """A firmware that arms the local APIC's timer again at each tick"""
    text = boot_with(opt, results, "one-shot", ["oneshot", "driver"],
                     SWITCHING + ("clock", "rest:ticks"))
    results.add("firmware's clock: local APIC timer, armed at each tick" in text,
                "one-shot: found")


def task(opt, results):
    """A firmware with a task register of its own; and page table isolation"""
    boot_with(opt, results, "task register", ["tss", "driver"], SWITCHING,
              "pti=on", cpu="max")


def xsave(opt, results):
    """A firmware with XSAVE, with AVX and without"""
    boot_with(opt, results, "AVX", ["xsave", "driver"], SWITCHING, cpu="max")
    boot_with(opt, results, "XSAVE", ["xsavesse", "driver"], SWITCHING,
              cpu="max")


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


def x2apic(opt, results):
    """A firmware with its local APIC in x2APIC mode"""
    if not has_feature("x2apic"):
        results.skip("x2apic", "QEMU has it for TCG from version 9 on")
        return
    text = boot_with(opt, results, "x2APIC", ["x2apic", "driver"],
                     SWITCHING + ("clock", "irq", "rest"), cpu="max")
    results.add("x2apic: enabled by BIOS" in text, "x2APIC: found")


def no_clock(opt, results):
    """A firmware that stops its clock and is busy; and one whose clock is so slow
    that it is not found"""
    boot_with(opt, results, "no clock", ["driver"], ("noclock",))
    text = boot_with(opt, results, "slow clock", ["slowhpet", "driver"],
                     ("boot", "noclock:slow"))
    results.add(re.search(r"firmware's clock: not found, .*; slices end by the "
                          r"timer event", text), "slow clock: not found")


def nmi(opt, results):
    """Non-maskable interrupts from outside, in a storm of switches"""
    content = with_drivers(opt, ["driver"],
                           f"bzImage initrd=\\initrd.img {QUIET}nmi")
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


def machine_checks(opt, results):
    """Machine checks in a storm of switches; QEMU has the AMD kind without recovery"""
    content = with_drivers(opt, ["driver"], "bzImage initrd=\\initrd.img "
                           f"{QUIET}nmi:machine-checks")
    with machine(opt, results, "machine checks", content,
                 cpu="max,vendor=GenuineIntel", args=["-no-reboot"]) as m:
        m.expect(r"STORM BEGIN", START + BOOT)
        while m.expect(r"(SEND|STORM END)", TEST)[1] == "SEND":
            m.monitor(MACHINE_CHECK)
        m.position = 0
        guest_tests(m, results, "machine checks", ("nmi:machine-checks",))


def breach(opt, results):
    """Calls that leave something broken; and a breakpoint of firmware's"""
    tests = ("breakpoint", "breach")
    content = with_drivers(opt, ["driver"], "bzImage initrd=\\initrd.img "
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
)


def contain(opt, results):
    """Firmware that faults, or never returns"""
    for what, kind, number in CONTAIN:
        name = f"contain: {what}"
        script = f"bzImage initrd=\\initrd.img {QUIET}contain:{kind}:{number}"
        with machine(opt, results, name, with_drivers(opt, ["driver"], script),
                     args=["-no-reboot"]) as m:
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"^CONTAINED", TEST)
            text = m.text[begin:end.start()]
            lines = re.findall(r"^(not )?ok \d+ (.*?)\s*$", text, re.M)
            for bad, line in lines:
                results.add(not bad, f"{name}: {line}")
            plan = re.search(r"^1\.\.(\d+)", text, re.M)
            results.add(plan and int(plan[1]) == len(lines) > 1,
                        f"{name}: ran to its end")
            results.add(m.wait_end(60), f"{name}: restart without firmware")


# The prototype took 1200
ROUND_TRIP = 600


def count_instructions(opt, results, name, tests):
    """With one a nanosecond, time is what the guest executes"""
    content = with_drivers(opt, ["driver"],
                           f"bzImage initrd=\\initrd.img quiet {QUIET}"
                           f"{','.join(tests)}")
    with machine(opt, results, name, content, icount=True) as m:
        m.expect(r"Press", 8 * START)
        m.send("\r")
        guest_tests(m, results, name, tests, patience=8)
        found = re.search(r"ROUND TRIP (\d+)", m.text)
        results.add(found and int(found[1]) <= ROUND_TRIP,
                    f"{name}: a bare round trip takes {found and found[1]} "
                    f"instructions, at most {ROUND_TRIP}")


def round_trip(opt, results):
    """What is most likely to become more"""
    count_instructions(opt, results, "round-trip", ("cost",))


def cost(opt, results):
    """And what takes minutes"""
    count_instructions(opt, results, "cost", ("cost", "latency", "rest:exact"))


TESTS = {
    "sharing": sharing,
    "event": event,
    "clock-8254": clock_8254,
    "clock-hpet": clock_hpet,
    "one-shot": one_shot,
    "task": task,
    "xsave": xsave,
    "five-levels": five_levels,
    "x2apic": x2apic,
    "no-clock": no_clock,
    "nmi": nmi,
    "machine-checks": machine_checks,
    "breach": breach,
    "contain": contain,
    "round-trip": round_trip,
}

# Minutes long
LONG = {"cost": cost}
