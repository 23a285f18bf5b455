# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the ways to end Linux: return to the firmware, reset, power off, panic

EFI programs check the state of the firmware after Linux: memmap in the UEFI shell,
tests/exit/efi/settings.c, and the test driver, which was loaded before Linux.
"""

import re
import time

import qemu
from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST, cases, clean, machine
from lib.registry import test

LINUX = "bzImage initrd=\\initrd.img"

# Ticks that may be lost in each start of Linux, from the installation of the tick hook to
# the first egress, and one at each end of the measurement
EARLY_TICKS = 500


def files(opt, *script, drivers=()):
    """Return the files of the disk; the shell loads @drivers and then the test driver"""
    load = [f"load fs0:\\{name}.efi" for name in (*drivers, "driver")]
    return boots.files(opt, *load, *script)


def look(label):
    """Return shell commands that print all that must be the same before and after Linux"""
    return (f"echo LOOK {label}", "memmap", "settings", "selfcheck state 0",
            "echo LOOKED")


def looked(m, label, timeout):
    """
    Parse the output of look()

    Returns the pages of each type of memory, the settings, and a bit mask of the changes
    that the driver finds in the state of the CPU and the local APIC.
    """
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


# Tolerance for all cycles together. In wayback-long, which has 100 cycles, a leak of one
# page per cycle exceeds it.
POOL_PAGES = 8


def same_pages(before, after):
    """
    Return True if each type of memory has the same number of pages as before

    BS_Data may differ by a few pages. It contains the pools of the firmware and of the
    shell, which keep a page as long as anything in it is allocated, such as a file name
    in the cache of the FAT driver or a line of the script.

    The regions are not compared, because the firmware merges and splits them when it
    allocates and frees memory.
    """
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
    """
    Return the EFI status that the shell prints, which has no error bit

    Escape sequences that restore the colours and the screen may precede it.
    """
    return int(m.expect(r"^(?:\x1b\[[\d;]*[A-Za-z])*STATUS 0x([0-9A-Fa-f]+)",
                        timeout)[1], 16)


def ticks(m, timeout):
    """Return the number of firmware ticks, and the TSC value at that time"""
    count = int(m.expect(r"^SELFCHECK ticks 0 0x(\w+)", timeout)[1], 16)
    return count, int(m.expect(r"^TSC (\d+)", timeout)[1])


def cycles(opt, results, name, count, extra=None, **kwargs):
    """Start Linux and return @count times, each time with another status"""
    clock = ("selfcheck ticks 0", "tsc")
    # Look at the memory inside the loop, because the shell allocates pages for a loop
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
            results.add(status == i, f"{name}: {i}: status {i}", f"{status:x}")
            same(results, f"{name}: {i}", before, looked(m, i, START))
        ticks_after = ticks(m, START)

        khz = float(re.search(r"TSC: ([\d.]+) MHz", m.text)[1]) * 1000
        had = ticks_after[0] - ticks_before[0]
        due = (ticks_after[1] - ticks_before[1]) / khz / 10
        results.add(due - EARLY_TICKS * count < had < 1.01 * due,
                    f"{name}: the firmware's clock got {had} of "
                    f"{due:.0f} ticks")

        m.expect(r"^SELFCHECK end", TEST)
        checks = re.findall(r"^SELFCHECK (\S+) (ok|FAILED) (\S+)", m.text, re.M)
        bad = [check for check in checks if check[1] != "ok"]
        results.add(len(checks) > 20 and not bad,
                    f"{name}: the test driver works", f"{bad}")

        # The shell must be usable: type a command at the prompt
        m.expect(r"FS0:\\> ", START)
        m.send("echo the shell answers\r")
        m.expect(r"^the shell answers", START)
        results.add(True, f"{name}: the shell answers")
        clean(m, results, name)


@test("exit", guest=("leave",), efi=("driver", "settings", "selfcheck", "tsc"))
def wayback(opt, results):
    """After Linux returns, memory, settings and CPU are as before, three times"""
    cycles(opt, results, "wayback", 3)


@test("exit", long=True, guest=("leave",),
      efi=("driver", "settings", "selfcheck", "tsc"))
def wayback_long(opt, results):
    """After Linux returns, memory, settings and CPU are as before, a hundred times"""
    cycles(opt, results, "wayback-long", 100)


def once(opt, results, name, drivers, options, message, **kwargs):
    """Start Linux with @drivers and @options, and return once"""
    script = [*look("before"), f"{LINUX} {options} {QUIET}leave:return=7",
              "echo STATUS %lasterror%", *look("after"), "selfcheck"]
    content = files(opt, *script, drivers=drivers)
    with machine(opt, results, name, content, **kwargs) as m:
        before = looked(m, "before", START)
        results.add(status_of(m, START + BOOT) == 7, f"{name}: status 7")
        same(results, name, before, looked(m, "after", START))
        results.add(message in m.text, f"{name}: {message}")
        m.expect(r"^SELFCHECK end", TEST)
        results.add("FAILED" not in m.text, f"{name}: the test driver works")


@test("exit", long=True, guest=("leave",), efi=("driver", "settings", "selfcheck"))
def wayback_event(opt, results):
    """Return after slices ended by a timer event, which Linux has to close"""
    once(opt, results, "wayback-event", (), "efi_mode.preempt=event",
         "slices end by the timer event", cpu="max")


@test("exit", long=True, guest=("leave",),
      efi=("pit", "driver", "settings", "selfcheck"))
def wayback_8254(opt, results):
    """Return to a firmware that does not use the local APIC timer"""
    once(opt, results, "wayback-8254", ("pit",), "",
         "clock: a device, vector 0x68")


# (name, kernel parameters, guest programs, returned EFI status without the error bit);
# all run one after the other on one machine
RETURNS = (
    ("restart without an argument", "efi_mode.on_exit=return", "leave:restart", 0),
    ("power-off", "efi_mode.on_exit=return=TIMEOUT", "leave:off", 18),
    ("halt", "efi_mode.on_exit=return=0x8000000000000003", "leave:halt", 3),
    ("an argument overrides on_exit", "efi_mode.on_exit=off",
     "leave:return=EFI_not_found", 14),
    ("an invalid status", "", "leave:return=rubbish", 2),
    ("an invalid choice", "efi_mode.on_exit=sideways", "onexit,leave:return",
     0),
    ("efi-return", "", "../bin/efi-return:ACCESS_DENIED", 15),
    ("panic", "efi_mode.on_panic=return", "leave:panic", 21),
    ("panic with a status and a time", "panic=1 efi_mode.on_panic=return=7",
     "leave:panic", 7),
    ("another graphics mode", "video=efifb:mode=3", "leave:return=9", 9),
    ("a thread that calls the firmware all the time", "", "leave:crowd:return=5", 5),
)


QUICK_RETURNS = ("power-off", "an invalid choice")


@test("exit", also_long=True, guest=("leave", "onexit"),
      efi=("driver", "settings", "selfcheck"))
def returns(opt, results):
    """Linux returns the status that a parameter, an argument or a program chooses"""
    name = "returns"
    script = ["settings watchdog 300", "settings attribute 30",
              *look("before")]
    returns = cases(opt, RETURNS, QUICK_RETURNS)
    for i, (_, options, test, _) in enumerate(returns):
        script += [f"echo CASE {i}", f"{LINUX} {options} {QUIET}{test}",
                   "echo STATUS %lasterror%", *look(i)]
    # The init process ends
    script += ["echo CASE init",
               f"{LINUX} rdinit=/bin/efi-return -- --init /bin/busybox false",
               "echo STATUS %lasterror%", *look("init")]
    with machine(opt, results, name, files(opt, *script)) as m:
        before = looked(m, "before", START)
        results.add("watchdog=300" in before["settings"] and
                    "attribute=1E" in before["settings"],
                    f"{name}: the shell changes the settings",
                    before["settings"])
        for i, (what, _, _, wanted) in enumerate(returns):
            begin = m.position
            status = status_of(m, BOOT)
            text = m.text[begin:m.position]
            results.add(status == wanted and "Run /init" in text,
                        f"{name}: {what}: status {wanted}", f"{status:x}")
            same(results, f"{name}: {what}", before, looked(m, i, START))
            if "panic" in what:
                results.add("Kernel panic - not syncing" in text,
                            f"{name}: {what}: the kernel panics")
            if "choice" in what:
                results.add("invalid efi_mode.on_exit=sideways, expected one of "
                            "default, return" in text,
                            f"{name}: {what}: message")
                lines = re.findall(r"^(not )?ok \d+ (on_\w+ .*?)\s*$", text,
                                   re.M)
                for bad, line in lines:
                    results.add(not bad, f"{name}: {line}")
                results.add(len(lines) == 6, f"{name}: onexit: ran to its end")
        results.add(status_of(m, BOOT) == 1, f"{name}: end of init: status 1")
        same(results, f"{name}: end of init", before, looked(m, "init", START))
        clean(m, results, name, expected=("Call Trace",))


GUID = "3ca3cb1f-8a2c-4d4d-b360-5a419b071611"

# GNU-EFI prints the GUID of all zeros like this; the firmware chooses the reset
NO_GUID = "G0"

# (name, kernel parameters, arguments of the program "leave", arguments of ResetSystem(),
# QEMU's reason for the end of the machine)
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
    ("an unknown argument", "", "bootloader", "0 0 0 bytes",
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
    ("panic with a lock that an interrupt takes", "panic=1", "panic:lock",
     "0 0 0 bytes", "guest-reset"),
)

QUICK_RESETS = ("warm restart", "platform-specific restart", "power-off", "panic")

# The firmware cannot be called, because it loops in a call or has faulted:
# (name, kernel parameters, arguments of the program "leave")
STUCK = (
    ("panic, firmware in a loop", "panic=1", "panic:4"),
    ("panic, firmware in a loop at TPL_NOTIFY", "efi_mode.on_panic=return",
     "panic:16"),
    ("panic, firmware has faulted", "efi_mode.on_panic=return", "panic:fault"),
    ("sysrq-b, firmware in a loop", "", "stuck:sysrq:b"),
    ("restart after an oops, firmware in a loop of its own", "", "busy:restart"),
    ("return, firmware in a loop", "", "stuck:return"),
    ("return, a driver's last call does not return", "", "hang:return=7"),
    ("return, firmware faults in the last slice", "", "fault:return"),
)


# The other cases take longer, because an orderly end waits a minute for each call
QUICK_STUCK = ("panic, firmware has faulted", "sysrq-b, firmware in a loop",
               "return, firmware faults in the last slice")

# Seconds, more than the timeouts in call.c and exit.c
PATIENCE = 150


def ends(opt, results, name, options, test):
    """
    Boot and run "leave"

    Returns the log, and QEMU's reason for the end of the machine, or None if it runs on.
    """
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
    """ResetSystem() is called with the arguments that the user has chosen"""
    for what, options, test, wanted, reason in cases(opt, RESETS, QUICK_RESETS):
        name = f"resets: {what}"
        text, ended = ends(opt, results, name, options, test)
        calls = re.findall(r"^RESET (.*?)\s*$", text, re.M)
        results.add(calls == [wanted], f"{name}: {wanted}", f"{calls}")
        results.add(ended == reason, f"{name}: {reason}", ended)
        if test.startswith("panic"):
            results.add("Kernel panic - not syncing" in text,
                        f"{name}: the panic message is printed")


@test("exit", also_long=True, beside=True, guest=("leave",), efi=("driver", "resets"))
def stuck(opt, results):
    """If the firmware does not answer, Linux resets the machine without it"""
    for what, options, test in cases(opt, STUCK, QUICK_STUCK):
        name = f"stuck: {what}"
        text, ended = ends(opt, results, name, options, test)
        results.add(ended == "guest-reset", f"{name}: the machine is reset",
                    ended)
        results.add(not re.search(r"^(RESET|STATUS)", text, re.M),
                    f"{name}: the firmware is not called")
        if test == "fault:return":
            results.add(re.search(r"^FAULT\s*$", text, re.M),
                        f"{name}: the firmware reaches the fault")


# (name, kernel parameters, arguments of the program "leave", EFI driver with a function
# that does not return, message of this driver, seconds that Linux waits at least)
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
    """Linux ends even if its last firmware call does not return"""
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
                        f"{name}: the machine ends or halts")
            results.add(time.monotonic() - start > least,
                        f"{name}: the firmware has {least} s for the call")
            results.add(len(re.findall(r"^RESET", m.text, re.M)) ==
                        (driver == "noreset"),
                        f"{name}: the firmware is not called again")


@test("exit", beside=True, guest=("nmi",), efi=("driver", "resets"))
def nmi_panic(opt, results):
    """A panic in a non-maskable interrupt resets the machine at once

    The interrupt can come during a world switch, so Linux cannot rely on the firmware.
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
        # The kernel finds the keyboard soon after that
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
    """A halt stops the CPU but not the machine, so that the screen stays readable"""
    name = "halt"
    script = f"{LINUX} {QUIET}leave:halt"
    with machine(opt, results, name, files(opt, script)) as m:
        m.expect(r"reboot: System halted", START + BOOT)
        results.add(not m.wait_end(5), f"{name}: the machine runs on")
        results.add("HLT=1" in m.monitor("info registers"),
                    f"{name}: the CPU is halted")


@test("exit", name="wayback-boot-entry", guest=("leave",), efi=("settings",))
def boot_entry(opt, results):
    """After Linux returns, the boot manager starts its next option"""
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
        results.add(True, f"{name}: the boot manager starts the next option")
        m.expect(r"SETTINGS watchdog=0", START)
        clean(m, results, name)
