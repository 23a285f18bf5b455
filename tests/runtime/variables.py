# SPDX-License-Identifier: GPL-2.0-only
"""
Variables of boot services, which are not for an operating system
"""

import re

from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST, clean, machine
from lib.registry import test

SHIM = "605dab50-e046-4300-abb6-3dd810dd8b23"
OURS = "9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b"

NV_BS, BS_RT = "-nv -bs", "-bs -rt"

# As tests/runtime/guest/boot-variables.c has them. What Linux does with the first
# must not be possible for root.
VARIABLES = (
    ("MokList", SHIM, NV_BS, "a1b2c3d4"),
    ("MokSBState", SHIM, NV_BS, "01"),
    ("SbatLevel", SHIM, NV_BS, "736261742c31"),
    ("SecureBootEnable", "f0a30bc7-af08-4556-99c4-001009c93a44", NV_BS, "01"),
    ("CustomMode", "c076ec0c-7028-4399-a072-71ee5c448b9f", NV_BS, "00"),
    ("EfiModeVolatile", OURS, BS_RT, "55aa"),
)
# efivarfs has no room for such a name. It is the first in the list of the firmware, and must
# not hide those behind it.
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
    """What they have said: a dict from the name of a variable to its attributes and
    its value"""
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
    """Variables of boot services are out of reach of root, unless they are opened

    Between two ways to Linux and after them the UEFI shell shows what is there.
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
        results.add(before == expected, f"{name}: the UEFI shell has made them",
                    f"{before}")
        guest(m, results, f"{name}: closed", "boot-variables")
        warning = f"not listed, because its name has {len(LONG_NAME)} characters"
        results.add(warning in m.text, f"{name}: a long name is only warned of")
        after = shown(m, "closed", START)
        results.add(after == before, f"{name}: all are as before", f"{after}")
        guest(m, results, f"{name}: open", "boot-variables:open")
        after = shown(m, "open", START)
        results.add(after == {**before, OPENED: ({"NV", "BS"}, "77")},
                    f"{name}: one more if they are open", f"{after}")
        results.add(m.wait_end(60), f"{name}: power-off")
        clean(m, results, name)


def guest(m, results, prefix, program):
    m.expect(r"TEST BEGIN", BOOT)
    begin = m.position
    end = m.expect(rf"TEST END {program} (\d+)", TEST)
    boots.take_results(results, prefix, m.text[begin:end.start()], end[1] == "0",
                       end[1])
