# SPDX-License-Identifier: GPL-2.0-only
"""
efi-kexec --predict: the PCRs that a kernel finds which kexec has started
"""

import os
import re
import subprocess
import tempfile

from boot.trust import CODE, KEYS, VARIABLES, sign
from kexec.host import LINUX, started
from lib import machine as boots
from lib.machine import QUIET
from lib.registry import test
from tpm.swtpm import swtpm

# Values of efi_mode.kexec_measure=, and the PCRs that they extend
MEASURES = {"none": (), "systemd": (12,), "grub": (8, 9)}

# The active banks of swtpm with OVMF
BANKS = ("sha1", "sha256", "sha384", "sha512")

PCRS = (4, 7, 8, 9, 12)


def values(text, word):
    """Return the lines of the log that begin with @word, as a dict: (PCR, bank) to value"""
    return {(int(pcr), bank): value for pcr, bank, value in
            re.findall(rf"{word} (\d+):(\w+)=([0-9a-f]+)", text)}


def compare(results, name, text, extended):
    """
    Compare the prediction with what the child has printed

    @extended: PCRs that were 0 before, and must not be 0 now
    """
    predicted, found = values(text, "PREDICTED"), values(text, "FOUND")
    for pcr in PCRS:
        for bank in BANKS:
            wanted = predicted.get((pcr, bank))
            is_value = found.get((pcr, bank))
            results.add(wanted and wanted == is_value, f"{name}: PCR {pcr} {bank}",
                        f"{wanted} predicted, {is_value} found")
            if pcr in (8, 12):
                results.add((pcr in extended) == bool(is_value and is_value.strip("0")),
                            f"{name}: PCR {pcr} {bank} is extended on request only",
                            is_value)


CHILD = "kexec-pcrs"


def parent_options(image, measure):
    """Return the command line of the Linux that predicts the PCRs and starts @image"""
    return (f"{LINUX} {QUIET}kexec-predict:{image}:{measure}:console=ttyS0:"
            f"then={CHILD}")


def run(opt, results, name, content, measure, **kwargs):
    """Boot from @content, compare the PCRs, and return the log"""
    boots.note_programs(opt, f"{QUIET}{CHILD}", "kchild.efi")
    with tempfile.TemporaryDirectory(dir=opt.tmp) as folder, \
         swtpm(folder, "tpm-crb") as tpm, \
         boots.machine(opt, results, name, content, args=tpm.args, **kwargs) as m:
        started(m, results, name)
        boots.guest_tests(m, results, name, (CHILD,))
        log = boots.whole_lines(m.text)
        compare(results, name, log, MEASURES[measure])
        return log
    return ""


def predict(opt, results, name, image, measure, **kwargs):
    """Predict the PCRs of @image on the disk, start it, and compare"""
    content = boots.files(opt, parent_options(image, measure),
                          archives=("initrd-tests", "initrd-runtime"))
    content["vmlinuz"] = os.path.join(opt.build, "debian-kernel", "vmlinuz")
    run(opt, results, name, content, measure, **kwargs)


NEEDS = ("tests-initrd", "runtime-initrd", "debian-kernel")


@test("kexec", beside=True, guest=("kexec-predict", "kexec-pcrs"), efi=("kchild",),
      needs=NEEDS)
def kexec_predict(opt, results):
    """A Linux that kexec has started finds the PCRs that efi-kexec has predicted"""
    predict(opt, results, "kexec-predict", "bzImage", "grub")


@test("kexec", beside=True, long=True, guest=("kexec-predict", "kexec-pcrs"),
      efi=("kchild",), needs=NEEDS)
def kexec_predict_all(opt, results):
    """Predicted PCRs of two kernels, measured as systemd-boot, as GRUB, and by themselves"""
    for image in "bzImage", "vmlinuz":
        for measure in MEASURES:
            predict(opt, results, f"{image} {measure}", image, measure)


OWNER = "9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b"


def other_key(tmp):
    """Make a key, and an update for db that trusts it; return its files"""
    kek, key, certificate, signatures, update = (
        os.path.join(tmp, name) for name in
        ("kek.pem", "other.key", "other.crt", "other.esl", "other.auth"))
    for command in (
            ["openssl", "pkey", "-in", KEYS + ".key", "-passin", "pass:snakeoil",
             "-out", kek],
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
             "/CN=other/", "-keyout", key, "-out", certificate],
            ["cert-to-efi-sig-list", "-g", OWNER, certificate, signatures],
            ["sign-efi-sig-list", "-a", "-g", OWNER, "-k", kek, "-c", KEYS + ".pem",
             "db", signatures, update]):
        subprocess.run(command, check=True, capture_output=True)
    return key, certificate, update


@test("kexec", beside=True, long=True, guest=("kexec-predict", "kexec-pcrs"),
      efi=("starter", "kchild"), needs=NEEDS)
def kexec_predict_secure(opt, results):
    """Under Secure Boot, PCR 7 changes as predicted if db verifies the image by a new key"""
    options = parent_options("child.efi", "none")
    boots.note_programs(opt, "starter", options)
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        key, certificate, update = other_key(tmp)
        content = boots.files(opt, archives=("initrd-tests", "initrd-runtime"))
        kernel = content["bzImage"]
        content["bzImage"] = sign(tmp, kernel)
        content["EFI/BOOT/BOOTX64.EFI"] = sign(tmp, boots.program(opt, "starter"))
        content["cmdline.txt"] = options.encode()
        content["child.efi"] = content["bzImage"]
        content["kchild.efi"] = sign(tmp, boots.program(opt, "kchild"))
        results_of = {}
        for who in "the same key", "another key":
            name = f"kexec-predict-secure: {who}"
            if who == "another key":
                content["child.efi"] = os.path.join(tmp, "child.efi")
                subprocess.run(["sbsign", "--key", key, "--cert", certificate,
                                "--output", content["child.efi"], kernel], check=True,
                               capture_output=True)
                content["db.auth"] = update
            log = run(opt, results, name, content, "none", firmware=CODE,
                      variables=VARIABLES, secure=True)
            results_of[who] = (values(log, "BEFORE").get((7, "sha256")),
                               values(log, "PREDICTED").get((7, "sha256")))
        before, after = results_of["the same key"]
        results.add(before and before == after,
                    "kexec-predict-secure: the same key does not change PCR 7",
                    f"{before} {after}")
        before, after = results_of["another key"]
        results.add(before and after and before != after,
                    "kexec-predict-secure: another key changes PCR 7", f"{before} {after}")
