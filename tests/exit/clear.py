# SPDX-License-Identifier: GPL-2.0-only
"""
With efi_mode.clear=1, Linux clears its memory before it returns to the firmware
"""

import re

from lib.machine import BOOT, QUIET, START, files, machine
from lib.registry import test

MIB = 64
PAGES = MIB << 8


@test("exit", beside=True, guest=("marks", "leave"), efi=("marks",))
def clear(opt, results):
    """Linux clears its memory before it frees it, with efi_mode.clear=1 only"""
    script = ["load fs0:\\marks.efi"]
    for value in (1, 0):
        script += [f"bzImage initrd=\\initrd.img efi_mode.clear={value} "
                   f"{QUIET}marks:{MIB},leave:return=0", f"echo RETURNED {value}"]
    with machine(opt, results, "clear", files(opt, *script)) as m:
        for value, what, is_right in (
                (1, "cleared", lambda n: n == 0),
                (0, "not cleared", lambda n: n > PAGES * 3 // 4)):
            begin = m.position
            end = m.expect(rf"RETURNED {value}", START + BOOT)
            freed = re.findall(r"FREED (\d+) MARKS (\d+)\.",
                               m.text[begin:end.start()])
            marks = sum(int(n) for _, n in freed)
            results.add(freed and is_right(marks),
                        f"clear: {what}: {marks} of {PAGES} pages have marks")
