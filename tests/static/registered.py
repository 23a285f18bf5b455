# SPDX-License-Identifier: GPL-2.0-only
"""
The registry of tests agrees with the test programs and with the Makefile
"""

import dataclasses
import os
import re

from lib import programs, registry
from lib.registry import TOP, test

# Programs of no test: scripts/bench*.py start them
MEASURING = {"tsc", "share", "speed", "diskspeed", "kexec-speed", "kload", "tpm-speed",
             "tpmspeed"}


@test("static", beside=True, needs=("tree",))
def registered(_opt, results):
    """Tests declare all test programs, and declare only programs and targets that exist"""
    with open(os.path.join(TOP, "Makefile"), encoding="utf-8") as f:
        targets = set(re.findall(r"^([\w-]+):", f.read(), re.M))
    guests = programs.guest_sources()
    for kind, exist in (("guest", {name for _, name in guests}),
                        ("efi", programs.efi_programs())):
        used = set().union(*(getattr(t, kind) for t in registry.tests.values()))
        results.add(used <= exist, f"registered: {kind} programs exist",
                    f"{used - exist}")
        results.add(exist <= used | MEASURING,
                    f"registered: {kind} programs belong to a test",
                    f"{exist - used - MEASURING}")
    twice = programs.duplicates(guests)
    results.add(not twice, "registered: no two guest programs have the same name",
                f"{twice}")
    unknown = {need for t in registry.tests.values() for need in t.needs} - targets
    results.add(not unknown, "registered: the Makefile has all targets that tests need",
                f"{unknown}")
    untitled = [t.name for t in registry.tests.values() if not t.title]
    results.add(not untitled, "registered: each test has a docstring",
                f"{untitled}")


# A script of the UEFI shell, and the programs that it starts. The command line in the boot
# option is in UCS-2.
SCRIPT = f"""@echo -off
load fs0:\\driver.efi
settings watchdog 300
  selfcheck ticks 0
echo tsc
\\EFI\\linux\\bzImage.efi initrd=\\initrd.img {programs.QUIET}contain:fault:6,../bin/lsefi
setvar Boot0077 -nv ={(programs.QUIET + "kselftests-storm").encode("utf-16-le").hex()}
"""
STARTED = {"guest": {"contain", "kselftests-storm", "storm", "kselftests"},
           "efi": {"driver", "settings", "selfcheck"}}


@test("static", beside=True, needs=("tree",))
def registered_programs(opt, results):
    """The program check finds undeclared, unused and duplicate programs"""
    found = programs.started(SCRIPT)
    results.add(found == STARTED, "registered: programs of a script", f"{found}")
    declares = dataclasses.replace(opt.test, guest=("contain", "life"), efi=("driver",))
    wrong = programs.undeclared(declares, {"guest": {"contain", "nmi"}, "efi": {"tsc"}})
    results.add("guest= of its @test does not declare nmi" in wrong and
                "efi= of its @test does not declare tsc" in wrong and
                "contain" not in wrong,
                "registered: a program that is not declared", wrong)
    wrong = programs.unused(declares, {"guest": {"contain"}, "efi": {"driver"}})
    results.add(wrong == "guest= of its @test declares life, which it does not start",
                "registered: a program that is not started", wrong)
    found = programs.duplicates([("boot", "life"), ("disk", "tick"), ("bus", "life")])
    results.add(found == {"life": ["boot", "bus"]},
                "registered: a name that two areas have", f"{found}")
