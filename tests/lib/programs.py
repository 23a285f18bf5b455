# SPDX-License-Identifier: GPL-2.0-only
"""
The programs of the tests: find all of them, and those that a boot starts
"""

import glob
import os
import re

from lib.registry import TESTS

# Kernel parameter that names the tests for init
QUIET = "efi_mode_test="

# Guest programs that start others
STARTERS = {"kexec-chain": ("leave",), "kselftests-storm": ("storm", "kselftests"),
            "net-both": ("net-firmware",), "tpm-log": ("tpm-event",)}

# A command of the UEFI shell that sets a load option. The command line of the kernel is in
# the load option, in UCS-2.
LOAD_OPTION = re.compile(r"^\s*setvar Boot\S+ .*=([0-9a-f]+)\s*$", re.M)


def guest_sources():
    """Return (area, name) of each program and script that the guest can start"""
    found = []
    for path in sorted(glob.glob(os.path.join(TESTS, "*", "guest", "*"))):
        area, _, file = os.path.relpath(path, TESTS).split(os.sep)
        # Scripts of area "system" are in the image of a distribution
        if area not in ("lib", "system") and file != "Makefile" and \
                not file.endswith((".h", ".S", "-lib")):
            found.append((area, file.removesuffix(".c")))
    return found


def efi_programs():
    """Return the names of all EFI programs, as efi.mk of each area lists them"""
    names = set()
    for path in glob.glob(os.path.join(TESTS, "*", "efi", "efi.mk")):
        with open(path, encoding="utf-8") as f:
            for line in re.findall(r"^(?:applications|drivers)\s*\+=(.*)$",
                                   f.read(), re.M):
                names |= set(line.split())
    return names


def duplicates(sources):
    """
    Return the names that are used in more than one area

    They would collide, because the guest has all programs in one folder.
    """
    areas = {}
    for area, name in sources:
        areas.setdefault(name, []).append(area)
    return {name: found for name, found in areas.items() if len(found) > 1}


def load_options(text):
    """Return the text of the load options in a script"""
    return "".join(bytes.fromhex(option).decode("utf-16-le", "replace")
                   for option in LOAD_OPTION.findall(text))


def started_guests(text):
    """Return the guest programs that the kernel command lines in @text start"""
    found = set()
    # In a load option, bytes that are not text may follow a command line
    for tests in re.findall(rf"{QUIET}([\w,:./+=()-]+)", text + load_options(text)):
        for test in tests.split(","):
            name = test.split(":")[0]
            # Programs of the initramfs have a path; "none" starts no program
            if "/" not in name and name != "none":
                found |= {name, *STARTERS.get(name, ())}
    return found


def started_efi(text, exist):
    """Return the programs of @exist that a script of the UEFI shell starts or loads"""
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
    """Return the programs that a boot starts, from its scripts and command lines"""
    text = "\n".join(texts)
    return {"guest": started_guests(text), "efi": started_efi(text, efi_programs())}


def undeclared(test, found):
    """Describe the programs in @found that @test does not declare, or return ''"""
    return "; ".join(f"{kind}= of its @test does not declare {name}"
                     for kind, names in found.items()
                     for name in sorted(names - set(getattr(test, kind))))


def unused(test, found):
    """Describe the programs that @test declares but are not in @found, or return ''"""
    return "; ".join(f"{kind}= of its @test declares {name}, which it does not start"
                     for kind, names in found.items()
                     for name in sorted(set(getattr(test, kind)) - names))
