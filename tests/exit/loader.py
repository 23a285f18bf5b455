# SPDX-License-Identifier: GPL-2.0-only
"""
A boot loader that calls the entry point of the kernel by itself
"""

from exit.host import looked, look, same
from lib.machine import BOOT, QUIET, START, TEST, clean, files, machine
from lib.registry import test


@test("exit", beside=True, guest=("leave",), efi=("loader", "settings", "driver",
                                                  "selfcheck"))
def loader(opt, results):
    """The kernel returns to a loader that has not used LoadImage(), twice"""
    script = ["load fs0:\\driver.efi"]
    for status in (5, 0):
        script += [f"loader initrd=\\initrd.img {QUIET}leave:return={status}",
                   *look(status)]
    with machine(opt, results, "loader", files(opt, *script)) as m:
        states = []
        for status in (5, 0):
            found = m.expect(r"LOADER (\S+) ([0-9a-fA-F]+)", START + BOOT)
            results.add(found[1] == "RETURNED" and int(found[2], 16) & 0xff == status,
                        f"loader: it goes on with status {status}", found[0])
            states.append(looked(m, status, TEST))
        # The first time, drivers of the firmware fill their caches
        same(results, "loader", *states)
        clean(m, results, "loader")
