# SPDX-License-Identifier: GPL-2.0-only
"""
Secure Boot: kernels and boot loaders as children of kexec, on two firmwares, with a TPM
"""

import os
import tempfile

import qemu
import secure_boot
from kexec.children import MEASURED
from kexec.esp import ARCHIVES, linux_child
from kexec.predict import values
from lib import machine as boots
from lib import volume
from lib.machine import BOOT, START, TEST
from lib.registry import test
from lib.trust import MICROSOFT, SNAKEOIL, Trust
from tpm.swtpm import swtpm

from .host import booted, by_option, disk_files, menu, note, options

NEEDS = ("tests-initrd", "runtime-initrd", "debian-kernel", "shim")
GUEST = ("sb-child", "kexec-measured", "kexec-pcrs")


def first_firmware(_opt):
    return secure_boot.CODE


def second_firmware(opt):
    return os.path.join(opt.build, "second-firmware", "OVMF_CODE_4M.secboot.fd")


def strict_firmware(opt):
    """OVMF 2025.02 that protects its memory, and has the protocol for memory attributes"""
    return os.path.join(opt.build, "second-firmware", "OVMF_CODE_4M.secboot.strictnx.fd")


# For each way to start an image: the file and the load options of the boot option, the file of
# shim and the key with which the test signs it, and the keys of the firmware
CHAINS = {
    "db": ("\\{image}", "{options}", None, None,
           {"trusted": ("db", "mok"), "machine_owner": ()}),
    "shim": ("\\shimx64.efi", "{image} {options}", "shimx64.efi", "snakeoil",
             {"base": SNAKEOIL}),
    "Microsoft's shim": ("\\shimx64.efi", "{image} {options}", "shimx64.efi.signed", None,
                         {"base": MICROSOFT}),
}


def last_options(*tests):
    return f"console=ttyS0 child=last efi_mode_test={','.join(tests)}"


# The tests of the kernel that is started last
LOADER_TESTS = (MEASURED,)
KERNEL_TESTS = {"Debian's kernel": (MEASURED, "kexec-pcrs"),
                "Linux": (MEASURED.replace("debian", "ours"), "kexec-pcrs")}

GRUB_MENU = f"""set timeout=1
menuentry "the kernel of the child" {{
	linux /vmlinuz {last_options(*LOADER_TESTS)}
	initrd /initrd.img
}}
"""
LOADER_ENTRY = f"""title the kernel of the child
linux /vmlinuz
initrd /initrd.img
options {last_options(*LOADER_TESTS)}
"""

# The file of each child
CHILDREN = {
    "Debian's kernel": "vmlinuz",
    "Linux": "bzImage",
    "GRUB": "EFI/debian/grubx64.efi",
    "systemd-boot": "EFI/systemd/systemd-bootx64.efi",
}


def child_files(opt, trust, chain):
    """Return the files that all children need"""
    vmlinuz = os.path.join(opt.build, "debian-kernel", "vmlinuz")
    grub = trust.shim_file("grubx64.efi.signed")
    # shim has the certificate of Debian, but db does not
    if chain == "db":
        vmlinuz, grub = trust.sign(vmlinuz, "mok"), trust.sign(grub, "mok")
    return {
        "bzImage": trust.sign(trust.kernel(), "mok"),
        "initrd.img": qemu.joined(opt.objects, "initrd", *ARCHIVES),
        "vmlinuz": vmlinuz,
        CHILDREN["GRUB"]: grub,
        "EFI/debian/grub.cfg": GRUB_MENU.encode(),
        CHILDREN["systemd-boot"]: trust.sign(trust.shim_file("systemd-bootx64.efi"), "mok"),
        "loader/loader.conf": b"timeout 1\ndefault child.conf\n",
        "loader/entries/child.conf": LOADER_ENTRY.encode(),
    }


def machine(opt, results, name, trust, firmware, chain, image, command, tmp, args):
    """A machine in which @chain starts @image with the load options @command"""
    content = child_files(opt, trust, chain)
    file, words, shim, key, keys = CHAINS[chain]
    if shim:
        content["shimx64.efi"] = trust.shim_file(shim)
        if key:
            content["shimx64.efi"] = trust.sign(content["shimx64.efi"], key)
    image = image.replace("/", "\\")
    store = trust.store(os.path.join(tmp, "vars.fd"),
                        (chain, file.format(image=image),
                         words.format(image=image, options=command)), **keys)
    return booted(opt, content, store, results, name, firmware=firmware(opt), args=args)


# Children that cannot start a kernel, whether Linux has started them or not, and their messages.
# Under Secure Boot, Debian's GRUB starts only kernels that shim has verified.
KNOWN = {("db", "GRUB"): r"shim_lock protocol not found"}


def fails_alike(opt, results, firmware, chain, child, name):
    """Check that a child that fails does so without Linux, too"""
    name += " without Linux"
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp, \
         machine(opt, results, name, Trust(opt), firmware, chain, CHILDREN[child], "", tmp,
                 ()) as m:
        said = m.expect(KNOWN[chain, child], 2 * START)[0]
        results.add(True, f"{name}: fails in the same way: {said}")


def check_last(m, results, name, child, chain, pcr4):
    """Check the kernel that is started last, and the PCRs that it finds"""
    if child not in KERNEL_TESTS:
        m.expect(r"the kernel of the child", START)
        results.add(True, f"{name}: the menu")
        linux_child(m, results, name, LOADER_TESTS)
        return
    linux_child(m, results, name, KERNEL_TESTS[child], pcr4)
    log = boots.whole_lines(m.text)
    predicted, found = values(log, "PREDICTED"), values(log, "FOUND")
    # PCR 7 is not predicted under shim
    wanted = {4, 8, 9, 12} | ({7} if chain == "db" else set())
    results.add({pcr for pcr, _ in predicted} == wanted, f"{name}: these PCRs are predicted",
                f"{predicted}")
    wrong = {pcr: (value, found.get(pcr)) for pcr, value in predicted.items()
             if value != found.get(pcr)}
    results.add(predicted and not wrong, f"{name}: PCRs are as predicted", f"{wrong}")


def start_child(opt, results, firmware, chain, child, name):
    """Start @child by kexec from Linux, which @chain has started"""
    trust = Trust(opt)
    known = KNOWN.get((chain, child))
    tests = KERNEL_TESTS.get(child)
    words = "none"
    if tests:
        then = ",".join(tests).replace(":", "+").replace(",", "%")
        words = f"initrd.img:console=ttyS0:child=last:then={then}"
    test_ = f"sb-child:{CHILDREN[child]}:{words}"
    note(opt, test_)
    boots.note_programs(opt, last_options(*(tests or LOADER_TESTS)))
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp, \
         swtpm(tmp, "tpm-crb") as tpm, \
         machine(opt, results, name, trust, firmware, chain, "bzImage", options(test_), tmp,
                 tpm.args) as m:
        m.expect(r"TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"kexec_core: Starting new kernel|TEST END", 2 * TEST)
        boots.take_results(results, f"{name}: kexec", m.text[begin:end.start()])
        predicted = values(boots.whole_lines(m.text), "PREDICTED")
        if not results.add("Starting" in end[0], f"{name}: Linux ends", end[0]):
            return
        if known:
            said = m.expect(known, 2 * START)[0]
            results.add(True, f"{name}: fails as it is known: {said}")
        else:
            check_last(m, results, name, child, chain,
                       predicted.get((4, "sha256"), "").upper())
    if known:
        fails_alike(opt, results, firmware, chain, child, name)


def start_children(opt, results, firmware):
    for chain in CHAINS:
        for child in CHILDREN:
            start_child(opt, results, firmware, chain, child, f"{child} by {chain}")


@test("secure-boot", beside=True, long=True, guest=GUEST, needs=NEEDS)
def children(opt, results):
    """kexec starts kernels and boot loaders, and they find the PCRs that were predicted"""
    start_children(opt, results, first_firmware)


@test("secure-boot", beside=True, long=True, guest=GUEST, needs=(*NEEDS, "second-firmware"))
def children_second_firmware(opt, results):
    """kexec starts kernels and boot loaders on OVMF 2025.02"""
    start_children(opt, results, second_firmware)


FAULT = r"!!!! X64 Exception Type - (\S+)"


def fault_report(m):
    """Return the kind of the fault, and its error code"""
    kind = m.expect(FAULT, 2 * START)[1]
    return kind, m.expect(r"ExceptionData - (\w+)", START)[1]


def start_shell(opt, results, name, in_linux):
    """Let shim start the UEFI shell, by kexec from Linux or by a boot manager"""
    trust = Trust(opt)
    shell = trust.sign(volume.shell(qemu.OVMF_CODE), "mok")
    if in_linux:
        name += " by kexec"
        test_ = "sb-start:shell.efi:none:-nostartup"
        note(opt, test_)
        content = disk_files(opt, trust, trust.sign(trust.kernel(), "mok"))
        content["shell.efi"] = shell
        store = trust.store(os.path.join(opt.tmp, "vars.fd"),
                            *by_option(opt, trust, content, options(test_))["options"])
    else:
        name += " by a boot manager"
        content = {"bzImage": shell}
        store = menu(opt, trust, content, 1)
        content["cmdline.txt"] = b"-nostartup"
    with booted(opt, content, store, results, name, firmware=strict_firmware(opt)) as m:
        if in_linux:
            m.expect(r"TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"Starting new kernel|TEST END", TEST)
            boots.take_results(results, name, m.text[begin:end.start()])
        return fault_report(m)
    return None


@test("secure-boot", beside=True, long=True, guest=("sb-start",), efi=("sbmenu", "kchild"),
      needs=("tests-initrd", "shim", "second-firmware"))
def unaligned_image(opt, results):
    """
    shim cannot start an image with unaligned sections on a firmware with memory attributes

    shim forbids to execute the memory of the image, and then allows it for each section
    that begins at a page. The sections of the UEFI shell do not. So it faults whether Linux
    starts it by kexec or a boot manager does, and this is known.
    """
    note(opt, efi=("kchild",))
    found = [start_shell(opt, results, "memory attributes", in_linux)
             for in_linux in (False, True)]
    results.add(found[0] and found[0][0].startswith("0E") and found[0] == found[1],
                "the UEFI shell faults by kexec as by a boot manager", f"{found}")
