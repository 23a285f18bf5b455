# SPDX-License-Identifier: GPL-2.0-only
"""
kexec: small EFI programs as children, and Linux as a child of Linux
"""

import collections
import re
import zlib

from exit import host as exits
from kexec.esp import LINUX, esp_machine
from kexec.host import INITRD, check_child, started
from lib import machine as boots
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import test


def start(child, initrd, *words):
    """Return the command that starts Linux and then @child"""
    return f"{LINUX} {QUIET}kexec-start:{':'.join((child, initrd, *words))}"


def listed(m):
    """Return the protocols that kchild.efi prints, and the number of events"""
    begin = m.position
    m.expect(r"CHILD handles (\d+)", TEST)
    text = m.text[begin:m.position]
    events = re.search(r"CHILD events (-?\d+)", text)
    return (collections.Counter(re.findall(r"CHILD has (\S+)", text)),
            events and int(events[1]))


# The protocols of the handle of an image
IMAGE = {"LDIMG", "BC62157E-3E33-4FEC-9920-2D3B36D750DF"}


@test("kexec", long=True, guest=("kexec-start",), efi=("kchild", "kcount"))
def kexec_child_list(opt, results):
    """The child finds the protocols and events that a child of the shell finds"""
    name = "kexec-child-list"
    content = boots.files(opt, "load fs0:\\kcount.efi", "kchild.efi list",
                          start("kchild.efi", "none", "list", "return=3"),
                          "echo STATUS %lasterror%", "kchild.efi list", "echo THE END")
    with boots.machine(opt, results, name, content) as m:
        m.expect(r"CHILD options", START)
        before, events = listed(m)
        started(m, results, f"{name}: kexec")
        found, events_of_child = listed(m)
        status = exits.status_of(m, START)
        results.add(status == 3, f"{name}: status 3", f"{status}")
        after, events_after = listed(m)
        m.expect(r"THE END", START)
        more = {kind.upper(): n for kind, n in (found - before).items()}
        results.add(len(before) > 50 and not before - found and
                    more == dict.fromkeys(IMAGE, 1),
                    f"{name}: the protocols, and the image of Linux",
                    f"more {more}, fewer {dict(before - found)}")
        results.add(before == after, f"{name}: the protocols after the return",
                    f"more {dict(after - before)}, fewer {dict(before - after)}")
        results.add(events is not None and events == events_of_child == events_after,
                    f"{name}: the events", f"{events} {events_of_child} {events_after}")
        boots.clean(m, results, name)


# Registers whose values do not depend on where the program is in memory. The task register
# of a firmware that has none cannot be restored; see internals.rst.
REGISTERS = ("CS", "DS", "ES", "FS", "GS", "SS", "CR0", "CR3", "CR4", "CR8", "DR6", "DR7",
             "GDTR", "IDTR", "LDTR")


def fault_report(m):
    """Return the kind of the exception and the registers that the firmware prints"""
    kind = m.expect(r"!!!! X64 Exception Type - [^!]*!!!!", START + BOOT)[0]
    begin = m.position
    m.expect(r"^FXSAVE_STATE|Find image", START)
    text = m.text[begin:m.position]
    found = dict(re.findall(r"\b(\w+)\s+- ([0-9A-F]+(?: [0-9A-F]{16})?)", text))
    return kind, {name: found.get(name) for name in REGISTERS}


@test("kexec", long=True, guest=("kexec-start",), efi=("kchild",))
def kexec_child_fault(opt, results):
    """A child that faults: the firmware reports the same as without Linux"""
    name = "kexec-child-fault"
    with boots.machine(opt, results, f"{name}: without Linux",
                       boots.files(opt, "kchild.efi fault")) as m:
        kind, registers = fault_report(m)
    results.add("#UD" in kind and all(registers.values()), f"{name}: without Linux",
                f"{kind} {registers}")
    content = boots.files(opt, start("kchild.efi", "none", "fault"))
    with boots.machine(opt, results, name, content) as m:
        started(m, results, f"{name}: kexec")
        again, found = fault_report(m)
        results.add(again == kind and found == registers, f"{name}: the same report",
                    f"{again} {found}, without Linux {registers}")


def check_end(m, results, name, message):
    """Check what leave_boot_services() prints"""
    for function in ("ExitBootServices", "SetVirtualAddressMap", "GetTime"):
        said = m.expect(rf"END {function} (\w+)", START)
        results.add(said[1] == "ok", f"{name}: {function}()", said[0])
    m.expect(message, START)
    results.add(m.wait_end(START), f"{name}: power-off by a runtime service")


@test("kexec", long=True, guest=("kexec-start",), efi=("kchild",))
def kexec_child_leave(opt, results):
    """A child calls ExitBootServices() and SetVirtualAddressMap()"""
    name = "kexec-child-leave"
    content = boots.files(opt, start("kchild.efi", "none", "leave"))
    boots.note_programs(opt, "kchild.efi")
    with boots.machine(opt, results, name, content) as m:
        started(m, results, f"{name}: kexec")
        check_end(m, results, name, "CHILD off")


@test("kexec", long=True, guest=("kexec-start",), efi=("kwindows",))
def kexec_child_windows(opt, results):
    """A program in the place of Windows' boot manager, with the same needs"""
    name = "kexec-child-windows"
    path = "EFI/Microsoft/Boot/"
    content = boots.files(opt, start(path + "bootmgfw.efi", "none", "WINDOWS"))
    content[path + "bootmgfw.efi"] = content.pop("kwindows.efi")
    content[path + "BCD"] = b"configuration"
    boots.note_programs(opt, "kwindows.efi")
    with esp_machine(opt, results, name, content, debug=True) as m:
        with open(m.esp, "rb") as f:
            wanted = 0
            for _ in range(64):
                wanted = (wanted << 1 | wanted >> 31) & 0xffffffff
                wanted ^= zlib.crc32(f.read(1 << 20))
        started(m, results, f"{name}: kexec")
        for what, value in (("file", "ok"), ("options", "WINDOWS"),
                            ("configuration", "Success"),
                            ("disk", f"Success {wanted:08X}")):
            said = m.expect(rf"WINDOWS {what} (.*?)\s*$", START)[1]
            results.add(said == value, f"{name}: {what}", said)
        check_end(m, results, name, "WINDOWS off")
        with open(m.debug, "rb") as f:
            results.add(b"WINDOWS off" in f.read(), f"{name}: the debug port")


# How many kernels run, one after the other
CHAIN = 21

# In KiB. Each kernel places its own data at random, and the firmware may have memory in
# other pieces. A kernel that stayed in memory would take 18 MiB.
CHAIN_MEMORY = 2048


@test("kexec", long=True, guest=("kexec-chain", "leave"),
      efi=("driver", "settings", "selfcheck", "kchild"))
def kexec_chain(opt, results):
    """Linux starts Linux twenty times; the last returns, and all is as before"""
    name = "kexec-chain"
    content = exits.files(
        opt, "kchild.efi list", *exits.look("before"),
        f"{LINUX} {QUIET}kexec-chain:{CHAIN}:9", "echo STATUS %lasterror%",
        *exits.look("after"), "kchild.efi list")
    found = []
    with boots.machine(opt, results, name, content) as m:
        protocols = listed(m)
        before = exits.looked(m, "before", START)
        for i in range(CHAIN, 0, -1):
            said = m.expect(rf"^CHAIN {i} memory (\d+) handles (\d+)|TEST END",
                            START + BOOT)
            found.append((said[1] or 0, said[2]))
            if i > 1:
                begin = m.position
                said = m.expect(r"Starting new kernel|TEST END", TEST)
                boots.take_results(results, f"{name}: {i}", m.text[begin:said.start()])
        status = exits.status_of(m, START + BOOT)
        results.add(status == 9, f"{name}: status 9", f"{status}")
        memory = [int(kilobytes) for kilobytes, _ in found]
        results.add(max(memory) - min(memory) <= CHAIN_MEMORY,
                    f"{name}: the same memory", f"{memory}")
        handles = {handles for _, handles in found}
        results.add(len(handles) == 1, f"{name}: the same handles", f"{handles}")
        exits.same(results, name, before, exits.looked(m, "after", START))
        after = listed(m)
        results.add(len(protocols[0]) > 50 and protocols == after,
                    f"{name}: the same handles and protocols",
                    f"more {after[0] - protocols[0]}, fewer {protocols[0] - after[0]}")
        boots.clean(m, results, name)


@test("kexec", long=True, guest=("kexec-start",), efi=("kchild", "kparent"))
def kexec_parent_initrd(opt, results):
    """The child does not find the initrd that the program below Linux offers"""
    name = "kexec-parent-initrd"
    content = boots.files(
        opt, f"kparent.efi {QUIET}kexec-start:kchild.efi:none:no:return=3",
        "echo STATUS %lasterror%",
        f"kparent.efi {QUIET}kexec-start:kchild.efi:child.img:own:return=4",
        "echo STATUS %lasterror%")
    content["child.img"] = INITRD
    boots.note_programs(opt, "kchild.efi")
    with boots.machine(opt, results, name, content) as m:
        for words, status in (("no return=3", 3), ("own return=4", 4)):
            title = f"{name}: {words}"
            started(m, results, f"{title}: kexec")
            if status == 3:
                said = [m.expect(r"CHILD initrd (.*?)\s*$", START)[1] for _ in range(2)]
                results.add(said == ["none"] * 2, f"{title}: no initrd", f"{said}")
            else:
                check_child(m, results, title, words, INITRD)
            said = m.expect(r"PARENT initrd (\w+)", START)[1]
            results.add(said == "offered", f"{title}: offered again", said)
            found = exits.status_of(m, START)
            results.add(found == status, f"{title}: status {status}", f"{found}")
        boots.clean(m, results, name)
