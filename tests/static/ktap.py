# SPDX-License-Identifier: GPL-2.0-only
"""
Find KTAP results in a serial log that also has kernel messages
"""

from lib.machine import whole_lines
from lib.registry import test

LOG = """1..3\r
o[    3.743508] efi-keyboard efi17: keyboard\r
[    3.743600] input: EFI keyboard\r
k 1 there it is\r
# [    0.008813] printk: quoted\r
ok 2 each key arrives[   12.345678] once more\r
 once\r
[    4.274941] input: EFI keyboard\r
ok 3 gone\r
"""

WANTED = """1..3\r
ok 1 there it is\r
# [    0.008813] printk: quoted\r
ok 2 each key arrives once\r
[    4.274941] input: EFI keyboard\r
ok 3 gone\r
"""


@test("static", beside=True, needs=("tree",))
def ktap_lines(_opt, results):
    """A kernel message in the middle of a line hides no result"""
    found = whole_lines(LOG)
    results.add(found == WANTED, "ktap-lines: kernel messages are removed", found)
