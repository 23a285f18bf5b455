# SPDX-License-Identifier: GPL-2.0-only
"""
What Linux leaves behind in memory: with efi_mode.clear=1, nothing
"""

from lib.machine import BOOT, QUIET, START, files, machine
from lib.registry import test

MIB = 64
PAGES = MIB << 8


@test("exit", beside=True, guest=("marks", "leave"), efi=("marks",))
def clear(opt, results):
    """Pages of Linux are found in free memory after a return, but not if it clears them"""
    linux = (f"bzImage initrd=\\initrd.img efi_mode.clear=%d "
             f"{QUIET}marks:{MIB},leave:return=0")
    content = files(opt, "marks", linux % 1, "marks", linux % 0, "marks")
    with machine(opt, results, "clear", content) as m:
        for what, timeout, is_right in (
                ("before Linux, there are none", START, lambda n: n == 0),
                ("cleared, there are none", START + BOOT, lambda n: n == 0),
                ("not cleared, most are there", START + BOOT,
                 lambda n: n > PAGES * 3 // 4)):
            found = m.expect(r"^MARKS (\d+)", timeout)
            results.add(is_right(int(found[1])), f"clear: {what}: {found[1]}")
