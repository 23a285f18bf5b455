# SPDX-License-Identifier: GPL-2.0-only
"""
Tests that boot a machine
"""

import contextlib
import os
import re
import subprocess
import tempfile
import time

import qemu

SHARED_FIRMWARE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "shared", "firmware")

# From the start of QEMU to the first message of the kernel; the UEFI shell waits
# five seconds of it
START = 60
BOOT = 120
TEST = 240

QUIET = "efi_mode_test="


def files(opt, *script, objects=None):
    """What is on the disk that firmware boots from"""
    kernel, initrd = opt.kernel, os.path.join(opt.build, "initrd.img")
    if objects:
        kernel = os.path.join(objects, "arch/efi/boot/bzImage")
        initrd = os.path.join(objects, "initrd.img")
    return {
        "bzImage": kernel,
        "initrd.img": initrd,
        "driver.efi": os.path.join(opt.build, "firmware", "driver.efi"),
        "startup.nsh": qemu.shell_script("@echo -off", "fs0:", *script),
    }


@contextlib.contextmanager
def machine(opt, results, name, content, **kwargs):
    """A machine that boots from @content; its log is kept if that goes wrong."""
    failed = results.failed
    if opt.firmware:
        kwargs.setdefault("firmware", opt.firmware)
        kwargs.setdefault("variables", opt.vars)
    with tempfile.TemporaryDirectory(dir=opt.build) as tmp:
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
                    results.keep_log(name, m.text)


def take_results(results, prefix, lines, ended=True, status="0"):
    """Judge KTAP: every result, and that there are as many as planned."""
    found = 0
    for line in re.finditer(r"^(not )?ok \d+ (.*?)\s*$", lines, re.M):
        found += 1
        # A test that is skipped has not passed
        results.add(not line[1] and "SKIP" not in line[2],
                    f"{prefix}: {line[2]}")
    plan = re.search(r"^1\.\.(\d+)", lines, re.M)
    results.add(ended and plan and int(plan[1]) == found,
                f"{prefix}: ran to its end",
                f"status {status}, {found} results")


def guest_tests(m, results, prefix, tests, expected=(), patience=1):
    """Take the KTAP of the tests that init runs, then the power-off."""
    m.expect(r"TEST BEGIN", patience * (START + BOOT))
    for test in tests:
        begin = m.position
        end = m.expect(rf"TEST END {test} (\d+)", patience * TEST)
        take_results(results, f"{prefix}: {test}", m.text[begin:end.start()],
                     end[1] == "0", end[1])
    power_off(m, results, prefix, expected, patience)


# What must not be in a log
SPLATS = ("BUG:", "WARNING:", "Firmware Bug", "Call Trace", "INFO:", "UBSAN:",
          "inconsistent lock")

# But this is the host's affair: a handler is late by the clock if the host has
# something else to do in the middle of it
EXCUSED = "INFO: NMI handler"


# Lines of the log that are shown from the first splat on
SHOWN = 50


def clean(m, results, prefix, expected=()):
    """Nothing bad in the log, but for what is expected"""
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
    """The power-off at the end of init, and what must not be in the log."""
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


ALL = ("boot", "life", "preempt", "switch")


def boot_1g(opt, results):
    boot(opt, results, "1 GiB", ALL, driver=True)


def boot_max(opt, results):
    """XSAVE, SMEP, SMAP, UMIP and all else that QEMU has"""
    boot(opt, results, "-cpu max", ALL + ("protection",), driver=True,
         cpu="max")


def boot_256m(opt, results):
    boot(opt, results, "256 MiB", memory="256M")


def boot_6g(opt, results):
    boot(opt, results, "6 GiB", memory="6G", cpu="max")


GLOBAL_GUID = "8BE4DF61-93CA-11D2-AA0D-00E098032B8C"


def load_option(description, path, options):
    """An EFI_LOAD_OPTION (UEFI 2.10, section 3.1.3) with a short-form path"""
    def wide(text):
        return text.encode("utf-16-le") + b"\0\0"

    name = wide(path)
    node = b"\x04\x04" + (4 + len(name)).to_bytes(2, "little") + name
    nodes = node + b"\x7f\xff\x04\x00"
    return (b"\x01\0\0\0" + len(nodes).to_bytes(2, "little") +
            wide(description) + nodes + wide(options))


def boot_entry(opt, results):
    """As EFI/BOOT/BOOTX64.EFI, from a boot entry with options: the shell makes
    the entry and resets, and the boot manager starts it."""
    content = files(opt)
    content["EFI/BOOT/BOOTX64.EFI"] = content.pop("bzImage")
    option = load_option("Linux beside the firmware",
                         "\\EFI\\BOOT\\BOOTX64.EFI",
                         f"initrd=\\initrd.img {QUIET}boot")
    variable = f"-guid {GLOBAL_GUID} -nv -bs -rt"
    # The removable path itself would be started before the shell
    content["startup.nsh"] = qemu.shell_script(
        "@echo -off", "fs0:",
        "mv \\EFI\\BOOT\\LATER.EFI \\EFI\\BOOT\\BOOTX64.EFI",
        f"setvar Boot0077 {variable} ={option.hex()}",
        f"setvar BootNext {variable} =7700",
        "reset")
    content["EFI/BOOT/LATER.EFI"] = content.pop("EFI/BOOT/BOOTX64.EFI")
    with machine(opt, results, "boot entry", content) as m:
        guest_tests(m, results, "boot entry", ("boot",))


def removable(opt, results):
    """EFI/BOOT/BOOTX64.EFI by its default path: no options, so no initrd. The
    kernel says so, through the firmware."""
    with machine(opt, results, "BOOTX64.EFI",
                 {"EFI/BOOT/BOOTX64.EFI": opt.kernel}) as m:
        m.expect(r"Linux version", START)
        m.expect(r"Kernel panic - not syncing: VFS: Unable to mount root",
                 BOOT)
        results.add(True, "BOOTX64.EFI: starts; a panic gets out")


def load_file2(opt, results):
    """The initrd by LoadFile2, the command line by load options: QEMU's own
    loader offers both to OVMF."""
    args = ["-kernel", opt.kernel,
            "-initrd", os.path.join(opt.build, "initrd.img"),
            "-append", f"{QUIET}boot"]
    with machine(opt, results, "LoadFile2", None, args=args) as m:
        guest_tests(m, results, "LoadFile2", ("boot",))


# In the shell: what is on the command line, what the message says, the status
ERRORS = (
    ("too little memory", "initrd=\\initrd.img efi_mode.reserve=1000M",
     r"efi-mode: not enough memory: of \d+ MiB the firmware keeps 1000 MiB", 9),
    ("an arena that is too large", "initrd=\\initrd.img efi_mode.arena=64G",
     r"efi-mode: not enough memory", 9),
    ("a size that is none", "initrd=\\initrd.img efi_mode.reserve=much",
     r"efi_mode\.reserve=much is not a size", 2),
    ("an initrd that is missing", "initrd=\\none.img",
     r"Failed to open file|Failed to load initrd|initrd", 14),
    ("a preemption that is none", "initrd=\\initrd.img efi_mode.preempt=never",
     r"efi_mode\.preempt=never is neither gate nor event", 2),
    ("firmware without timer events",
     "initrd=\\initrd.img efi_mode.preempt=event",
     r"the firmware does not give a periodic timer event", 9),
)


def errors(opt, results):
    """Each way not to start: a message, a status, and all memory given back"""
    content = files(opt)
    content["notimer.efi"] = os.path.join(opt.build, "firmware", "notimer.efi")
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
                        f"errors: {what}: memory is given back",
                        f"{memory_use(before)} {memory_use(text)}")


def memory_use(text):
    """What the shell's memmap counts as loaded by applications"""
    found = re.findall(r"(LoaderCode|LoaderData)\s*:\s*([0-9,]+) Pages", text)
    return dict(found[-2:])


def interactive(opt, results):
    """A person at the serial terminal, and one at the screen"""
    script = ["bzImage initrd=\\initrd.img"]
    with machine(opt, results, "interactive", files(opt, *script)) as m:
        m.expect(r"Linux version", START)
        results.add(True, "interactive: the first message of the kernel")
        m.expect(r"/ # $", BOOT)

        m.send("uname -s -m\r")
        m.expect(r"^Linux x86_64", 30)
        results.add(True, "interactive: a shell that answers")

        line = "echo " + "".join(chr(ord("a") + i % 26) for i in range(195))
        m.send(line + "\r")
        m.expect("^" + line[5:] + r"\s", 60)
        results.add(True, "interactive: a pasted line of 200 characters")

        m.send("sleep 100\r")
        m.expect("sleep 100", 30)
        m.send("\x03")
        m.expect(r"/ # $", 30)
        results.add(True, "interactive: Ctrl-C")

        # Firmware's screen is a terminal if Linux has none of its own
        m.send("for t in tty1 hvc1; do echo -e '\\033cthe \\033[32mscreen' "
               "> /dev/$t; done; stty size\r")
        m.expect(r"^\d+ \d+", 30)
        m.expect(r"/ # $", 30)
        time.sleep(1)
        shot = os.path.join(opt.build, "screen.png")
        m.screenshot(shot)
        results.add(green_pixels(shot) > 100,
                    "interactive: colours on the screen")

        m.send("echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger\r")
        m.expect(r"Kernel panic - not syncing: sysrq triggered crash", 60)
        m.expect(r"end Kernel panic", 60)
        results.add(True, "interactive: a panic gets out")


def green_pixels(path):
    """How many pixels are green and nothing else"""
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


def hands_off(opt, results):
    """From outside: the kernel executes no port instruction and writes to no
    device but its own local APIC."""
    plugin = os.path.join(opt.build, "firmware", "io.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", plugin,
                    os.path.join(os.path.dirname(__file__), "plugin", "io.c")],
                   check=True)
    with tempfile.NamedTemporaryFile(mode="r", dir=opt.build) as report:
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
                    "hands off: the observer sees the local APIC")
        results.add(not ports, "hands off: no port instruction",
                    "; ".join(ports))
        results.add(not stores, "hands off: no store to a device",
                    "; ".join(stores))


def second_firmware(opt, results):
    """OVMF 2025.02, where it is at hand: other order of EOI, other handlers"""
    code = os.path.join(SHARED_FIRMWARE, "OVMF_CODE_4M.fd")
    if opt.firmware or not os.path.exists(code):
        results.skip("second-firmware", "there is none here")
        return
    boot(opt, results, "OVMF 2025.02", ALL, driver=True, firmware=code,
         variables=os.path.join(SHARED_FIRMWARE, "OVMF_VARS_4M.fd"))


def debug(opt, results):
    """lockdep, KASAN, UBSAN and the like have nothing to say"""
    # A round trip and its competitors take 20 ms there
    tests = ("boot", "life", "preempt", "stall", "switch:2500")
    text = boot(opt, results, "debug", tests, driver=True, cpu="max",
                objects=os.path.join(opt.build, "debug")) or ""
    for watcher in ("Lock dependency validator", "KernelAddressSanitizer initialized"):
        results.add(watcher in text, f"debug: watched by: {watcher}")
    for suite in ("ticks", "request", "arena", "time", "bus", "gop", "keymap",
                  "disk"):
        results.add(re.search(rf"^\[[ .\d]+\] ok \d+ efi-mode-{suite}\s*$", text,
                              re.M), f"debug: KUnit: efi-mode-{suite}")


TESTS = {
    "boot-1g": boot_1g,
    "boot-max": boot_max,
    "boot-256m": boot_256m,
    "boot-6g": boot_6g,
    "boot-entry": boot_entry,
    "removable": removable,
    "loadfile2": load_file2,
    "errors": errors,
    "interactive": interactive,
    "hands-off": hands_off,
    "second-firmware": second_firmware,
    "debug": debug,
}
