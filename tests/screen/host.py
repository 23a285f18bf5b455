# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of what is on the screens
"""

import contextlib
import re

from lib import glyphs
from lib.machine import (BOOT, QUIET, START, TEST, clean, files, guest_tests,
                         machine, power_off, take_results)
from lib.registry import test
from lib.screens import Screens
from lib.typist import type_keys, type_text

# The kernel's messages on the screen, and the tests' on the serial port
CONSOLES = "console=tty0 console=hvc0"
LINUX = f"bzImage initrd=\\initrd.img {CONSOLES}"

# As the kernel has them by default
COLOURS = {
    1: (0xaa, 0, 0), 2: (0, 0xaa, 0), 3: (0xaa, 0x55, 0), 4: (0, 0, 0xaa),
    5: (0xaa, 0, 0xaa), 6: (0, 0xaa, 0xaa), 7: (0xaa, 0xaa, 0xaa),
}

# And as this firmware has them
EFI_COLOURS = {
    1: (0x98, 0, 0), 2: (0, 0x98, 0), 3: (0x98, 0x98, 0), 4: (0, 0, 0x98),
    5: (0x98, 0, 0x98), 6: (0, 0x98, 0x98), 7: (0x98, 0x98, 0x98),
}

def pattern_line(width, y):
    """As screen.c draws it"""
    line = bytearray(3 * width)
    line[0::3] = bytes(x & 255 for x in range(width))
    line[1::3] = bytes([y & 255]) * width
    line[2::3] = bytes((x >> 8) << 4 | y >> 8 for x in range(width))
    return line


def fill(lines, left, top, right, bottom, colour):
    for y in range(top, bottom):
        lines[y][3 * left:3 * right] = bytes(colour) * (right - left)


def judge_lines(picture, lines):
    if picture.height != len(lines) or picture.stride != len(lines[0]):
        return f"{picture.width}x{picture.height}"
    for y, line in enumerate(lines):
        if picture.line(y) != line:
            bad = next(x for x in range(picture.width)
                       if picture.line(y)[3 * x:3 * x + 3] !=
                       line[3 * x:3 * x + 3])
            return (f"at {bad},{y}: {picture.pixel(bad, y)}, not "
                    f"{tuple(line[3 * bad:3 * bad + 3])}")
    return ""


def show_pattern(screens, card, width, height):
    lines = [pattern_line(width, y) for y in range(height)]
    return screens.wait(lambda p: judge_lines(p, lines), card)


def show_damage(screens, card, width, height):
    lines = [pattern_line(width, y) for y in range(height)]
    fill(lines, 16, 16, 80, 48, (255, 0, 0))
    fill(lines, width - 96, height - 64, width - 16, height - 16, (0, 255, 0))
    fill(lines, 200, 100, 264, 132, (0, 0, 255))
    fill(lines, 264, 100, 328, 132, (255, 255, 0))
    return screens.wait(lambda p: judge_lines(p, lines), card)


def show_off(screens, card, width, height):
    lines = [bytes(3 * width)] * height
    return screens.wait(lambda p: judge_lines(p, lines), card)


def show_boot(screens):
    return screens.wait_text(r"^\[ +\d+\.\d+\] Run /init as init process$")


def show_logo(screens):
    return screens.wait(lambda p: "" if p.colours(0, 0, 80, 80) > 20 else
                        "less than 20 colours")


def judge_colours(read_line, colours):
    """Characters, each line of them in its colour"""
    text, _ = read_line(0)
    if text != "The quick brown fox jumps over the lazy dog":
        return f"first line: {text!r}"
    for i, colour in colours.items():
        text, found = read_line(i)
        if text != f"colour {i}" or set(found) - {None} != {colour}:
            return f"line {i}: {text!r} in {set(found)}"
    return ""


def show_text(screens):
    return screens.wait(lambda p: judge_colours(
        lambda row: glyphs.read_line(p, screens.font, row * glyphs.HEIGHT),
        COLOURS))


def show_terminal(screens):
    return screens.wait(lambda p: judge_colours(
        lambda row: screens.console.read_line(p, row), EFI_COLOURS))


def show_vt(screens, number):
    if number == 2:
        return screens.wait_text(r"\Athis is the second terminal$")
    return screens.wait_text(r"^The quick brown fox jumps over the lazy dog$")


def show_keys(screens, number):
    type_keys(screens.m, 100, [f"alt-f{number}"])
    return show_vt(screens, number)


def show_login(screens):
    """Not only a prompt"""
    wrong = screens.wait_text(r"^efi-mode login:$")
    if not wrong:
        type_text(screens.m, "somebody", 100)
        wrong = screens.wait_text(r"^efi-mode login: somebody$")
    return wrong


SHOWS = {
    "boot": show_boot,
    "logo": show_logo,
    "text": show_text,
    "vt": show_vt,
    "keys": show_keys,
    "login": show_login,
    "terminal": show_terminal,
    "pattern": show_pattern,
    "damage": show_damage,
    "off": show_off,
}


def guest_steps(m, results, name, screens):
    """Look at what the selftest shows"""
    begin = m.position
    while True:
        # To the end of the line: it may come in pieces
        told = m.expect(r"^SHOW (\w+)([ \d]*)\r*\n|^TEST END screen\S* (\d+)",
                        TEST)
        if not told[1]:
            break
        wrong = SHOWS[told[1]](screens, *map(int, told[2].split()))
        results.add(not wrong, f"{name}: {told[1]}{told[2]} is on the screen",
                    wrong)
        m.send("\r")
    take_results(results, name, m.text[begin:told.start()], told[3] == "0",
                 told[3])


def command(*steps, then=""):
    return f"{LINUX} {QUIET}screen:{':'.join(steps)}{then}"


@contextlib.contextmanager
def boot(opt, results, name, steps, *more, devices=(None,), terminals=-1, args=()):
    """A machine with these screens, and the steps of the selftest"""
    script = [f"{LINUX} {QUIET}{','.join(('screen:' + ':'.join(steps), *more))}",
              "echo STATUS %lasterror%"]
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        screens = Screens(opt, m, devices, terminals)
        m.expect("TEST BEGIN", START + BOOT)
        guest_steps(m, results, name, screens)
        yield m, screens


def judge_panic(m, results, name, screens):
    """The last messages of a kernel that has died"""
    m.expect(r"end Kernel panic", TEST)
    wrong = screens.wait_text(
        r"Kernel panic - not syncing: sysrq triggered crash", centred=True)
    results.add(not wrong, f"{name}: a panic is on the screen", wrong)


def judge_mapping(m, results, name, wanted):
    """As the MTRRs have that memory, or better if they have it as uncached"""
    found = re.search(r"^# mapped (\S+)", m.text, re.M)
    results.add(found and found[1] == wanted,
                f"{name}: the frame buffer is {wanted}", found and found[1])


def judge_return(m, results, name, screens):
    """Firmware's shell has its mode, and a screen of its own"""
    def judge(picture):
        if (picture.width, picture.height) != FIRST_SIZE:
            return f"{picture.width}x{picture.height}"
        colours = picture.colours(0, 0, picture.width, picture.height)
        return f"{colours} colours" if not 1 < colours < 5 else ""

    m.expect(r"STATUS 0x0\s", START)
    wrong = screens.wait(judge)
    results.add(not wrong, f"{name}: firmware has its screen again", wrong)


ALL = ("boot", "logo", "text", "vt", "keys", "pattern", "modes", "idle", "rate",
       "cycles", "login")

# Of stdvga, in this firmware
FIRST_SIZE = (1280, 800)


@test("screen", also_long=True, name="screen-stdvga", beside=True, guest=("screen", "leave"))
def stdvga(opt, results):
    """A screen with a frame buffer, and a return from another mode"""
    name = "screen-stdvga"
    with boot(opt, results, name, (*ALL, "mapped", "keep"), "leave:return",
              args=["-vga", "std"]) as (m, screens):
        results.add("bootconsole [earlyefi0] enabled" in m.text,
                    f"{name}: firmware shows the first messages")
        judge_mapping(m, results, name, "write-combining")
        results.add("Initialized simpledrm" in m.text,
                    f"{name}: simpledrm has had it")
        judge_return(m, results, name, screens)


@test("screen", also_long=True, name="screen-virtio", beside=True, guest=("screen", "panic"))
def virtio(opt, results):
    """A screen without a frame buffer, and a panic on it"""
    name = "screen-virtio"
    with boot(opt, results, name, ALL, "panic", args=[
            "-vga", "none", "-device", "virtio-gpu-pci"]) as (m, screens):
        judge_panic(m, results, name, screens)


@test("screen", name="screen-ramfb", beside=True, guest=("screen", "panic"))
def ramfb(opt, results):
    """A frame buffer in RAM, and a panic on it"""
    name = "screen-ramfb"
    with boot(opt, results, name, ("boot", "login", "text", "pattern", "mapped"),
              "panic", args=["-vga", "none", "-device", "ramfb"]) as (m, screens):
        judge_mapping(m, results, name, "write-back")
        results.add("Initialized simpledrm" not in m.text,
                    f"{name}: simpledrm has not had it, not knowing that")
        judge_panic(m, results, name, screens)


# All characters that firmware has, as a file for its shell
LEARN = ("cls", "type all.txt", "echo LEARN", "pause -q")


def learning(opt, *script):
    """Files with which firmware's font can be learnt, and what comes then"""
    content = files(opt, *LEARN, *script)
    content["all.txt"] = glyphs.Console.CHARACTERS.encode() + b"\r\n"
    return content


def learn(m, results, name, screens):
    m.expect(r"^LEARN", START)
    wrong = screens.learn()
    results.add(not wrong, f"{name}: all characters of firmware", wrong)
    m.send(" ")


# Without these Linux has no screen
DRIVERS = "gop_driver_init,simpledrm_platform_driver_init"


@test("screen", name="screen-first", beside=True, guest=("screen",))
def first(opt, results):
    """The first message of the kernel, by the firmware's console"""
    name = "screen-first"
    script = (f"{LINUX} initcall_blacklist={DRIVERS} "
              f"{QUIET}screen:boot:terminal")
    with machine(opt, results, name, learning(opt, script)) as m:
        screens = Screens(opt, m)
        learn(m, results, name, screens)
        # All of it, which is more than one piece, and before it scrolls away
        m.expect(r"^\[ +0\.000000\] Linux version .*\n", START)
        m.command_qmp("stop")
        wrong = screens.wait_text(r"^\[ +0\.000000\] Linux version")
        results.add(not wrong, f"{name}: the first message is on the screen",
                    wrong)
        m.command_qmp("cont")
        m.expect("TEST BEGIN", BOOT)
        guest_steps(m, results, name, screens)
        power_off(m, results, name)


@test("screen", long=True, name="screen-two", beside=True, guest=("screen",))
def two(opt, results):
    """The terminals are on the screen with a frame buffer, although it is found last"""
    name = "screen-two"
    args = ["-vga", "none", "-device", "virtio-gpu-pci,id=blt", "-device",
            "bochs-display,id=linear"]
    with boot(opt, results, name, ("boot", "text", "pattern0", "pattern1"),
              devices=("blt", "linear"), args=args) as (m, _):
        power_off(m, results, name)


@test("screen", long=True, name="screen-none", beside=True, guest=("boot",))
def none(opt, results):
    """A machine without a screen"""
    name = "screen-none"
    with machine(opt, results, name, files(opt, f"{LINUX} {QUIET}boot"),
                 args=["-vga", "none"]) as m:
        guest_tests(m, results, name, ("boot",))
        results.add("efi-gop" not in m.text, f"{name}: and no word of it")


@test("screen", long=True, name="screen-linear", beside=True, guest=("screen",))
def linear(opt, results):
    """The terminals are on the screen that the firmware's console was on first"""
    name = "screen-linear"
    args = ["-vga", "none", "-device", "VGA,id=first", "-device",
            "bochs-display,id=second"]
    with boot(opt, results, name, ("boot", "text", "pattern0", "pattern1"),
              devices=("first", "second"), terminals=0,
              args=args) as (m, _):
        power_off(m, results, name)


@test("screen", name="screen-return", beside=True,
      guest=("gop", "screen", "leave"), efi=("driver", "selfcheck"))
def back(opt, results):
    """Returns to a firmware whose screens have gone, come again or been reconnected"""
    name = "screen-return"
    content = learning(
        opt, "load fs0:\\driver.efi", "selfcheck screen 0",
        f"{LINUX} {QUIET}gop:gone,leave:return", "selfcheck screen 9",
        "selfcheck screen 0", f"{LINUX} {QUIET}gop:again,leave:return",
        "selfcheck screen 6", f"{LINUX} {QUIET}screen:reconnect,leave:return=7",
        "echo STATUS %lasterror%")
    # Firmware fills memory that is given back, which takes its time
    with machine(opt, results, name, content, memory="512M") as m:
        screens = Screens(opt, m)
        learn(m, results, name, screens)
        m.expect(r"^TEST END gop:gone 0", START + BOOT)
        strays = m.expect(r"^SELFCHECK screen 9 0x(\w+)", START)[1]
        results.add(strays == "0", f"{name}: nobody calls one that has gone",
                    strays)
        m.expect(r"^TEST END gop:again 0", START + BOOT)
        mode = m.expect(r"^SELFCHECK screen 6 0x(\w+)", START)[1]
        results.add(mode == "1",
                    f"{name}: one that has come again is in its mode", mode)
        m.expect(r"^TEST END screen:reconnect 0", START + BOOT)
        m.expect("STATUS 0x7", START)
        wrong = screens.wait_text(r"^STATUS 0x7$")
        results.add(not wrong, f"{name}: firmware's console is on its screen",
                    wrong)
        shape = screens.take()
        results.add((shape.width, shape.height) == FIRST_SIZE,
                    f"{name}: in its mode")


@test("screen", beside=True, guest=("gop",), efi=("driver",))
def gop(opt, results):
    """A screen of the test driver that fails in every way"""
    name = "gop"
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}{name}"]
    with machine(opt, results, name, files(opt, *script)) as m:
        guest_tests(m, results, name, (name,))


@test("screen", name="gop-panic", beside=True, guest=("gop",), efi=("driver",))
def gop_panic(opt, results):
    """A panic while a mode is being set leaves that screen alone"""
    name = "gop-panic"
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}gop:panic"]
    with machine(opt, results, name, files(opt, *script)) as m:
        m.expect("a screen appears", START + BOOT)
        judge_panic(m, results, name, Screens(opt, m))
        clean(m, results, name, expected=("Call Trace",))
