# SPDX-License-Identifier: GPL-2.0-only
"""
Boot a machine from a disk of files, and check the results of its guest
"""

import contextlib
import os
import re
import tempfile

import qemu
from lib import programs
from lib.programs import QUIET

# Timeouts in seconds: from the start of QEMU to the first kernel message, from there to
# the first test, and for one test
START = 60
BOOT = 120
TEST = 240


# Kernel parameters for tests that boot a hundred times. OVMF of Debian fills all memory that
# Linux frees, which takes the emulated CPU some seconds for each GiB.
SMALL = "efi_mode.arena=160M loglevel=5"


def program(opt, name):
    """Return the path of an EFI program of the tests"""
    return os.path.join(opt.build, "firmware", name + ".efi")


def files(opt, *script, objects=None, archives=("initrd-tests",)):
    """
    Return the files for the disk that the firmware boots from

    These are the kernel, the EFI programs that the test needs, and a script for the UEFI
    shell. The initrd is that of "make run", followed by @archives; the kernel unpacks
    them one after the other. If the test is a long one, the kernel's command line says
    so.
    """
    objects = objects or opt.objects
    if opt.test.long:
        script = [line.replace(QUIET, "efi_mode_long " + QUIET) for line in script]
    return {
        "bzImage": os.path.join(objects, "arch/efi/boot/bzImage"),
        "initrd.img": qemu.joined(objects, "initrd", *archives),
        "startup.nsh": qemu.shell_script("@echo -off", "fs0:", *script),
        **{name + ".efi": program(opt, name) for name in opt.test.efi},
    }


def note_programs(opt, *texts):
    """
    Record the programs that a boot starts, and check that the test declares them

    @texts: scripts for the UEFI shell, and kernel command lines
    """
    found = programs.started(*texts)
    wrong = programs.undeclared(opt.test, found)
    if wrong:
        raise ValueError(wrong)
    for kind, names in found.items():
        opt.started[kind] |= names


@contextlib.contextmanager
def machine(opt, results, name, content, **kwargs):
    """Run a machine that boots from @content; if a test fails, keep its serial log"""
    failed = results.failed
    if opt.firmware:
        kwargs.setdefault("firmware", opt.firmware)
        kwargs.setdefault("variables", opt.vars)
    note_programs(opt, (content or {}).get("startup.nsh", b"").decode(),
                  *kwargs.get("args", ()))
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        disk = None
        if content:
            disk = os.path.join(tmp, "esp.img")
            qemu.fat_image(disk, content)
        with qemu.Machine(disk=disk, directory=tmp, **kwargs) as m:
            try:
                m.start()
                yield m
            except qemu.Timeout as e:
                results.add(False, name, str(e))
            finally:
                if results.failed != failed:
                    results.keep_log(f"{opt.test.name}: {name}", m.text)


# A kernel message in the middle of a line, but not one that a KTAP comment quotes
MESSAGE = re.compile(r"^([^#\[\n][^\n]*?)\[ {0,4}\d+\.\d{6}\] [^\n]*\n", re.M)


def whole_lines(text):
    """Return @text without kernel messages that interrupt a line"""
    while True:
        text, n = MESSAGE.subn(r"\1", text)
        if not n:
            return text


def take_results(results, prefix, lines, ended=True, status="0"):
    """Add all KTAP results, and check that their number is as planned"""
    found = 0
    lines = whole_lines(lines)
    for line in re.finditer(r"^(not )?ok \d+ (.*?)\s*$", lines, re.M):
        found += 1
        # Count a skipped test as failed
        results.add(not line[1] and "SKIP" not in line[2],
                    f"{prefix}: {line[2]}")
    plan = re.search(r"^1\.\.(\d+)", lines, re.M)
    results.add(ended and plan and int(plan[1]) == found,
                f"{prefix}: ran to its end",
                f"status {status}, {found} results")


def cases(opt, table, quick):
    """Return all cases of @table for a long test, else those with a name in @quick"""
    unknown = set(quick) - {case[0] for case in table}
    if unknown:
        raise ValueError(f"there are no cases {unknown}")
    return [case for case in table if opt.test.long or case[0] in quick]


def guest_tests(m, results, prefix, tests, expected=(), patience=1):
    """Add the KTAP results of the tests that init runs, then check the power-off"""
    m.expect(r"TEST BEGIN", patience * (START + BOOT))
    for test in tests:
        begin = m.position
        end = m.expect(rf"TEST END {test} (\d+)", patience * TEST)
        take_results(results, f"{prefix}: {test}", m.text[begin:end.start()],
                     end[1] == "0", end[1])
    power_off(m, results, prefix, expected, patience)


# Strings that must not be in a log
SPLATS = ("BUG:", "WARNING:", "Firmware Bug", "Call Trace", "INFO:", "UBSAN:",
          "inconsistent lock")

# The kernel prints this if an NMI handler takes long, as it does on a busy host
EXCUSED = "INFO: NMI handler"


# Number of log lines to show from the first splat on
SHOWN = 50


def clean(m, results, prefix, expected=()):
    """Check that the log has no splats except those in @expected"""
    lines = [line.strip() for line in m.text.splitlines()
             if EXCUSED not in line]
    first = len(lines)
    for bad in SPLATS:
        if bad not in expected:
            found = [i for i, line in enumerate(lines) if bad in line]
            results.add(not found, f"{prefix}: no {bad!r} in the log",
                        "; ".join(lines[i] for i in found[:3]))
            first = min([first, *found])
    results.quote(lines[first:first + SHOWN])


def power_off(m, results, prefix, expected=(), patience=1):
    """Check that the machine powers off when init ends, and that the log is clean"""
    results.add(m.wait_end(patience * 60),
                f"{prefix}: power-off through the firmware")
    clean(m, results, prefix, expected)


def boot(opt, results, name, tests=("boot",), driver=False, objects=None,
         **kwargs):
    script = ["load fs0:\\driver.efi"] if driver else []
    script.append(f"bzImage initrd=\\initrd.img {QUIET}{','.join(tests)}")
    with machine(opt, results, name, files(opt, *script, objects=objects),
                 **kwargs) as m:
        guest_tests(m, results, name, tests)
        return m.text


GLOBAL_GUID = "8BE4DF61-93CA-11D2-AA0D-00E098032B8C"


def load_option(description, path, options):
    """Return an EFI_LOAD_OPTION (UEFI 2.10, section 3.1.3) with a short-form path"""
    def wide(text):
        return text.encode("utf-16-le") + b"\0\0"

    name = wide(path)
    node = b"\x04\x04" + (4 + len(name)).to_bytes(2, "little") + name
    nodes = node + b"\x7f\xff\x04\x00"
    return (b"\x01\0\0\0" + len(nodes).to_bytes(2, "little") +
            wide(description) + nodes + wide(options))


# Guest programs that test the world switch
SWITCHING = ("life", "preempt", "switch")


def clock_tests(opt, *tests):
    """Return the tests for a firmware with another clock; a quick test runs fewer"""
    return (SWITCHING if opt.test.long else ("preempt",)) + tests


def boot_with(opt, results, title, names, tests, options="", objects=None, **kwargs):
    """Boot after the shell has loaded the firmware drivers @names, in this order"""
    script = f"bzImage initrd=\\initrd.img {options} {QUIET}{','.join(tests)}"
    content = files(opt, *[f"load fs0:\\{name}.efi" for name in names], script,
                    objects=objects)
    with machine(opt, results, title, content, **kwargs) as m:
        guest_tests(m, results, title, tests)
        return m.text
