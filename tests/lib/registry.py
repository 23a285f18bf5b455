# SPDX-License-Identifier: GPL-2.0-only
"""
The registry of tests

A test is a function in a Python file of its area's folder, tests/AREA/*.py:

    @test("disk", guest=("disk",), efi=("driver",))
    def disk_faults(opt, results):
        '''A disk of the test driver that fails in every way'''

Its name is that of the function, with "-" for "_".
"""

import dataclasses
import fnmatch
import glob
import importlib
import os
import typing

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(TESTS)


@dataclasses.dataclass(frozen=True)
class Test:
    """A registered test"""

    name: str
    area: str
    function: typing.Callable
    # True if the result does not depend on the load of the host, so that the test can
    # run beside others
    beside: bool
    # True for a long test. An area or a glob stands for it only in "make check-long", but
    # its name chooses it in "make check", too.
    long: bool
    # Programs that the test starts in the guest and in the firmware. machine.py and
    # check.py compare them with the programs that it really starts.
    guest: tuple
    efi: tuple
    # Make targets that build all that the test uses, except the EFI programs, which
    # "make check" always builds
    needs: tuple

    @property
    def title(self):
        """The first paragraph of its docstring, in one line"""
        return " ".join((self.function.__doc__ or "").split("\n\n")[0].split())


tests = {}


def test(area, *, name=None, beside=False, long=False, also_long=False, guest=(),
         efi=(), needs=("tests-initrd",)):
    """
    Register a test of @area; see class Test for the parameters

    @also_long registers a second test, NAME-long. It runs the same function with more
    cases, more repetitions or longer firmware calls.
    """
    def register(function):
        known = name or function.__name__.replace("_", "-")
        path = os.path.abspath(function.__code__.co_filename)
        folder = os.path.basename(os.path.dirname(path))
        if folder != area:
            raise ValueError(f"{known} of area {area} is in tests/{folder}")
        for suffix, is_long in (("", long), *([("-long", True)] if also_long else ())):
            if known + suffix in tests:
                raise ValueError(f"two tests are called {known + suffix}")
            tests[known + suffix] = Test(known + suffix, area, function, beside,
                                         is_long, tuple(guest), tuple(efi),
                                         tuple(needs))
        return function
    return register


def has_long_version(test_):
    """Return True if a test has a long version"""
    return any(t.function is test_.function and t.long > test_.long
               for t in tests.values())


def load():
    """Import the Python files of all areas, which register their tests"""
    for path in sorted(glob.glob(os.path.join(TESTS, "*", "*.py"))):
        area, file = os.path.relpath(path, TESTS).split(os.sep)
        if area != "lib":
            importlib.import_module(f"{area}.{file[:-3]}")
    both = {t.area for t in tests.values()} & set(tests)
    if both:
        raise ValueError(f"a test and an area have the same name: {both}")


def choose(words, long, everything=False):
    """
    Return the tests that @words choose, in the order of the registry

    A word is the name of a test, an area, or a glob of names. An area or a glob chooses
    its quick tests, or its long ones if @long is true. A name chooses its test in any
    case. An empty list of words chooses all tests. If @everything is true, quick and
    long tests are chosen.

    Raises ValueError if a word chooses no test.
    """
    usual = {name for name, t in tests.items() if everything or t.long == long}
    if not words:
        return [t for name, t in tests.items() if name in usual]
    chosen = set()
    for word in words:
        named = {name for name, t in tests.items()
                 if t.area == word or fnmatch.fnmatch(name, word)}
        if not named:
            raise ValueError(
                f"no test, area or glob is called {word}; areas: "
                f"{' '.join(sorted({t.area for t in tests.values()}))}")
        if word not in tests and not named & usual:
            raise ValueError(f"{word} has no {'long' if long else 'quick'} test")
        chosen |= {word} if word in tests else named & usual
    return [t for name, t in tests.items() if name in chosen]
