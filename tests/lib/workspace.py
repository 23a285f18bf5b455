# SPDX-License-Identifier: GPL-2.0-only
"""
Temporary files of the tests

Each runner has its own folder in the build folder. If a runner is killed, its folder stays
behind, and the next runner removes it.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import tempfile

PREFIX = "run-"


@contextlib.contextmanager
def build_locked(build):
    """Keep other runners from creating or removing their folders"""
    fd = os.open(build, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def lock(path):
    """Lock the folder of a runner; return None if that runner is alive"""
    # pylint: disable=consider-using-with
    file = open(os.path.join(path, "lock"), "w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def remove_stale(build):
    """Remove the folders of runners that were killed"""
    for path in glob.glob(os.path.join(build, PREFIX + "*")):
        held = lock(path)
        if held:
            shutil.rmtree(path)
            held.close()


@contextlib.contextmanager
def folder(build):
    """Create a folder for this runner in the folder @build"""
    os.makedirs(build, exist_ok=True)
    with build_locked(build):
        remove_stale(build)
        path = tempfile.mkdtemp(prefix=PREFIX, dir=build)
        held = lock(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        held.close()
