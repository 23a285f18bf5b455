# SPDX-License-Identifier: GPL-2.0-only
"""
efi-kexec --device and --path
"""

from kexec.host import LINUX, started
from lib import machine as boots
from lib.machine import QUIET, START
from lib.registry import test


@test("kexec", beside=True, guest=("kexec-origin",), efi=("kchild",))
def kexec_origin(opt, results):
    """An EFI application finds the device and the file name that the user has chosen"""
    name = "kexec-origin"
    content = boots.files(opt, f"{LINUX} {QUIET}kexec-origin")
    boots.note_programs(opt, "kchild.efi")
    with boots.machine(opt, results, name, content) as m:
        started(m, results, name)
        said = m.expect(r"CHILD options (\d+) bytes: (.*?)\s*\n", START)
        results.add(said[2] == "one two", f"{name}: load options", said[0])
        said = m.expect(r"CHILD device (\S+)", START)[1]
        results.add("Pci" in said, f"{name}: the device", said)
        said = m.expect(r"CHILD file (\S+), file system (\S+)", START)
        results.add(said[1] == "\\EFI\\chosen.efi" and said[2] == "open",
                    f"{name}: the file", said[0])
        boots.clean(m, results, name)


@test("kexec", beside=True, guest=("kexec-volume",), efi=("kchild", "volume"))
def kexec_volume(opt, results):
    """No image gets the path of a device whose images the firmware trusts"""
    name = "kexec-volume"
    content = boots.files(opt, "load fs0:\\volume.efi", f"{LINUX} {QUIET}kexec-volume")
    boots.note_programs(opt, "kchild.efi")
    with boots.machine(opt, results, name, content) as m:
        boots.guest_tests(m, results, name, ("kexec-volume",))
