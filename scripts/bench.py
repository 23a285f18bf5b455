#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Measure and print figures of Documentation/efi-mode/performance.rst: make bench

QEMU executes one instruction per nanosecond (icount), so time is measured in
instructions, and the figures are repeatable. The second column is the same kernel
built for ARCH=x86_64. The row about idle machines is measured without icount, as CPU
usage of the host, and its second column is the UEFI shell.
"""

import argparse
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_disks  # noqa: E402
import bench_kexec  # noqa: E402
import bench_tpm  # noqa: E402
import qemu  # noqa: E402


def run(opt, kernel, append, tests):
    """Boot once.

    Returns the time from the command in the shell to /init, in millions of
    instructions, and the output of the machine with that of the tests.
    """
    with tempfile.TemporaryDirectory() as tmp:
        disk = os.path.join(tmp, "esp.img")
        firmware = os.path.join(opt.build, "firmware")
        qemu.fat_image(disk, {
            "bzImage": kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
            "tsc.efi": os.path.join(firmware, "tsc.efi"),
            "driver.efi": os.path.join(firmware, "driver.efi"),
            "startup.nsh": qemu.shell_script(
                "@echo -off", "fs0:", "load driver.efi", "tsc.efi",
                f"bzImage initrd=\\initrd.img quiet {append} "
                f"efi_mode_test=tsc,{','.join(tests)}"),
        })
        with qemu.Machine(disk=disk, icount=True) as m:
            m.start()
            start = m.expect(r"TSC (\d+)", 600)
            end = m.expect(r"TSC (\d+)", 1200)
            for test in tests:
                m.expect(rf"TEST END {test} ", 1800)
            return (int(end[1]) - int(start[1])) / 1e6, m.text


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(opt, seconds=20):
    """CPU usage of the host in percent, for Linux at its prompt and for the UEFI shell"""
    def measure(m):
        time.sleep(3)
        start = cpu_seconds(m.process)
        time.sleep(seconds)
        return (cpu_seconds(m.process) - start) * 100 / seconds

    with tempfile.TemporaryDirectory() as tmp:
        disk = os.path.join(tmp, "esp.img")
        qemu.fat_image(disk, {
            "bzImage": opt.kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", "echo IDLE"),
        })
        with qemu.Machine(disk=disk) as m:
            m.start()
            m.expect("IDLE", 120)
            shell = measure(m)
            m.send("bzImage initrd=\\initrd.img\r")
            m.expect(r"/ # $", 120)
            return measure(m), shell


def find(text, pattern):
    match = re.search(pattern, text)
    return float(match[1]) if match else None


def row(what, ours, stock=None):
    def number(value):
        return f"{value:12.0f}" if value is not None else f"{'':12}"

    ratio = f"{ours / stock:7.3f}" if ours and stock else ""
    print(f"{what:52}{number(ours)}{number(stock)} {ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--objects", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--stock", required=True)
    parser.add_argument("--native", required=True)
    opt = parser.parse_args()

    print(f"{'':52}{'ARCH=efi':>12}{'stock':>12}   ratio")
    row("bzImage, KiB", os.path.getsize(opt.kernel) / 1024,
        os.path.getsize(opt.stock) / 1024)

    boot, ours = run(opt, opt.kernel, "",
                     ("share", "latency:alone", "cost", "latency", "clock:icount"))
    stock_boot, stock = run(opt, opt.stock, "console=ttyS0",
                            ("share", "latency:alone"))
    row("boot, from the shell to /init, 1e6 instructions", boot, stock_boot)
    row("a computing job, firmware idle, us", find(ours, r"SHARE (\d+)"),
        find(stock, r"SHARE (\d+)"))
    worst = r"LATENCY alone: .* worst (\d+)"
    row("worst timer latency, firmware idle, us", find(ours, worst),
        find(stock, worst))
    busy = r"LATENCY firmware at TPL_NOTIFY: .* {} (\d+)"
    row("p99.9 timer latency, firmware at TPL_NOTIFY, us",
        find(ours, busy.format("p99.9")))
    row("worst timer latency, firmware at TPL_NOTIFY, us",
        find(ours, busy.format("worst")))
    row("a round trip, instructions", find(ours, r"ROUND TRIP (\d+)"))
    row("drift of the firmware's clock in 3 s, us", find(ours, r"DRIFT (-?\d+)"))
    row("host CPU, %: idle Linux, and the UEFI shell", *idle(opt))
    bench_disks.table(opt)
    bench_tpm.table(opt)
    bench_kexec.table(opt)


if __name__ == "__main__":
    main()
