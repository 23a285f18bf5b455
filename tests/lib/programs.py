# SPDX-License-Identifier: GPL-2.0-only
"""
The programs of the tests: which exist, and which of them a boot starts
"""

import glob
import os
import re

from lib.registry import TESTS

# On the kernel's command line: what init in the guest starts
QUIET = "efi_mode_test="

# Guest programs that start others
STARTERS = {"kselftests-storm": ("storm", "kselftests")}

# What a load option has in a script: the command line is in it, in UCS-2
LOAD_OPTION = re.compile(r"^\s*setvar Boot\S+ .*=([0-9a-f]+)\s*$", re.M)


def guest_sources():
    """The sources of all programs and scripts that the guest can start: (area, name)"""
    found = []
    for path in sorted(glob.glob(os.path.join(TESTS, "*", "guest", "*"))):
        area, _, file = os.path.relpath(path, TESTS).split(os.sep)
        # Scripts of area "system" are in the image of a distribution
        if area not in ("lib", "system") and file != "Makefile" and \
                not file.endswith((".h", ".S", "-lib")):
            found.append((area, file.removesuffix(".c")))
    return found


def efi_programs():
    """The names of all EFI programs, as efi.mk of each area lists them"""
    names = set()
    for path in glob.glob(os.path.join(TESTS, "*", "efi", "efi.mk")):
        with open(path, encoding="utf-8") as f:
            for line in re.findall(r"^(?:applications|drivers)\s*\+=(.*)$",
                                   f.read(), re.M):
                names |= set(line.split())
    return names


def duplicates(sources):
    """The names that more than one area has: the guest has all programs in one folder"""
    areas = {}
    for area, name in sources:
        areas.setdefault(name, []).append(area)
    return {name: found for name, found in areas.items() if len(found) > 1}


def load_options(text):
    """The text of the load options in a script"""
    return "".join(bytes.fromhex(option).decode("utf-16-le", "replace")
                   for option in LOAD_OPTION.findall(text))


def started_guests(text):
    """The guest programs that kernels start, by their command lines in @text"""
    found = set()
    # A command line may end at a character of a load option that is none
    for tests in re.findall(rf"{QUIET}([\w,:./+=()-]+)", text + load_options(text)):
        for test in tests.split(","):
            name = test.split(":")[0]
            # A program of the initramfs has a path, and there is none called "none"
            if "/" not in name and name != "none":
                found |= {name, *STARTERS.get(name, ())}
    return found


def started_efi(text, exist):
    """The programs of @exist that the firmware's shell starts or loads by a script"""
    found = set()
    for line in text.splitlines():
        words = [word.removeprefix("fs0:").removeprefix("\\").removesuffix(".efi")
                 for word in line.split()]
        if words and words[0] == "load":
            found |= set(words[1:])
        else:
            found |= set(words[:1])
    return found & exist


def started(*texts):
    """The programs that a boot starts, by its scripts and command lines"""
    text = "\n".join(texts)
    return {"guest": started_guests(text), "efi": started_efi(text, efi_programs())}


def undeclared(test, found):
    """What is wrong if @test starts the programs @found; an empty string if nothing is"""
    return "; ".join(f"{kind}= of its @test does not declare {name}"
                     for kind, names in found.items()
                     for name in sorted(names - set(getattr(test, kind))))


def unused(test, found):
    """What is wrong if @test has started the programs @found and no others"""
    return "; ".join(f"{kind}= of its @test declares {name}, which it does not start"
                     for kind, names in found.items()
                     for name in sorted(set(getattr(test, kind)) - names))
