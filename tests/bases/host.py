# SPDX-License-Identifier: GPL-2.0-only
"""
The other kernel bases: build them, and run their tests
"""

import os
import re
import subprocess

from lib.registry import TOP, test

# Exit status of scripts/fetch-package.sh if the archive does not have the source
NOT_IN_ARCHIVE = 2

# Time limit in seconds
PATIENCE = 2400


def own_base(opt):
    """Return the base of the tree that is tested"""
    return os.path.basename(opt.tree).removeprefix("linux-")


def others(opt):
    return [base for base in sorted(os.listdir(os.path.join(TOP, "patches")))
            if base != own_base(opt)]


def prepare(base):
    """Prepare the tree of another base"""
    tree = os.path.join(TOP, "build", base, f"linux-{base}")
    os.makedirs(os.path.dirname(tree), exist_ok=True)
    return subprocess.run([os.path.join(TOP, "scripts/prepare-tree.sh"), base, tree],
                          check=False, capture_output=True, text=True)


def apply_patches(opt, results):
    """Return the bases whose patches apply"""
    good = []
    for base in others(opt):
        done = prepare(base)
        if done.returncode == NOT_IN_ARCHIVE:
            results.skip(f"the patches for {base} apply", done.stderr.strip())
        elif results.add(done.returncode == 0, f"the patches for {base} apply",
                         done.stdout + done.stderr):
            good.append(base)
    return good


@test("bases", beside=True, needs=("tree",))
def patches_apply(opt, results):
    """The patches for the other kernel bases apply"""
    apply_patches(opt, results)


def check(base, words):
    """Run "make check" for another base, and return its output"""
    # The command line and the environment of this make are not for that one
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "CC")}
    return subprocess.run(["make", "-s", f"BASE={base}", "check", f"TESTS={words}"],
                          cwd=TOP, env=env, check=False, capture_output=True, text=True,
                          errors="replace", timeout=PATIENCE).stdout


def check_others(opt, results, words):
    for base in apply_patches(opt, results):
        output = check(base, words)
        summary = re.search(r"^(\d+) passed, (\d+) failed", output, re.M)
        results.add(summary and int(summary[1]) > 0 and summary[2] == "0",
                    f"{base}: the tests of {words} pass",
                    "; ".join(re.findall(r"^FAILED.*", output, re.M)) or output[-500:])


@test("bases", long=True, needs=("tree",))
def other_base_start(opt, results):
    """The tests of the start, of the ways out and of the world switch, with the other bases"""
    check_others(opt, results, "boot exit switch")


@test("bases", long=True, needs=("tree",))
def other_base_static(opt, results):
    """The static tests with the other bases"""
    check_others(opt, results, "static")
