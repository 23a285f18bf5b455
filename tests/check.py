#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Run the tests: make check, make check-long

The serial log of a boot that failed is kept, and its path is printed.  The
last line is "N passed, N failed".
"""

import argparse
import collections
import contextlib
import copy
import os
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "scripts"))
sys.path.insert(0, os.path.join(TOP, "tests"))

from lib import programs, registry, workspace    # noqa: E402

# Number of the slowest tests that are printed at the end
SLOWEST = 10


class Results:
    """The results of one test"""

    def __init__(self, logs):
        self.passed = self.failed = self.skipped = 0
        self.logs = logs
        self.lines = []

    def add(self, ok, name, detail=""):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
        self.lines.append(("ok      " if ok else "FAILED  ") + name +
                          (f": {detail}" if detail and not ok else ""))
        return ok

    def skip(self, name, reason):
        """Record a result that is neither passed nor failed"""
        self.skipped += 1
        self.lines.append(f"skipped {name}: {reason}")

    def quote(self, lines):
        self.lines += ["        | " + line for line in lines]

    def keep_log(self, name, text):
        os.makedirs(self.logs, exist_ok=True)
        path = os.path.join(self.logs, name + ".log")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.lines.append(f"        the serial log is in {path}")


def judge_programs(test, started, results):
    """
    Check that a test has started all programs that it declares

    A test that failed may have ended before it started all of them. If a test has a long
    version, only the long version starts all of them.
    """
    if results.failed or results.skipped or registry.has_long_version(test):
        return
    wrong = programs.unused(test, started)
    if wrong:
        results.add(False, f"{test.name}: programs", wrong)


class Lanes:
    """
    Run tests in two lanes at the same time

    The first lane runs the tests that depend on time, one after the other. The second
    lane runs the other tests. When the first lane has no more tests of its own, it runs
    the other tests, too.
    """

    def __init__(self, opt, chosen):
        self.opt = opt
        self.chosen = chosen
        self.lock = threading.Lock()
        self.passed = self.failed = self.done = 0
        self.seconds = {}

    def run(self, test):
        """Run one test and print its output in one piece when it ends"""
        start = time.monotonic()
        with self.lock:
            print(f"... {test.name}", flush=True)
        results = Results(os.path.join(self.opt.build, "logs"))
        opt = copy.copy(self.opt)
        opt.test = test
        opt.started = {"guest": set(), "efi": set()}
        try:
            with tempfile.TemporaryDirectory(dir=opt.tmp) as opt.tmp:
                test.function(opt, results)
            judge_programs(test, opt.started, results)
        except Exception as e:  # pylint: disable=broad-except
            results.add(False, test.name, f"{type(e).__name__}: {e}")
        seconds = time.monotonic() - start
        with self.lock:
            self.passed += results.passed
            self.failed += results.failed
            self.done += 1
            self.seconds[test] = seconds
            print(f"--- {test.name}", *results.lines,
                  f"    {seconds:.0f} s, {self.done} of {len(self.chosen)}",
                  sep="\n", flush=True)

    def run_lane(self, tests, others):
        for test in tests:
            self.run(test)
        with contextlib.suppress(IndexError):
            while True:
                self.run(others.popleft())

    def run_all(self):
        others = collections.deque(t for t in self.chosen if t.beside)
        lanes = ([t for t in self.chosen if not t.beside], [])
        threads = [threading.Thread(target=self.run_lane, args=(lane, others))
                   for lane in lanes]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def print_times(self):
        areas = collections.Counter()
        for test, seconds in self.seconds.items():
            areas[test.area] += seconds
        print("Seconds per area: " + ", ".join(
            f"{area} {seconds:.0f}" for area, seconds in areas.most_common()))
        slowest = sorted(self.seconds.items(), key=lambda item: -item[1])
        print("Slowest tests: " + ", ".join(
            f"{test.name} {seconds:.0f}" for test, seconds in slowest[:SLOWEST]))


def print_list(chosen):
    """Print a table of the tests"""
    for t in chosen:
        print(f"{t.name:22} {t.area:9} {'long' if t.long else 'quick':6}"
              f"{'beside' if t.beside else 'alone':7} {t.title}")
        for what, programs in (("guest", t.guest), ("firmware", t.efi)):
            if programs:
                print(f"{'':22} {what}: {' '.join(programs)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build")
    parser.add_argument("--tree")
    parser.add_argument("--objects")
    parser.add_argument("--firmware")
    parser.add_argument("--vars")
    parser.add_argument("--long", action="store_true",
                        help="areas and globs stand for the long tests")
    parser.add_argument("--list", action="store_true",
                        help="print the tests and run none")
    parser.add_argument("--needs", action="store_true",
                        help="print the make targets that the tests need")
    parser.add_argument("words", nargs="*",
                        help="names of tests, areas or globs; all tests if omitted")
    opt = parser.parse_args()

    registry.load()
    try:
        chosen = registry.choose(opt.words, opt.long, opt.list)
    except ValueError as e:
        parser.error(str(e))
    if opt.list:
        print_list(chosen)
        return 0
    if opt.needs:
        print(*sorted({need for t in chosen for need in t.needs}))
        return 0
    if not (opt.build and opt.tree and opt.objects):
        parser.error("--build, --tree and --objects are required")
    opt.kernel = os.path.join(opt.objects, "arch/efi/boot/bzImage")

    lanes = Lanes(opt, chosen)
    with workspace.folder(opt.build) as opt.tmp:
        lanes.run_all()
    lanes.print_times()
    print(f"{lanes.passed} passed, {lanes.failed} failed")
    return 1 if lanes.failed or not lanes.passed else 0


if __name__ == "__main__":
    sys.exit(main())
