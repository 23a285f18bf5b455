# SPDX-License-Identifier: GPL-2.0-only
"""
The registry of tests agrees with the programs and with the Makefile
"""

import glob
import os
import re

from lib import registry
from lib.registry import TESTS, TOP, test


def guest_programs():
    """All programs and scripts that the guest can start, by their names"""
    paths = glob.glob(os.path.join(TESTS, "*", "guest", "*"))
    names = {os.path.basename(path) for path in paths
             if not path.startswith(os.path.join(TESTS, "lib", "")) and
             not path.startswith(os.path.join(TESTS, "system", ""))}
    return {name.removesuffix(".c") for name in names
            if not name.endswith((".h", ".S", "-lib")) and name != "Makefile"}


def efi_programs():
    """All EFI programs, as efi.mk of each area lists them"""
    names = set()
    for path in glob.glob(os.path.join(TESTS, "*", "efi", "efi.mk")):
        with open(path, encoding="utf-8") as f:
            for line in re.findall(r"^(?:applications|drivers)\s*\+=(.*)$",
                                   f.read(), re.M):
                names |= set(line.split())
    return names


# Started by programs that measure: scripts/bench.py, scripts/bench_disks.py
MEASURING = {"tsc", "share", "speed", "diskspeed"}


@test("static", beside=True, needs=("tree",))
def registered(_opt, results):
    """Each program of the tests exists, and belongs to a test"""
    with open(os.path.join(TOP, "Makefile"), encoding="utf-8") as f:
        targets = set(re.findall(r"^([\w-]+):", f.read(), re.M))
    for kind, exist in (("guest", guest_programs()), ("efi", efi_programs())):
        used = set().union(*(getattr(t, kind) for t in registry.tests.values()))
        results.add(used <= exist, f"registered: {kind} programs exist",
                    f"{used - exist}")
        results.add(exist <= used | MEASURING,
                    f"registered: {kind} programs belong to a test",
                    f"{exist - used - MEASURING}")
    unknown = {need for t in registry.tests.values() for need in t.needs} - targets
    results.add(not unknown, "registered: make can build what the tests need",
                f"{unknown}")
    untitled = [t.name for t in registry.tests.values() if not t.title]
    results.add(not untitled, "registered: each test says what it is about",
                f"{untitled}")
