# SPDX-License-Identifier: GPL-2.0-only
"""
Boot a machine in all common ways
"""

import os
import re
import subprocess
import tempfile
import time

import qemu
from lib.machine import (BOOT, GLOBAL_GUID, QUIET, START, TEST, boot, boot_with,
                         files, guest_tests, load_option, machine, power_off)
from lib.registry import test

ALL = ("boot", "life", "preempt", "switch")


@test("boot", guest=("driver", "boot", "life", "preempt", "switch"),
      efi=("driver",))
def boot_1g(opt, results):
    """The default machine, with 1 GiB"""
    boot(opt, results, "1 GiB", ("driver", *ALL), driver=True)


@test("boot", guest=("boot", "life", "preempt", "switch", "protection"),
      efi=("driver",))
def boot_max(opt, results):
    """A CPU with XSAVE, SMEP, SMAP, UMIP and all other features that QEMU emulates"""
    boot(opt, results, "-cpu max", ALL + ("protection",), driver=True,
         cpu="max")


# Words of the kernel's command line that name consoles, and QEMU's arguments
SERIAL_CONSOLES = {
    "console=ttyS0,115200": (),
    "console=ttyS0,115200n8 ": ("-vga", "none"),
    "console=ttyS1 console=tty0 console=hvc0": (),
}


@test("boot", also_long=True, beside=True)
def serial_console(opt, results):
    """With console=ttyS0, which Linux does not have, each message is printed once"""
    words = list(SERIAL_CONSOLES) if opt.test.long else list(SERIAL_CONSOLES)[1:2]
    for console in words:
        name = f"serial-console: {console}"
        content = files(opt, f"bzImage initrd=\\initrd.img {console}")
        with machine(opt, results, name, content, args=SERIAL_CONSOLES[console]) as m:
            m.expect(r"/ # $", START + BOOT)
            m.send("cat /proc/consoles; cat /sys/class/tty/console/active\r")
            m.expect(r"^hvc0 +.*C.*\s$", 30)
            m.expect(r"/ # $", 30)
            for line in ("Linux version", "Run /init as init process"):
                results.add(m.text.count(line) == 1,
                            f"{name}: a message is printed once: {line}")
            m.send("poweroff -f\r")
            results.add(m.wait_end(60), f"{name}: power-off")


# If the host takes the CPU away for longer than the period of the thread "efi", the scheduler
# warns once that its replenishment lags. That must not happen in all of these boots.
BOOTS = 3


def quiet_boot(opt, results, name, **kwargs):
    """Boot until there is no such warning"""
    for last in *(False,) * (BOOTS - 1), True:
        text = boot(opt, results, name, ("dmesg" if last else "dmesg:busy-host",), **kwargs)
        if "DL replenish lagged too much" not in (text or ""):
            break


# Not beside other tests, so that the host has time
@test("boot", guest=("dmesg",))
def first_boot(opt, results):
    """A boot logs no warning and no error, on the default CPU and on one with all features"""
    quiet_boot(opt, results, "default CPU")
    quiet_boot(opt, results, "-cpu max", cpu="max")


@test("boot", long=True, guest=("boot",))
def boot_256m(opt, results):
    """A small machine, with 256 MiB"""
    boot(opt, results, "256 MiB", memory="256M")


@test("boot", long=True, guest=("boot",))
def boot_6g(opt, results):
    """A machine with memory above 4 GiB"""
    boot(opt, results, "6 GiB", memory="6G", cpu="max")


@test("boot", guest=("boot",))
def boot_entry(opt, results):
    """Start as EFI/BOOT/BOOTX64.EFI from a boot entry with options

    The shell creates the entry and resets the machine. Then the boot manager starts the
    entry.
    """
    content = files(opt)
    content["EFI/BOOT/BOOTX64.EFI"] = content.pop("bzImage")
    option = load_option("Linux beside the firmware",
                         "\\EFI\\BOOT\\BOOTX64.EFI",
                         f"initrd=\\initrd.img {QUIET}boot")
    variable = f"-guid {GLOBAL_GUID} -nv -bs -rt"
    # The firmware would start a file at the removable path before the shell
    content["startup.nsh"] = qemu.shell_script(
        "@echo -off", "fs0:",
        "mv \\EFI\\BOOT\\LATER.EFI \\EFI\\BOOT\\BOOTX64.EFI",
        f"setvar Boot0077 {variable} ={option.hex()}",
        f"setvar BootNext {variable} =7700",
        "reset")
    content["EFI/BOOT/LATER.EFI"] = content.pop("EFI/BOOT/BOOTX64.EFI")
    with machine(opt, results, "boot entry", content) as m:
        guest_tests(m, results, "boot entry", ("boot",))


@test("boot", beside=True)
def removable(opt, results):
    """The firmware starts EFI/BOOT/BOOTX64.EFI without a boot entry

    There are no load options, so there is no initrd, and the kernel panics.
    """
    with machine(opt, results, "BOOTX64.EFI",
                 {"EFI/BOOT/BOOTX64.EFI": opt.kernel}) as m:
        m.expect(r"Linux version", START)
        m.expect(r"Kernel panic - not syncing: VFS: Unable to mount root",
                 BOOT)
        results.add(True, "BOOTX64.EFI: the panic message is printed")


@test("boot", name="loadfile2", beside=True, guest=("boot",))
def load_file2(opt, results):
    """QEMU passes the initrd by LoadFile2 and the command line by load options"""
    content = files(opt)
    initrd = os.path.join(opt.tmp, "initrd.img")
    with open(initrd, "wb") as f:
        f.write(content["initrd.img"])
    args = ["-kernel", opt.kernel, "-initrd", initrd,
            "-append", f"{QUIET}boot"]
    with machine(opt, results, "LoadFile2", None, args=args) as m:
        guest_tests(m, results, "LoadFile2", ("boot",))


# (name, kernel command line, expected message, EFI status without the error bit)
ERRORS = (
    ("too little memory", "initrd=\\initrd.img efi_mode.reserve=1000M",
     r"efi-mode: not enough memory: of \d+ MiB the firmware keeps 1000 MiB", 9),
    ("an arena that is too large", "initrd=\\initrd.img efi_mode.arena=64G",
     r"efi-mode: not enough memory", 9),
    ("an invalid size", "initrd=\\initrd.img efi_mode.reserve=much",
     r"efi_mode\.reserve=much is not a size", 2),
    ("a missing initrd", "initrd=\\none.img",
     r"Failed to open file|Failed to load initrd|initrd", 14),
    ("a limit that is too small", "initrd=\\initrd.img mem=20M",
     r"efi-mode: mem=20M is too small", 2),
    ("an invalid value of preempt=", "initrd=\\initrd.img efi_mode.preempt=never",
     r"efi_mode\.preempt=never is neither gate nor event", 2),
    ("firmware without timer events",
     "initrd=\\initrd.img efi_mode.preempt=event",
     r"the firmware does not provide a periodic timer event", 9),
)


@test("boot", beside=True, efi=("notimer",))
def errors(opt, results):
    """Each failure to start prints a message, returns a status and frees all memory"""
    content = files(opt)
    script = ["@echo -off", "fs0:"]
    for i, (what, cmdline, _, _) in enumerate(ERRORS):
        if "timer" in what:
            script += ["load fs0:\\notimer.efi"]
        script += ["memmap", f"echo CASE {i}", f"bzImage {cmdline}",
                   "set status %lasterror%", "memmap",
                   "echo STATUS %status%"]
    content["startup.nsh"] = qemu.shell_script(*script)
    with machine(opt, results, "errors", content) as m:
        for i, (what, _, message, status) in enumerate(ERRORS):
            begin = m.position
            m.expect(rf"^CASE {i}\s", START)
            before = m.text[begin:m.position]
            begin = m.position
            end = m.expect(r"^STATUS 0x([0-9A-Fa-f]+)", START)
            text = m.text[begin:end.start()]
            results.add(re.search(message, text), f"errors: {what}: message",
                        text[:400])
            results.add(int(end[1], 16) & 0xffff == status,
                        f"errors: {what}: status", end[1])
            results.add(memory_use(before) == memory_use(text),
                        f"errors: {what}: all memory is freed",
                        f"{memory_use(before)} {memory_use(text)}")


def memory_use(text):
    """Return the pages of LoaderCode and LoaderData that memmap in the shell prints"""
    found = re.findall(r"(LoaderCode|LoaderData)\s*:\s*([0-9,]+) Pages", text)
    return dict(found[-2:])


@test("boot")
def interactive(opt, results):
    """A Linux shell on the serial terminal, and colours on the screen"""
    script = ["bzImage initrd=\\initrd.img"]
    with machine(opt, results, "interactive", files(opt, *script)) as m:
        m.expect(r"Linux version", START)
        results.add(True, "interactive: the first kernel message is printed")
        m.expect(r"/ # $", BOOT)

        m.send("uname -s -m\r")
        m.expect(r"^Linux x86_64", 30)
        results.add(True, "interactive: the shell answers")

        line = "echo " + "".join(chr(ord("a") + i % 26) for i in range(195))
        m.send(line + "\r")
        m.expect("^" + line[5:] + r"\s", 60)
        results.add(True, "interactive: a pasted line of 200 characters arrives")

        m.send("sleep 100\r")
        m.expect("sleep 100", 30)
        m.send("\x03")
        m.expect(r"/ # $", 30)
        results.add(True, "interactive: Ctrl-C ends a command")

        # hvc1 is the firmware's screen, a terminal if no DRM driver drives the screen
        m.send("for t in tty1 hvc1; do echo -e '\\033cthe \\033[32mscreen' "
               "> /dev/$t; done; stty size\r")
        m.expect(r"^\d+ \d+", 30)
        m.expect(r"/ # $", 30)
        time.sleep(1)
        shot = os.path.join(opt.tmp, "screen.png")
        m.screenshot(shot)
        results.add(green_pixels(shot) > 100,
                    "interactive: the screen shows colours")

        m.send("echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger\r")
        m.expect(r"Kernel panic - not syncing: sysrq triggered crash", 60)
        m.expect(r"end Kernel panic", 60)
        results.add(True, "interactive: a panic message is printed")


def green_pixels(path):
    """Count the pure green pixels in a PNG file"""
    import zlib
    with open(path, "rb") as f:
        data = f.read()
    pos, idat, header = 8, b"", None
    while pos < len(data):
        size = int.from_bytes(data[pos:pos + 4], "big")
        kind = data[pos + 4:pos + 8]
        if kind == b"IHDR":
            header = data[pos + 8:pos + 8 + size]
        elif kind == b"IDAT":
            idat += data[pos + 8:pos + 8 + size]
        pos += size + 12
    width = int.from_bytes(header[:4], "big")
    channels = {2: 3, 6: 4}[header[9]]
    raw, stride = zlib.decompress(idat), width * channels
    previous = bytearray(stride)
    count = 0
    for start in range(0, len(raw), stride + 1):
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        for i in range(stride):
            left = row[i - channels] if i >= channels else 0
            up = previous[i]
            corner = previous[i - channels] if i >= channels else 0
            if kind == 1:
                row[i] = (row[i] + left) & 255
            elif kind == 2:
                row[i] = (row[i] + up) & 255
            elif kind == 3:
                row[i] = (row[i] + (left + up) // 2) & 255
            elif kind == 4:
                p = left + up - corner
                a, b, c = abs(p - left), abs(p - up), abs(p - corner)
                best = left if a <= b and a <= c else up if b <= c else corner
                row[i] = (row[i] + best) & 255
        for i in range(0, stride, channels):
            if row[i + 1] > 100 and row[i] < 50 and row[i + 2] < 50:
                count += 1
        previous = row
    return count


# Size of the disk in MiB
EHCI_DISK = 16


@test("boot", also_long=True)
def connect_ehci(opt, results):
    """The firmware connects a USB disk on EHCI while the kernel boots

    Meanwhile the kernel sleeps, and its tick is its only clock. The long test boots 50
    times, because each time the tick interrupts the firmware at another point.
    """
    script = f"bzImage initrd=\\initrd.img efi_mode.connect=1 {QUIET}none"
    with tempfile.NamedTemporaryFile(dir=opt.build) as disk:
        disk.truncate(EHCI_DISK << 20)
        args = ["-device", "usb-ehci,id=ehci",
                "-drive", f"if=none,id=u,format=raw,file={disk.name}",
                "-device", "usb-storage,bus=ehci.0,drive=u"]
        for i in range(50 if opt.test.long else 1):
            name = f"EHCI: boot {i + 1}"
            with machine(opt, results, name, files(opt, script), cpu="max",
                         args=args) as m:
                m.expect(rf"efi-disk \S+: \S+: {EHCI_DISK}\.0 MiB",
                         START + BOOT)
                m.expect(r"TEST END none", BOOT)
                power_off(m, results, name)


@test("boot", beside=True, guest=("boot",))
def hands_off(opt, results):
    """The kernel executes no port instruction, and writes to no device but its local APIC

    A QEMU plugin observes the kernel.
    """
    plugin = os.path.join(opt.build, "firmware", "io.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", plugin,
                    os.path.join(os.path.dirname(__file__), "io.c")],
                   check=True)
    with tempfile.NamedTemporaryFile(mode="r", dir=opt.tmp) as report:
        script = [f"bzImage initrd=\\initrd.img {QUIET}boot"]
        with machine(opt, results, "hands off", files(opt, *script),
                     args=["-plugin", f"{plugin},out={report.name}"]) as m:
            m.expect(r"TEST BEGIN", START + 3 * BOOT)
            m.expect(r"TEST END boot 0", TEST)
            m.wait_end(60)
        lines = report.read().splitlines()
        ports = [line for line in lines if line.startswith("port")]
        stores = [line for line in lines if line.startswith("store") and
                  "apic-msi" not in line and "kvm-apic" not in line]
        results.add(any("apic" in line for line in lines),
                    "hands off: the plugin sees writes to the local APIC")
        results.add(not ports, "hands off: no port instruction",
                    "; ".join(ports))
        results.add(not stores, "hands off: no store to a device",
                    "; ".join(stores))


def boot_debug(opt, results, name, tests, options=""):
    """Boot the debug kernel and return its log"""
    text = boot_with(opt, results, name, ["driver"], tests, options, cpu="max",
                     objects=os.path.join(opt.build, "debug")) or ""
    for watcher in ("Lock dependency validator", "KernelAddressSanitizer initialized"):
        results.add(watcher in text, f"{name}: enabled: {watcher}")
    return text


@test("boot", guest=("boot", "life", "preempt", "tables"), efi=("driver",),
      needs=("debug-initrd",))
def debug(opt, results):
    """lockdep, KASAN and UBSAN report nothing, and all KUnit tests pass"""
    text = boot_debug(opt, results, "debug", ("boot", "life", "preempt", "tables"))
    for suite in ("ticks", "request", "arena", "time", "encryption", "crystal",
                  "boot-variables", "counters", "load-options", "lapic-timer", "bus",
                  "gop", "keymap", "vt", "disk", "disk-identity", "tpm", "pe", "give", "pump",
                  "ledger"):
        results.add(re.search(rf"^\[[ .\d]+\] ok \d+ efi-mode-{suite}\s*$", text,
                              re.M), f"debug: KUnit: efi-mode-{suite}")


@test("boot", also_long=True, guest=("switch", "stall"), efi=("driver",),
      needs=("debug-initrd",))
def debug_switch(opt, results):
    """lockdep, KASAN and UBSAN report nothing during many world switches"""
    # A round trip beside other tasks takes 20 ms with the debug kernel
    tests = (("stall", "switch:2500") if opt.test.long else
             ("stall:500", "switch:500"))
    # The other test runs KUnit, which takes long to print its results
    boot_debug(opt, results, "debug-switch", tests, "kunit.enable=0")
