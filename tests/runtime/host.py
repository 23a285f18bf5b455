# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of runtime services: the programs that use them, variables across a reset, logs of
panics and oopses, capsules, alarms, and virtual addresses
"""

import calendar
import os
import re
import subprocess
import tempfile

import qemu
from lib import machine as boots
from lib.gpt import MIB, gpt_disk
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import test

GUID = "9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b"

# Factor for timeouts, because OVMF reclaims the space of a full store slowly
PATIENCE = 3


def files(opt, *script):
    """Files of the disk, with the initramfs archive of make-runtime.sh"""
    return boots.files(opt, *script, archives=("initrd-tests",
                                               "initrd-runtime"))


def boot_runtime(opt, results, name, tests, drivers=(), before=(), patience=1):
    content = files(
        opt, *[f"load fs0:\\{driver}.efi" for driver in drivers], *before,
        f"bzImage initrd=\\initrd.img {QUIET}{','.join(tests)}")
    with boots.machine(opt, results, name, content) as m:
        boots.guest_tests(m, results, name, tests, patience=patience)
        return m.text
    return ""


@test("runtime", name="runtime-services", also_long=True, beside=True,
      guest=("runtime", "tables", "runtime-users", "runtime-full"),
      needs=("tests-initrd", "runtime-initrd"))
def runtime(opt, results):
    """Each runtime service works, and so do programs of a distribution that use them"""
    boot_runtime(opt, results, "runtime",
                 ("runtime", "tables", "runtime-users",
                  *(["runtime-full"] if opt.test.long else [])))


@test("runtime", long=True, guest=("varstore",),
      needs=("tests-initrd", "runtime-initrd"))
def varstore(opt, results):
    """A full variable store causes an error and no loss"""
    boot_runtime(opt, results, "full store", ("varstore",), patience=PATIENCE)


@test("runtime", beside=True, guest=("runtime-esrt",), efi=("esrt",),
      needs=("tests-initrd", "runtime-initrd"))
def esrt(opt, results):
    """Linux shows the firmware's resource table (ESRT)"""
    boot_runtime(opt, results, "ESRT", ("runtime-esrt",), ["esrt"])


@test("runtime", beside=True, guest=("runtime-noquery",), efi=("noquery",),
      needs=("tests-initrd", "runtime-initrd"))
def no_query(opt, results):
    """Variables can be written if QueryVariableInfo() is slow and not supported"""
    text = boot_runtime(opt, results, "no query", ("runtime-noquery",), ["noquery"])
    results.add("QUERY 7" in text, "no query: the firmware was asked")


@test("runtime", beside=True, guest=("runtime-trace",),
      needs=("tests-initrd", "runtime-initrd"))
def trace(opt, results):
    """The events that perf and trace-cmd record match the counters in debugfs"""
    boot_runtime(opt, results, "trace", ("runtime-trace",))


@test("runtime", beside=True, guest=("luks",),
      needs=("tests-initrd", "runtime-initrd"))
def luks(opt, results):
    """Encrypted disks work with each cipher of cryptsetup, without AES instructions"""
    boot_runtime(opt, results, "luks", ("luks",))


@test("runtime", beside=True, guest=("runtime-zone",),
      needs=("tests-initrd", "runtime-initrd"))
def zone(opt, results):
    """
    Linux keeps UTC if the firmware's clock has a time zone, east or west of Greenwich

    The UEFI shell uses the opposite sign.
    """
    for shell, minutes in (("08:00", -480), ("-3:30", 210)):
        boot_runtime(opt, results, f"time zone {minutes}",
                     (f"runtime-zone:{minutes}",),
                     before=[f"timezone -s {shell}"])


def alarms(text):
    """
    Return the times to which the alarm of tests/runtime/efi/wakeup.c was set, in seconds,
    or "off"
    """
    found = re.findall(r"^WAKEUP (?:(off)|(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+) "
                       r"-?\d+)\s*$", text, re.M)
    return [off or calendar.timegm(tuple(map(int, time)))
            for off, *time in found]


@test("runtime", also_long=True, beside=True,
      guest=("runtime-wakeup", "runtime-nowakeup", "runtime"),
      efi=("wakeup", "nowakeup"), needs=("tests-initrd", "runtime-initrd"))
def wakeup(opt, results):
    """Linux sets the firmware's wake-up alarm, and reports an error if there is none"""
    name = "wake-up alarm"
    text = boot_runtime(opt, results, name, ("runtime-wakeup", "runtime"),
                        ["wakeup"])
    by_users, _, by_runtime = text.partition("TEST END runtime-wakeup")
    asked = [int(n) for n in re.findall(r"^ALARM (\d+)\s*$", by_users, re.M)]
    had = alarms(by_users)
    results.add(len(asked) == 2 and had == asked,
                f"{name}: the firmware got the right times",
                f"{asked} {had}")
    had = alarms(by_runtime)
    results.add(len(had) == 2 and had[1] == "off",
                f"{name}: the firmware was told to switch it off", f"{had}")
    if opt.test.long:
        boot_runtime(opt, results, "no wake-up alarm",
                     ("runtime-nowakeup", "runtime"), ["nowakeup"])


@test("runtime", also_long=True, beside=True, guest=("capsule", "leave"),
      efi=("capsule", "resets"), needs=("tests-initrd", "runtime-initrd"))
def capsule(opt, results):
    """
    The firmware gets the capsule that a program sent, or the program gets an error

    Then Linux makes the reset that the firmware needs, even if the user asked for a return,
    which would free the memory of the capsule.
    """
    if opt.test.long:
        send_capsule(opt, results, "capsule", "restart")
        boot_runtime(opt, results, "no capsules", ("capsule",))
    text = send_capsule(opt, results, "capsule and return", "return=7")
    results.add("the firmware has a capsule: reset instead of return" in text,
                "capsule and return: message")


def send_capsule(opt, results, name, way):
    tests = f"capsule:send,leave:{way}"
    content = files(
        opt, "load fs0:\\capsule.efi", "load fs0:\\resets.efi",
        f"bzImage initrd=\\initrd.img {QUIET}{tests}")
    with boots.machine(opt, results, name, content, args=["-no-reboot"]) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"TEST END capsule:send (\d+)", TEST)
        text = m.text[begin:end.start()]
        boots.take_results(results, name, text, end[1] == "0", end[1])
        sent = re.findall(r"^CAPSULE SENT (.*?)\s*$", text, re.M)
        had = re.findall(r"^CAPSULE HAD (.*?) header same lists 2\s*$", text,
                         re.M)
        results.add(sent and sent == had,
                    f"{name}: the firmware got what was sent", f"{sent} {had}")
        results.add(text.count("CAPSULE UPDATE") == 1,
                    f"{name}: the firmware got no malformed capsule")
        results.add(m.wait_end(60), f"{name}: the machine is reset")
        found = re.findall(r"^RESET (.*?)\s*$", m.text, re.M)
        results.add(found == ["1 0 0 bytes"], f"{name}: the reset is warm",
                    f"{found}")
        return m.text
    return ""


def script_results(m, results, prefix):
    """Take the results of a script that ends with a reset of the machine"""
    begin = m.position
    end = m.expect(r"^SCRIPT END", START + BOOT + TEST)
    boots.take_results(results, prefix, m.text[begin:end.start()])


def archive(opt, directory, files):
    """Make an initramfs archive of @files, a dict from path to bytes"""
    names = []
    for i, (name, data) in enumerate(files.items()):
        path = os.path.join(directory, f"file{i}")
        with open(path, "wb") as f:
            f.write(data)
        names.append(f"file {name} {path} 0644 0 0\n")
    spec = os.path.join(directory, "list")
    with open(spec, "w", encoding="utf-8") as f:
        f.writelines(names)
    # Compressed, because the kernel needs alignment if this archive follows a compressed one
    data = subprocess.run([os.path.join(opt.objects, "usr/gen_init_cpio"), spec],
                          check=True, stdout=subprocess.PIPE).stdout
    return subprocess.run(["zstd", "-q", "-c"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


# In bytes: enough for one kernel and one initrd
DISK = 160 * MIB


def shell_variable(name, value):
    return f"setvar {name} -guid {GUID} -nv -bs -rt ={value}"


@test("runtime", beside=True, guest=("runtime-first", "runtime-second"),
      needs=("tests-initrd", "runtime-initrd"))
def variables(opt, results):
    """
    Variables and boot entries survive resets of the machine

    The UEFI shell writes variables. Linux reads and writes variables, and makes a boot entry.
    The boot manager starts this entry. The shell then reads the variables.
    """
    name = "variables"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        # The partition table does not depend on the contents of the partition
        disk = os.path.join(tmp, "disk.img")
        head = gpt_disk(disk, b"", DISK)
        extra = archive(opt, tmp, {
            "/tests/disk-head": head,
            "/tests/disk-size": str(DISK).encode(),
        })
        content = files(opt)
        content["initrd.img"] += extra
        content["EFI/linux/bzImage.efi"] = content.pop("bzImage")
        content["startup.nsh"] = qemu.shell_script(
            "@echo -off", "fs0:",
            "if exist fs0:\\once then",
            "  echo AFTERWARDS",
            f"  setvar FromLinux -guid {GUID}",
            f"  setvar FromEfivar -guid {GUID}",
            f"  setvar Gone -guid {GUID}",
            "  bcfg boot dump",
            "  echo DUMPED",
            "  reset -s",
            "endif",
            "mkdir once",
            shell_variable("FromShell", "001122aabbcc"),
            "\\EFI\\linux\\bzImage.efi initrd=\\initrd.img "
            f"{QUIET}runtime-first")
        volume = os.path.join(tmp, "esp.img")
        qemu.fat_image(volume, content)
        with open(volume, "rb") as f:
            gpt_disk(disk, f.read(), DISK)

        # No bootindex, because the boot manager would then make a boot order of its own
        args = ["-drive", f"if=none,id=esp,format=raw,file={disk}",
                "-device", "virtio-blk-pci,drive=esp"]
        # The shell starts runtime-first; the boot entry that this makes starts runtime-second
        boots.note_programs(opt, content["startup.nsh"].decode(),
                            f"{QUIET}runtime-second")
        with boots.machine(opt, results, name, None, args=args) as m:
            script_results(m, results, f"{name}: Linux")
            m.expect(r"TEST BEGIN runtime-second", START + BOOT)
            script_results(m, results, f"{name}: Linux from its boot entry")
            m.expect(r"^AFTERWARDS", START)
            begin = m.position
            end = m.expect(r"^DUMPED", START)
            judge_shell(results, name, m.text[begin:end.start()])
            results.add(m.wait_end(60), f"{name}: power-off")


def judge_shell(results, name, text):
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    for variable, value in (("FromLinux", "C0 FF EE"),
                            ("FromEfivar", "01 02 03 04")):
        results.add(re.search(rf"{variable}.*\n.*{value}", text),
                    f"{name}: the UEFI shell reads {variable}", text[:400])
    results.add(re.search(r"Gone", text) and
                not re.search(r"Gone.*\n.*55", text),
                f"{name}: the UEFI shell does not find a deleted variable", text[:400])
    results.add(re.search(r"Option: 00", text) and
                not re.search(r"Linux (again|never)", text),
                f"{name}: the boot manager has no deleted entry")


@test("runtime", beside=True,
      guest=("runtime-panic", "runtime-pstore", "panic"),
      needs=("tests-initrd", "runtime-initrd"))
def pstore(opt, results):
    """The log of a panic is there at the next boot, even after a panic during a firmware call"""
    name = "pstore"
    steps = (("first", "runtime-panic"),
             ("second", "runtime-pstore:last_words_of_a_usual_panic,panic"),
             ("third", "runtime-pstore:last_words_in_the_middle_of_a_call"))
    script = []
    for folder, tests in steps:
        script += [f"if not exist fs0:\\{folder} then", f"  mkdir {folder}",
                   f"  bzImage initrd=\\initrd.img panic=1 {QUIET}{tests}",
                   "endif"]
    content = files(opt, *script)
    with boots.machine(opt, results, name, content) as m:
        m.expect(r"end Kernel panic|Rebooting in 1 seconds", START + BOOT)
        for which in ("a usual panic", "a panic during a call"):
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"TEST END runtime-pstore\S* (\d+)", TEST)
            boots.take_results(results, f"{name}: {which}",
                               m.text[begin:end.start()], end[1] == "0",
                               end[1])
        results.add(m.wait_end(60), f"{name}: power-off")


@test("runtime", beside=True, guest=("oops", "leave", "runtime-oops"),
      efi=("driver",), needs=("tests-initrd", "runtime-initrd"))
def oops(opt, results):
    """The log of an oops is there after a reset"""
    name = "oops"
    script = ["if not exist fs0:\\first then", "  mkdir first",
              "  load fs0:\\driver.efi",
              f"  bzImage initrd=\\initrd.img {QUIET}oops:idle,oops:call,"
              "oops:busy,leave:restart", "endif",
              f"bzImage initrd=\\initrd.img {QUIET}"
              "runtime-oops:an_oops_while_the_firmware_is_idle"]
    content = files(opt, *script)
    with boots.machine(opt, results, name, content) as m:
        m.expect(r"TEST BEGIN oops", START + BOOT)
        for test in ("oops:idle", "oops:call", "oops:busy", "runtime-oops"):
            begin = m.position
            end = m.expect(rf"TEST END {test}\S* (\d+)", START + BOOT + TEST)
            boots.take_results(results, f"{name}: {test}",
                               m.text[begin:end.start()], end[1] == "0",
                               end[1])
        results.add(m.wait_end(60), f"{name}: power-off")


@test("runtime", beside=True, guest=("leave",), efi=("noreset", "resets"),
      needs=("tests-initrd", "runtime-initrd"))
def reset_hangs(opt, results):
    """If ResetSystem() hangs, Linux resets the machine in another way"""
    name = "ResetSystem() that hangs"
    content = files(
        opt, "load fs0:\\noreset.efi", "load fs0:\\resets.efi",
        f"bzImage initrd=\\initrd.img {QUIET}leave:reset:restart")
    with boots.machine(opt, results, name, content, args=["-no-reboot"]) as m:
        m.expect(r"^RESET 0 0 0 bytes", START + BOOT)
        # Linux waits 5 s for processes and 5 s for the call; a busy host takes longer
        if not m.wait_end(150):
            results.add(False, f"{name}: the machine ends")
            return
        reasons = [event["data"]["reason"] for event in m.last_events()
                   if event["event"] == "SHUTDOWN"]
        results.add(reasons == ["guest-reset"], f"{name}: the machine is reset",
                    f"{reasons}")
        results.add(m.text.count("RESET ") == 1,
                    f"{name}: Linux does not call ResetSystem() again")


@test("runtime", beside=True, guest=("virtmap",), efi=("driver",),
      needs=("tests-initrd", "runtime-initrd"))
def virtual(opt, results):
    """Linux does not call SetVirtualAddressMap(), so that the next kernel can call it"""
    name = "virtual addresses"
    content = files(
        opt, "load fs0:\\driver.efi",
        f"bzImage initrd=\\initrd.img {QUIET}virtmap,virtmap:now")
    with boots.machine(opt, results, name, content) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"TEST END virtmap (\d+)", TEST)
        boots.take_results(results, name, m.text[begin:end.start()],
                           end[1] == "0", end[1])
        m.expect(r"LEAVE BEGIN", TEST)
        for what, status in (("SetVirtualAddressMap()", 0),
                             ("SetVirtualAddressMap() again", 3 | 1 << 63),
                             ("GetVariable()", 0)):
            found = m.expect(rf"LEFT {re.escape(what)} ([0-9a-f]{{16}})", TEST)
            results.add(int(found[1], 16) == status,
                        f"{name}: the next kernel: {what}", found[1])
        results.add(m.wait_end(60), f"{name}: power-off by a virtual address")
