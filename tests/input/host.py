# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of keyboards, pointers and terminals
"""

import fcntl
import os
import re
import tempfile
import time

import qemu
from lib.machine import (BOOT, QUIET, START, TEST, files, guest_tests, machine,
                         power_off, take_results)
from lib.registry import test
from lib.screens import Screens
from lib.typist import send_keys, type_keys, type_text

LINUX = "bzImage initrd=\\initrd.img"
XHCI = ["-device", "qemu-xhci,id=xhci"]

# A busy host can spoil a try
TRIES = 3


def serve(m, devices):
    """Do what the guest asks for, until its test ends. Return the match of the end."""
    while True:
        told = m.expect(r"^(TYPE|DOWN|UP|PLUG|UNPLUG) ([^\r\n]*)\r?\n"
                        r"|^TEST END \S+ (\d+)", TEST)
        if not told[1]:
            return told
        words = told[2].split()
        if told[1] == "TYPE":
            type_keys(m, int(words[0]), words[1:])
        elif told[1] in ("DOWN", "UP"):
            send_keys(m, words, told[1] == "DOWN")
        elif told[1] == "PLUG":
            m.command_qmp("device_add", id=words[0], bus="xhci.0",
                          **devices[words[0]])
        else:
            m.command_qmp("device_del", id=words[0])


@test("input", also_long=True, guest=("keyboard",))
def keyboard(opt, results):
    """Keys arrive from a PS/2 keyboard, and from a USB keyboard that is plugged and unplugged"""
    name = "keyboard"
    content = files(opt, f"{LINUX} {QUIET}{name}")
    with machine(opt, results, name, content, args=XHCI) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = serve(m, {"keyboard": {"driver": "usb-kbd"}})
        take_results(results, name, m.text[begin:end.start()], end[3] == "0",
                     end[3])
        power_off(m, results, name)


def test_devices(opt, results, name, test):
    """Run a guest program that uses devices of the test driver"""
    script = f"{LINUX} {QUIET}{test}"
    with machine(opt, results, name,
                 files(opt, "load fs0:\\driver.efi", script)) as m:
        # Reads that block take long. The log complains about the test driver's flaws.
        guest_tests(m, results, name, (test,), expected=("Firmware Bug",), patience=2)


@test("input", also_long=True, beside=True, guest=("keyfaults",), efi=("driver",))
def keyfaults(opt, results):
    """Keys arrive from keyboards with all kinds of flaws"""
    test_devices(opt, results, "keyfaults", "keyfaults")


@test("input", also_long=True, beside=True, guest=("keyfaults",), efi=("driver",))
def keyboard_device(opt, results):
    """Keys arrive from a keyboard that is open, idle, or bound again, and Linux reads it on time"""
    test_devices(opt, results, "keyboard-device", "keyfaults:good")


@test("input", also_long=True, beside=True, guest=("pointer",), efi=("driver",))
def pointer(opt, results):
    """Movements of a mouse and a tablet arrive, and both can be unbound and bound"""
    test_devices(opt, results, "pointer", "pointer")


@test("input", beside=True)
def keyboard_sum(opt, results):
    """
    Linux reads the firmware's console splitter until there is a real keyboard

    The machine has no serial port, because a serial terminal would be an input device, too.
    """
    name = "keyboard-sum"
    args = [*XHCI, "-machine", "i8042=off"]
    with machine(opt, results, name, files(opt, LINUX), args=args,
                 serial="none") as m:
        screens = Screens(opt, m)
        end = time.monotonic() + START + BOOT
        while time.monotonic() < end:
            wrong = screens.wait_text(r"^/ #")
            if not wrong:
                break
        if not results.add(not wrong, f"{name}: a prompt on the screen", wrong):
            return
        m.command_qmp("device_add", driver="usb-kbd", id="keyboard",
                      bus="xhci.0")
        wrong = screens.wait_text(r"efi-keyboard efi\d+: replaced by efi\d+$")
        results.add(not wrong, f"{name}: Linux gives it up when a keyboard appears", wrong)
        # If a busy host holds a key for too long, the firmware repeats it
        for _ in range(TRIES):
            type_text(m, "\recho $((6*7))\r")
            wrong = screens.wait_text(r"^42$")
            if not wrong:
                break
        results.add(not wrong, f"{name}: keys of the new keyboard arrive", wrong)


class Line:
    """The host's end of a second serial port. Make it before the machine."""

    def __init__(self, opt):
        self.text = ""
        self.dir = tempfile.TemporaryDirectory(dir=opt.tmp)
        path = os.path.join(self.dir.name, "line")
        for end in ("in", "out"):
            os.mkfifo(f"{path}.{end}")
        self.out = os.open(f"{path}.out", os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.out, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.to = os.open(f"{path}.in", os.O_RDWR | os.O_NONBLOCK)
        self.args = ["-chardev", f"pipe,id=line,path={path}",
                     "-serial", "chardev:line"]

    def close(self):
        os.close(self.out)
        os.close(self.to)
        self.dir.cleanup()

    def send(self, text):
        os.write(self.to, text.encode())

    def expect(self, pattern, m, timeout):
        end = time.monotonic() + timeout
        while True:
            # Read the first port, too, so that it does not fill up
            m.read()
            try:
                self.text += os.read(self.out, 65536).decode("utf-8",
                                                             "replace")
            except BlockingIOError:
                pass
            match = re.search(pattern, self.text, re.M)
            if match:
                self.text = self.text[match.end():]
                return match
            if time.monotonic() > end:
                raise qemu.Timeout(f"no {pattern!r} at the second port: "
                                   f"{self.text[-400:]!r}")
            time.sleep(0.02)


def run(m, command, pattern, timeout=30):
    """Run a command at the first serial terminal, and find @pattern in the output"""
    m.send(command + "\r")
    found = m.expect(pattern, timeout)
    m.expect(r" # $", timeout)
    return found


# Unbinds and binds the device $d; prints nothing, but counts successes in $n
CYCLES = """n=0; for i in $(seq {count}); do
echo $d > unbind && echo $d > bind && n=$((n + 1)) || break; done""".replace(
    "\n", " ")

# In seconds; the firmware waits two seconds for the rest of an escape sequence
ESC_S = 3


@test("input", beside=True)
def terminals(opt, results):
    """Shells run on two serial terminals, and on screen and keyboard"""
    name = "terminals"
    line = Line(opt)
    try:
        with machine(opt, results, name, files(opt, LINUX),
                     args=line.args) as m:
            use_terminals(m, results, name, line)
            press_escape(m, results, name, line)
            bind_cycles(m, results, name, line, 3)
    finally:
        line.close()


@test("input", beside=True, long=True)
def terminals_bind(opt, results):
    """A keyboard and a terminal are unbound and bound a hundred times"""
    name = "terminals-bind"
    line = Line(opt)
    try:
        with machine(opt, results, name, files(opt, LINUX),
                     args=line.args) as m:
            m.expect(r"/ # $", START + BOOT)
            line.expect(r"/ # $", m, 30)
            bind_cycles(m, results, name, line, 100)
    finally:
        line.close()


def use_terminals(m, results, name, line):
    """Use the terminals, and check that none shows the output of another"""
    m.expect(r"/ # $", START + BOOT)
    line.expect(r"/ # $", m, 30)
    run(m, "echo first > /tmp/first; tty", r"^/dev/hvc0\s")
    results.add(True, f"{name}: hvc0 is the first serial port")
    line.send("tty; cat /tmp/first\r")
    line.expect(r"^/dev/hvc1\s+first\s", m, 30)
    results.add(True, f"{name}: hvc1 is the second serial port")
    line.send("sleep 100\r")
    line.expect("sleep 100", m, 30)
    time.sleep(1)
    line.send("\x03")
    line.expect(r"/ # $", m, 30)
    results.add(True, f"{name}: Ctrl-C works on the second serial port")
    results.add("first" not in line.text and m.text.count("/dev/hvc1") == 0,
                f"{name}: neither serial port shows the other's output")

    # The virtual terminal, with or without a screen
    type_text(m, "echo Typed $((6*7)) | tee /tmp/typed; tty > /tmp/tty\r")
    time.sleep(2)
    found = run(m, "cat /tmp/typed /tmp/tty; cat /dev/vcs1 | fold -w 80 | "
                "grep -c '^Typed 42'", r"^Typed 42\s+/dev/tty1\s+(\d+)\s")
    results.add(found[1] == "1", f"{name}: a shell runs on screen and keyboard")
    type_text(m, "sleep 100\r")
    time.sleep(1)
    type_keys(m, 100, ["ctrl-c"])
    type_text(m, "echo $? > /tmp/status\r")
    found = run(m, "for i in $(seq 20); do test -s /tmp/status || sleep 1; done; "
                "cat /tmp/status", r"^(\d+)\s")
    results.add(found[1] == "130", f"{name}: Ctrl-C works on the keyboard",
                found[1])
    results.add("Typed 42" not in line.text,
                f"{name}: the second serial port does not show its output")


def press_escape(m, results, name, line):
    """Send Esc, then another key: each arrives once, Esc about two seconds late"""
    took = ESC_S
    for _ in range(TRIES):
        line.send("stty raw -echo; for i in 1 2; do dd bs=1 count=1 2> /dev/null | "
                  "od -A n -t x1; done; stty sane\r")
        line.expect(r"stty sane\s", m, 30)
        # The terminal echoes the command before stty changes the settings
        time.sleep(1)
        start = time.monotonic()
        line.send("\x1b")
        line.expect(r"^\s*1b\s", m, 30)
        took = min(took, time.monotonic() - start)
        line.send("x")
        line.expect(r"^\s*78\s", m, 30)
        line.expect(r"/ # $", m, 30)
        if took < ESC_S:
            break
    results.add(took < ESC_S, f"{name}: a bare Esc arrives once", f"{took:.1f} s")


def bind_cycles(m, results, name, line, count):
    """Unbind and bind a keyboard and a terminal @count times; the firmware keeps nothing."""
    run(m, "ledger=/sys/kernel/debug/efi-mode/ledger; cat $ledger > /tmp/before",
        r"^")
    for driver, which in (("efi-keyboard", "Acpi(PNP0303"),
                          ("efi-console", "Serial(0x1)")):
        run(m, f"cd /sys/bus/efi/drivers/{driver}; "
            f"d=$(grep -lF '{which}' efi*/path | cut -d/ -f1); echo dev $d",
            r"^dev efi\d+\s")
        found = run(m, CYCLES.format(count=count) + "; echo cycles $n",
                    r"^cycles (\d+)", 120)
        results.add(found[1] == str(count), f"{name}: {driver}: unbound and bound "
                    f"{count} times", found[1])
    found = run(m, "cd /; sleep 1; diff /tmp/before $ledger; echo same $?",
                r"^same (\d+)")
    results.add(found[1] == "0", f"{name}: the ledger is the same as before")
    type_text(m, "echo again > /tmp/again\r")
    line.send("\r")
    line.expect(r"/ # $", m, 30)
    time.sleep(1)
    run(m, "cat /tmp/again", r"^again\s")
    results.add(True, f"{name}: keyboard and terminal work as before")
