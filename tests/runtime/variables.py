# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of variables of boot services, which an operating system must not access
"""

import re

from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST, clean, machine
from lib.registry import test

SHIM = "605dab50-e046-4300-abb6-3dd810dd8b23"
OURS = "9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b"

NV_BS, BS_RT = "-nv -bs", "-bs -rt"

# The same variables as in tests/runtime/guest/boot-variables.c. Root must not be able to
# read those without runtime access, and not be able to write any of them.
VARIABLES = (
    ("MokList", SHIM, NV_BS, "a1b2c3d4"),
    ("MokSBState", SHIM, NV_BS, "01"),
    ("SbatLevel", SHIM, NV_BS, "736261742c31"),
    ("SecureBootEnable", "f0a30bc7-af08-4556-99c4-001009c93a44", NV_BS, "01"),
    ("CustomMode", "c076ec0c-7028-4399-a072-71ee5c448b9f", NV_BS, "00"),
    ("EfiModeVolatile", OURS, BS_RT, "55aa"),
)
# efivarfs cannot show such a long name. It comes first in the firmware's list, and must not
# hide the names behind it.
LONG_NAME = "EfiModeLong" + 289 * "x"

MADE, OPENED = "EfiModeMade", "EfiModeOpened"


def show(label):
    """Shell commands that print all variables of the test"""
    names = [(name, guid) for name, guid, *_ in VARIABLES]
    return (f"echo SHOW {label}",
            *[f"dmpstore {name} -guid {guid}"
              for name, guid in (*names, (MADE, OURS), (OPENED, OURS))],
            "echo SHOWN")


def shown(m, label, timeout):
    """
    Parse the output of the commands from show()

    Return a dict from the name of a variable to its attributes and its value.
    """
    m.expect(rf"^(?:\x1b\[[\d;?]*[A-Za-z])*SHOW {label}\s*$", timeout)
    begin = m.position
    end = m.expect(r"^(?:\x1b\[[\d;?]*[A-Za-z])*SHOWN", START)
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", m.text[begin:end.start()])
    return {name: (set(attributes.split("+")), re.sub("[ -]", "", value).lower())
            for attributes, name, value in
            re.findall(r"^Variable (\S+) '[-0-9A-Fa-f]+:(\w+)' .*\n"
                       r"\s*00000000: ((?:[0-9A-F]{2}[ -])+)", text, re.M)}


@test("runtime", beside=True, guest=("boot-variables", "leave"))
def boot_variables(opt, results):
    """
    Root cannot access variables of boot services, except with efi_mode.bs_variables=1

    The UEFI shell shows the variables before, between and after two starts of Linux.
    """
    name = "variables of boot services"
    linux = "bzImage initrd=\\initrd.img"
    content = boots.files(
        opt, f"setvar {LONG_NAME} -guid {OURS} {BS_RT} =01", *[f"setvar {variable} -guid {guid} {attributes} ={value}"
               for variable, guid, attributes, value in VARIABLES],
        *show("before"),
        f"{linux} {QUIET}boot-variables,leave:return", *show("closed"),
        f"setvar {LONG_NAME} -guid {OURS} {BS_RT} =",
        f"{linux} efi_mode.bs_variables=1 {QUIET}boot-variables:open,leave:return",
        *show("open"), "reset -s")
    expected = {variable: (set(re.findall(r"\w+", attributes.upper())), value)
                for variable, _, attributes, value in VARIABLES}
    with machine(opt, results, name, content) as m:
        before = shown(m, "before", START)
        results.add(before == expected, f"{name}: the UEFI shell has made the variables",
                    f"{before}")
        guest(m, results, f"{name}: closed", "boot-variables")
        warning = f"not listed, because its name has {len(LONG_NAME)} characters"
        results.add(warning in m.text, f"{name}: a long name causes a warning")
        after = shown(m, "closed", START)
        results.add(after == before, f"{name}: all variables are unchanged", f"{after}")
        guest(m, results, f"{name}: open", "boot-variables:open")
        after = shown(m, "open", START)
        results.add(after == {**before, OPENED: ({"NV", "BS"}, "77")},
                    f"{name}: with access, Linux has made one more", f"{after}")
        results.add(m.wait_end(60), f"{name}: power-off")
        clean(m, results, name)


def guest(m, results, prefix, program):
    m.expect(r"TEST BEGIN", BOOT)
    begin = m.position
    end = m.expect(rf"TEST END {program} (\d+)", TEST)
    boots.take_results(results, prefix, m.text[begin:end.start()], end[1] == "0",
                       end[1])
