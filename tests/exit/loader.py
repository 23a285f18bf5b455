# SPDX-License-Identifier: GPL-2.0-only
"""
Start the kernel by a boot loader that calls its entry point directly
"""

from exit.host import looked, look, same
from lib.machine import BOOT, QUIET, START, TEST, clean, files, machine
from lib.registry import test


@test("exit", beside=True, guest=("leave",), efi=("loader", "settings", "driver",
                                                  "selfcheck"))
def loader(opt, results):
    """The kernel returns twice to a boot loader that does not use LoadImage()"""
    script = ["load fs0:\\driver.efi"]
    for status in (5, 0):
        script += [f"loader initrd=\\initrd.img {QUIET}leave:return={status}",
                   *look(status)]
    with machine(opt, results, "loader", files(opt, *script)) as m:
        states = []
        for status in (5, 0):
            found = m.expect(r"LOADER (\S+) ([0-9a-fA-F]+)", START + BOOT)
            results.add(found[1] == "RETURNED" and int(found[2], 16) & 0xff == status,
                        f"loader: the kernel returns status {status}", found[0])
            states.append(looked(m, status, TEST))
        # Do not compare with the state before the first start, because firmware drivers fill
        # caches during it
        same(results, "loader", *states)
        clean(m, results, "loader")
