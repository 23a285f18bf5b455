# SPDX-License-Identifier: GPL-2.0-only
"""
Secure Boot: a chain of trust from the firmware's keys through shim and Linux to its children
"""

import errno
import glob
import os
import re
import subprocess

import qemu
import secure_boot
from lib import machine as boots
from lib import pe
from lib.machine import BOOT, QUIET, START, TEST
from lib.registry import TOP, test
from lib.trust import MICROSOFT, Trust, authenticode
from runtime.host import archive

NEEDS = ("tests-initrd", "shim")
SHIM = "EFI/BOOT/BOOTX64.EFI"
# The program that shim starts
SECOND = "EFI/BOOT/grubx64.efi"

# Time limit in seconds for shim, which waits before it reports some errors
REFUSED = 30


def options(*tests, small=False):
    more = boots.SMALL + " " if small else ""
    return f"initrd=\\initrd.img {more}{QUIET}{','.join(tests)}"


def disk_files(opt, trust, kernel):
    """The files that all chains need; @kernel: path of the signed kernel"""
    module = os.path.join(opt.objects,
                          "test-modules/drivers/firmware/efi/test/efi_test.ko")
    signed = trust.sign_module(module, "mok")
    with open(signed, "rb") as f:
        damaged = bytearray(f.read())
    damaged[len(damaged) // 2] ^= 1
    return {
        "bzImage": kernel,
        "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
        "mok.ko": signed,
        "other.ko": trust.sign_module(module, "other"),
        "damaged.ko": bytes(damaged),
        "unsigned.ko": module,
        "unsigned.efi": trust.program("kchild"),
        "other.efi": trust.sign(trust.program("kchild"), "other"),
    }


def booted(opt, content, store, results, name, firmware=secure_boot.CODE, **kwargs):
    """A machine with Secure Boot that starts from @content"""
    return boots.machine(opt, results, name, content, firmware=firmware,
                         variables=store, secure=True, **kwargs)


def note(opt, *tests, efi=()):
    """Record programs that a boot loader starts"""
    boots.note_programs(opt, QUIET + ",".join(tests), *[name + ".efi" for name in efi])


def by_option(_opt, trust, content, command):
    """shim starts the kernel, as its load options say"""
    content["shimx64.efi"] = trust.sign(trust.shim_file("shimx64.efi"), "db")
    return {"options": [("shim", "\\shimx64.efi", f"bzImage {command}")]}


def by_firmware(_opt, _trust, _content, command):
    """The firmware starts the kernel"""
    return {"options": [("Linux", "\\bzImage", command)], "trusted": ("db", "mok"),
            "machine_owner": ()}


def by_systemd_boot(_opt, trust, content, command):
    content[SHIM] = trust.sign(trust.shim_file("shimx64.efi"), "db")
    content[SECOND] = trust.sign(trust.shim_file("systemd-bootx64.efi"), "mok")
    content["loader/loader.conf"] = b"timeout 0\n"
    content["loader/entries/linux.conf"] = (
        f"title Linux\nlinux /bzImage\noptions {command}\n").encode()
    return {}


def by_grub(_opt, trust, content, command):
    """Debian has signed GRUB, and its shim has the certificate"""
    content[SHIM] = trust.sign(trust.shim_file("shimx64.efi"), "db")
    content[SECOND] = trust.shim_file("grubx64.efi.signed")
    escaped = command.replace("\\", "\\\\")
    content["EFI/debian/grub.cfg"] = f"chainloader /bzImage {escaped}\nboot\n".encode()
    return {}


def by_uki(opt, trust, content, command):
    """One image contains the kernel, its command line and the initrd"""
    content[SHIM] = trust.sign(trust.shim_file("shimx64.efi"), "db")
    image = pe.Image(trust.shim_file("linuxx64.efi.stub"))
    image.add(".osrel", b"ID=efi-mode\n").add(".cmdline", command.encode() + b"\0")
    image.add(".linux", trust.kernel()).add(".initrd", content["initrd.img"])
    content[SECOND] = trust.sign(bytes(image.data), "mok")
    return {}


def by_microsoft(_opt, trust, content, command):
    """The firmware has Microsoft's keys, and Microsoft has signed shim"""
    content["shimx64.efi"] = trust.shim_file("shimx64.efi.signed")
    return {"options": [("shim", "\\shimx64.efi", f"bzImage {command}")],
            "base": MICROSOFT}


# Name, function, and the key of the kernel
CHAINS = (
    ("second stage of shim", by_option, "mok"),
    ("db", by_firmware, "mok"),
    ("systemd-boot", by_systemd_boot, "mok"),
    ("GRUB", by_grub, "mok"),
    ("UKI", by_uki, "mok"),
    ("Microsoft's keys", by_microsoft, "mok"),
)


def keys_in_chain(opt, results, title, chain, key):
    """Boot by a chain, and run sb-keys"""
    trust = Trust(opt)
    direct = chain is by_firmware
    test_ = "sb-keys" if direct else "sb-keys:mok"
    content = disk_files(opt, trust, trust.sign(trust.kernel(), key))
    forbidden = authenticode(trust.sign(trust.program("kchild"), key))
    content["dbx.txt"] = forbidden.hex().encode()
    arguments = chain(opt, trust, content, options(test_))
    content["db.txt"] = (b"Microsoft Corporation UEFI CA" if "base" in arguments else
                         b"efi-mode db")
    chosen = arguments.pop("options", ())
    store = trust.store(os.path.join(opt.tmp, "vars.fd"), *chosen, hashes=(forbidden,),
                        **arguments)
    note(opt, test_)
    with booted(opt, content, store, results, title) as m:
        boots.guest_tests(m, results, title, (test_,))
        results.add("Secure Boot is on: the kernel is locked down" in m.text,
                    f"{title}: the log says that the kernel is locked down")


@test("secure-boot", beside=True, guest=("sb-keys", "sb-keyrings"), efi=("kchild",),
      needs=NEEDS)
def shim(opt, results):
    """shim starts Linux, which has the keys of both, and refuses other modules and kernels"""
    note(opt, "sb-keyrings", efi=("kchild",))
    keys_in_chain(opt, results, *CHAINS[0])


@test("secure-boot", beside=True, long=True, guest=("sb-keys", "sb-keyrings"),
      efi=("kchild",), needs=NEEDS)
def chains(opt, results):
    """Linux starts from db, systemd-boot, GRUB and as a UKI, and gets the keys each time"""
    note(opt, "sb-keyrings", efi=("kchild",))
    for case in CHAINS[1:]:
        keys_in_chain(opt, results, *case)


# A program that shim refuses: what, the key, the generation of the SBAT section
SECOND_STAGES = (
    ("without a signature", None, 2),
    ("with another signature", "other", 2),
    ("with a forbidden certificate", "revoked", 2),
    ("without an SBAT section", "mok", None),
    ("of a revoked generation", "mok", 1),
)


@test("secure-boot", beside=True, needs=NEEDS)
def shim_refuses(opt, results):
    """shim refuses a kernel whose generation SbatLevel has revoked"""
    trust = Trust(opt)
    case = SECOND_STAGES[-1]
    refuse_second_stage(opt, results, trust, *case)


@test("secure-boot", beside=True, long=True, needs=NEEDS)
def shim_refuses_all(opt, results):
    """shim refuses kernels without a signature that is valid, and without SBAT section"""
    trust = Trust(opt)
    for case in SECOND_STAGES[:-1]:
        refuse_second_stage(opt, results, trust, *case)


def refuse_second_stage(opt, results, trust, what, key, generation):
    name = f"a kernel {what}"
    kernel = trust.kernel(generation)
    content = {"bzImage": trust.sign(kernel, key) if key else kernel,
               "shimx64.efi": trust.sign(trust.shim_file("shimx64.efi"), "db")}
    store = trust.store(os.path.join(opt.tmp, "vars.fd"),
                        ("shim", "\\shimx64.efi", "bzImage quiet"),
                        machine_owner=("mok", "revoked"), level=b"linux.efi-mode,2\n")
    with booted(opt, content, store, results, name) as m:
        said = m.expect(r"(Verif\w+ \w+|Failed to load image|SBAT).*", START + REFUSED)
        results.add("Security Violation" in m.text or "failed" in said[0],
                    f"{name}: shim refuses it", said[0])
        results.add("Linux version" not in m.text, f"{name}: it does not start")


def looked(m, pattern):
    """Return handles and free pages that sbmenu prints"""
    found = m.expect(rf"MENU {pattern} handles (\d+) pages (\d+)", START + REFUSED)
    return int(found[1]), int(found[2])


def menu(opt, trust, content, rounds, *tests, small=False, **kwargs):
    """
    Let shim start sbmenu, which starts the kernel. Return the variable store.

    @small: use boots.SMALL
    """
    content["shimx64.efi"] = trust.sign(trust.shim_file("shimx64.efi"), "db")
    content["sbmenu.efi"] = trust.sign(trust.program("sbmenu"), "mok")
    content["rounds.txt"] = str(rounds).encode()
    content["cmdline.txt"] = options(*tests, small=small).encode()
    note(opt, *tests, efi=("sbmenu",))
    return trust.store(os.path.join(opt.tmp, "vars.fd"),
                       ("shim", "\\shimx64.efi", "sbmenu.efi"), **kwargs)


def firmware_menu(opt, trust, content, rounds, *tests, **kwargs):
    """Let the firmware start sbmenu without shim. Return the variable store."""
    content["sbmenu.efi"] = trust.sign(trust.program("sbmenu"), "db")
    content["rounds.txt"] = str(rounds).encode()
    content["cmdline.txt"] = options(*tests).encode()
    note(opt, *tests, efi=("sbmenu",))
    return trust.store(os.path.join(opt.tmp, "vars.fd"), ("menu", "\\sbmenu.efi", ""),
                       trusted=("db", "mok", "revoked"), machine_owner=(), **kwargs)


# Number of places at which a truncated image ends
CUTS = 20


def refused_cases(trust, kernel, content, shim_):
    """Add the files of all cases to @content. Return the text for sb-refused."""
    image = pe.Image(kernel)
    lines = [f"file {name}" for name in ("unsigned.efi", "other.efi", "revoked.efi",
                                         "forbidden.efi")]
    program = trust.program("kchild")
    content["revoked.efi"] = trust.sign(program, "revoked")
    if shim_:
        # An older kernel, which is not secure any more
        content["older.efi"] = trust.sign(trust.kernel(1), "mok")
        lines.append("file older.efi")
    for name, _, _, size, offset, _ in image.sections():
        lines.append(f"change {name} {offset + size // 2}")
    lines.append(f"change header {image.optional + 16}")
    lines.append(f"change signature {len(image.data) - 300}")
    length = len(image.data)
    lines += [f"cut {length * i // (CUTS + 1)}" for i in range(1, CUTS + 1)]
    return "".join(line + "\n" for line in lines)


def refuse_all(opt, results, name, menu_, shim_):
    """Run sb-refused, return to the menu, and check that nothing is left there"""
    trust = Trust(opt)
    kernel = trust.sign(trust.kernel(2), "mok")
    content = disk_files(opt, trust, kernel)
    content["cases.txt"] = refused_cases(trust, kernel, content, shim_).encode()
    content["forbidden.efi"] = trust.sign(trust.program("selfcheck"), "mok")
    store = menu_(opt, trust, content, 1, "sb-refused", "leave:return",
                  hashes=(authenticode(content["forbidden.efi"]),),
                  level=b"linux.efi-mode,2\n")
    note(opt, efi=("kchild", "selfcheck"))
    with booted(opt, content, store, results, name) as m:
        before = looked(m, "1")
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"TEST END sb-refused (\d+)", 4 * TEST)
        boots.take_results(results, name, m.text[begin:end.start()], end[1] == "0", end[1])
        status = m.expect(r"RETURNED (\w+)", START)
        after = looked(m, "END")
        results.add(before[0] == after[0], f"{name}: all handles are gone",
                    f"{before[0]} {after[0]}")
        results.add(m.wait_end(START), f"{name}: power-off", status[0])
        boots.clean(m, results, name)


MENU = ("sbmenu", "kchild", "selfcheck")


@test("secure-boot", beside=True, long=True, guest=("sb-refused", "leave"), efi=MENU,
      needs=NEEDS)
def refused_images(opt, results):
    """kexec refuses all images that shim or the firmware does not trust, and loses nothing"""
    refuse_all(opt, results, "refused under shim", menu, True)
    refuse_all(opt, results, "refused by the firmware", firmware_menu, False)


# Number of returns to the boot manager and to the menu of systemd-boot
RETURNS = 100
# Number of starts of a program that is not Linux, to see what shim itself loses
OTHERS = 20


def losses(opt, results, name, content, store, rounds):
    """
    Let sbmenu start \\bzImage again and again

    Return the set of numbers of handles, and a list of the pages that each round but
    the first has lost. In the first, the firmware does many things for the first time.
    """
    with booted(opt, content, store, results, name) as m:
        seen = []
        for i in range(1, rounds + 1):
            seen.append(looked(m, str(i)))
            m.expect(r"RETURNED 0", START + BOOT)
        seen.append(looked(m, "END"))
        results.add(m.wait_end(START), f"{name}: power-off")
        boots.clean(m, results, name)
        pages = [pages for _, pages in seen[1:]]
        return {handles for handles, _ in seen}, [before - after for before, after in
                                                  zip(pages, pages[1:])]
    return set(), []


@test("secure-boot", beside=True, long=True, guest=("leave",), efi=("sbmenu", "kchild"),
      needs=NEEDS)
def shim_return(opt, results):
    """
    Linux returns through shim to a boot manager a hundred times, and leaves nothing

    shim itself loses some pool memory whenever it loads an image: about 6 pages with shim
    16.1. A program of the same size that is not Linux shows how many.
    """
    trust = Trust(opt)
    kernel = trust.sign(trust.kernel(), "mok")
    content = disk_files(opt, trust, kernel)
    program = pe.Image(trust.program("kchild"))
    program.add(".pad", bytes(os.path.getsize(kernel) - len(program.data)))
    store = menu(opt, trust, content, OTHERS, "leave:return", small=True)
    note(opt, efi=("kchild",))
    # kchild.efi would take the word "leave" for itself
    other = dict(content, **{"bzImage": trust.sign(bytes(program.data), "mok"),
                             "cmdline.txt": b"return=0"})
    _, others = losses(opt, results, "return of another program", other, store, OTHERS)
    content["rounds.txt"] = str(RETURNS).encode()
    name = "return through shim"
    handles, ours = losses(opt, results, name, content, store, RETURNS)
    results.add(len(handles) == 1, f"{name}: {RETURNS} times, the same handles", f"{handles}")
    results.add(others and len(ours) == RETURNS - 1 and
                sum(ours) / len(ours) < sum(others) / len(others) + 0.5,
                f"{name}: {RETURNS} times, no more memory is lost than by shim",
                f"{sum(ours)} pages in {len(ours)} rounds; another program: {others}")


@test("secure-boot", beside=True, long=True, guest=("leave",), needs=NEEDS)
def systemd_boot_return(opt, results):
    """Linux returns through shim to the menu of systemd-boot a hundred times"""
    name = "return to systemd-boot"
    trust = Trust(opt)
    content = disk_files(opt, trust, trust.sign(trust.kernel(), "mok"))
    by_systemd_boot(opt, trust, content, options("leave:return", small=True))
    note(opt, "leave:return")
    store = trust.store(os.path.join(opt.tmp, "vars.fd"))
    with booted(opt, content, store, results, name) as m:
        for i in range(1, RETURNS + 1):
            m.expect(r"Restarting system with", START + BOOT)
            # An entry of the menu
            m.expect(r"Reboot Into Firmware", START + BOOT)
            if i < RETURNS:
                m.send("\r")
        results.add(True, f"{name}: {RETURNS} times")
        boots.clean(m, results, name)


@test("secure-boot", beside=True, guest=("sb-start", "kexec-second"), efi=("kchild",),
      long=True, needs=NEEDS)
def signed_children(opt, results):
    """kexec starts a kernel that the machine owner has signed, and shim with its second stage"""
    trust = Trust(opt)
    note(opt, "kexec-second", efi=("kchild",))
    for title, words in (
            ("kexec of a kernel", "bzImage:initrd.img:second=yes:then=kexec-second"),
            ("kexec of shim", "shimx64.efi:none:\\kchild.efi:one:return=3")):
        content = disk_files(opt, trust, trust.sign(trust.kernel(), "mok"))
        content["kchild.efi"] = trust.sign(trust.program("kchild"), "mok")
        chosen = by_option(opt, trust, content, options(f"sb-start:{words}"))["options"]
        store = trust.store(os.path.join(opt.tmp, "vars.fd"), *chosen)
        note(opt, f"sb-start:{words}")
        with booted(opt, content, store, results, title) as m:
            m.expect(r"TEST BEGIN", START + BOOT)
            m.expect(r"Starting new kernel", TEST)
            if "bzImage" in words:
                boots.guest_tests(m, results, title, ("kexec-second",))
            else:
                said = m.expect(r"CHILD options \d+ bytes: (.*?)\s*\n", START)
                results.add(said[1] == "one return=3", f"{title}: it starts its second stage",
                            said[0])
                boots.clean(m, results, title)


def attempts(opt, results, name, image, command):
    """Boot a kernel, and return a dict from what sb-root tries to the error"""
    trust = Trust(opt)
    content = disk_files(opt, trust, trust.sign(image, "mok"))
    tried = {"/sb-unsigned-kernel": image}
    for file in ("unsigned.ko", "other.ko", "unsigned.efi"):
        data = content[file]
        if not isinstance(data, bytes):
            with open(data, "rb") as f:
                data = f.read()
        tried["/sb-" + file] = data
    # In the initrd, because the stock kernel has no driver for the disk
    content["initrd.img"] += archive(opt, opt.tmp, tried)
    by_option(opt, trust, content, "")
    store = trust.store(os.path.join(opt.tmp, "vars.fd"),
                        ("shim", "\\shimx64.efi", f"bzImage {command}"))
    with booted(opt, content, store, results, name) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"ATTEMPTS END", TEST)
        found = re.findall(r"^ATTEMPT (.*): (\d+) .*$",
                           boots.whole_lines(m.text[begin:end.start()]), re.M)
        boots.clean(m, results, name)
        return {what: int(error) for what, error in found}
    return {}


# Attempts whose error is not that of the stock kernel: the errors of both. The errors of this
# kernel come from the firmware or from the architecture, and not from lockdown.
OTHER_ERRORS = {
    # There is no kexec_load(2), whether the kernel is locked down or not
    "kexec_load": (errno.EPERM, errno.EOPNOTSUPP),
    # The stock kernel starts kernels only, and verifies them only with CONFIG_KEXEC_SIG
    "kexec of an unsigned EFI application": (errno.ENOEXEC, errno.EKEYREJECTED),
    "kexec of an unsigned kernel": (0, errno.EKEYREJECTED),
    # There are no kernels for crashes
    "load an unsigned kernel for crashes": (errno.EADDRNOTAVAIL, errno.EOPNOTSUPP),
}


@test("secure-boot", beside=True, long=True, guest=("sb-root",), efi=("kchild",),
      needs=(*NEEDS, "stock-image"))
def root_attempts(opt, results):
    """Root is refused the same by this kernel and by a stock kernel under lockdown"""
    note(opt, "sb-root", efi=("kchild",))
    trust = Trust(opt)
    with open(os.path.join(opt.build, "x86_64/arch/x86/boot/bzImage"), "rb") as f:
        image = f.read()
    stock_image = pe.Image(image)
    if not stock_image.content(".sbat"):
        stock_image.add(".sbat", pe.Image(opt.kernel).content(".sbat"))
    ours = attempts(opt, results, "this kernel", trust.kernel(), options("sb-root"))
    stock = attempts(opt, results, "stock kernel", bytes(stock_image.data),
                     options("sb-root") + " console=ttyS0 lockdown=integrity")
    results.add(len(ours) > 25 and set(ours) == set(stock), "root: both try the same",
                f"{set(ours) ^ set(stock)}")
    for what, error in stock.items():
        wanted = OTHER_ERRORS.get(what, (error, error))
        found = error, ours.get(what)
        results.add(found == wanted, f"root: {what}",
                    f"stock kernel {error}, this kernel {ours.get(what)}")
        results.quote([f"stock kernel {error}, this kernel {ours.get(what)}"])


APPENDED = b"~Module signature appended~\n"


@test("secure-boot", beside=True, long=True, needs=("image-modules",))
def make_sign(opt, results):
    """"make sign" signs the image, and each module once"""
    trust = Trust(opt)
    out = os.path.join(opt.tmp, "signed")
    done = subprocess.run([os.path.join(TOP, "scripts/sign.sh"), opt.tree, opt.objects,
                           *trust.keys["mok"], out], check=False, capture_output=True,
                          text=True)
    results.add(done.returncode == 0, "make sign: runs", done.stdout + done.stderr)
    for name in ("mok", "other"):
        verified = subprocess.run(["sbverify", "--cert", trust.certificate(name),
                                   os.path.join(out, "bzImage")], check=False,
                                  capture_output=True).returncode == 0
        results.add(verified == (name == "mok"), f"make sign: sbverify with {name}")
    modules = glob.glob(os.path.join(out, "lib/modules/*/kernel/**/*.ko"), recursive=True)
    counts = set()
    for module in modules:
        with open(module, "rb") as f:
            counts.add(f.read().count(APPENDED))
    results.add(len(modules) > 10 and counts == {1}, "make sign: one signature per module",
                f"{len(modules)} modules, {counts}")


@test("secure-boot", beside=True, long=True, needs=("initrd", "shim"))
def make_run(opt, results):
    """"make run SECURE_BOOT=1" makes a key, and boots with it through shim"""
    trust = Trust(opt)
    keys = os.path.join(opt.tmp, "keys")
    command = [os.path.join(TOP, "scripts/run.py"), "--kernel", opt.kernel, "--initrd",
               os.path.join(opt.objects, "initrd.img"), "--secure-boot", keys,
               "--shim", trust.shim_file("shimx64.efi"), "--append", QUIET + "none"]
    key = ["--key", trust.keys["mok"][0], "--cert", trust.keys["mok"][1]]
    for name, more in (("a key of its own", []), ("a given key", key)):
        done = subprocess.run([*command, *more], check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=START + BOOT, text=True, errors="replace")
        results.add("Secure Boot is on: the kernel is locked down" in done.stdout and
                    "TEST BEGIN none" in done.stdout, f"make run with {name}",
                    done.stdout[-500:])
    results.add(os.path.exists(os.path.join(keys, "efi-mode.pem")), "make run: made a key")
