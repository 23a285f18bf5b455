#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Run the kernel's own selftests during a storm of world switches

Every program must end as it does on the stock kernel. kselftests.expected records how that
is, and this command updates it:

    make kselftests-stock
"""

import argparse
import os
import re
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts"))
sys.path.insert(0, os.path.join(TOP, "tests"))

import qemu                     # noqa: E402
from lib import machine         # noqa: E402
from lib.registry import test   # noqa: E402

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "kselftests.expected")

ARCHIVES = ("initrd-tests", "initrd-kselftests")

# Timeouts in seconds, for all programs together and for a million round trips
PROGRAMS = 1800
STORM = 3600

# A kernel on one CPU turns LOCK prefixes into DS prefixes, which have no effect in 64-bit
# mode. QEMU 7.2 adds the base of DS for them. If a program has loaded DS with a selector
# that has a base, as ldt_gdt does, the kernel would then fault at its next atomic operation.
OPTIONS = "noreplace-smp "

# A line of the table: the command, its result, and the number of attempts
LINE = re.compile(r"^([^#\s].*?) +(pass|skip|fail)( \d+)?$", re.M)


# The folders of the quick test: their programs check the state of the CPU. The quick test
# leaves out LENGTHY, which takes longer than all others together, because it tries thousands
# of system calls several times.
QUICK = ("x86", "breakpoints", "sigaltstack")
LENGTHY = "x86/syscall_numbering_64"


def expected(folders=(), without=""):
    """Results on the stock kernel of all programs, or of those in @folders, except @without"""
    with open(EXPECTED, encoding="utf-8") as f:
        return {m[1]: m[2] for m in LINE.finditer(f.read())
                if (not folders or m[1].split("/")[0] in folders) and m[1] != without}


def outcomes(text):
    """Results of the programs, from the KTAP of tests/switch/guest/kselftests"""
    found = {}
    for m in re.finditer(r"^\s*(not )?ok \d+ (\w+/[^#\r\n]*?)\s*(#.*)?$", text,
                         re.M):
        skip = (m[3] or "").startswith("# SKIP")
        found[m[2]] = "skip" if skip else "fail" if m[1] else "pass"
    return found


def storm(opt, results, name, switches, folders=(), without=""):
    script = ("load fs0:\\driver.efi",
              f"bzImage initrd=\\initrd.img {OPTIONS}"
              f"efi_mode_switches={switches} "
              + (f"efi_mode_kselftests={','.join(folders)} " if folders else "")
              + (f"efi_mode_kselftests_without={without} " if without else "") +
              f"{machine.QUIET}kselftests-storm")
    content = machine.files(opt, *script, archives=ARCHIVES)
    with machine.machine(opt, results, name, content, cpu="max") as m:
        m.expect(r"TEST BEGIN", machine.START + machine.BOOT)
        begin = m.position
        end = m.expect(r"TEST END kselftests-storm (\d+)", PROGRAMS + STORM)
        text = m.text[begin:end.start()]

        found = outcomes(text)
        wanted = expected(folders, without)
        results.add(wanted, f"{name}: the table has programs")
        for command, outcome in wanted.items():
            said = found.pop(command, "nothing")
            results.add(said == outcome, f"{name}: {command}: {outcome}", said)
        results.add(not found, f"{name}: all programs are in the table",
                    ", ".join(found))

        # The storm's own results are not indented
        count = 0
        for m_ in re.finditer(r"^(not )?ok \d+ (.*?)\s*$", text, re.M):
            count += 1
            results.add(not m_[1] and "SKIP" not in m_[2], f"{name}: {m_[2]}")
        plan = re.search(r"^1\.\.(\d+)", text, re.M)
        results.add(plan and int(plan[1]) == count,
                    f"{name}: ran to its end",
                    f"status {end[1]}, {count} results")
        machine.power_off(m, results, name)


@test("switch", guest=("storm", "kselftests", "kselftests-storm"),
      efi=("driver",), needs=("tests-initrd", "kselftests-initrd"))
def kselftests(opt, results):
    """Some of the kernel's own selftests end as usual during 20,000 switches"""
    storm(opt, results, "kselftests", 20000, QUICK, LENGTHY)


@test("switch", long=True, guest=("storm", "kselftests", "kselftests-storm"),
      efi=("driver",), needs=("tests-initrd", "kselftests-initrd"))
def kselftests_long(opt, results):
    """The kernel's own selftests end as usual during a million switches"""
    storm(opt, results, "kselftests-long", 1000000)


def stock(opt):
    """Boot the stock kernel, and return the output of the programs"""
    script = (f"bzImage initrd=\\initrd.img console=ttyS0 {OPTIONS}"
              f"{machine.QUIET}kselftests")
    with tempfile.TemporaryDirectory(dir=opt.build) as tmp:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": opt.kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", *ARCHIVES),
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", script),
        })
        with qemu.Machine(disk=disk, directory=tmp, cpu="max") as m:
            m.start()
            m.expect(r"TEST BEGIN", machine.START + machine.BOOT)
            begin = m.position
            end = m.expect(r"TEST END kselftests \d+", PROGRAMS)
            return m.text[begin:end.start()]


def main():
    """Update the table of results on the stock kernel (make kselftests-stock)"""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--objects", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--boots", type=int, default=3)
    opt = parser.parse_args()

    found = []
    for i in range(opt.boots):
        print(f"boot {i + 1} of {opt.boots}", flush=True)
        text = stock(opt)
        for m in re.finditer(r"^(#|not ok).*$", text, re.M):
            print(f"        {m[0]}")
        found.append(outcomes(text))

    with open(EXPECTED, encoding="utf-8") as f:
        table = f.read()
    varies = 0
    for m in LINE.finditer(table):
        said = {one.get(m[1], "nothing") for one in found}
        if len(said) > 1 or "nothing" in said:
            print(f"{m[1]}: {', '.join(sorted(said))}: varies, take it out")
            varies += 1
    table = LINE.sub(lambda m: f"{m[1]:55} {found[0].get(m[1], m[2])}{m[3] or ''}",
                     table)
    with open(EXPECTED, "w", encoding="utf-8") as f:
        f.write(table)
    return 1 if varies else 0

if __name__ == "__main__":
    sys.exit(main())
