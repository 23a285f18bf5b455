# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the firmware's screens: the host looks at what they show
"""

import contextlib
import re

from lib import glyphs
from lib.machine import (BOOT, QUIET, START, TEST, clean, files, guest_tests,
                         machine, power_off, take_results)
from lib.registry import test
from lib.screens import Screens
from lib.typist import type_keys, type_text

# The kernel's messages go to the screen, those of the tests to the serial port
CONSOLES = "console=tty0 console=hvc0"
LINUX = f"bzImage initrd=\\initrd.img {CONSOLES}"

# The default colours of the kernel's terminals
COLOURS = {
    1: (0xaa, 0, 0), 2: (0, 0xaa, 0), 3: (0xaa, 0x55, 0), 4: (0, 0, 0xaa),
    5: (0xaa, 0, 0xaa), 6: (0, 0xaa, 0xaa), 7: (0xaa, 0xaa, 0xaa),
}

# The colours of this firmware's console
EFI_COLOURS = {
    1: (0x98, 0, 0), 2: (0, 0x98, 0), 3: (0x98, 0x98, 0), 4: (0, 0, 0x98),
    5: (0x98, 0, 0x98), 6: (0, 0x98, 0x98), 7: (0x98, 0x98, 0x98),
}

def pattern_line(width, y):
    """Line @y of the pattern that guest/screen.c draws"""
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
    """Check that each line has the right characters in the right colour"""
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
    """Wait for the prompt, and check that getty shows what is typed"""
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
    """Check each picture that the selftest shows, until the selftest ends"""
    begin = m.position
    while True:
        # Match up to the end of the line, because it may arrive in pieces
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
    """Boot a machine with these screens, and run the steps of the selftest"""
    script = [f"{LINUX} {QUIET}{','.join(('screen:' + ':'.join(steps), *more))}",
              "echo STATUS %lasterror%"]
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        screens = Screens(opt, m, devices, terminals)
        m.expect("TEST BEGIN", START + BOOT)
        guest_steps(m, results, name, screens)
        yield m, screens


def judge_panic(m, results, name, screens):
    """Check that the screen shows the panic"""
    m.expect(r"end Kernel panic", TEST)
    wrong = screens.wait_text(
        r"Kernel panic - not syncing: sysrq triggered crash", centred=True)
    results.add(not wrong, f"{name}: a panic is on the screen", wrong)


def judge_mapping(m, results, name, wanted):
    """Check that the frame buffer is mapped with the memory type @wanted"""
    found = re.search(r"^# mapped (\S+)", m.text, re.M)
    results.add(found and found[1] == wanted,
                f"{name}: the frame buffer is {wanted}", found and found[1])


def judge_return(m, results, name, screens):
    """Check that the firmware's shell has its mode and its own text on the screen again"""
    def judge(picture):
        if (picture.width, picture.height) != FIRST_SIZE:
            return f"{picture.width}x{picture.height}"
        colours = picture.colours(0, 0, picture.width, picture.height)
        return f"{colours} colours" if not 1 < colours < 5 else ""

    m.expect(r"STATUS 0x0\s", START)
    wrong = screens.wait(judge)
    results.add(not wrong, f"{name}: the firmware has its screen again", wrong)


ALL = ("boot", "logo", "text", "vt", "keys", "pattern", "modes", "idle", "rate",
       "cycles", "login")

# The mode in which this firmware starts stdvga
FIRST_SIZE = (1280, 800)


@test("screen", also_long=True, name="screen-stdvga", beside=True, guest=("screen", "leave"))
def stdvga(opt, results):
    """Linux uses a screen with a frame buffer (stdvga), and restores its mode for the firmware"""
    name = "screen-stdvga"
    with boot(opt, results, name, (*ALL, "mapped", "keep"), "leave:return",
              args=["-vga", "std"]) as (m, screens):
        results.add("bootconsole [earlyefi0] enabled" in m.text,
                    f"{name}: the firmware shows the first messages")
        judge_mapping(m, results, name, "write-combining")
        results.add("Initialized simpledrm" in m.text,
                    f"{name}: simpledrm had the screen first")
        judge_return(m, results, name, screens)


@test("screen", also_long=True, name="screen-virtio", beside=True, guest=("screen", "panic"))
def virtio(opt, results):
    """Linux uses a screen without a frame buffer (virtio-gpu), and shows a panic on it"""
    name = "screen-virtio"
    with boot(opt, results, name, ALL, "panic", args=[
            "-vga", "none", "-device", "virtio-gpu-pci"]) as (m, screens):
        judge_panic(m, results, name, screens)


@test("screen", name="screen-ramfb", beside=True, guest=("screen", "panic"))
def ramfb(opt, results):
    """Linux uses a frame buffer in RAM (ramfb), and shows a panic on it"""
    name = "screen-ramfb"
    with boot(opt, results, name, ("boot", "login", "text", "pattern", "mapped"),
              "panic", args=["-vga", "none", "-device", "ramfb"]) as (m, screens):
        judge_mapping(m, results, name, "write-back")
        results.add("Initialized simpledrm" not in m.text,
                    f"{name}: simpledrm did not get the screen")
        judge_panic(m, results, name, screens)


# Shell commands that print all characters of the firmware's font
LEARN = ("cls", "type all.txt", "echo LEARN", "pause -q")


def learning(opt, *script):
    """Files for a boot that first shows the firmware's font, and then runs @script"""
    content = files(opt, *LEARN, *script)
    content["all.txt"] = glyphs.Console.CHARACTERS.encode() + b"\r\n"
    return content


def learn(m, results, name, screens):
    m.expect(r"^LEARN", START)
    wrong = screens.learn()
    results.add(not wrong, f"{name}: the firmware's font is learnt", wrong)
    m.send(" ")


# Without these initcalls Linux has no screen
DRIVERS = "gop_driver_init,simpledrm_platform_driver_init"


@test("screen", name="screen-first", beside=True, guest=("screen",))
def first(opt, results):
    """Without screen drivers, Linux uses the firmware's console from its first message on"""
    name = "screen-first"
    script = (f"{LINUX} initcall_blacklist={DRIVERS} "
              f"{QUIET}screen:boot:terminal")
    with machine(opt, results, name, learning(opt, script)) as m:
        screens = Screens(opt, m)
        learn(m, results, name, screens)
        # On a busy host, the very first message has scrolled away when the machine stops. Time
        # begins only after dozens of messages.
        m.expect(r"^\[ +0\.000000\] Linux version .*\n", START)
        m.command_qmp("stop")
        wrong = screens.wait_text(r"^\[ +0\.000000\] ")
        results.add(not wrong, f"{name}: the first messages are on the screen",
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
    """Linux boots on a machine without a screen"""
    name = "screen-none"
    with machine(opt, results, name, files(opt, f"{LINUX} {QUIET}boot"),
                 args=["-vga", "none"]) as m:
        guest_tests(m, results, name, ("boot",))
        results.add("efi-gop" not in m.text, f"{name}: no message about screens")


@test("screen", name="screen-4k", beside=True)
def four_k(opt, results):
    """On a screen of 3840x2160, the letters are twice as large"""
    name = "screen-4k"
    args = ["-vga", "none", "-device", "VGA,xres=3840,yres=2160,vgamem_mb=64"]
    content = files(opt, f"{LINUX} video=3840x2160")
    with machine(opt, results, name, content, args=args) as m:
        m.expect(r"/ # $", START + BOOT)
        m.send("stty -F /dev/tty1 size\r")
        size = m.expect(r"^(\d+) (\d+)\s", 30)
        results.add((size[1], size[2]) == ("67", "240"),
                    f"{name}: there are 67 lines of 240 letters", size[0])
        picture = Screens(opt, m).take()
        results.add((picture.width, picture.height) == (3840, 2160),
                    f"{name}: the screen has this size", f"{picture.width}x{picture.height}")
        m.send("poweroff -f\r")
        results.add(m.wait_end(60), f"{name}: power-off")


@test("screen", name="screen-turned", beside=True)
def turned(opt, results):
    """The text is upright on a panel that the kernel knows to be mounted on its side"""
    name = "screen-turned"
    # The panel of this machine has its upper edge on the left
    args = ["-vga", "none", "-device", "VGA,xres=800,yres=1280,vgamem_mb=16",
            "-smbios", "type=1,manufacturer=Valve,product=Jupiter,version=1"]
    content = files(opt, f"{LINUX} video=800x1280")
    with machine(opt, results, name, content, args=args) as m:
        m.expect(r"/ # $", START + BOOT)
        screens = Screens(opt, m)
        m.send("printf '\\033cThis is upright\\n' > /dev/tty1\r")

        def judge(picture):
            text = "\n".join(glyphs.read_text(picture.turned(), screens.font))
            return "" if "This is upright" in text else text

        wrong = screens.wait(judge)
        results.add(not wrong, f"{name}: the text is upright", wrong)
        m.send("poweroff -f\r")
        results.add(m.wait_end(60), f"{name}: power-off")


@test("screen", long=True, name="screen-linear", beside=True, guest=("screen",))
def linear(opt, results):
    """Of two screens with frame buffers, the one with the first messages keeps the terminals"""
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
    """Linux returns after screens were removed, installed again or reconnected"""
    name = "screen-return"
    content = learning(
        opt, "load fs0:\\driver.efi", "selfcheck screen 0",
        f"{LINUX} {QUIET}gop:gone,leave:return", "selfcheck screen 9",
        "selfcheck screen 0", f"{LINUX} {QUIET}gop:again,leave:return",
        "selfcheck screen 6", f"{LINUX} {QUIET}screen:reconnect,leave:return=7",
        "echo STATUS %lasterror%")
    # Little memory, because the firmware overwrites what it gets back, which takes long
    with machine(opt, results, name, content, memory="512M") as m:
        screens = Screens(opt, m)
        learn(m, results, name, screens)
        m.expect(r"^TEST END gop:gone 0", START + BOOT)
        strays = m.expect(r"^SELFCHECK screen 9 0x(\w+)", START)[1]
        results.add(strays == "0", f"{name}: Linux does not call a removed screen",
                    strays)
        m.expect(r"^TEST END gop:again 0", START + BOOT)
        mode = m.expect(r"^SELFCHECK screen 6 0x(\w+)", START)[1]
        results.add(mode == "1",
                    f"{name}: a screen installed again has its first mode", mode)
        m.expect(r"^TEST END screen:reconnect 0", START + BOOT)
        m.expect("STATUS 0x7", START)
        wrong = screens.wait_text(r"^STATUS 0x7$")
        results.add(not wrong, f"{name}: the firmware's console is on its screen",
                    wrong)
        shape = screens.take()
        results.add((shape.width, shape.height) == FIRST_SIZE,
                    f"{name}: the screen has its first mode")


@test("screen", beside=True, guest=("gop",), efi=("driver",))
def gop(opt, results):
    """Linux handles a screen with unusual modes that fails, changes and is removed"""
    name = "gop"
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}{name}"]
    with machine(opt, results, name, files(opt, *script)) as m:
        guest_tests(m, results, name, (name,))


@test("screen", name="gop-panic", beside=True, guest=("gop",), efi=("driver",))
def gop_panic(opt, results):
    """A panic while a screen is setting a mode is shown on the other screens only"""
    name = "gop-panic"
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}gop:panic"]
    with machine(opt, results, name, files(opt, *script)) as m:
        m.expect("a screen appears", START + BOOT)
        judge_panic(m, results, name, Screens(opt, m))
        clean(m, results, name, expected=("Call Trace",))
