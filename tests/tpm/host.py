# SPDX-License-Identifier: GPL-2.0-only
"""
The firmware's TPM
"""

import contextlib
import os
import tempfile

import qemu
from firmware.host import path
from lib import machine as boots
from lib.machine import BOOT, QUIET, START
from lib.registry import test
from tpm.swtpm import swtpm

LINUX = "bzImage initrd=\\initrd.img"


@contextlib.contextmanager
def tpm_machine(opt, results, name, script, device="tpm-crb", version="2.0", args=(),
                **kwargs):
    """Boot @script with a TPM; the result is the machine and the TPM"""
    content = boots.files(opt, *script, objects=kwargs.pop("objects", None))
    content["initrd.img"] += qemu.joined(opt.objects, "initrd-runtime")
    with tempfile.TemporaryDirectory(dir=opt.tmp) as folder, \
         swtpm(folder, device, version) as tpm, \
         boots.machine(opt, results, name, content, args=[*tpm.args, *args],
                       **kwargs) as m:
        yield m, tpm


def boot_tpm(opt, results, name, *tests, driver=False, options="", expected=(), patience=1,
             **kwargs):
    """Boot with a TPM, run guest tests, and return the log"""
    script = ["load fs0:\\driver.efi"] if driver else []
    script.append(f"{LINUX} {options} {QUIET}{','.join(tests)}")
    with tpm_machine(opt, results, name, script, **kwargs) as (m, _):
        boots.guest_tests(m, results, name, tests, expected, patience)
        return m.text


NEEDS = ("tests-initrd", "runtime-initrd")


@test("tpm", also_long=True, beside=True, guest=("tpm", "tpm-tools"), needs=NEEDS)
def tpm_tools(opt, results):
    """TPM tools work with the firmware's TPM, and its event log replays to the PCRs"""
    for device in ("tpm-crb", "tpm-tis") if opt.test.long else ("tpm-crb",):
        boot_tpm(opt, results, device, "tpm", "tpm-tools", device=device)


@test("tpm", long=True, beside=True, guest=("tpm", "tpm-tools"),
      needs=(*NEEDS, "second-firmware"))
def tpm_second_firmware(opt, results):
    """TPM tools on OVMF 2025.02, which locks the platform hierarchy, too"""
    boot_tpm(opt, results, "OVMF 2025.02", "tpm", "tpm-tools",
             firmware=path(opt, "OVMF_CODE_4M.fd"),
             variables=path(opt, "OVMF_VARS_4M.fd"))


@test("tpm", beside=True, guest=("tpm-log", "tpm-event"), efi=("driver",), needs=NEEDS)
def tpm_log(opt, results):
    """The event log has what the firmware and Linux measure, until it is full"""
    boot_tpm(opt, results, "tpm-log", "tpm-log", driver=True)


@test("tpm", beside=True, guest=("tpm-faults",), efi=("driver",), needs=NEEDS)
def tpm_faults(opt, results):
    """Linux survives a TPM that fails, and a firmware that answers wrongly"""
    boot_tpm(opt, results, "tpm-faults", "tpm-faults", driver=True,
             expected=("Firmware Bug",))


def take_away(opt, results, name, tests, options="", patience=1, **kwargs):
    """Boot with a TPM, and end it when the guest asks for that"""
    script = [f"{LINUX} {options} {QUIET}{','.join(tests)}"]
    with tpm_machine(opt, results, name, script, **kwargs) as (m, tpm):
        m.expect(r"TAKE THE TPM AWAY", patience * (START + BOOT))
        tpm.kill()
        m.position = 0
        boots.guest_tests(m, results, name, tests, patience=patience)


@test("tpm", beside=True, guest=("tpm-gone",), needs=NEEDS)
def tpm_gone(opt, results):
    """The device of a TPM that ends in the middle of a command disappears"""
    take_away(opt, results, "tpm-gone", ("tpm-gone",))


@test("tpm", beside=True, guest=("tpm-none",), needs=NEEDS)
def tpm_none(opt, results):
    """Without a TPM 2.0, the kernel log says so"""
    tests = "tpm-none:none", "tpm-none:1.2"
    content = boots.files(opt, f"{LINUX} {QUIET}{tests[0]}")
    content["initrd.img"] += qemu.joined(opt.objects, "initrd-runtime")
    with boots.machine(opt, results, "tpm-none", content) as m:
        boots.guest_tests(m, results, "tpm-none", tests[:1])
    boot_tpm(opt, results, "tpm-1.2", tests[1], device="tpm-tis", version="1.2")


@test("tpm", beside=True, guest=("tpm-left", "leave"), needs=NEEDS)
def tpm_left(opt, results):
    """When Linux ends, it leaves nothing of its own in the TPM"""
    name = "tpm-left"
    script = [f"{LINUX} {QUIET}tpm-left:leave,leave:return", f"{LINUX} {QUIET}tpm-left:check"]
    with tpm_machine(opt, results, name, script) as (m, _):
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"TEST END tpm-left:leave (\d+)", boots.TEST)
        boots.take_results(results, f"{name}: before", m.text[begin:end.start()])
        boots.guest_tests(m, results, name, ("tpm-left:check",))


@test("tpm", also_long=True, beside=True, guest=("tpm-slow",), efi=("driver",), needs=NEEDS)
def tpm_slow(opt, results):
    """Linux timers are punctual while a command of the TPM takes 10 seconds; 80 in the long test

    With -icount, the load of the host does not matter.
    """
    seconds = 80 if opt.test.long else 10
    boot_tpm(opt, results, f"tpm-slow-{seconds}", f"tpm-slow:{seconds}", driver=True,
             icount=True, patience=8)


# Leave out the driver that is built in
NOT_BUILT_IN = "initcall_blacklist=echip_init"


@test("tpm", beside=True, guest=("tpm-module", "tpm"), needs=NEEDS)
def tpm_module(opt, results):
    """The driver of the TPM works as a module, and can be loaded and unloaded"""
    boot_tpm(opt, results, "tpm-module", "tpm-module", "tpm", options=NOT_BUILT_IN)


# How much slower the debug kernel is
DEBUG_PATIENCE = 4


@test("tpm", long=True, beside=True, efi=("driver",),
      guest=("tpm-module", "tpm", "tpm-tools", "tpm-log", "tpm-event", "tpm-faults", "tpm-gone"),
      needs=(*NEEDS, "debug-initrd"))
def tpm_debug(opt, results):
    """lockdep, KASAN and UBSAN report nothing about the TPM"""
    kwargs = {"objects": os.path.join(opt.build, "debug"), "options": "kunit.enable=0",
              "patience": DEBUG_PATIENCE}
    text = boot_tpm(opt, results, "tpm-debug", "tpm", "tpm-tools", "tpm-log",
                    driver=True, **kwargs) or ""
    for watcher in ("Lock dependency validator", "KernelAddressSanitizer initialized"):
        results.add(watcher in text, f"tpm-debug: enabled: {watcher}")
    boot_tpm(opt, results, "tpm-debug: faults", "tpm-faults", driver=True,
             expected=("Firmware Bug",), **kwargs)
    take_away(opt, results, "tpm-debug: gone", ("tpm-gone",), **kwargs)
    kwargs["options"] += f" {NOT_BUILT_IN}"
    boot_tpm(opt, results, "tpm-debug: module", "tpm-module", **kwargs)
