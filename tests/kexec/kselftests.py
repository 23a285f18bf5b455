# SPDX-License-Identifier: GPL-2.0-only
"""
The kernel's own selftests of kexec
"""

import os
import re
import subprocess
import tempfile

import qemu
from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import test

PROGRAM = "kexec-kselftests"
ARCHIVES = ("initrd-tests", "initrd-runtime")


def archive(tmp, kernel):
    """Return an initramfs archive with @kernel as /vmlinuz"""
    path = os.path.join(tmp, "vmlinuz")
    if os.path.lexists(path):
        os.unlink(path)
    os.symlink(kernel, path)
    return subprocess.run(["cpio", "-o", "-L", "-H", "newc", "--quiet"], cwd=tmp,
                          input=b"vmlinuz", check=True, capture_output=True).stdout


def outcomes(opt, results, name, kernel, options=""):
    """Return the exit status of each selftest on @kernel"""
    line = f"bzImage initrd=\\initrd.img {options} {QUIET}{PROGRAM}"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        content = {"bzImage": kernel,
                   "initrd.img": qemu.joined(opt.objects, "initrd", *ARCHIVES) +
                   archive(tmp, kernel),
                   "startup.nsh": qemu.shell_script("@echo -off", "fs0:", line)}
        with boots.machine(opt, results, name, content) as m:
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(rf"TEST END {PROGRAM} \d+", TEST)
            boots.clean(m, results, name)
            return dict(re.findall(r"^SELFTEST (\S+) (\d+)", m.text[begin:end.start()],
                                   re.M))
    return {}


@test("kexec", long=True, beside=True, guest=(PROGRAM,),
      needs=("tests-initrd", "runtime-initrd", "stock-image"))
def kexec_kselftests(opt, results):
    """The kernel's own selftests of kexec end as on the stock kernel"""
    stock = os.path.join(opt.build, "x86_64/arch/x86/boot/bzImage")
    wanted = outcomes(opt, results, f"{PROGRAM}: stock kernel", stock, "console=ttyS0")
    results.add(len(wanted) == 2 and "0" in wanted.values(),
                f"{PROGRAM}: stock kernel", f"{wanted}")
    found = outcomes(opt, results, PROGRAM, opt.kernel)
    for program, status in wanted.items():
        said = found.get(program)
        results.add(said == status, f"{PROGRAM}: {program}: status {status}", said)
