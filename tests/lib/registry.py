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
    """A test, and what is known about it before it runs"""

    name: str
    area: str
    function: typing.Callable
    # Does its result not depend on the load of the host? Then it runs beside others.
    beside: bool
    # Is it for "make check-long" only?
    long: bool
    # Programs that it starts in the guest, and in the firmware. machine.py and
    # check.py compare them with what it does start.
    guest: tuple
    efi: tuple
    # Targets of the Makefile that build the rest of what it uses
    needs: tuple

    @property
    def title(self):
        """The first paragraph of its documentation, in one line"""
        return " ".join((self.function.__doc__ or "").split("\n\n")[0].split())


tests = {}


def test(area, *, name=None, beside=False, long=False, also_long=False, guest=(),
         efi=(), needs=("tests-initrd",)):
    """
    Register a test of @area: see class Test for the parameters

    With @also_long there is another test, NAME-long: the same with the repetitions and
    firmware calls that take long.
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
    """Is there a test that does the same and more?"""
    return any(t.function is test_.function and t.long > test_.long
               for t in tests.values())


def load():
    """Import all areas, which registers their tests"""
    for path in sorted(glob.glob(os.path.join(TESTS, "*", "*.py"))):
        area, file = os.path.relpath(path, TESTS).split(os.sep)
        if area != "lib":
            importlib.import_module(f"{area}.{file[:-3]}")
    both = {t.area for t in tests.values()} & set(tests)
    if both:
        raise ValueError(f"these are tests and areas: {both}")


def choose(words, long, everything=False):
    """
    The tests that @words name, in the order of the registry

    A word is the name of a test, an area, or a glob of names. An area and a glob
    stand for the quick tests, or for the long ones if @long; a name is always
    taken. No word stands for all. With @everything the length of a test does not
    matter. Raises ValueError for a word without a test.
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
