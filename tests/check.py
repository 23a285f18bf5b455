#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Run the tests: make check

Each boot of the machine serves as many tests as it can.  The serial log of a
boot that failed is kept, and its place is printed.  The last line is
"N passed, N failed".
"""

import argparse
import os
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "scripts"))
sys.path.insert(0, os.path.join(TOP, "tests"))

import boots         # noqa: E402
import kselftests    # noqa: E402
import runtime       # noqa: E402
import sharing       # noqa: E402
import static        # noqa: E402
import wayback       # noqa: E402


class Results:
    """Counts, and says as it goes"""

    def __init__(self, logs):
        self.passed = self.failed = 0
        self.logs = logs

    def add(self, ok, name, detail=""):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
        print(("ok      " if ok else "FAILED  ") + name +
              (f": {detail}" if detail and not ok else ""), flush=True)
        return ok

    def keep_log(self, name, text):
        os.makedirs(self.logs, exist_ok=True)
        path = os.path.join(self.logs, name + ".log")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        print(f"        the serial log is in {path}", flush=True)


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
             **kselftests.TESTS, **wayback.TESTS, **runtime.TESTS}
    tests = {**usual, **kselftests.LONG, **sharing.LONG, **wayback.LONG,
             **runtime.LONG}
    unknown = [name for name in opt.tests if name not in tests]
    if unknown:
        parser.error(f"there is no test {unknown[0]}; there are: {' '.join(tests)}")

    results = Results(os.path.join(opt.build, "logs"))
    for name in opt.tests or usual:
        start = time.monotonic()
        print(f"--- {name}", flush=True)
        try:
            tests[name](opt, results)
        except Exception as e:  # pylint: disable=broad-except
            results.add(False, name, f"{type(e).__name__}: {e}")
        print(f"    {time.monotonic() - start:.0f} s", flush=True)

    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed or not results.passed else 0


if __name__ == "__main__":
    sys.exit(main())
