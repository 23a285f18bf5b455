# SPDX-License-Identifier: GPL-2.0-only
"""
Files of a runner that was killed go, those of one that is alive stay
"""

import os

from lib import workspace
from lib.registry import test


@test("static", beside=True, needs=("tree",))
def stale_files(opt, results):
    """A runner removes what a killed runner has left, and nothing else"""
    dead = os.path.join(opt.tmp, workspace.PREFIX + "dead")
    other = os.path.join(opt.tmp, "logs")
    for path in (dead, other):
        os.makedirs(path)
        with open(os.path.join(path, "file"), "w", encoding="ascii"):
            pass
    with workspace.folder(opt.tmp) as alive:
        results.add(not os.path.exists(dead), "stale-files: those of a dead runner go")
        results.add(os.path.exists(os.path.join(other, "file")),
                    "stale-files: other files stay")
        with workspace.folder(opt.tmp) as mine:
            results.add(os.path.isdir(alive) and os.path.isdir(mine) and alive != mine,
                        "stale-files: those of a runner that is alive stay")
        results.add(os.path.isdir(alive) and not os.path.exists(mine),
                    "stale-files: a runner removes its own")
