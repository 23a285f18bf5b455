#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Run the tests: make check

Each boot of the machine serves as many tests as it can.  The serial log of a
boot that failed is kept, and its place is printed.  The last line is
"N passed, N failed".
"""

import argparse
import collections
import contextlib
import os
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "scripts"))
sys.path.insert(0, os.path.join(TOP, "tests"))

import boots         # noqa: E402
import bus           # noqa: E402
import diskload      # noqa: E402
import disks         # noqa: E402
import keyboard      # noqa: E402
import kselftests    # noqa: E402
import runtime       # noqa: E402
import screen        # noqa: E402
import sharing       # noqa: E402
import static        # noqa: E402
import system        # noqa: E402
import wayback       # noqa: E402


# Tests whose results do not depend on who else uses the host: they run beside the
# others, on the second processor
BESIDE = (*static.TESTS, "lsefi", "hotplug", "removable", "loadfile2", "errors",
          "hands-off", "second-firmware", "contain", "breach", "round-trip", "stuck",
          "never", "halt", "nmi-panic", "alt-sysrq-b", "resets", "keyfaults",
          "keyboard-sum", "terminals", *runtime.TESTS,
          *disks.TESTS, *screen.TESTS, *diskload.TESTS, *system.TESTS)


class Results:
    """What one test has found"""

    def __init__(self, logs):
        self.passed = self.failed = 0
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
        """Neither passed nor failed"""
        self.lines.append(f"skipped {name}: {reason}")

    def quote(self, lines):
        self.lines += ["        | " + line for line in lines]

    def keep_log(self, name, text):
        os.makedirs(self.logs, exist_ok=True)
        path = os.path.join(self.logs, name + ".log")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.lines.append(f"        the serial log is in {path}")


class Lanes:
    """
    Runs tests, two at a time: those that depend on time one after the other, and
    beside them the others. When there are no more of the former, both are free.
    """

    def __init__(self, opt, tests):
        self.opt = opt
        self.tests = tests
        self.lock = threading.Lock()
        self.passed = self.failed = 0

    def run(self, name):
        """One test. What it says is printed in one piece, at its end."""
        start = time.monotonic()
        print(f"... {name}", flush=True)
        results = Results(os.path.join(self.opt.build, "logs"))
        try:
            self.tests[name](self.opt, results)
        except Exception as e:  # pylint: disable=broad-except
            results.add(False, name, f"{type(e).__name__}: {e}")
        with self.lock:
            self.passed += results.passed
            self.failed += results.failed
            print(f"--- {name}", *results.lines,
                  f"    {time.monotonic() - start:.0f} s", sep="\n", flush=True)

    def run_lane(self, names, others):
        for name in names:
            self.run(name)
        with contextlib.suppress(IndexError):
            while True:
                self.run(others.popleft())

    def run_all(self, names):
        others = collections.deque(name for name in names if name in BESIDE)
        lanes = ([name for name in names if name not in BESIDE], [])
        threads = [threading.Thread(target=self.run_lane, args=(lane, others))
                   for lane in lanes]
        for t in threads:
            t.start()
        for t in threads:
            t.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--firmware")
    parser.add_argument("--vars")
    parser.add_argument("tests", nargs="*")
    opt = parser.parse_args()

    usual = {**static.TESTS, **boots.TESTS, **sharing.TESTS,
             **kselftests.TESTS, **wayback.TESTS, **runtime.TESTS,
             **bus.TESTS, **disks.TESTS, **screen.TESTS, **keyboard.TESTS,
             **diskload.TESTS, **system.TESTS}
    tests = {**usual, **kselftests.LONG, **sharing.LONG, **wayback.LONG,
             **runtime.LONG, **disks.LONG}
    unknown = [name for name in opt.tests if name not in tests]
    if unknown:
        parser.error(f"there is no test {unknown[0]}; there are: {' '.join(tests)}")

    lanes = Lanes(opt, tests)
    names = opt.tests or list(usual)
    lanes.run_all(names)
    print(f"{lanes.passed} passed, {lanes.failed} failed")
    return 1 if lanes.failed or not lanes.passed else 0


if __name__ == "__main__":
    sys.exit(main())
