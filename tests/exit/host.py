# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the ways out: back to the firmware, resets, panics

What firmware has after Linux is judged by firmware's own programs: the shell's
memmap, tests/exit/efi/settings.c, and the test driver, which was there before.
"""

import re
import time

import qemu
from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST, cases, clean, machine
from lib.registry import test

LINUX = "bzImage initrd=\\initrd.img"

# From planting the gate to the first egress, and one at each end
EARLY_TICKS = 500


def files(opt, *script, drivers=()):
    """The disk: the shell loads @drivers, and then the test driver."""
    load = [f"load fs0:\\{name}.efi" for name in (*drivers, "driver")]
    return boots.files(opt, *load, *script)


def look(label):
    """Shell commands: everything that must be the same before and after"""
    return (f"echo LOOK {label}", "memmap", "settings", "selfcheck state 0",
            "echo LOOKED")


def looked(m, label, timeout):
    """What they have said: pages of each type of memory, settings, and what the
    driver finds changed in the state of the CPU and the local APIC."""
    m.expect(rf"^(?:\x1b\[\d+m)*LOOK {label}\s*$", timeout)
    begin = m.position
    end = m.expect(r"^LOOKED", timeout)
    text = m.text[begin:end.start()]
    pages = {kind: int(number.replace(",", "")) for kind, number in
             re.findall(r"^\s*(\w+)\s*:\s*([0-9,]+) Pages", text, re.M)}
    settings = re.search(r"^SETTINGS (.*?)\s*$", text, re.M)
    changed = re.search(r"^SELFCHECK state 0 (\w+)", text, re.M)
    return {"pages": pages if len(pages) > 10 else None,
            "settings": settings and settings[1],
            "changed": changed and int(changed[1], 16)}


# For all the time: fewer than a leak of one in each cycle would come to
POOL_PAGES = 8


def same_pages(before, after):
    """The sums have to be the same to the page, with one exception: BS_Data has
    the pools of firmware and of the shell, which keep a page as long as
    anything is left in it, be it the name of a file in the cache of the FAT
    driver or a line of the script.

    It is not the regions that are compared: firmware merges and splits them as
    it allocates and frees."""
    if not before or not after:
        return False
    pool = after["BS_Data"] - before["BS_Data"]
    after = dict(after, BS_Data=before["BS_Data"],
                 Available=after["Available"] + pool)
    return abs(pool) <= POOL_PAGES and before == after


def same(results, name, before, after):
    results.add(same_pages(before["pages"], after["pages"]),
                f"{name}: the same memory",
                f"{before['pages']} {after['pages']}")
    results.add(before["settings"] and before["settings"] == after["settings"],
                f"{name}: the same settings",
                f"{before['settings']} {after['settings']}")
    results.add(before["changed"] == after["changed"] == 0,
                f"{name}: the same CPU and local APIC",
                f"{before['changed']} {after['changed']}")


def status_of(m, timeout):
    """The shell shows a status without the bit that makes it an error; before it
    is what restores the colours and the screen"""
    return int(m.expect(r"^(?:\x1b\[[\d;]*[A-Za-z])*STATUS 0x([0-9A-Fa-f]+)",
                        timeout)[1], 16)


def ticks(m, timeout):
    """Of firmware's clock, and when, in cycles"""
    count = int(m.expect(r"^SELFCHECK ticks 0 0x(\w+)", timeout)[1], 16)
    return count, int(m.expect(r"^TSC (\d+)", timeout)[1])


def cycles(opt, results, name, count, extra=None, **kwargs):
    """Start, return, start again, each time with another status"""
    clock = ("selfcheck ticks 0", "tsc")
    # In the loop already, for which the shell allocates some pages of its own
    script = [*clock, f"for %i run (1 {count})",
              *["  " + line for line in look("-%i")],
              f"  {LINUX} {QUIET}leave:return=%i",
              "  echo STATUS %lasterror%",
              *["  " + line for line in look("%i")],
              "endfor", *clock, "selfcheck"]
    content = dict(files(opt, *script), **extra or {})
    with machine(opt, results, name, content, **kwargs) as m:
        ticks_before = ticks(m, START)
        before = None
        for i in range(1, count + 1):
            before = before or looked(m, "-1", START)
            m.expect(r"LEAVING", BOOT)
            status = status_of(m, START)
            results.add(status == i, f"{name}: {i}: the status", f"{status:x}")
            same(results, f"{name}: {i}", before, looked(m, i, START))
        ticks_after = ticks(m, START)

        khz = float(re.search(r"TSC: ([\d.]+) MHz", m.text)[1]) * 1000
        had = ticks_after[0] - ticks_before[0]
        due = (ticks_after[1] - ticks_before[1]) / khz / 10
        results.add(due - EARLY_TICKS * count < had < 1.01 * due,
                    f"{name}: firmware's clock has had {had} ticks, "
                    f"{due:.0f} were due")

        m.expect(r"^SELFCHECK end", TEST)
        checks = re.findall(r"^SELFCHECK (\S+) (ok|FAILED) (\S+)", m.text, re.M)
        bad = [check for check in checks if check[1] != "ok"]
        results.add(len(checks) > 20 and not bad,
                    f"{name}: the driver that was there before works", f"{bad}")

        # A person: the prompt, and a command
        m.expect(r"FS0:\\> ", START)
        m.send("echo the shell answers\r")
        m.expect(r"^the shell answers", START)
        results.add(True, f"{name}: the shell answers")
        clean(m, results, name)


@test("exit", guest=("leave",), efi=("driver", "settings", "selfcheck", "tsc"))
def wayback(opt, results):
    """Three ways to Linux and back: memory, settings and CPU are as they were"""
    cycles(opt, results, "wayback", 3)


@test("exit", long=True, guest=("leave",),
      efi=("driver", "settings", "selfcheck", "tsc"))
def wayback_long(opt, results):
    """A hundred ways to Linux and back"""
    cycles(opt, results, "wayback-long", 100)


def once(opt, results, name, drivers, options, message, **kwargs):
    """Where slices end in another way"""
    script = [*look("before"), f"{LINUX} {options} {QUIET}leave:return=7",
              "echo STATUS %lasterror%", *look("after"), "selfcheck"]
    content = files(opt, *script, drivers=drivers)
    with machine(opt, results, name, content, **kwargs) as m:
        before = looked(m, "before", START)
        results.add(status_of(m, START + BOOT) == 7, f"{name}: the status")
        same(results, name, before, looked(m, "after", START))
        results.add(message in m.text, f"{name}: {message}")
        m.expect(r"^SELFCHECK end", TEST)
        results.add("FAILED" not in m.text, f"{name}: the driver works")


@test("exit", long=True, guest=("leave",), efi=("driver", "settings", "selfcheck"))
def wayback_event(opt, results):
    """A return where slices end by a timer event, which has to be closed"""
    once(opt, results, "wayback-event", (), "efi_mode.preempt=event",
         "slices end by the timer event", cpu="max")


@test("exit", long=True, guest=("leave",),
      efi=("pit", "driver", "settings", "selfcheck"))
def wayback_8254(opt, results):
    """A return to a firmware that does not use the local APIC's timer"""
    once(opt, results, "wayback-8254", ("pit",), "",
         "firmware's clock: a device, vector 0x68")


# In one machine, one after the other: what is on the command line, what the test
# does, which status comes back
RETURNS = (
    ("restart without an argument", "efi_mode.on_exit=return", "leave:restart", 0),
    ("power-off", "efi_mode.on_exit=return=TIMEOUT", "leave:off", 18),
    ("halt", "efi_mode.on_exit=return=0x8000000000000003", "leave:halt", 3),
    ("an argument comes first", "efi_mode.on_exit=off",
     "leave:return=EFI_not_found", 14),
    ("a status that is none", "", "leave:return=rubbish", 2),
    ("a choice that is none", "efi_mode.on_exit=sideways", "onexit,leave:return",
     0),
    ("efi-return", "", "../bin/efi-return:ACCESS_DENIED", 15),
    ("panic", "efi_mode.on_panic=return", "leave:panic", 21),
    ("panic with a status and a time", "panic=1 efi_mode.on_panic=return=7",
     "leave:panic", 7),
    ("another graphics mode", "video=efifb:mode=3", "leave:return=9", 9),
    ("a thread that calls again and again", "", "leave:crowd:return=5", 5),
)


QUICK_RETURNS = ("power-off", "a choice that is none")


@test("exit", also_long=True, guest=("leave", "onexit"),
      efi=("driver", "settings", "selfcheck"))
def returns(opt, results):
    """Each way to choose the status that is returned to the firmware"""
    name = "returns"
    script = ["settings watchdog 300", "settings attribute 30",
              *look("before")]
    returns = cases(opt, RETURNS, QUICK_RETURNS)
    for i, (_, options, test, _) in enumerate(returns):
        script += [f"echo CASE {i}", f"{LINUX} {options} {QUIET}{test}",
                   "echo STATUS %lasterror%", *look(i)]
    # The first process ends
    script += ["echo CASE init",
               f"{LINUX} rdinit=/bin/efi-return -- --init /bin/busybox false",
               "echo STATUS %lasterror%", *look("init")]
    with machine(opt, results, name, files(opt, *script)) as m:
        before = looked(m, "before", START)
        results.add("watchdog=300" in before["settings"] and
                    "attribute=1E" in before["settings"],
                    f"{name}: settings that are not the usual ones",
                    before["settings"])
        for i, (what, _, _, wanted) in enumerate(returns):
            begin = m.position
            status = status_of(m, BOOT)
            text = m.text[begin:m.position]
            results.add(status == wanted and "Run /init" in text,
                        f"{name}: {what}: the status", f"{status:x}")
            same(results, f"{name}: {what}", before, looked(m, i, START))
            if "panic" in what:
                results.add("Kernel panic - not syncing" in text,
                            f"{name}: {what}: it was one")
            if "choice" in what:
                results.add("efi_mode.on_exit=sideways is none of default, "
                            "return" in text, f"{name}: {what}: message")
                lines = re.findall(r"^(not )?ok \d+ (on_\w+ .*?)\s*$", text,
                                   re.M)
                for bad, line in lines:
                    results.add(not bad, f"{name}: {line}")
                results.add(len(lines) == 6, f"{name}: onexit: ran to its end")
        results.add(status_of(m, BOOT) == 1, f"{name}: end of init: the status")
        same(results, f"{name}: end of init", before, looked(m, "init", START))
        clean(m, results, name, expected=("Call Trace",))


GUID = "3ca3cb1f-8a2c-4d4d-b360-5a419b071611"

# All zeros, as GNU-EFI prints it: the platform knows none, and chooses
NO_GUID = "G0"

# What is on the command line, what the test does, what ResetSystem() is called
# with, and why QEMU says that the machine has ended
RESETS = (
    ("restart", "", "restart", "0 0 0 bytes", "guest-reset"),
    ("warm restart", "reboot=w", "restart", "1 0 0 bytes", "guest-reset"),
    ("cold restart", "reboot=w,c", "restart", "0 0 0 bytes", "guest-reset"),
    ("platform-specific restart", "", f"reset={GUID}",
     f"3 0 {GUID.upper()}", "guest-reset"),
    ("any platform-specific restart", "efi_mode.on_exit=reset=platform",
     "restart", f"3 0 {NO_GUID}", "guest-reset"),
    ("platform-specific restart by letter", "reboot=p", "restart",
     f"3 0 {NO_GUID}", "guest-reset"),
    ("an argument for somebody else", "", "bootloader", "0 0 0 bytes",
     "guest-reset"),
    ("power-off", "", "off", "2 0 0 bytes", "guest-shutdown"),
    ("restart that powers off", "efi_mode.on_exit=off", "restart",
     "2 0 0 bytes", "guest-shutdown"),
    ("power-off that resets", "efi_mode.on_exit=reset=warm", "off",
     "1 0 0 bytes", "guest-reset"),
    ("halt that powers off", "efi_mode.on_exit=off", "halt", "2 0 0 bytes",
     "guest-shutdown"),
    ("halt that resets", "reboot=w efi_mode.on_exit=reset=cold", "halt",
     "0 0 0 bytes", "guest-reset"),
    ("sysrq-b", "efi_mode.on_exit=return efi_mode.on_panic=return", "sysrq:b",
     "0 0 0 bytes", "guest-reset"),
    ("panic", "panic=1", "panic", "0 0 0 bytes", "guest-reset"),
    ("warm panic", "reboot=panic_warm panic=1", "panic", "1 0 0 bytes",
     "guest-reset"),
    ("panic that resets", "efi_mode.on_panic=reset=warm", "panic",
     "1 0 0 bytes", "guest-reset"),
    ("panic that powers off", "efi_mode.on_panic=off", "panic", "2 0 0 bytes",
     "guest-shutdown"),
    ("panic with a lock that an interrupt wants", "panic=1", "panic:lock",
     "0 0 0 bytes", "guest-reset"),
)

QUICK_RESETS = ("warm restart", "platform-specific restart", "power-off", "panic")

# When firmware is out of reach: it does not return from a call, at which task
# priority, or it has faulted
STUCK = (
    ("panic, firmware in a loop", "panic=1", "panic:4"),
    ("panic, firmware in a loop at TPL_NOTIFY", "efi_mode.on_panic=return",
     "panic:16"),
    ("panic, firmware frozen", "efi_mode.on_panic=return", "panic:fault"),
    ("sysrq-b, firmware in a loop", "", "stuck:sysrq:b"),
    ("restart after an oops, firmware busy with its own", "", "busy:restart"),
    ("return, firmware in a loop", "", "stuck:return"),
    ("return, a driver's last call does not return", "", "hang:return=7"),
    ("return, firmware faults in the last slice", "", "fault:return"),
)


# In an orderly end each call has a minute
QUICK_STUCK = ("panic, firmware frozen", "sysrq-b, firmware in a loop",
               "return, firmware faults in the last slice")

# Longer than call.c and exit.c wait
PATIENCE = 150


def ends(opt, results, name, options, test):
    """Boot, and how the machine ends; None if it does not"""
    script = ["load fs0:\\resets.efi",
              f"{LINUX} {options} {QUIET}leave:{test}"]
    with machine(opt, results, name, files(opt, *script),
                 args=["-no-reboot"]) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        if not m.wait_end(PATIENCE):
            results.add(False, f"{name}: the machine ends")
            return m.text, None
        reasons = [event["data"]["reason"] for event in m.last_events()
                   if event["event"] == "SHUTDOWN"]
        return m.text, reasons[-1] if reasons else "nothing"


@test("exit", also_long=True, beside=True, guest=("leave",), efi=("driver", "resets"))
def resets(opt, results):
    """ResetSystem() gets the arguments that the user asked for"""
    for what, options, test, wanted, reason in cases(opt, RESETS, QUICK_RESETS):
        name = f"resets: {what}"
        text, ended = ends(opt, results, name, options, test)
        calls = re.findall(r"^RESET (.*?)\s*$", text, re.M)
        results.add(calls == [wanted], f"{name}: {wanted}", f"{calls}")
        results.add(ended == reason, f"{name}: {reason}", ended)
        if test.startswith("panic"):
            results.add("Kernel panic - not syncing" in text,
                        f"{name}: the message is out")


@test("exit", also_long=True, beside=True, guest=("leave",), efi=("driver", "resets"))
def stuck(opt, results):
    """A reset without the firmware, which does not answer"""
    for what, options, test in cases(opt, STUCK, QUICK_STUCK):
        name = f"stuck: {what}"
        text, ended = ends(opt, results, name, options, test)
        results.add(ended == "guest-reset", f"{name}: the machine is reset",
                    ended)
        results.add(not re.search(r"^(RESET|STATUS)", text, re.M),
                    f"{name}: without firmware")
        if test == "fault:return":
            results.add(re.search(r"^FAULT\s*$", text, re.M),
                        f"{name}: it has got there")


# What is on the command line, what the test does, which driver's function does not
# return, what that says, and how long it has had at least
NEVER = (
    ("restart", "", "restart", "noreset", "RESET 0 0 0 bytes", 20),
    ("power-off", "", "off", "noreset", "RESET 2 0 0 bytes", 20),
    ("panic", "panic=1", "panic", "noreset", "RESET 0 0 0 bytes", 20),
    ("sysrq-b", "", "sysrq:b", "noreset", "RESET 0 0 0 bytes", 20),
    ("the log of a panic", "panic=1", "panic", "novariable", "SETVARIABLE", 8),
)

QUICK_NEVER = ("power-off",)


@test("exit", also_long=True, beside=True, guest=("leave",),
      efi=("driver", "resets", "noreset", "novariable"))
def never(opt, results):
    """A last firmware call that never returns does not hold up the end"""
    for what, options, test, driver, says, least in cases(opt, NEVER, QUICK_NEVER):
        name = f"never: {what}"
        script = [f"load fs0:\\{driver}.efi", "load fs0:\\resets.efi",
                  f"{LINUX} {options} {QUIET}leave:{test}"]
        content = files(opt, *script, drivers=(driver,))
        with machine(opt, results, name, content, args=["-no-reboot"]) as m:
            m.expect(f"^{says}", START + BOOT)
            start = time.monotonic()
            halted = False
            while not halted and time.monotonic() < start + PATIENCE:
                if m.wait_end(1):
                    break
                halted = "HLT=1" in m.monitor("info registers")
            results.add(halted == (test == "off") and
                        m.running() == (test == "off"),
                        f"{name}: comes to an end")
            results.add(time.monotonic() - start > least,
                        f"{name}: firmware has had time for it")
            results.add(len(re.findall(r"^RESET", m.text, re.M)) ==
                        (driver == "noreset"),
                        f"{name}: and is asked for nothing else")


@test("exit", beside=True, guest=("nmi",), efi=("driver", "resets"))
def nmi_panic(opt, results):
    """A panic in a non-maskable interrupt comes to an end

    It can come in the middle of a switch, so nothing can be relied upon.
    """
    name = "nmi-panic"
    script = f"{LINUX} unknown_nmi_panic panic=1 {QUIET}nmi"
    with machine(opt, results, name,
                 files(opt, "load fs0:\\resets.efi", script),
                 args=["-no-reboot"]) as m:
        m.expect(r"STORM BEGIN", START + BOOT)
        m.monitor("nmi")
        results.add(m.wait_end(PATIENCE), f"{name}: the machine ends")
        reasons = [event["data"]["reason"] for event in m.last_events()
                   if event["event"] == "SHUTDOWN"]
        results.add(reasons == ["guest-reset"], f"{name}: by a reset",
                    f"{reasons}")
        results.add("STORM END" not in m.text, f"{name}: at once")


@test("exit", name="alt-sysrq-b", beside=True, efi=("driver", "resets"))
def typed(opt, results):
    """Alt-SysRq-B on a keyboard resets the machine"""
    name = "alt-sysrq-b"
    script = f"{LINUX} {QUIET}../bin/sleep:600"
    with machine(opt, results, name,
                 files(opt, "load fs0:\\resets.efi", script),
                 args=["-no-reboot"]) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        # The keyboard is there soon after that
        end = time.monotonic() + 60
        while "RESET" not in m.text and time.monotonic() < end:
            m.monitor("sendkey alt-sysrq-b")
            if m.wait_end(2):
                break
        results.add(m.wait_end(60), f"{name}: the machine ends")
        results.add(re.findall(r"^RESET (.*?)\s*$", m.text, re.M) ==
                    ["0 0 0 bytes"], f"{name}: by a cold reset")


@test("exit", beside=True, guest=("leave",), efi=("driver",))
def halt(opt, results):
    """The CPU stops, and the screen stays readable"""
    name = "halt"
    script = f"{LINUX} {QUIET}leave:halt"
    with machine(opt, results, name, files(opt, script)) as m:
        m.expect(r"reboot: System halted", START + BOOT)
        results.add(not m.wait_end(5), f"{name}: the machine goes on")
        results.add("HLT=1" in m.monitor("info registers"),
                    f"{name}: the CPU does not")


@test("exit", name="wayback-boot-entry", guest=("leave",), efi=("settings",))
def boot_entry(opt, results):
    """After a return the boot manager goes on with its next option"""
    name = "wayback-boot-entry"
    option = boots.load_option("Linux beside the firmware", "\\LINUX.EFI",
                               "initrd=\\initrd.img "
                               f"{QUIET}leave:return=NOT_FOUND")
    variable = f"-guid {boots.GLOBAL_GUID} -nv -bs -rt"
    content = files(opt)
    content["LINUX.EFI"] = content.pop("bzImage")
    content["startup.nsh"] = qemu.shell_script(
        "@echo -off", "fs0:",
        "if exist again.txt then", "echo NEXT OPTION", "settings",
        "else", "echo first > again.txt",
        f"setvar Boot0077 {variable} ={option.hex()}",
        f"setvar BootNext {variable} =7700", "reset", "endif")
    with machine(opt, results, name, content) as m:
        m.expect(r"LEAVING", 2 * START + BOOT)
        m.expect(r"NEXT OPTION", 2 * START)
        results.add(True, f"{name}: the boot manager goes on")
        m.expect(r"SETTINGS watchdog=0", START)
        clean(m, results, name)
