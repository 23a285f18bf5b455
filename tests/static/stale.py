# SPDX-License-Identifier: GPL-2.0-only
"""
A runner removes the temporary files of killed runners, but not those of live ones
"""

import os

from lib import workspace
from lib.registry import test


@test("static", beside=True, needs=("tree",))
def stale_files(opt, results):
    """A runner removes the files of a killed runner, and no others"""
    dead = os.path.join(opt.tmp, workspace.PREFIX + "dead")
    other = os.path.join(opt.tmp, "logs")
    for path in (dead, other):
        os.makedirs(path)
        with open(os.path.join(path, "file"), "w", encoding="ascii"):
            pass
    with workspace.folder(opt.tmp) as alive:
        results.add(not os.path.exists(dead), "stale-files: a killed runner's files are removed")
        results.add(os.path.exists(os.path.join(other, "file")),
                    "stale-files: unrelated files stay")
        with workspace.folder(opt.tmp) as mine:
            results.add(os.path.isdir(alive) and os.path.isdir(mine) and alive != mine,
                        "stale-files: a live runner's files stay")
        results.add(os.path.isdir(alive) and not os.path.exists(mine),
                    "stale-files: a runner removes its own files when it ends")
